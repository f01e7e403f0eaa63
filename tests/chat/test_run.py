from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys

import pytest

from tests.chat.loopback import TOKEN, loopback

START = """
import os, sys, yarl
from discord.gateway import DiscordWebSocket
from bot.chat.run import run
from bot.settings import Settings
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_API_URL"].replace("http", "ws")).with_path("/")
sys.exit(run(Settings.from_env(os.environ)))
"""


async def start(address: str, token: str = TOKEN, **environ: str) -> asyncio.subprocess.Process:
    """Start the bot in a process of its own; the gateway has no setting, so that is put in its place."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISCORD_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", START,
        env=inherited | {"DISCORD_TOKEN": token, "DISCORD_API_URL": f"{address}/api"} | environ,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def end(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for the process and return its exit code and what it wrote to either stream."""
    out, err = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
async def test_a_signal_says_goodbye_to_discord_and_ends_in_success(name: str) -> None:
    async with loopback() as there:
        process = await start(there.address, LOG_FORMAT="json", LOG_LEVEL="DEBUG")
        await asyncio.wait_for(there.identified.wait(), 20)
        process.send_signal(getattr(signal, name))
        code, out, err = await asyncio.wait_for(end(process), 8)
        assert (code, err) == (0, "")
        assert await asyncio.wait_for(there.closed_with, 5) == 1000
    assert [command["name"] for command in there.commands] == ["error"]
    levels = [json.loads(line)["level"] for line in out.splitlines()]
    assert set(levels) == {"INFO"}
    assert TOKEN not in out


async def test_a_wrong_token_is_told_in_one_line() -> None:
    async with loopback() as there:
        code, out, err = await end(await start(there.address, token="a-wrong-one"))
    assert code == 1
    assert err.startswith("error-desk: Discord does not accept the token")
    assert err.count("\n") == 1
    assert "Traceback" not in out
    assert "a-wrong-one" not in out + err


async def test_a_missing_token_is_told_in_one_line() -> None:
    code, _, err = await end(await start("http://127.0.0.1:1", token=""))
    assert code == 1
    assert err.startswith("error-desk: no token: set DISCORD_TOKEN")
    assert err.count("\n") == 1


async def test_no_network_is_told_in_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        code, out, err = await end(await start(f"http://127.0.0.1:{closed.getsockname()[1]}"))
    assert code == 1
    assert err.startswith("error-desk: Discord cannot be reached")
    assert err.count("\n") == 1
    assert "Traceback" not in out


async def test_a_missing_intent_is_told_with_the_place_to_turn_it_on() -> None:
    async with loopback(refuse=4014) as there:
        code, _, err = await end(await start(there.address))
    assert code == 1
    assert "Message Content Intent" in err
    assert err.count("\n") == 1
