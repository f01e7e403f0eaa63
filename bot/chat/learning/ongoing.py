"""The open incidents, kept in memory: every answer looks whether there is one about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.desk.incidents import Incident, Incidents

CALM = timedelta(minutes=30)
"""How long nobody new may meet an incident before it is taken to be over. A provider's hiccup is over in minutes, and
while it lasts somebody else runs into it well within half an hour."""


class Ongoing:
    """The open incidents of all servers, of which this process has a copy.

    Every method that waits raises `DeskError` where the database cannot do it.

    Args:
        incidents: where they are kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, incidents: Incidents, clock: Callable[[], datetime]) -> None:
        self._incidents = incidents
        self._clock = clock
        self._open: dict[int, Incident] = {}
        self._turn = asyncio.Lock()  # what was read before a change must not take its place in the copy

    def of(self, guild_id: int | None) -> list[Incident]:
        """Return a server's incidents, the oldest first; None for those of all servers. It never waits."""
        since = self._clock() - CALM
        return [
            incident
            for incident in self._open.values()
            if guild_id in {None, incident.guild_id} and incident.last_seen_at > since
        ]

    def about(self, guild_id: int, entry: str, model: str | None) -> Incident | None:
        """Return the incident that somebody's error belongs to, as far as one can tell. It never waits.

        That is the one about the same entry and model. Where the message names no model, it is the first about the
        entry; and an incident without a model stands for all of them.
        """
        found = [incident for incident in self.of(guild_id) if incident.entry == entry]
        same = [incident for incident in found if incident.model == model]
        near = [incident for incident in found if model is None or incident.model is None]
        return next(iter(same + near), None)

    async def refresh(self) -> None:
        """Read what is open, by other processes' doing too."""
        async with self._turn:
            self._open = {incident.id: incident for incident in await self._incidents.open_in(None)}

    async def seen(
        self, guild_id: int, entry: str, model: str | None, people: int, since: datetime | None = None
    ) -> bool:
        """Note down that so many people met the same, as `Incidents.seen` does, and return whether that is new."""
        async with self._turn:
            incident, is_new = await self._incidents.seen(guild_id, entry, model, people, since)
            self._take(incident)
        return is_new

    async def posted(self, incident: Incident, channel_id: int, message_id: int) -> None:
        """Remember where the staff's notice stands."""
        async with self._turn:
            await self._incidents.posted(incident.id, channel_id, message_id)
            if changed := await self._incidents.of(incident.id):
                self._take(changed)

    async def close(self, incident_id: int, by: int) -> Incident | None:
        """End an incident, and return it; None where it is gone. One that ended already stays as it ended."""
        async with self._turn:
            ended = await self._incidents.close(incident_id, by) or await self._incidents.of(incident_id)
            self._open.pop(incident_id, None)
        return ended

    async def calm(self) -> list[Incident]:
        """End the incidents that calmed down, and return them: each to one process."""
        async with self._turn:
            ended = await self._incidents.calm(CALM)
            for incident in ended:
                self._open.pop(incident.id, None)
        return ended

    def _take(self, incident: Incident) -> None:
        if incident.closed_at is None:
            self._open[incident.id] = incident
