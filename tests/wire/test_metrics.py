from __future__ import annotations

import asyncio
import signal
import socket

import aiohttp
import pytest

from tests.chat.test_metrics import free_port, scraped
from tests.wire.events import ERROR, KEY, PASTED, WORDS, message
from tests.wire.loopback import PATIENCE, loopback
from tests.wire.process import bot, bot_anew


async def ready(http: aiohttp.ClientSession) -> tuple[int, str]:
    """How the bot is when the start is over: the client waits two seconds for the last server."""
    for _ in range(int(PATIENCE * 10)):
        async with http.get("/healthz") as answer:
            health = answer.status, await answer.text()
        if health != (200, "starting\n"):
            break
        await asyncio.sleep(0.1)
    return health


async def test_a_running_bot_serves_counters_and_health_on_the_loopback_interface_alone() -> None:
    port = free_port()
    async with loopback() as there, bot(there.address, METRICS_PORT=str(port)) as running:
        await there.seen("IDENTIFY")
        await there.say(message(f"{PASTED} Authorization: Bearer {KEY}"))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            seen = await scraped(http)
            async with http.get("/metrics") as answer:
                text = await answer.text()
            assert await ready(http) == (200, "connected\n")
            async with http.get("/") as answer:
                assert answer.status == 404
            for address in ("127.0.0.2", socket.gethostbyname(socket.gethostname())):
                if address != "127.0.0.1":
                    with pytest.raises(aiohttp.ClientConnectionError):
                        await http.get(f"http://{address}:{port}/metrics")
            ended = await running.end(signalled=signal.SIGTERM)  # with a connection kept open
    assert (ended.code, ended.err) == (0, "")
    assert seen["error_desk_answered_total", "429 heard"] == 1
    assert seen["process_resident_memory_bytes", ""] > 0
    assert not [word for word in (KEY, *WORDS.split(), ERROR[:20]) if word in text]


async def test_without_the_variable_nothing_of_it_is_loaded() -> None:
    """Python writes on standard error what it imports."""
    for environ, is_loaded in (({}, False), ({"METRICS_PORT": str(free_port())}, True)):
        async with loopback() as there, bot_anew(there.address, PYTHONPROFILEIMPORTTIME="1", **environ) as running:
            await there.seen("IDENTIFY")
            await there.say(message(PASTED))
            ended = await running.end(signalled=signal.SIGTERM)
        assert "discord.client" in ended.err
        assert ("prometheus_client" in ended.err, "bot.chat.metrics" in ended.err) == (is_loaded, is_loaded)
