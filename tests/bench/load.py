"""The bot on a busy server, against a bare client with the same intents: real processes on loopback sockets.

What a message costs is what the client's process takes of the processor. One by one, each message finds the client
asleep, as on a real server, where there are milliseconds between two of them at the busiest of times. All at once, the
client is never done, as after an outage: then waking up costs nothing, and both have only the message itself to deal
with.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.chat import ELSEWHERE, SUPPORT
from tests.bench.clients import BARE, BOT, TIMED, Client, all_at_once, client, in_portions, one_by_one
from tests.bench.ratio import Ratio, p99
from tests.bench.timed import FILE

ERRORS = 0.05
"""How many messages have an error in them, where that is not about chat alone."""

SETTLED = 4.0
"""Seconds from READY until all is there that a start brings: discord.py waits two for servers that are yet to come."""

PLACES = {"support channels": SUPPORT, "other channels": ELSEWHERE}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        starts: how often each client is started.
        messages: how many messages there are of a kind.
        rounds: how often they come all at once.
        life: after how many of them memory is looked at again.
    """

    starts: int = 7
    messages: int = 20_000
    rounds: int = 3
    life: int = 200_000


WHOLE = Size()


async def ratios(size: Size = WHOLE) -> AsyncIterator[Ratio]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as place:
        for measure in (starts, chat, errors, life):
            async for ratio in measure(size, Path(place)):
                yield ratio


async def starts(size: Size, place: Path) -> AsyncIterator[Ratio]:
    """From nothing to READY. The very first start has knowledge to check and tables to make."""
    async with client(BARE, place) as bare, client(BOT, place) as bot:
        await asyncio.sleep(SETTLED)
        await bot.calm()
        yield Ratio("first start to READY / bare", bot.started / bare.started)
        yield Ratio("memory after the first start / bare", bot.memory / bare.memory, 2.5)
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(size.starts):
        for module, took in ((BARE, theirs), (BOT, ours)):
            async with client(module, place) as one:
                took.append(one.started)
    yield Ratio("start to READY / bare", min(ours) / min(theirs), 3.5)


async def chat(size: Size, place: Path) -> AsyncIterator[Ratio]:
    """Messages without an error."""
    async with client(BARE, place) as bare, client(BOT, place) as bot:
        await asyncio.sleep(SETTLED)
        await bot.calm()
        yield Ratio("memory after start / bare", bot.memory / bare.memory, 2.5)
        for where, channels in PLACES.items():
            both = zip(*(each.people.talk(size.messages, channels) for each in (bare, bot)), strict=True)
            theirs, ours = await one_by_one((bare, bot), both)
            yield Ratio(f"chat in {where}, one by one / bare", ours / theirs, 1.5)
        total = {bare: 0.0, bot: 0.0}
        for where, channels in PLACES.items():
            spent: dict[Client, list[float]] = {bare: [], bot: []}
            for _ in range(size.rounds):
                for each, found in spent.items():
                    found.append((await all_at_once(each, each.people.talk(size.messages, channels))).cpu)
            yield Ratio(f"chat in {where}, all at once / bare", min(spent[bot]) / min(spent[bare]))
            for each, found in spent.items():
                total[each] += min(found)
        yield Ratio("chat, half of it in support channels, all at once / bare", total[bot] / total[bare], 1.5)


async def errors(size: Size, place: Path) -> AsyncIterator[Ratio]:
    """Messages of which some have an error. Most of these get no answer either: the bot minds its manners."""
    file = place / "times.json"
    async with client(BARE, place) as bare, client(TIMED, place, **{FILE: str(file)}) as bot:
        await asyncio.sleep(SETTLED)
        both = zip(*(each.people.talk(size.messages, SUPPORT, ERRORS) for each in (bare, bot)), strict=True)
        theirs, ours = await one_by_one((bare, bot), both)
        yield Ratio(f"chat with {ERRORS:.0%} errors and {bot.posted} answers / bare with none", ours / theirs)
        await bot.stop()
    took = [1000 * seconds for seconds in json.loads(file.read_text())]
    yield Ratio("the bot's own time for a message, median, in ms", statistics.median(took))
    yield Ratio("the bot's own time for a message, 99th percentile, in ms", p99(took))


async def life(size: Size, place: Path) -> AsyncIterator[Ratio]:
    """Memory, as time goes by."""
    async with client(BOT, place) as bot:
        await asyncio.sleep(SETTLED)
        await bot.calm()
        start = bot.memory
        await in_portions(bot, bot.people.talk(size.life, SUPPORT, ERRORS))
        yield Ratio(f"memory after {size.life:,} messages / after the start", bot.memory / start, 1.05)
