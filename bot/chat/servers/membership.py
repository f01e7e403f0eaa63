"""The servers that the bot is in: their settings kept current, and their coming and going remembered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import discord
from discord.ext import commands

from bot.chat.background import going_on
from bot.chat.client import Desk
from bot.chat.reports.home import look_for_home
from bot.chat.servers.greeting import greet
from bot.chat.trouble import report
from bot.desk.database import DeskError
from bot.desk.share import Share

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
                self.desk.missed.note(partial(self.on_guild_join, guild))
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
                self.desk.missed.note(partial(self.on_guild_remove, guild))

    @commands.Cog.listener()
    async def on_shard_ready(self, shard: int) -> None:
        """Compare the servers that are remembered with those that are there."""
        await compare(self.desk, Share(self.desk.shard_count or 1, frozenset({shard})))


async def compare(desk: Desk, share: Share) -> None:
    """Make good for the servers that were left or joined while the bot or its desk was away; none of them is greeted.

    Args:
        desk: the bot, which Discord has told of its servers.
        share: which of them are meant.
    """
    if desk.records is None:
        return
    servers, there = desk.records.servers, {guild.id for guild in desk.guilds}
    try:
        for guild_id in servers.known() - there:
            if guild_id in share:
                await servers.left(guild_id)
        for guild_id in there:
            if guild_id in share and servers.of(guild_id).left_at is not None:
                await servers.joined(guild_id)
    except DeskError as error:
        log.warning("going on without the desk: %s", error)
        desk.missed.note(partial(compare, desk, share))


async def refresh(desk: Desk) -> bool:
    """Read the settings that were changed, by other processes too; before that, write and do what had to wait.

    Returns:
        Whether that could be done; where not, those known stay.
    """
    if desk.records is None:
        return False
    try:
        await desk.records.catch_up()
        await desk.records.servers.refresh()
    except DeskError as error:
        log.debug("the servers' settings stay as they were: %s", error)
        return False
    await desk.missed.make_good()
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
    async with going_on(_keep_current(desk, sleep), name="settings"):
        yield


async def _keep_current(desk: Desk, sleep: Callable[[float], Awaitable[object]]) -> None:
    well = True
    while True:
        await sleep(EVERY)
        try:
            await look_for_home(desk)
            if desk.records is None:
                if await desk.open_records() and desk.is_ready():
                    await compare(desk, desk.share)
                continue
            before, well = well, await refresh(desk)
        except Exception as error:  # whatever it is, it must not be the last time
            report(error, "keeping the settings current")
            continue
        if before and not well:
            log.warning("the servers' settings stay as they were: the database does not answer")
        elif well and not before:
            log.warning("the database answers again")
