"""Clients under load, each a process of its own with a Discord of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from bot.chat.client import INTENTS
from tests.bench.chat import SUPPORT, People, town
from tests.wire.events import Event
from tests.wire.loopback import TOKEN, Loopback, loopback

BARE = "tests.bench.bare"
BOT = "bot"
TIMED = "tests.bench.timed"

LONGEST = 300.0
"""Seconds that a client may take for what it was sent, on a machine that may be busy."""

CALM = 0.5
"""Seconds without work after which there is none left."""

PORTION = 100
"""How many messages come at once where they come in portions."""

PAUSE = 0.05
"""Seconds without work after which a portion is dealt with."""

GAP = 0.0005
"""Seconds between two messages that come one by one. Each wakes the client up."""


class Spent(NamedTuple):
    """What a client spent on something, in seconds: of the processor, and by the clock."""

    cpu: float
    wall: float


class Client:
    """A process that is connected.

    Args:
        there: what it is connected to.
        process: the process.
        started: seconds from its start until it identified itself, upon which it was told READY.
    """

    def __init__(self, there: Loopback, process: asyncio.subprocess.Process, started: float) -> None:
        self.people = People()
        self.started = started
        self._there = there
        self._process = process

    @property
    def cpu(self) -> float:
        """Seconds of the processor so far, with all threads (proc_pid_stat(5): utime and stime)."""
        user, system = self._stat[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def _runs(self) -> bool:
        """Whether it is at work, or would be if the machine had a processor to spare (proc_pid_stat(5): state)."""
        return self._stat[0] == "R"

    @property
    def _stat(self) -> list[str]:
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()

    @property
    def memory(self) -> float:
        """Resident memory in megabytes (proc_pid_statm(5))."""
        resident = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]
        return int(resident) * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def posted(self) -> int:
        """How many messages it has posted."""
        return self._there.count("POST", "/channels/")

    async def hear(self, message: Event) -> None:
        """Tell it of a message, as soon as it can take one more."""
        await self._there.dispatch("MESSAGE_CREATE", message)
        self._there._sent.clear()  # nobody resumes here

    async def answer(self) -> None:
        """Call it, and wait for its answer."""
        call = self.people.call()
        answer = "POST", f"/channels/{call['channel_id']}/messages"
        already = self._there.count(*answer)
        await self.hear(call)
        async with asyncio.timeout(LONGEST):
            while self._there.count(*answer) == already:
                assert self._process.returncode is None
                await asyncio.sleep(0.002)

    async def calm(self, pause: float | None = None) -> None:
        """Wait until it has nothing left to do, as far as that can be told in some seconds (`CALM`)."""
        before = -1.0
        while self.cpu > before or self._runs:
            before = self.cpu
            await asyncio.sleep(CALM if pause is None else pause)

    async def stop(self) -> None:
        """End the process as a service manager does, and wait for its end."""
        self._process.terminate()
        await self._process.wait()


@asynccontextmanager
async def client(module: str, desk: Path, **environ: str) -> AsyncIterator[Client]:
    """Start a client, and see to it that it ends.

    Args:
        module: `BARE`, `BOT` or `TIMED`.
        desk: the directory for the bot's database; where there is one already, it is used.
        environ: more settings.
    """
    settings = {"SUPPORT_CHANNELS": ",".join(SUPPORT), "DISCORD_TOKEN": TOKEN, "LOG_LEVEL": "ERROR"}
    settings["DATABASE_URL"] = f"sqlite+aiosqlite:///{desk}/desk.db"
    async with loopback() as there:
        there.guild = town()
        settings["DISCORD_API_URL"] = f"{there.address}/api"
        arguments = (there.address, TOKEN, str(INTENTS.value)) if module == BARE else ("run",)
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, env={**os.environ, **settings, **environ},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await there.seen("IDENTIFY")
            yield Client(there, process, time.perf_counter() - start)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def all_at_once(client: Client, messages: Iterable[Event]) -> Spent:
    """Send messages as fast as a client takes them, and a call behind them.

    Returns:
        What it spent: by the clock until the call was answered, of the processor until nothing was left to do.
    """
    before, start = client.cpu, time.perf_counter()
    for message in messages:
        await client.hear(message)
    await client.answer()
    wall = time.perf_counter() - start
    await client.calm()
    return Spent(client.cpu - before, wall)


async def in_portions(client: Client, messages: Iterable[Event]) -> None:
    """Send messages in portions, each once the one before is dealt with, so that never many are under way.

    A call would be answered before that: errors wait for each other in their channels, and for the desk.
    """
    for place, message in enumerate(messages, 1):
        await client.hear(message)
        if place % PORTION == 0:
            await client.calm(PAUSE)
    await client.calm()


async def one_by_one(clients: Sequence[Client], messages: Iterable[Sequence[Event]]) -> list[float]:
    """Send each client its next message in turn, long after the one before; return what each spent of the processor."""
    before = [client.cpu for client in clients]
    for each in messages:
        for client, message in zip(clients, each, strict=True):
            await client.hear(message)
            await asyncio.sleep(GAP)
    for client in clients:
        await client.answer()
        await client.calm()
    return [client.cpu - spent for client, spent in zip(clients, before, strict=True)]
