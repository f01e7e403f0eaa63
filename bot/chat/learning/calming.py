"""The end of incidents: those that nobody meets any more are over, and staff's notices say so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import discord

from bot.chat.background import going_on
from bot.chat.learning.incident_notice import notice
from bot.chat.trouble import FAILED, report
from bot.desk.database import DeskError
from bot.desk.incidents import Incident

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

STEP = 15.0
"""Seconds between two looks at what is open: by then an incident that another process closed is over in this one."""


class Calming:
    """Ends incidents of our servers that calmed down, and keeps the notices true.

    Args:
        desk: the bot.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ended: dict[int, Incident] = {}
        self._drawn: dict[int, int] = {}

    async def once(self) -> None:
        """Do so once. A notice that Discord does not take now is drawn the next time.

        Raises:
            DeskError: the database cannot do it.
        """
        ongoing = self._desk.ongoing
        if ongoing is None:
            return
        self._ended |= {incident.id: incident for incident in await ongoing.calm()}
        await ongoing.refresh()
        is_open = {incident.id: incident for incident in ongoing.of(None) if incident.guild_id in self._desk.share}
        self._drawn = {id_: people for id_, people in self._drawn.items() if id_ in is_open}
        for incident in is_open.values():
            if incident.message_id and self._drawn.get(incident.id) != incident.people and await self._draw(incident):
                self._drawn[incident.id] = incident.people
        for incident in list(self._ended.values()):
            if await self._draw(incident):
                del self._ended[incident.id]

    async def _draw(self, incident: Incident) -> bool:
        """Show an incident on its notice, and tell whether that is done with."""
        if incident.channel_id is None or incident.message_id is None:
            return True
        message = self._desk.get_partial_messageable(incident.channel_id).get_partial_message(incident.message_id)
        try:
            await message.edit(view=await notice(self._desk, incident))
        except (discord.NotFound, discord.Forbidden) as error:
            log.warning("the notice of incident %d stays as it was: HTTP %d", incident.id, error.status)
        except FAILED as error:
            log.warning("the notice of incident %d has to wait: %s", incident.id, type(error).__name__)
            return False
        return True


@asynccontextmanager
async def calming(desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
    """End incidents that calmed down in the background, as long as the context lasts.

    Args:
        desk: the bot; it may connect later.
        sleep: waits for some seconds.
    """
    service = Calming(desk)

    async def go_on() -> None:
        while True:
            await sleep(STEP)
            try:
                await service.once()
            except DeskError as error:
                log.warning("the incidents have to wait: %s", error)
            except Exception as error:  # the next step finds things as they are
                report(error, "watching incidents")

    async with going_on(go_on(), name="incidents"):
        yield
