"""What we had no answer to, for the team to learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Executable, delete, select, update

from bot.desk.database import Database
from bot.desk.tables import UnansweredRow
from bot.knowledge.schema import Language

LENGTH = 2_000
"""Characters of a message that are kept: what Discord lets people write who pay nothing."""

MOST = 2_000
"""Messages that are given at once, which is more than anybody reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A message that got no answer, or none that helped.

    Attributes:
        question_id: the message, or the interaction.
        guild_id: its server; none in a direct message.
        asker_id: whose question it is: who wrote it, or who called the bot to another's message.
        text: the message, masked.
        lang: its language.
        entry: the entry that did not help; none where nothing was answered.
        created_at: when it was asked.
    """

    question_id: int
    guild_id: int | None
    asker_id: int
    text: str
    lang: Language
    entry: str | None
    created_at: datetime


class Unanswered:
    """The messages without an answer. Doing a thing twice is as good as once.

    What changes is kept until the database can do it; `all` raises `DeskError` where it cannot.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def keep(self, missed: Missed) -> None:
        """Keep a message, its first `LENGTH` characters, in place of what is kept of it; when it was asked stays."""
        values = asdict(missed) | {"text": missed.text[:LENGTH]}

        def upsert() -> Executable:
            new = self._database.insert(UnansweredRow).values(values)
            replaced = {name: new.excluded[name] for name in values if name != "created_at"}
            return new.on_conflict_do_update(index_elements=["question_id"], set_=replaced)

        await self._database.keep(upsert)

    async def answered(self, question_id: int, text: str) -> None:
        """Forget a message that has an answer now; of one whose answer did not help, keep what it says now."""
        this, kept = UnansweredRow.question_id == question_id, text[:LENGTH]
        await self._database.keep(
            lambda: delete(UnansweredRow).where(this, UnansweredRow.entry.is_(None)),
            lambda: update(UnansweredRow).where(this).values(text=kept),
        )

    async def forget(self, *question_ids: int) -> None:
        """Forget messages: they are solved, or were deleted."""
        await self._database.keep(lambda: delete(UnansweredRow).where(UnansweredRow.question_id.in_(question_ids)))

    async def all(self, guild_id: int | None, within: timedelta | None = None) -> list[Missed]:
        """Return the messages, newest first, `MOST` at most.

        Args:
            guild_id: the server that is meant; None for all of them, and direct messages too.
            within: how far to look back; without end by default.
        """
        newest = select(UnansweredRow).order_by(UnansweredRow.created_at.desc(), UnansweredRow.question_id.desc())
        if guild_id is not None:
            newest = newest.where(UnansweredRow.guild_id == guild_id)
        if within is not None:
            newest = newest.where(UnansweredRow.created_at >= self._clock() - within)
        async with self._database.transaction() as connection:
            return [Missed(**row) for row in (await connection.execute(newest.limit(MOST))).mappings()]
