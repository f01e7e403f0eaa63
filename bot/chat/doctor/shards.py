"""Checks of the shards: whether there are enough of them, and whether Discord lets them start."""

from __future__ import annotations

from typing import Any

from discord.http import Route

from bot.chat.doctor.finding import Finding
from bot.chat.doctor.rest import Rest, fault
from bot.desk.share import Share
from bot.settings import Settings

MOST = 2500
"""Servers that Discord lets one shard have: https://docs.discord.com/developers/events/gateway#sharding"""

HOUR = 3_600_000
"""Milliseconds."""


async def shards(rest: Rest, settings: Settings) -> list[Finding]:
    """Compare the shards with what Discord recommends, and look at what it is to have several processes.

    Args:
        rest: logged in.
        settings: the operator's choices.

    Raises:
        FaultError: Discord does not tell.
    """
    try:
        answer: dict[str, Any] = await rest.client.http.request(Route("GET", "/gateway/bot"))
        recommended, limit = int(answer["shards"]), answer.get("session_start_limit") or {}
    except Exception as error:
        raise fault(error) from None
    count = settings.shard_count or recommended
    share = Share(count, settings.shard_ids)
    found = [] if share.whole else _apart(settings)
    servers = rest.client.application.approximate_guild_count if rest.client.application else 0
    if servers > MOST * count:
        told = f"{servers} servers are too many for {count} shards: one has {MOST} at most"
        todo = f"set SHARD_COUNT to {recommended} in all processes, or unset it where there is only one"
        found.append(Finding("shards", "wrong", told, todo))
    here = len(share.ids) or count
    left = limit.get("remaining", here)
    if left < here:
        told = f"Discord lets the bot start {left} more shards today, and {here} are to start"
        todo = f"leave running what runs; there are more in {limit.get('reset_after', 0) / HOUR:.0f} hours"
        found.append(Finding("shards", "wrong", told, todo))
    told = f"{here} of {count} in this process; Discord recommends {recommended}"
    return found or [Finding("shards", "well", told)]


def _apart(settings: Settings) -> list[Finding]:
    """Return what does not do for one of several processes."""
    found = []
    staff = settings.staff_channel
    if staff and not staff.isdecimal():
        told = "with several processes, nobody takes reports from direct messages: STAFF_CHANNEL is a name"
        found.append(Finding("shards", "wrong", told, "set it to the channel's id"))
    if settings.database_url.startswith("sqlite"):
        told = "several processes share an SQLite file only on one machine"
        found.append(Finding("shards", "open", told, "set DATABASE_URL to PostgreSQL"))
    return found
