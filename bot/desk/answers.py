"""Which card answers which message, remembered for a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, true, update

from bot.desk.database import Database
from bot.desk.tables import AnswerRow
from bot.knowledge.schema import Language

DAY = timedelta(days=1)
"""How long an answer is remembered: as long as people come back to a question, and no longer."""


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

    Every method raises `DeskError` where the database cannot do it.

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
        new = self._database.insert(AnswerRow).values(**asdict(answered), dismissed=False, created_at=self._clock())
        replaced = {name: new.excluded[name] for name in asdict(answered)} | {
            "card_id": func.coalesce(new.excluded.card_id, AnswerRow.card_id)
        }
        async with self._database.transaction() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=["question_id"], set_=replaced))

    async def of_question(self, question_id: int) -> Remembered | None:
        """Return the answer to a message."""
        return await self._newest(AnswerRow.question_id == question_id)

    async def of_questions(self, question_ids: Iterable[int]) -> list[Remembered]:
        """Return the answers to those of the messages that have one, oldest question first."""
        found = select(AnswerRow).where(AnswerRow.question_id.in_(set(question_ids))).order_by(AnswerRow.question_id)
        async with self._database.transaction() as connection:
            return [Remembered(**row) for row in (await connection.execute(found)).mappings()]

    async def of_card(self, card_id: int) -> Remembered | None:
        """Return the answer that a card gives; where it answers several messages, the newest one."""
        return await self._newest(AnswerRow.card_id == card_id)

    async def all_of_card(self, card_id: int) -> list[Remembered]:
        """Return the answers that one card gives, oldest question first: it replies to one, and others add to it."""
        found = select(AnswerRow).where(AnswerRow.card_id == card_id).order_by(AnswerRow.question_id)
        async with self._database.transaction() as connection:
            return [Remembered(**row) for row in (await connection.execute(found)).mappings()]

    async def latest(
        self, asker_id: int, channel_id: int, entry: str, case: str | None, model: str | None, *, within: timedelta
    ) -> Remembered | None:
        """Return the last time that somebody got this very answer in this channel, if it was within that time."""
        return await self._newest(
            AnswerRow.asker_id == asker_id,
            AnswerRow.channel_id == channel_id,
            AnswerRow.entry == entry,
            AnswerRow.case == case,
            AnswerRow.model == model,
            AnswerRow.created_at >= self._clock() - within,
        )

    async def in_thread(self, thread_id: int, entry: str, case: str | None, model: str | None) -> Remembered | None:
        """Return the last time that a problem was answered in a thread, or at the message that the thread began from.

        Args:
            thread_id: the thread or forum post, which has the id of the message that it began from.
            entry: the entry's id.
            case: the entry's case.
            model: the model; None for whichever the thread is about.
        """
        return await self._newest(
            or_(AnswerRow.channel_id == thread_id, AnswerRow.question_id == thread_id),
            AnswerRow.entry == entry,
            AnswerRow.case == case,
            true() if model is None else AnswerRow.model == model,
        )

    async def dismiss(self, message_id: int) -> None:
        """Remember that an answer was taken away: that of this question, or on this card; Discord's ids never clash."""
        dismissed = update(AnswerRow).values(dismissed=True)
        async with self._database.transaction() as connection:
            await connection.execute(
                dismissed.where(or_(AnswerRow.question_id == message_id, AnswerRow.card_id == message_id))
            )

    async def forget(self, question_id: int) -> None:
        """Forget the answer to a message."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(AnswerRow).where(AnswerRow.question_id == question_id))

    async def purge(self) -> int:
        """Forget the answers that are older than a day, and return how many they were."""
        async with self._database.transaction() as connection:
            old = delete(AnswerRow).where(AnswerRow.created_at < self._clock() - DAY)
            return (await connection.execute(old)).rowcount

    async def _newest(self, *conditions: ColumnElement[bool]) -> Remembered | None:
        newest = select(AnswerRow).where(*conditions).order_by(AnswerRow.created_at.desc()).limit(1)
        async with self._database.transaction() as connection:
            row = (await connection.execute(newest)).mappings().one_or_none()
        return Remembered(**row) if row else None
