"""What several people met at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, update

from bot.desk.database import Database
from bot.desk.outbox import Outbox
from bot.desk.share import WHOLE, Share
from bot.desk.tables import IncidentRow, QuestionRow

QUIET = timedelta(hours=1)
"""How long after the end of an incident the same entry and model open no other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that several people met at once.

    Attributes:
        id: its number, which is never given to another.
        guild_id: their server.
        entry: the entry's id.
        model: the model; none where none was named.
        people: how many met it in one go, at the most.
        started_at: when the first of those met it who were enough.
        last_seen_at: when it was last met.
        closed_at: when it ended.
        closed_by: who of the staff ended it; none where it calmed down.
        channel_id: where the staff's notice stands.
        message_id: the staff's notice.
    """

    id: int
    guild_id: int
    entry: str
    model: str | None
    people: int
    started_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    closed_by: int | None
    channel_id: int | None
    message_id: int | None


class Incidents:
    """The incidents.

    Every method raises `DeskError` where the database cannot do it.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
        outbox: takes the notices.
        share: the servers whose incidents this process ends when they calm down.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], outbox: Outbox, share: Share = WHOLE) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._share = share

    async def seen(
        self, guild_id: int, entry: str, model: str | None, people: int, since: datetime | None = None
    ) -> tuple[Incident, bool]:
        """Note down that enough people met the same. A new incident comes with its notice, in one transaction.

        Args:
            guild_id: their server.
            entry: the entry's id.
            model: the model; None where none was named.
            people: how many they are.
            since: when the first of them met it; by default, now.

        Returns:
            The new incident and True; or False and the one that is open, else the one that ended less than `QUIET` ago.
        """
        now = self._clock()
        values = {"guild_id": guild_id, "entry": entry, "model": model or "", "people": people}
        same = _about(guild_id, entry, model)
        more = case((IncidentRow.people < people, people), else_=IncidentRow.people)
        met = update(IncidentRow).where(same, IncidentRow.closed_at.is_(None)).values(last_seen_at=now, people=more)
        ended = select(IncidentRow).where(same, IncidentRow.closed_at > now - QUIET)
        new = (
            self._database.insert(IncidentRow)
            .values(values | {"started_at": since or now, "last_seen_at": now})
            .on_conflict_do_nothing(
                index_elements=["guild_id", "entry", "model"], index_where=IncidentRow.closed_at.is_(None)
            )
        )
        while True:
            async with self._database.transaction() as connection:
                if row := (await connection.execute(met.returning(IncidentRow))).mappings().one_or_none():
                    return _incident(row), False
                newest = ended.order_by(IncidentRow.closed_at.desc()).limit(1)
                if row := (await connection.execute(newest)).mappings().one_or_none():
                    return _incident(row), False
                if row := (await connection.execute(new.returning(IncidentRow))).mappings().one_or_none():
                    await self._outbox.put(connection, "incident", guild_id, incident_id=row["id"])
                    return _incident(row), True
                # Another process opened it between the statements.

    async def first_met(
        self, guild_id: int | None, entry: str, model: str | None, within: timedelta
    ) -> datetime | None:
        """Return when an entry was first met with a model in a server, or in direct messages, in the last while."""
        first = select(func.min(QuestionRow.created_at)).where(
            QuestionRow.guild_id.is_not_distinct_from(guild_id),
            QuestionRow.entry == entry,
            QuestionRow.model.is_not_distinct_from(model),
            QuestionRow.created_at >= self._clock() - within,
        )
        async with self._database.lookup() as connection:
            return (await connection.execute(first)).scalar_one()

    async def current(self, guild_id: int, entry: str, model: str | None) -> Incident | None:
        """Return the open incident about an entry and a model."""
        found = await self._all(_about(guild_id, entry, model), IncidentRow.closed_at.is_(None))
        return found[0] if found else None

    async def open_in(self, guild_id: int | None) -> list[Incident]:
        """Return a server's open incidents, oldest first; None for those of all servers."""
        mine = [] if guild_id is None else [IncidentRow.guild_id == guild_id]
        return await self._all(IncidentRow.closed_at.is_(None), *mine)

    async def ended_in(self, guild_id: int | None, within: timedelta) -> list[Incident]:
        """Return a server's incidents that ended in the last while, oldest first; None for those of all servers."""
        mine = [] if guild_id is None else [IncidentRow.guild_id == guild_id]
        return await self._all(IncidentRow.closed_at > self._clock() - within, *mine)

    async def of(self, incident_id: int) -> Incident | None:
        """Return an incident."""
        found = await self._all(IncidentRow.id == incident_id)
        return found[0] if found else None

    async def close(self, incident_id: int, by: int | None) -> Incident | None:
        """End an incident.

        Args:
            incident_id: the incident.
            by: who of the staff ends it; None where it calmed down.

        Returns:
            The incident; None where it ended already or is gone.
        """
        closed = await self._close(IncidentRow.id == incident_id, by)
        return closed[0] if closed else None

    async def calm(self, since: timedelta) -> list[Incident]:
        """End the incidents of our servers that nobody met for that long, and return them: each to one process."""
        old = and_(IncidentRow.last_seen_at < self._clock() - since, self._share.has(IncidentRow.guild_id))
        return await self._close(old, None)

    async def posted(self, incident_id: int, channel_id: int, message_id: int) -> None:
        """Remember where the staff's notice stands."""
        notice = update(IncidentRow).where(IncidentRow.id == incident_id)
        async with self._database.transaction() as connection:
            await connection.execute(notice.values(channel_id=channel_id, message_id=message_id))

    async def _all(self, *conditions: ColumnElement[bool]) -> list[Incident]:
        found = select(IncidentRow).where(*conditions).order_by(IncidentRow.id)
        async with self._database.transaction() as connection:
            return [_incident(row) for row in (await connection.execute(found)).mappings()]

    async def _close(self, condition: ColumnElement[bool], by: int | None) -> list[Incident]:
        closed = (
            update(IncidentRow)
            .where(condition, IncidentRow.closed_at.is_(None))
            .values(closed_at=self._clock(), closed_by=by)
            .returning(IncidentRow)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(closed)).mappings().all()
        return sorted((_incident(row) for row in rows), key=lambda incident: incident.id)


def _about(guild_id: int, entry: str, model: str | None) -> ColumnElement[bool]:
    return and_(IncidentRow.guild_id == guild_id, IncidentRow.entry == entry, IncidentRow.model == (model or ""))


def _incident(row: Mapping[Any, Any]) -> Incident:
    return Incident(**{**row, "model": row["model"] or None})
