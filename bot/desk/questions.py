"""What was asked, whether the answer helped, and what that adds up to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    SQLColumnExpression,
    distinct,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.desk.database import Database
from bot.desk.tables import Moment, QuestionRow, ReportRow, VerdictRow
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that was asked, and what it was about.

    Attributes:
        question_id: the message, or the interaction.
        guild_id: its server; none in a direct message.
        channel_id: where it was asked.
        asker_id: who asked.
        asked: the bot was asked, not only heard.
        entry: the entry that answered it; none where nothing did.
        case: the entry's case, where one fits.
        model: the model that it is about.
        lang: the answer's language.
    """

    question_id: int
    guild_id: int | None
    channel_id: int
    asker_id: int
    asked: bool
    entry: str | None
    case: str | None
    model: str | None
    lang: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What a time adds up to.

    Attributes:
        since: when that time began.
        questions: how many were asked.
        answered: how many of them got an answer.
        solved: how many were solved, says the asker.
        not_solved: how many were not, says the asker.
        solved_by_others: how many were solved, says somebody else; the asker may have said so too.
        escalated: how many were sent to support.
        unanswered: how many got no answer.
        entries: how often each `entry/case` was the answer, most often first.
        models: how often each model was asked about, most often first.
        to_claim: how long a report that was sent in this time waited for somebody to take it: the median.
        to_resolve: how long it took until one was resolved, says staff, or solved, says the asker: the median.
    """

    since: datetime
    questions: int
    answered: int
    solved: int
    not_solved: int
    solved_by_others: int
    escalated: int
    unanswered: int
    entries: tuple[tuple[str, int], ...]
    models: tuple[tuple[str, int], ...]
    to_claim: timedelta | None
    to_resolve: timedelta | None


class Questions:
    """The log of questions. Doing a thing twice is as good as once.

    What is noted down is kept until the database can do it. The figures raise `DeskError` where it cannot.

    Args:
        database: where it is kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def log(self, asked: Asked) -> None:
        """Note down a question, in place of what is noted of it; when it was first asked and what became of it stay."""
        now = self._clock()

        def upsert() -> Executable:
            new = self._database.insert(QuestionRow).values(**asdict(asked), escalated=False, created_at=now)
            replaced = {name: new.excluded[name] for name in asdict(asked)}
            return new.on_conflict_do_update(index_elements=["question_id"], set_=replaced)

        await self._database.keep(upsert)

    async def verdict(self, question_id: int, user_id: int, solved: bool, *, by_asker: bool) -> None:
        """Note down whether an answer helped. Each person's last word counts; for a question not noted, none does."""
        now = self._clock()

        def upsert() -> Executable:
            values: dict[str, SQLColumnExpression[Any]] = {
                "question_id": QuestionRow.question_id,
                "user_id": literal(user_id, BigInteger()),
                "solved": literal(solved),
                "by_asker": literal(by_asker),
                "created_at": literal(now, Moment()),
            }
            noted = select(*values.values()).where(QuestionRow.question_id == question_id)
            new = self._database.insert(VerdictRow).from_select(list(values), noted)
            last = {name: new.excluded[name] for name in ("solved", "by_asker", "created_at")}
            return new.on_conflict_do_update(index_elements=["question_id", "user_id"], set_=last)

        await self._database.keep(upsert)

    async def escalated(self, question_id: int) -> None:
        """Note down that a question was sent to support."""
        await self._database.keep(
            lambda: update(QuestionRow).where(QuestionRow.question_id == question_id).values(escalated=True)
        )

    async def people(self, guild_id: int | None, entry: str | None, model: str | None, within: timedelta) -> int:
        """Return how many people met an entry with a model in a server, or in direct messages, in the last while."""
        met = select(func.count(distinct(QuestionRow.asker_id))).where(
            QuestionRow.guild_id.is_not_distinct_from(guild_id),
            QuestionRow.entry.is_not_distinct_from(entry),
            QuestionRow.model.is_not_distinct_from(model),
            QuestionRow.created_at >= self._clock() - within,
        )
        async with self._database.lookup() as connection:
            return (await connection.execute(met)).scalar_one()

    async def case(self, guild_id: int, entry: str, model: str | None, since: datetime) -> str | None:
        """Return the case that all have met of an entry with a model since then; none where it is not one and the same.

        Args:
            guild_id: their server; direct messages count with it.
            entry: the entry's id.
            model: the model; none where none was named.
            since: from when on.
        """
        met = select(distinct(QuestionRow.case)).where(
            or_(QuestionRow.guild_id == guild_id, QuestionRow.guild_id.is_(None)),
            QuestionRow.entry == entry,
            QuestionRow.model.is_not_distinct_from(model),
            QuestionRow.created_at >= since,
        )
        async with self._database.lookup() as connection:
            cases = (await connection.execute(met)).scalars().all()
        return cases[0] if len(cases) == 1 else None

    async def stats(self, guild_id: int | None, within: timedelta) -> Stats:
        """Add up the last while.

        Args:
            guild_id: the server that is meant; None for all of them, and direct messages too.
            within: the while.
        """
        since = self._clock() - within
        asked = (QuestionRow.created_at >= since) & _in(guild_id, QuestionRow.guild_id)
        totals = select(
            func.count().label("questions"),
            func.count(QuestionRow.entry).label("answered"),
            func.count().filter(QuestionRow.escalated).label("escalated"),
        ).where(asked)
        said = VerdictRow.by_asker
        verdicts = (
            select(
                func.count().filter(said, VerdictRow.solved).label("solved"),
                func.count().filter(said, ~VerdictRow.solved).label("not_solved"),
                func.count(distinct(VerdictRow.question_id)).filter(~said, VerdictRow.solved).label("solved_by_others"),
            )
            .join(QuestionRow, QuestionRow.question_id == VerdictRow.question_id)
            .where(asked)
        )
        entry = QuestionRow.entry + func.coalesce("/" + QuestionRow.case, "")
        entries = _most_first(entry).where(asked, QuestionRow.entry.is_not(None))
        models = _most_first(QuestionRow.model).where(asked, QuestionRow.model.is_not(None))
        reports = select(ReportRow.created_at, ReportRow.claimed_at, ReportRow.closed_at, ReportRow.state).where(
            ReportRow.created_at >= since, _in(guild_id, ReportRow.guild_id)
        )
        async with self._database.transaction() as connection:
            total = (await connection.execute(totals)).mappings().one()
            verdict = (await connection.execute(verdicts)).mappings().one()
            by_entry = [(row[0], row[1]) for row in await connection.execute(entries)]
            by_model = [(row[0], row[1]) for row in await connection.execute(models)]
            sent = (await connection.execute(reports)).all()
        return Stats(
            since=since,
            **total,
            **verdict,
            unanswered=total["questions"] - total["answered"],
            entries=tuple(by_entry),
            models=tuple(by_model),
            to_claim=_median([row.claimed_at - row.created_at for row in sent if row.claimed_at]),
            to_resolve=_median([row.closed_at - row.created_at for row in sent if row.state in {"resolved", "solved"}]),
        )


def _in(guild_id: int | None, column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    return true() if guild_id is None else column == guild_id


def _most_first(name: SQLColumnExpression[Any]) -> Select[Any]:
    return (
        select(name.label("name"), func.count().label("count")).group_by("name").order_by(func.count().desc(), "name")
    )


def _median(times: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(time.total_seconds() for time in times)) if times else None
