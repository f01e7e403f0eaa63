"""Checks of the servers that the bot is in: whether it may do in their channels what they chose them for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import discord

from bot.chat.doctor.finding import FaultError, Finding, checked
from bot.chat.doctor.rest import Rest, fault
from bot.chat.permissions import NEEDS, lacking, open_to_all, staff_needs
from bot.chat.reports import home
from bot.chat.servers import chosen
from bot.chat.servers.setup_words import WORDS
from bot.desk.servers import Server
from bot.settings import Settings

MOST = 100
"""How many servers are looked at. Each takes four requests, of the fifty a second that the bot has altogether:
https://docs.discord.com/developers/topics/rate-limits#global-rate-limit"""

AT_ONCE = 2

TOGETHER = 60.0
"""Seconds after which no other server is looked at."""

ALLOW = "Server Settings, Roles, or the channel's Permissions: allow it for the bot's role"
ALONE = "`python -m bot doctor --server ID` looks at one"
CHOOSE = "choose another with /desk setup"

PERMISSIONS = WORDS["en"].permissions
Place = discord.abc.GuildChannel | discord.Thread


async def servers(
    rest: Rest, settings: Settings, settings_of: Callable[[int], Server], only: int | None
) -> list[Finding]:
    """Look at the servers that the bot is in.

    Args:
        rest: logged in.
        settings: the operator's choices.
        settings_of: gives a server's own.
        only: the one to look at; None for all.
    """
    ids: list[int] = []

    async def listed() -> list[Finding]:
        ids.extend([only] if only else await _ids(rest.client))
        return []

    if wrong := await checked("servers", listed(), slow=rest.slow):
        return wrong
    if not ids:
        return [Finding("servers", "open", "the bot is in no server", "open the invite link, and choose yours")]
    gate, late = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop().time() + TOGETHER
    seen: list[discord.Guild] = []

    async def look(id_: int) -> list[Finding]:
        async with gate:
            if asyncio.get_running_loop().time() > late:
                return [Finding("server", "open", f"{id_} was not looked at: the others took too long", ALONE, id_)]
            work = _server(rest.client, id_, settings, settings_of, seen)
            return await checked("server", work, server=id_, slow=rest.slow)

    found = [finding for one in await asyncio.gather(*map(look, ids[:MOST])) for finding in one]
    if len(ids) > MOST:
        found.append(Finding("servers", "open", f"there are more: {MOST} of them were looked at", ALONE))
    if len(seen) == len(ids) and not only:
        found += _nowhere(settings, seen)
    return found


async def _ids(client: discord.Client) -> list[int]:
    try:
        return [guild.id async for guild in client.fetch_guilds(limit=MOST + 1, with_counts=False)]
    except Exception as error:
        raise fault(error) from None


async def _server(
    client: discord.Client,
    id_: int,
    settings: Settings,
    settings_of: Callable[[int], Server],
    seen: list[discord.Guild],
) -> list[Finding]:
    try:
        guild = await _fetched(client, id_)
    except (discord.Forbidden, discord.NotFound):
        raise FaultError(f"the bot is not in server {id_}", "open the invite link, and choose it") from None
    except Exception as error:
        raise fault(error) from None
    seen.append(guild)
    server = settings_of(id_)
    support, wrong = _support(settings, server, guild)
    staff, more = _staff(settings, server, guild, support)
    wrong += more
    if wrong:
        return [Finding("server", "wrong", f"{guild.name}: {told}", todo, id_) for told, todo in wrong]
    hears = f"it listens in {_listed(support)}" if support else "no support channel, so it answers only when asked"
    posts = f"reports go to {_listed([staff])}" if staff else "there is no staff channel"
    todo = "" if support and staff else "/desk setup chooses them"
    return [Finding("server", "well", f"{guild.name}: {hears}; {posts}", todo, id_)]


async def _fetched(client: discord.Client, id_: int) -> discord.Guild:
    """Return a server with its channels and threads and the bot's own membership, as the gateway would send it."""
    http = client.http
    data: Any = dict(await http.get_guild(id_, with_counts=False))
    data["channels"] = await http.get_all_guild_channels(id_)
    data["members"] = [await http.get_member(id_, client.user.id if client.user else 0)]
    data["threads"] = (await http.get_active_threads(id_))["threads"]
    return discord.Guild(data=data, state=client._connection)  # noqa: SLF001 - as discord.py's own `fetch_guild` does


Problems = list[tuple[str, str]]


def _support(settings: Settings, server: Server, guild: discord.Guild) -> tuple[Sequence[Place], Problems]:
    """Return the support channels, and what is wrong with them."""
    there, gone = chosen.support_channels(settings, guild, server)
    wrong = list(_unfit((place, lacking(place, NEEDS[place.type])) for place in there))
    if gone:
        wrong.append((f"{gone} of its support channels are gone", CHOOSE))
    return there, wrong


def _staff(
    settings: Settings, server: Server, guild: discord.Guild, support: Sequence[Place]
) -> tuple[Place | None, Problems]:
    """Return the staff channel, and what is wrong with it."""
    named = home.named(settings, guild)
    id_ = server.staff_channel_id or (named.channel_id if named else None)
    if id_ is None:
        return None, []
    place = guild.get_channel_or_thread(id_)
    if place is None:
        return None, [("its staff channel is gone: reports wait", CHOOSE)]
    wrong = list(_unfit([(place, lacking(place, staff_needs(place)))]))
    if open_to_all(place):
        told = f"everybody can read the staff channel {_listed([place])}, and with it what people send to the team"
        wrong.append((told, f"close it to @everyone, or {CHOOSE}"))
    if {place.id, getattr(place, "parent_id", None)} & {other.id for other in support}:
        wrong.append((f"{_listed([place])} is a support channel and the staff channel as well", CHOOSE))
    return place, wrong


def _unfit(places: Iterable[tuple[Place, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    """Yield what the bot lacks, channels that lack the same together."""
    alike: dict[tuple[str, ...], list[Place]] = {}
    for place, missing in places:
        if missing:
            alike.setdefault(missing, []).append(place)
    for missing, those in alike.items():
        names = ", ".join(PERMISSIONS[name] for name in missing)
        yield f"in {_listed(those)} the bot lacks {names}", ALLOW


def _listed(places: Iterable[Place]) -> str:
    return ", ".join(f"#{place.name}" for place in places)


def _nowhere(settings: Settings, guilds: Sequence[discord.Guild]) -> Iterator[Finding]:
    """Yield what the environment names and no server has: a slip in a name is silence for ever."""
    channels = [channel for guild in guilds for channel in guild.channels]
    there = {str(channel.id) for channel in channels} | {channel.name.casefold() for channel in channels}
    for name in sorted(settings.support_channels - there):
        yield Finding("channels", "wrong", f"SUPPORT_CHANNELS names {name}, which is in no server", "correct the name")
    if settings.staff_channel and not any(home.named(settings, guild) for guild in guilds):
        told = f"STAFF_CHANNEL names {settings.staff_channel}, which is not one channel of any server"
        yield Finding("channels", "wrong", told, "correct the name, or give the channel's id")
