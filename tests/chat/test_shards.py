from __future__ import annotations

import asyncio
from unittest.mock import Mock

import discord.shard
import pytest
from discord.shard import EventItem, EventType

from bot.chat.shards import Shard, until_refused


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


async def test_once_a_shard_is_refused_those_that_have_yet_to_come_are_left_out() -> None:
    refused, left_out = asyncio.Event(), asyncio.Event()

    async def launch() -> None:
        refused.set()
        try:
            await asyncio.Event().wait()
        finally:
            left_out.set()

    await until_refused(launch(), refused)
    await asyncio.wait_for(left_out.wait(), 1)


async def test_what_keeps_shards_from_being_launched_is_raised() -> None:
    async def launch() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await until_refused(launch(), asyncio.Event())
