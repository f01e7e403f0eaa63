"""What a server has chosen, put into words for its managers: channels, a role, and what the bot lacks there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import discord

from bot.chat.cards.post_tag import solved_tag
from bot.chat.permissions import NEEDS, lacking, open_to_all, staff_needs
from bot.chat.reports.home import home_of
from bot.chat.servers.setup_words import Words
from bot.desk.servers import Server
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.chat.client import Desk

Place = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel
Anywhere = discord.abc.GuildChannel | discord.Thread


def named(settings: Settings, guild: discord.Guild) -> list[Place]:
    """Return the channels of a server that the environment names."""
    names = settings.support_channels
    return [
        place for place in guild.channels if isinstance(place, Place) and {str(place.id), place.name.casefold()} & names
    ]


def support_channels(settings: Settings, guild: discord.Guild, server: Server) -> tuple[list[Place], int]:
    """Return a server's support channels, its own or else the environment's, and how many of them are gone."""
    if server.support_channels is None:
        return named(settings, guild), 0
    found = [guild.get_channel(id_) for id_ in sorted(server.support_channels)]
    places = [place for place in found if isinstance(place, Place)]
    return places, len(found) - len(places)


def support(words: Words, desk: Desk, guild: discord.Guild) -> tuple[str, list[Place]]:
    """Say how it stands with the support channels, and return the text and those that are there.

    Args:
        words: the reader's.
        desk: the bot.
        guild: the server, with its channels.
    """
    server = desk.server(guild.id)
    places, gone = support_channels(desk.settings, guild, server)
    lines = [f"**{words.support}**", words.support_about]
    lines += _checked(words, [(place, lacking(place, NEEDS[place.type])) for place in places], gone)
    if not places:
        lines.append(words.support_none)
    elif server.support_channels is None:
        lines.append(f"-# {words.from_environment}")
    if unmarked := [place for place in places if solved_tag(place) and lacking(place, ("manage_threads",))]:
        lines.append(f"-# {words.unmarked.format(places=' '.join(place.mention for place in unmarked))}")
    return "\n".join(lines), places


def staff(words: Words, desk: Desk, guild: discord.Guild, waiting: int) -> tuple[str, Anywhere | None]:
    """Say how it stands with the staff channel, and return the text and the channel if it is there.

    Args:
        words: the reader's.
        desk: the bot.
        guild: the server, with its channels.
        waiting: how many reports could not be posted so far.
    """
    home = home_of(desk, guild.id)
    place = guild.get_channel_or_thread(home.channel_id) if home else None
    lines = [f"**{words.staff}**", words.staff_about]
    if place:
        found = ((words.staff_public, open_to_all(place)), (words.staff_support, desk.is_support(place)))
        unfit = [line.format(place=place.mention) for line, is_so in found if is_so]
        missing = lacking(place, staff_needs(place))
        lines += unfit + (_checked(words, [(place, missing)], 0) if missing or not unfit else [])
        if desk.server(guild.id).staff_channel_id is None:
            lines.append(f"-# {words.from_environment}")
    elif home:
        lines += [*_checked(words, [], 1), words.staff_gone]
    else:
        lines.append(words.staff_none)
    if waiting:
        lines.append(words.waiting.format(count=waiting))
    return "\n".join(lines), place


def role(words: Words, desk: Desk, guild: discord.Guild) -> tuple[str, discord.Role | None]:
    """Say how it stands with the staff role, and return the text and the role if it is there."""
    role_id = desk.server(guild.id).staff_role_id
    there = guild.get_role(role_id) if role_id else None
    lines = [f"**{words.role}**", words.role_about]
    if role_id and there is None:
        lines.append(words.role_gone)
    return "\n".join(lines), there


def _checked(words: Words, places: Iterable[tuple[Anywhere, tuple[str, ...]]], gone: int) -> list[str]:
    """Return a line for those channels that are well, and one for each set of permissions that is lacking."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for place, missing in places:
        alike.setdefault(missing, []).append(place.mention)
    lines = []
    for missing, mentions in sorted(alike.items()):
        names = words.comma.join(f"**{words.permissions[name]}**" for name in missing)
        line = words.lacks if missing else words.ready
        lines.append(line.format(places=" ".join(mentions), permissions=names))
    return [*lines, words.gone.format(count=gone)] if gone else lines
