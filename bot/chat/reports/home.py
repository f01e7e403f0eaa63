"""Where a report goes."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Home:
    """The staff who take a report: their server, and the channel in which they read, which may be gone by now."""

    guild_id: int
    channel_id: int


def home_of(desk: Desk, guild_id: int | None) -> Home | None:
    """Return who takes what is asked in a server.

    That is the server's own setting, or else the channel of it that the environment names. What is asked in a direct
    message, or in a server without the bot, goes to the one server that has the channel which the environment names;
    a process that sees only some of the servers has to look for it first, see `look_for_home`.

    Args:
        desk: the bot.
        guild_id: the server; None for a direct message.

    Returns:
        Their place; None where there is nobody.
    """
    guild = desk.get_guild(guild_id) if guild_id else None
    if guild is None:
        return _the_only_one(desk) if desk.share.whole else desk.home
    channel_id = desk.records.servers.of(guild.id).staff_channel_id if desk.records else None
    return Home(guild.id, channel_id) if channel_id else named(desk.settings, guild)


def _the_only_one(desk: Desk) -> Home | None:
    """Return the channel that the environment names, if only one server has such a channel. There may be thousands."""
    name = desk.settings.staff_channel
    if name is None:
        return None
    if _is_id(name):
        channel = desk.get_channel(int(name))
        return Home(channel.guild.id, channel.id) if isinstance(channel, discord.TextChannel | discord.Thread) else None
    found = [home for guild in desk.guilds if (home := named(desk.settings, guild))]
    return found[0] if len(found) == 1 else None


def named(settings: Settings, guild: discord.Guild) -> Home | None:
    """Return the channel of a server that the environment names, by its id or by a name that only one has."""
    name = settings.staff_channel
    if name is None:
        return None
    places: Iterable[discord.abc.GuildChannel | discord.Thread] = (*guild.text_channels, *guild.threads)
    found = [place for place in places if name in {str(place.id), place.name.casefold()}]
    return Home(guild.id, found[0].id) if len(found) == 1 else None


def _is_id(name: str) -> bool:
    return name.isascii() and name.isdecimal()


async def look_for_home(desk: Desk) -> None:
    """Ask Discord in which server the staff channel is that the environment names, where another process may have it.

    By its id alone: which servers have a channel of a name, this process cannot tell. Nothing is raised.

    Args:
        desk: the bot, logged in.
    """
    name = desk.settings.staff_channel or ""
    if desk.share.whole or desk.home or not _is_id(name):
        return
    try:
        channel = await desk.fetch_channel(int(name))
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.debug("the server of STAFF_CHANNEL is not known yet: %s", type(error).__name__)
        return
    if isinstance(channel, discord.TextChannel | discord.Thread):
        desk.home = Home(channel.guild.id, channel.id)
