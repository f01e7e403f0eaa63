"""Where a report goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.chat.client import Desk


@dataclass(frozen=True, slots=True)
class Home:
    """The staff who take a report: their server, and the channel in which they read, which may be gone by now."""

    guild_id: int
    channel_id: int


def home_of(desk: Desk, guild_id: int | None) -> Home | None:
    """Return who takes what is asked in a server.

    That is the server's own setting, or else the channel of it that the environment names. What is asked in a direct
    message, or in a server without the bot, goes to the one server that has the channel which the environment names.

    Args:
        desk: the bot.
        guild_id: the server; None for a direct message.

    Returns:
        Their place; None where there is nobody.
    """
    guild = desk.get_guild(guild_id) if guild_id else None
    if guild is None:
        found = [home for there in desk.guilds if (home := named(desk.settings, there))]
        return found[0] if len(found) == 1 else None
    channel_id = desk.records.servers.of(guild.id).staff_channel_id if desk.records else None
    return Home(guild.id, channel_id) if channel_id else named(desk.settings, guild)


def named(settings: Settings, guild: discord.Guild) -> Home | None:
    """Return the channel of a server that the environment names, by its id or by a name that only one has."""
    name = settings.staff_channel
    places: Iterable[discord.abc.GuildChannel | discord.Thread] = (*guild.text_channels, *guild.threads)
    found = [place for place in places if name in {str(place.id), place.name.casefold()}]
    return Home(guild.id, found[0].id) if len(found) == 1 else None
