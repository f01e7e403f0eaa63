from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp

from bot.desk.records import Records
from tests.chat.test_metrics import free_port
from tests.wire.events import GENERAL, PASTED, mention, message
from tests.wire.loopback import PATIENCE, loopback
from tests.wire.process import bot
from tests.wire.test_delivery import records, report

HOUR = 2.0
"""Seconds that an hour takes here."""

FASTER = f"""
import bot.chat.gateway, bot.chat.health, bot.chat.patience, bot.chat.reports.delivery, discord

bot.chat.reports.delivery.STEP = 0.5
bot.chat.health.GONE /= 3600 / {HOUR}
bot.chat.patience.PAUSES = (0.01,)
original = bot.chat.gateway.Backoff.delay
bot.chat.gateway.Backoff.delay = lambda self: original(self) * {HOUR} / 3600

async def at_once(self, shard_id, *, initial=False):
    pass

discord.Client.before_identify_hook = at_once
"""
"""Lets an hour of a process take as long, as far as the gateway goes."""


async def health(port: int, wanted: int) -> None:
    """Wait until the bot says so of itself."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
        while True:
            async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                if answer.status == wanted:
                    return
            await asyncio.sleep(0.05)


async def tried(desk: Records) -> None:
    """Wait until the bot has tried to deliver something, which was hindered."""
    for _ in range(int(PATIENCE * 10)):
        if await desk.outbox.waiting():
            return
        await asyncio.sleep(0.1)
    raise AssertionError


async def test_after_an_hour_without_discord_all_goes_on_and_nothing_is_lost_or_hurried(tmp_path: Path) -> None:
    port, url = free_port(), f"sqlite+aiosqlite:///{tmp_path}/desk.db"
    settings = {"METRICS_PORT": str(port), "DATABASE_URL": url, "STAFF_CHANNEL": "general"}
    async with (
        loopback() as there,
        bot(there.address, first=FASTER, LOG_FORMAT="json", **settings) as running,
        records(url) as desk,
    ):
        await there.seen("IDENTIFY")
        await there.say(message(PASTED))
        await health(port, 200)
        await there.leave()
        there.resumable = False
        await health(port, 503)
        stored, _ = await desk.reports.open(report())
        await tried(desk)
        await asyncio.sleep(HOUR)
        before = len(there.journal)
        await there.come_back()
        await there.seen("RESUME")
        await there.seen("POST", f"/channels/{GENERAL}/messages")
        await there.say(mention(PASTED, "1300000000000000100"))
        await health(port, 200)
        asked = there.journal[before:]
        ended = await running.end(signalled=signal.SIGTERM)
        assert (await desk.reports.of(stored.id) or stored).staff_message_id
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    tries = [line for line in lines if "Attempting a reconnect" in line]
    assert 20 < len(tries) < 120
    assert not [line for line in lines if '"ERROR"' in line and line not in tries]
    assert [entry.method for entry in asked].count("CONNECT") <= 2
    assert len(asked) < 15
