from __future__ import annotations

import asyncio
import json
import signal

import pytest

from tests.wire.events import PASTED, SUPPORT, message
from tests.wire.loopback import PATIENCE, loopback
from tests.wire.process import Running, bot

MESSAGES = f"/channels/{SUPPORT}/messages"

SOON = 5.0
"""Seconds. Those who stop processes wait ten or more before they kill them."""


async def stops(running: Running, name: str = "SIGTERM", within: float = SOON) -> None:
    """Send a signal, and hold the process to a clean end."""
    ended = await running.end(signalled=signal.Signals[name], within=within)
    assert (ended.code, ended.err) == (0, "")
    assert "Traceback" not in ended.out
    assert "ERROR" not in ended.out


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_a_signal_says_goodbye_to_discord(name: str) -> None:
    async with loopback() as there, bot(there.address) as running:
        await there.seen("IDENTIFY")
        await stops(running, name, within=2)
        assert (await there.seen("CLOSE")).json == 1000


async def test_an_answer_under_way_is_sent_first_and_a_second_signal_changes_nothing() -> None:
    async with loopback() as there, bot(there.address) as running:
        await there.seen("IDENTIFY")
        there.fail("POST", MESSAGES, 503, "")
        asked = message(PASTED)
        await there.dispatch("MESSAGE_CREATE", asked)
        await there.reply(asked)
        running.process.send_signal(signal.SIGINT)
        await running.logs("stopping")
        assert there.count("POST", MESSAGES) == 1
        await stops(running)
        assert there.count("POST", MESSAGES) == 2


async def test_an_answer_that_discord_does_not_take_holds_nothing_up() -> None:
    async with loopback() as there, bot(there.address) as running:
        await there.seen("IDENTIFY")
        slow = there.hold("POST", MESSAGES)
        await there.dispatch("MESSAGE_CREATE", message(PASTED))
        await asyncio.wait_for(slow.arrived.wait(), PATIENCE)
        await stops(running)


@pytest.mark.parametrize("request_", [("GET", "/users/@me"), ("PUT", "/applications/")])
async def test_a_signal_ends_a_start_that_discord_is_slow_to_answer(request_: tuple[str, str]) -> None:
    async with loopback() as there, bot(there.address) as running:
        slow = there.hold(*request_)
        await asyncio.wait_for(slow.arrived.wait(), PATIENCE)
        await stops(running, within=3)


async def test_a_signal_ends_the_wait_for_a_gateway_that_says_nothing() -> None:
    async with loopback() as there, bot(there.address) as running:
        there.greets = False
        await there.seen("CONNECT")
        await stops(running, within=3)


async def test_a_signal_ends_the_search_for_a_gateway_that_is_not_there() -> None:
    async with loopback() as there, bot(there.address, LOG_FORMAT="json") as running:
        there.fail("GET", "/gateway/bot", 200, {"url": "ws://127.0.0.1:1"})
        await running.logs("Failed to connect")
        ended = await running.end(signalled=signal.SIGTERM, within=3)
    assert (ended.code, ended.err) == (0, "")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert {line["exception"] for line in lines if "Failed" in line["message"]} == {"ClientConnectorError"}


async def test_a_name_that_takes_long_to_look_up_holds_nothing_up() -> None:
    first = (
        "import socket, time\n"
        "socket.getaddrinfo = lambda *_, **__: (print('looking up', flush=True), time.sleep(60))\n"
        "import bot.chat.run\n"
        "bot.chat.run.LAST = 1.0\n"
    )
    async with bot("http://discord.invalid", first=first) as running:
        await running.logs("looking up")
        await stops(running, within=4)
