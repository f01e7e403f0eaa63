"""The servers that the bot is in: their settings kept current, and their coming and going remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import discord
from discord.ext import commands

from bot.chat.client import Desk
from bot.chat.servers.greeting import greet
from bot.chat.trouble import report
from bot.desk.database import DeskError

log = logging.getLogger(__name__)

EVERY = 15.0
"""Seconds after which a setting that another process changed counts here too."""


class Membership(commands.Cog):
    """Remembers which servers the bot is in, and greets a new one.

    An outage of a server is neither a leaving nor a joining: discord.py has other events for it.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Remember a new server, and greet it the first time."""
        if self.desk.records:
            try:
                first = await self.desk.records.servers.joined(guild.id)
            except DeskError as error:
                log.warning("going on without the desk: %s", error)
            else:
                if first:
                    await greet(self.desk, guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Remember that a server was left."""
        if self.desk.records:
            try:
                await self.desk.records.servers.left(guild.id)
            except DeskError as error:
                log.warning("going on without the desk: %s", error)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Compare the servers that are remembered with those that are there."""
        await compare(self.desk)


async def compare(desk: Desk) -> None:
    """Make good for the servers that were left or joined while the bot or its desk was away; none of them is greeted.

    Args:
        desk: the bot, which Discord has told of its servers.
    """
    if desk.records is None:
        return
    servers, there = desk.records.servers, {guild.id for guild in desk.guilds}
    try:
        for guild_id in servers.known() - there:
            if _is_ours(desk, guild_id):
                await servers.left(guild_id)
        for guild_id in there:
            if servers.of(guild_id).left_at is not None:
                await servers.joined(guild_id)
    except DeskError as error:
        log.warning("going on without the desk: %s", error)


def _is_ours(desk: Desk, guild_id: int) -> bool:
    """Tell whether this process would see a server: with shards, each has its own.

    https://docs.discord.com/developers/events/gateway#sharding
    """
    count, mine = desk.shard_count, desk.shard_id
    return count is None or mine is None or (guild_id >> 22) % count == mine


async def refresh(desk: Desk) -> bool:
    """Read the settings that were changed, by other processes too.

    Returns:
        Whether that could be done; where not, those known stay.
    """
    if desk.records is None:
        return False
    try:
        await desk.records.servers.refresh()
    except DeskError as error:
        log.debug("the servers' settings stay as they were: %s", error)
        return False
    return True


@asynccontextmanager
async def kept_current(
    desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Keep the servers' settings current in the background, as long as the context lasts.

    Where the database was not there when the bot started, it is opened as soon as it is.

    Args:
        desk: the bot.
        sleep: waits for some seconds.
    """
    task = asyncio.create_task(_keep_current(desk, sleep), name="settings")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _keep_current(desk: Desk, sleep: Callable[[float], Awaitable[object]]) -> None:
    well = True
    while True:
        await sleep(EVERY)
        try:
            if desk.records is None:
                if await desk.open_records() and desk.is_ready():
                    await compare(desk)
                continue
            before, well = well, await refresh(desk)
        except Exception as error:  # whatever it is, it must not be the last time
            report(error, "keeping the settings current")
            continue
        if before and not well:
            log.warning("the servers' settings stay as they were: the database does not answer")
        elif well and not before:
            log.warning("the database answers again")
