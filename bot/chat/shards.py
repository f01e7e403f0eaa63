"""The bot's shards: several connections to the gateway, of which each has servers of its own.

Discord gives every server to a shard by its id: https://docs.discord.com/developers/events/gateway#sharding.
discord.py's `AutoShardedBot` has them, or a single one; here is what it lacks beside the client without shards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import discord.shard
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

NORMAL = 1000
"""What a connection is closed with that has come to its end; discord.py connects anew, and after any other code that it
raises it does not."""


class Shard(discord.shard.Shard):
    """A shard that waits by itself after a failure to connect: discord.py's own lets all others wait with it."""

    _client: Desk
    _waiting: asyncio.Task[None] | None = None

    async def _handle_disconnect(self, e: Exception) -> None:
        self._waiting = asyncio.create_task(super()._handle_disconnect(e), name=f"shard {self.id}")
        if isinstance(e, discord.ConnectionClosed) and e.code != NORMAL:
            self._client.refused.set()


async def until_refused(launching: Coroutine[Any, Any, None], refused: asyncio.Event) -> None:
    """Launch shards, of which there is one every five seconds, until one is refused for good: so would the others be.

    Why it was refused, discord.py then raises from what that shard has left it.

    Args:
        launching: launches them.
        refused: is set where one is refused.
    """
    tasks = [asyncio.ensure_future(work) for work in (launching, refused.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()


discord.shard.Shard = Shard  # type: ignore[misc] # where discord.py makes them


def forgetting(desk: Desk, ready: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parser of READY that first forgets what the shard knew, as discord.py does without shards.

    Else a server that was left while a shard was away would be known for ever.

    Args:
        desk: the bot.
        ready: discord.py's own parser.
    """

    def parse(data: Any) -> None:
        for guild in list(desk.guilds):
            if guild.shard_id == data["shard"][0]:
                desk._connection._remove_guild(guild)  # noqa: SLF001 - there is no other way
        ready(data)

    return parse


async def find_the_gateway(desk: Desk) -> None:
    """Ask Discord how many shards there are to be, and at another address than Discord's, where the gateway is.

    What the settings say is not asked for. Where there is no answer, it is one shard at discord.py's own address.

    Args:
        desk: the bot, logged in.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: the answer cannot be read.
    """
    elsewhere, count = desk.settings.discord_api_url, desk.settings.shard_count
    if count and not elsewhere:
        return
    try:
        answer = await desk.http.request(Route("GET", "/gateway/bot"))
    except discord.HTTPException as error:
        log.warning("%s does not tell of the gateway: HTTP %s", urlsplit(Route.BASE).hostname, error.status)
        return
    if elsewhere:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(answer["url"])
    desk.shard_count = count or max(1, int(answer.get("shards", 1)))
    desk.shard_ids = sorted(desk.settings.shard_ids) or list(range(desk.shard_count))
