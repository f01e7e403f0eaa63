"""Retention: what was kept for as long as its server keeps it goes by itself, and so does a server that was left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.chat.background import going_on
from bot.chat.office import records_of
from bot.chat.trouble import report, tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

LEFT = timedelta(days=7)
"""How long a server's data stays after the bot left it: time to invite it again after a slip."""

START, DAY, RETRY = timedelta(minutes=1), timedelta(days=1), timedelta(hours=1)
"""From the start, while the bot logs in, to the first purge; from one to the next; and from a failure to the next."""

KEPT: Mapping[Language, str] = {
    "en": "From now on, questions and closed reports of this server are deleted after {days} days.",
    "zh": "已设置：本服务器的提问记录和已结束的报告保留 {days} 天后删除。",
}


class Retention:
    """Deletes what is kept no longer.

    Args:
        desk: the bot.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def once(self) -> timedelta:
        """Do so once.

        Returns:
            When to do so next.
        """
        records = self._desk.records
        if records is None:
            return RETRY
        try:
            purged = await records.people.purge()
            if ready := self._desk.is_ready():  # else it is not known yet who is here again
                for guild_id in await records.servers.gone(LEFT):
                    if guild_id in self._desk.share and self._desk.get_guild(guild_id) is None:
                        purged += await records.people.forget_server(guild_id)
        except DeskError as error:
            log.warning("what is kept no longer is deleted later: %s", error)
            return RETRY
        except Exception as error:  # whatever it is, it must not be the last time
            report(error, "deleting what is kept no longer")
            return RETRY
        if purged:
            log.info("deleted what is kept no longer: %d records", purged)
        return DAY if ready else RETRY


@asynccontextmanager
async def retaining(desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
    """Delete what is kept no longer, soon and then every day, as long as the context lasts.

    Soon, as a process need not live for a day: https://devcenter.heroku.com/articles/dynos#restarting

    Args:
        desk: the bot; it opens its desk while it logs in.
        sleep: waits for some seconds.
    """
    service = Retention(desk)

    async def go_on() -> None:
        pause = START
        while True:
            await sleep(pause.total_seconds())
            pause = await service.once()

    async with going_on(go_on(), name="retention"):
        yield


async def set_retention(interaction: discord.Interaction[Desk], days: int) -> None:
    """Set for how long a server's data is kept, for a user who may, and tell them so.

    Args:
        interaction: the command.
        days: the number of days.

    Raises:
        DeskError: the database cannot do it.
        ValueError: it is out of its range, see `bot.desk.servers.RANGES`.
    """
    assert interaction.guild_id is not None  # noqa: S101 - the command is for servers alone
    await records_of(interaction.client).servers.change(interaction.guild_id, retention_days=days)
    await tell(interaction, KEPT[language(interaction.locale.value)].format(days=days))
