from __future__ import annotations

import asyncio
from unittest.mock import Mock

import discord.shard
from discord.shard import EventItem, EventType

from bot.chat.shards import Shard


def test_the_shards_that_discord_py_makes_are_ours() -> None:
    assert discord.shard.Shard is Shard


async def test_a_shard_that_cannot_connect_waits_by_itself() -> None:
    queue: asyncio.Queue[EventItem] = asyncio.Queue()
    client = Mock(is_closed=lambda: False)
    shard = Shard(Mock(shard_id=3), client, queue.put_nowait)
    shard._backoff = Mock(delay=lambda: 0.1)
    await shard._handle_disconnect(ConnectionError())
    assert queue.empty()
    item = await asyncio.wait_for(queue.get(), 5)
    assert (item.type, item.shard) == (EventType.reconnect, shard)
    client.dispatch.assert_called_with("shard_disconnect", 3)
