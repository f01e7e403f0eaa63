"""What people sent to support, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, literal, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.database import Database
from bot.desk.outbox import Outbox
from bot.desk.tables import FurtherCardRow, Moment, NoteRow, QuestionRow, ReportRow
from bot.knowledge.schema import Language

Closed = Literal["resolved", "solved", "duplicate", "withdrawn"]
State = Literal["open", "claimed", "asked", "answered", "resolved", "solved", "duplicate", "withdrawn"]
OPEN: frozenset[State] = frozenset(get_args(State)) - frozenset(get_args(Closed))
"""An answered report is open until it is closed: resolved by staff, solved in the asker's own eyes, or the like. The
asker may add to it until then."""

NoteKind = Literal["answer", "ask", "addition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """What somebody sends to support. All texts are masked already.

    Attributes:
        guild_id: the server whose staff gets it.
        question_id: the message that it is about, or the interaction.
        origin_guild_id: the server where it was asked; none in a direct message.
        channel_id: where it was asked.
        card_id: the asker's card; none where it was private.
        asker_id: who sends it.
        entry: the entry's id; empty where none fits.
        case: the entry's case, where one fits.
        model: the model that it is about.
        facts: what was read and what was asked for, by name.
        findings: what was seen in the message, as text.
        tried: what the asker tried.
        text: the message.
        lang: the asker's language.
    """

    guild_id: int
    question_id: int
    origin_guild_id: int | None
    channel_id: int
    card_id: int | None
    asker_id: int
    entry: str
    case: str | None
    model: str | None
    facts: Mapping[str, str]
    findings: str
    tried: str
    text: str
    lang: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(NewReport):
    """A report. Of one that is closed, the message is no longer kept; `asker_id` is 0 once the asker is erased.

    Attributes:
        id: its number, which is never given to another.
        state: what became of it.
        staff_id: who of the staff has it: who claimed it last, else who answered first; who closed it.
        duplicate_of: the report that it repeats.
        created_at: when it was sent.
        claimed_at: when the first of the staff took it.
        closed_at: when it was closed.
        changed_at: when its state or its notes last changed.
        staff_channel_id: where the staff's card stands.
        staff_message_id: the staff's card.
    """

    id: int
    state: State
    staff_id: int | None
    duplicate_of: int | None
    created_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    staff_channel_id: int | None
    staff_message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was said on a report: staff's answer, staff's question, or the asker's addition. The text is masked."""

    id: int
    report_id: int
    kind: NoteKind
    author_id: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AskersCard:
    """A card of the asker's that tells what became of a report: its server, if it has one, its channel and its id."""

    guild_id: int | None
    channel_id: int
    card_id: int


class Reports:
    """The reports. With each change of a report, its delivery is stored in the same transaction.

    Every method raises `DeskError` where the database cannot do it.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
        outbox: takes the deliveries.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    async def open(self, new: NewReport) -> tuple[Report, bool]:
        """Store a report, to be delivered to the staff.

        Returns:
            The report and True; or the one that the asker has open already for this entry and server, and False. Where
            no entry fits, two questions are two reports.
        """
        now = self._clock()
        values = {field.name: getattr(new, field.name) for field in fields(NewReport)} | {"facts": dict(new.facts)}
        stored = (
            self._database.insert(ReportRow)
            .values(values | {"state": "open", "created_at": now, "changed_at": now})
            .on_conflict_do_nothing()
            .returning(ReportRow)
        )
        there = self._open_of(new.asker_id, new.guild_id, new.entry, new.question_id)
        while True:
            async with self._database.transaction() as connection:
                if row := (await connection.execute(stored)).mappings().one_or_none():
                    await self._outbox.put(connection, "report", new.guild_id, report_id=row["id"])
                    return Report(**row), True
                if row := (await connection.execute(select(ReportRow).where(there))).mappings().one_or_none():
                    return Report(**row), False
                # It was closed between the two statements.

    async def of(self, report_id: int) -> Report | None:
        """Return a report."""
        return await self._newest(ReportRow.id == report_id)

    async def open_of(self, asker_id: int, guild_id: int, entry: str, question_id: int) -> Report | None:
        """Return the report that somebody has open with a server's staff for an entry, or for a question without."""
        return await self._newest(self._open_of(asker_id, guild_id, entry, question_id))

    async def of_card(self, card_id: int) -> Report | None:
        """Return the report that an asker's card tells of; the newest, where there are several."""
        further = select(FurtherCardRow.report_id).where(FurtherCardRow.card_id == card_id)
        return await self._newest(or_(ReportRow.card_id == card_id, ReportRow.id.in_(further)))

    async def of_question(self, question_id: int) -> Report | None:
        """Return the report on a question; the newest, where there are several."""
        return await self._newest(ReportRow.question_id == question_id)

    async def cards(self, report: Report) -> list[AskersCard]:
        """Return the cards that tell of a report, the one from which it was sent first; private ones are not known."""
        own = [AskersCard(report.origin_guild_id, report.channel_id, report.card_id)] if report.card_id else []
        columns = FurtherCardRow.guild_id, FurtherCardRow.channel_id, FurtherCardRow.card_id
        found = select(*columns).where(FurtherCardRow.report_id == report.id).order_by(FurtherCardRow.card_id)
        async with self._database.transaction() as connection:
            return [*own, *(AskersCard(*row) for row in await connection.execute(found))]

    async def tell_on(self, report: Report, card: AskersCard) -> None:
        """Have another card of the asker's tell of a report, too; one that does already stays the only one."""
        if card.card_id == report.card_id:
            return
        further = self._database.insert(FurtherCardRow).values(
            report_id=report.id, card_id=card.card_id, guild_id=card.guild_id, channel_id=card.channel_id
        )
        async with self._database.transaction() as connection:
            await connection.execute(further.on_conflict_do_nothing())

    async def notes(self, report_id: int) -> list[Note]:
        """Return what was said on a report, in its order."""
        found = select(NoteRow).where(NoteRow.report_id == report_id).order_by(NoteRow.id)
        async with self._database.transaction() as connection:
            return [Note(**row) for row in (await connection.execute(found)).mappings()]

    async def claim(self, report_id: int, staff_id: int, *, take_over: bool = False) -> Report | None:
        """Give a report to one of the staff; one that was answered stays answered.

        Args:
            report_id: the report.
            staff_id: who is to have it.
            take_over: also where another has it.

        Returns:
            The report; None where it is closed or gone, or another has it and keeps it.
        """
        said = ReportRow.state.in_(("asked", "answered"))
        free = or_(ReportRow.staff_id.is_(None), ReportRow.staff_id == staff_id)
        async with self._database.transaction() as connection:
            return await self._change(
                connection,
                report_id,
                *([] if take_over else [free]),
                state=case((said, ReportRow.state), else_="claimed"),
                staff_id=staff_id,
                claimed_at=func.coalesce(ReportRow.claimed_at, literal(self._clock(), Moment())),
            )

    async def note(self, report_id: int, kind: NoteKind, author_id: int, text: str, message: str = "") -> Report | None:
        """Add what was said to a report, to be delivered to the other side. Saying a thing twice is two notes.

        Args:
            report_id: the report.
            kind: `answer` and `ask` are staff's, and give the report to the author where nobody has it;
                `addition` is the asker's, and makes a report open again that was answered or asked about.
            author_id: who said it.
            text: what was said, masked.
            message: another message that it is about, masked. It joins the report's own and is let go of with it.

        Returns:
            The report; None where it is closed or gone, and nothing was added.
        """
        now = self._clock()
        if kind == "addition":
            said = ReportRow.state.in_(("asked", "answered"))
            values: dict[str, Any] = {"state": case((said, "open"), else_=ReportRow.state)}
        else:
            values = {
                "state": "answered" if kind == "answer" else "asked",
                "staff_id": func.coalesce(ReportRow.staff_id, literal(author_id, BigInteger())),
                "claimed_at": func.coalesce(ReportRow.claimed_at, literal(now, Moment())),
            }
        if message:
            values["text"] = case((ReportRow.text == "", message), else_=ReportRow.text + f"\n\n{message}")
        note = self._database.insert(NoteRow).values(
            report_id=report_id, kind=kind, author_id=author_id, text=text, created_at=now
        )
        async with self._database.transaction() as connection:
            report = await self._change(connection, report_id, **values)
            if report:
                note_id = (await connection.execute(note.returning(NoteRow.id))).scalar_one()
                told: Literal["addition", "reply"] = "addition" if kind == "addition" else "reply"
                await self._outbox.put(connection, told, report.guild_id, report_id=report_id, note_id=note_id)
        return report

    async def close(self, report_id: int, state: Closed, by: int, duplicate_of: int | None = None) -> Report | None:
        """Close a report for good, and let go of its message, which is kept for open reports alone.

        Args:
            report_id: the report.
            state: how it ends.
            by: who closes it: one of the staff, or the asker.
            duplicate_of: the report that it repeats.

        Returns:
            The report; None where it is closed already or gone.
        """
        by_asker = ReportRow.asker_id == by
        async with self._database.transaction() as connection:
            return await self._change(
                connection,
                report_id,
                state=state,
                staff_id=case((by_asker, ReportRow.staff_id), else_=literal(by, BigInteger())),
                duplicate_of=duplicate_of,
                text="",
                closed_at=self._clock(),
            )

    async def similar(self, report: Report, within: timedelta) -> int | None:
        """Return how many other questions and reports met the same entry and model, in that time before this one.

        Counted is what the report's server saw, and the one where it was asked; a question that was reported is one.
        Where no entry fits, nobody can tell, and it is None: two errors that no entry explains are hardly one.
        """
        if not report.entry:
            return None
        end = report.created_at
        asked = and_(
            QuestionRow.guild_id.in_({report.guild_id, report.origin_guild_id} - {None}),
            QuestionRow.entry == report.entry,
            QuestionRow.model.is_not_distinct_from(report.model),
            QuestionRow.created_at.between(end - within, end),
        )
        reported = and_(
            ReportRow.guild_id == report.guild_id,
            ReportRow.entry == report.entry,
            ReportRow.model.is_not_distinct_from(report.model),
            ReportRow.created_at.between(end - within, end),
        )
        ids = union(
            select(QuestionRow.question_id).where(asked, QuestionRow.question_id != report.question_id),
            select(ReportRow.question_id).where(reported, ReportRow.question_id != report.question_id),
        ).subquery()
        async with self._database.transaction() as connection:
            return (await connection.execute(select(func.count()).select_from(ids))).scalar_one()

    async def posted(self, report_id: int, channel_id: int, message_id: int) -> None:
        """Remember where the staff's card stands; it is due for a refresh where the report changed meanwhile."""
        card = update(ReportRow).where(ReportRow.id == report_id)
        card = card.values(staff_channel_id=channel_id, staff_message_id=message_id)
        changed = or_(ReportRow.state != "open", ReportRow.changed_at != ReportRow.created_at)
        async with self._database.transaction() as connection:
            found = await connection.execute(card.returning(ReportRow.guild_id, changed.label("changed")))
            if (row := found.one_or_none()) and row.changed:
                await self._outbox.put(connection, "refresh", row.guild_id, report_id=report_id)

    async def _change(
        self, connection: AsyncConnection, report_id: int, *conditions: ColumnElement[bool], **values: Any
    ) -> Report | None:
        changed = (
            update(ReportRow)
            .where(ReportRow.id == report_id, ReportRow.closed_at.is_(None), *conditions)
            .values(**values, changed_at=self._clock())
            .returning(ReportRow)
        )
        row = (await connection.execute(changed)).mappings().one_or_none()
        if row is None:
            return None
        await self._outbox.put(connection, "refresh", row["guild_id"], report_id=report_id)
        return Report(**row)

    async def _newest(self, condition: ColumnElement[bool]) -> Report | None:
        newest = select(ReportRow).where(condition).order_by(ReportRow.id.desc()).limit(1)
        async with self._database.transaction() as connection:
            row = (await connection.execute(newest)).mappings().one_or_none()
        return Report(**row) if row else None

    @staticmethod
    def _open_of(asker_id: int, guild_id: int, entry: str, question_id: int) -> ColumnElement[bool]:
        return and_(
            ReportRow.asker_id == asker_id,
            ReportRow.guild_id == guild_id,
            ReportRow.entry == entry,
            ReportRow.closed_at.is_(None),
            *(() if entry else (ReportRow.question_id == question_id,)),
        )
