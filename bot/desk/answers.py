"""Which card answers which message, remembered for a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import ColumnElement, Executable, Select, and_, delete, func, or_, select, update

from bot.desk.database import Database
from bot.desk.tables import AnswerRow
from bot.knowledge.schema import Language

DAY = timedelta(days=1)
"""How long an answer is remembered: as long as people come back to a question, and no longer."""

KEY, KEY_GONE = "key", "key=gone"
"""What a question brings that holds a key for everybody to see, and one that held such a key before it was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A message and what it was answered with.

    Attributes:
        question_id: the message.
        guild_id: its server; none in a direct message.
        channel_id: its channel, thread or forum post.
        card_id: the message with the card, once there is one.
        asker_id: who wrote the question.
        entry: the entry's id.
        case: the entry's case, where one fits.
        model: the model that the question named.
        lang: the card's language.
        digest: a fingerprint of the rendered card, which tells whether it would look different today.
        asked: the bot was asked, not only heard.
        brings: what else the question told: its model, its address, what was found in it, and whether there is a key
            in it or was, each as a short name.
        repeats: the card with the answer, where this one only leads to it.
    """

    question_id: int
    guild_id: int | None
    channel_id: int
    card_id: int | None
    asker_id: int
    entry: str
    case: str | None
    model: str | None
    lang: Language
    digest: str
    asked: bool
    brings: frozenset[str] = frozenset()
    repeats: int | None = None

    @property
    def had_key(self) -> bool:
        """Whether whoever asked showed a key to everybody, be it there still or not."""
        return bool(self.brings & {KEY, KEY_GONE})

    def with_key_before(self, before: Answered) -> Self:
        """Return the answer with what it tells of a key that stood in the question as it was before."""
        if KEY in self.brings or not before.had_key:
            return self
        return replace(self, brings=self.brings | {KEY_GONE})

    @property
    def is_line(self) -> bool:
        """Whether it is no card, but a line: one that leads to a card, or that a key was in the question."""
        return self.repeats is not None or (KEY_GONE in self.brings and not self.entry and not self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered(Answered):
    """An answer as it is remembered.

    Attributes:
        dismissed: somebody had the card taken away.
        created_at: when the question was first answered, in UTC.
    """

    dismissed: bool
    created_at: datetime


class Answers:
    """The answers of the last day. Doing a thing twice is as good as once.

    What is to be remembered is kept until the database can do it. What is looked up raises `DeskError` where the
    database cannot do it at once, and so does `purge`.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def remember(self, answered: Answered) -> None:
        """Remember an answer, in place of what was remembered of its question.

        What stays is when the question was first answered, that the card was dismissed, and which card it is as
        long as no other is named.
        """
        now = self._clock()

        def upsert() -> Executable:
            values = asdict(answered) | {"brings": sorted(answered.brings)}
            new = self._database.insert(AnswerRow).values(**values, dismissed=False, created_at=now)
            replaced = {name: new.excluded[name] for name in values} | {
                "card_id": func.coalesce(new.excluded.card_id, AnswerRow.card_id)
            }
            return new.on_conflict_do_update(index_elements=["question_id"], set_=replaced)

        await self._database.keep(upsert)

    async def of_question(self, question_id: int) -> Remembered | None:
        """Return the answer to a message."""
        return await self._newest(AnswerRow.question_id == question_id)

    async def of_questions(self, question_ids: Iterable[int]) -> list[Remembered]:
        """Return the answers to those of the messages that have one, oldest question first."""
        found = select(AnswerRow).where(AnswerRow.question_id.in_(set(question_ids))).order_by(AnswerRow.question_id)
        return await self._all(found)

    async def of_card(self, card_id: int) -> Remembered | None:
        """Return the answer that a card gives; where it answers several messages, the newest one."""
        return await self._newest(AnswerRow.card_id == card_id)

    async def all_of_card(self, card_id: int) -> list[Remembered]:
        """Return the answers that one card gives, oldest question first: it replies to one, and others add to it."""
        found = select(AnswerRow).where(AnswerRow.card_id == card_id).order_by(AnswerRow.question_id)
        return await self._all(found)

    async def lately(
        self,
        *,
        entry: str,
        case: str | None,
        lang: Language,
        channel_id: int,
        asker_id: int,
        guild_id: int | None,
        within: timedelta,
        thread: bool = False,
    ) -> list[Remembered]:
        """Return the cards that explained a problem a short while ago in a channel, or to somebody in its server.

        Args:
            entry: the entry's id.
            case: the entry's case.
            lang: the language it was explained in.
            channel_id: the channel, the thread or the direct messages.
            asker_id: to whom.
            guild_id: the server; what was said elsewhere stays there.
            within: how long ago at most.
            thread: it is a thread or forum post, which keeps to its subject: all that is remembered counts, and the
                message that it began from has its id.

        Returns:
            Those that were sent, newest first; some may have been taken away since.
        """
        recent = AnswerRow.created_at >= self._clock() - within
        here = AnswerRow.channel_id == channel_id
        places = [or_(here, AnswerRow.question_id == channel_id) if thread else and_(here, recent)]
        if guild_id is not None:
            places.append(and_(AnswerRow.asker_id == asker_id, AnswerRow.guild_id == guild_id, recent))
        found = select(AnswerRow).where(
            AnswerRow.entry == entry,
            AnswerRow.case == case,
            AnswerRow.lang == lang,
            AnswerRow.card_id.is_not(None),
            AnswerRow.repeats.is_(None),
            or_(*places),
        )
        return await self._all(found.order_by(AnswerRow.created_at.desc(), AnswerRow.question_id.desc()))

    async def repeats_of(self, *card_ids: int) -> list[Remembered]:
        """Return the questions that were only led to these cards, oldest first."""
        found = select(AnswerRow).where(AnswerRow.repeats.in_(card_ids))
        return await self._all(found.order_by(AnswerRow.question_id))

    async def dismiss(self, message_id: int) -> None:
        """Remember that an answer was taken away: that of this question, or on this card; Discord's ids never clash."""
        await self._database.keep(
            lambda: (
                update(AnswerRow)
                .where(or_(AnswerRow.question_id == message_id, AnswerRow.card_id == message_id))
                .values(dismissed=True)
            )
        )

    async def forget(self, question_id: int) -> None:
        """Forget the answer to a message."""
        await self._database.keep(lambda: delete(AnswerRow).where(AnswerRow.question_id == question_id))

    async def purge(self) -> int:
        """Forget the answers that are older than a day, and return how many they were."""
        async with self._database.transaction() as connection:
            old = delete(AnswerRow).where(AnswerRow.created_at < self._clock() - DAY)
            return (await connection.execute(old)).rowcount

    async def _newest(self, *conditions: ColumnElement[bool]) -> Remembered | None:
        newest = select(AnswerRow).where(*conditions).order_by(AnswerRow.created_at.desc()).limit(1)
        return next(iter(await self._all(newest)), None)

    async def _all(self, found: Select[tuple[AnswerRow]]) -> list[Remembered]:
        async with self._database.lookup() as connection:
            rows = (await connection.execute(found)).mappings().all()
        return [Remembered(**{**row, "brings": frozenset(row["brings"] or ())}) for row in rows]
