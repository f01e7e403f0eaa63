"""Whose data it is: what a person may have and have deleted, and what goes by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, String, case, cast, delete, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.database import Database, DeskError
from bot.desk.outbox import Outbox
from bot.desk.reports import AskersCard
from bot.desk.servers import Server, lasting, new_stamp
from bot.desk.tables import (
    AnswerRow,
    DeliveryRow,
    FurtherCardRow,
    IncidentRow,
    NoteRow,
    QuestionRow,
    ReportRow,
    ServerRow,
    UnansweredRow,
    VerdictRow,
)

NOBODY = 0
"""Stands where a person's id stood; Discord gives it to nobody."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: how many records, and on which cards the reports among them are told of."""

    records: int
    cards: tuple[AskersCard, ...] = ()


class People:
    """The people in the records.

    Every method raises `DeskError` where the database cannot do it.

    Args:
        database: where the records are kept.
        clock: tells the time, with its time zone.
        outbox: takes the refreshes of cards that name somebody who is erased.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    async def export(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Return all that is kept of a person, as JSON can hold it, by kind of record.

        Besides what is about them, these are the notes that they wrote as staff, and of the reports and incidents
        that they dealt with the numbers, as the rest of those is other people's. What others wrote to them is theirs as
        well, without who wrote it.
        """
        theirs = select(ReportRow.id).where(ReportRow.asker_id == user_id)
        author = case((NoteRow.author_id == user_id, NoteRow.author_id), else_=None).label("author_id")
        kept: dict[str, Select[Any]] = {
            "reports": select(ReportRow).where(ReportRow.asker_id == user_id).order_by(ReportRow.id),
            "cards": select(FurtherCardRow)
            .where(FurtherCardRow.report_id.in_(theirs))
            .order_by(FurtherCardRow.card_id),
            "notes": (
                select(NoteRow.id, NoteRow.report_id, NoteRow.kind, author, NoteRow.text, NoteRow.created_at)
                .where(or_(NoteRow.author_id == user_id, NoteRow.report_id.in_(theirs)))
                .order_by(NoteRow.id)
            ),
            "questions": select(QuestionRow).where(QuestionRow.asker_id == user_id).order_by(QuestionRow.question_id),
            "verdicts": select(VerdictRow).where(VerdictRow.user_id == user_id).order_by(VerdictRow.question_id),
            "unanswered": (
                select(UnansweredRow).where(UnansweredRow.asker_id == user_id).order_by(UnansweredRow.question_id)
            ),
            "answers": select(AnswerRow).where(AnswerRow.asker_id == user_id).order_by(AnswerRow.question_id),
            "handled": select(ReportRow.id).where(ReportRow.staff_id == user_id).order_by(ReportRow.id),
            "incidents": select(IncidentRow.id).where(IncidentRow.closed_by == user_id).order_by(IncidentRow.id),
        }
        await self._database.catch_up()
        async with self._database.transaction() as connection:
            export = {
                name: [
                    {key: _plain(value) for key, value in row.items()}
                    for row in (await connection.execute(found)).mappings()
                ]
                for name, found in kept.items()
            }
            quiet = await self._quiet(connection)
            return export | {"quiet": [told for hushed in quiet for told in _about(*hushed, user_id)]}

    async def erase(self, user_id: int) -> Erased:
        """Delete all that is kept of a person.

        Of their reports nothing stays but the entry, the model, who of the staff dealt with it and when: open ones
        are withdrawn, what was to be delivered is not, and the staff's cards are due for a refresh. On what they dealt
        with as staff, `NOBODY` stands in their place. What moderators decided about them ends by itself, see
        `bot.chat.servers.quiet`.
        """
        now = self._clock()
        theirs = ReportRow.asker_id == user_id
        reports = select(ReportRow.id).where(theirs)
        blank: dict[str, Any] = {
            "asker_id": NOBODY,
            "question_id": 0,
            "origin_guild_id": None,
            "channel_id": 0,
            "card_id": None,
            "facts": {},
            "findings": "",
            "tried": "",
            "text": "",
            "changed_at": now,
        }
        sent_from = select(ReportRow.origin_guild_id, ReportRow.channel_id, ReportRow.card_id).where(
            theirs, ReportRow.card_id.is_not(None)
        )
        further = select(FurtherCardRow.guild_id, FurtherCardRow.channel_id, FurtherCardRow.card_id).where(
            FurtherCardRow.report_id.in_(reports)
        )
        await self._database.catch_up()  # else what waits to be written came after it
        async with self._database.transaction() as connection:
            # The reports first: while their rows are locked, nobody adds a note to them.
            withdrawn = update(ReportRow).where(theirs, ReportRow.closed_at.is_(None))
            await connection.execute(withdrawn.values(state="withdrawn", closed_at=now))
            found: Sequence[Row[Any]] = (await connection.execute(union(sent_from, further))).all()
            cards = tuple(AskersCard(*card) for card in found)
            touched = 0
            for deleted in (
                delete(NoteRow).where(NoteRow.report_id.in_(reports)),
                delete(FurtherCardRow).where(FurtherCardRow.report_id.in_(reports)),
                delete(VerdictRow).where(VerdictRow.user_id == user_id),
                delete(QuestionRow).where(QuestionRow.asker_id == user_id),
                delete(UnansweredRow).where(UnansweredRow.asker_id == user_id),
                delete(AnswerRow).where(AnswerRow.asker_id == user_id),
            ):
                touched += (await connection.execute(deleted)).rowcount
            await connection.execute(delete(DeliveryRow).where(DeliveryRow.report_id.in_(reports)))
            blanked = update(ReportRow).where(theirs).values(blank).returning(ReportRow)
            for row in (await connection.execute(blanked)).mappings().all():
                touched += 1
                if row["staff_message_id"]:
                    await self._outbox.put(connection, "refresh", row["guild_id"], report_id=row["id"])
            for unnamed in (
                update(ReportRow).where(ReportRow.staff_id == user_id).values(staff_id=NOBODY),
                update(NoteRow).where(NoteRow.author_id == user_id).values(author_id=NOBODY),
                update(IncidentRow).where(IncidentRow.closed_by == user_id).values(closed_by=NOBODY),
            ):
                touched += (await connection.execute(unnamed)).rowcount
            for guild_id, quiet in await self._quiet(connection):
                left = {name: end for name, end in quiet.items() if not name.endswith(f":{user_id}")}
                touched += await _replace(connection, guild_id, quiet, left)
        await self._wipe()
        return Erased(touched, cards)

    async def purge(self) -> int:
        """Delete what each server has kept for as long as it keeps it, and return how many records that was.

        What belongs to no server, or to one that set nothing, is kept for as long as is usual. Open reports and
        incidents stay; the time of the others counts from their end. Whoever is left alone is named until that is over.
        """
        async with self._database.transaction() as connection:
            days = (await connection.execute(select(ServerRow.retention_days).distinct())).scalars().all()
            purged = 0
            for guild_id, quiet in await self._quiet(connection):
                purged += await _replace(connection, guild_id, quiet, lasting(quiet, self._clock()))
        for kept in (None, *days):
            purged += await self._purge(kept)
        await self._wipe()
        return purged

    async def forget_server(self, guild_id: int) -> int:
        """Delete all that is kept of a server, its settings too, and return how many records that was."""
        forgotten = 0
        await self._database.catch_up()
        async with self._database.transaction() as connection:
            for table in (DeliveryRow, ReportRow, IncidentRow, QuestionRow, UnansweredRow, AnswerRow, ServerRow):
                gone = delete(table).where(table.guild_id == guild_id)
                forgotten += (await connection.execute(gone)).rowcount
        await self._wipe()
        return forgotten

    async def _quiet(self, connection: AsyncConnection) -> list[tuple[int, dict[str, int]]]:
        """Return the servers in which it is quiet somewhere; nobody else changes that until the transaction ends."""
        names = cast(ServerRow.quiet, String).contains('"')
        found = select(ServerRow.guild_id, ServerRow.quiet).where(names).order_by(ServerRow.guild_id)
        return [(row.guild_id, row.quiet) for row in await connection.execute(found.with_for_update())]

    async def _wipe(self) -> None:
        with suppress(DeskError):  # what was deleted is deleted; the next purge takes care of what is left of it
            await self._database.wipe()

    async def _purge(self, days: int | None) -> int:
        """Purge the servers that keep it for that many days; with None, all that is of no server with settings."""
        since = self._clock() - timedelta(days=Server(guild_id=0).retention_days if days is None else days)
        purged = 0
        for table, end in (
            (ReportRow, ReportRow.closed_at),
            (IncidentRow, IncidentRow.closed_at),
            (QuestionRow, QuestionRow.created_at),
            (UnansweredRow, UnansweredRow.created_at),
        ):
            old = delete(table).where(end < since)
            if days is None:
                unset = table.guild_id.not_in(select(ServerRow.guild_id))
                old = old.where(or_(table.guild_id.is_(None), unset))
            else:
                old = old.where(table.guild_id.in_(select(ServerRow.guild_id).where(ServerRow.retention_days == days)))
            async with self._database.transaction() as connection:
                purged += (await connection.execute(old)).rowcount
        return purged


async def _replace(connection: AsyncConnection, guild_id: int, quiet: dict[str, int], left: dict[str, int]) -> int:
    """Leave of what is quiet in a server only a part, and return how much else there was."""
    if gone := len(quiet) - len(left):
        changed = update(ServerRow).where(ServerRow.guild_id == guild_id)
        await connection.execute(changed.values(quiet=left, stamp=new_stamp()))
    return gone


def _about(guild_id: int, quiet: dict[str, int], user_id: int) -> Iterator[dict[str, Any]]:
    """Tell where in a server somebody is left alone, and until when."""
    for name, end in quiet.items():
        channel, _, person = name.rpartition(":")
        if person == str(user_id):
            until = datetime.fromtimestamp(end, UTC).isoformat()
            yield {"guild_id": guild_id, "channel_id": int(channel) if channel else None, "until": until}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
