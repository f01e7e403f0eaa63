"""The bot in a process that begins as a copy of one which has loaded it: loading is most of what a start takes.

From there on it is what `python -m bot run` is, with an environment, standard streams, a session and an exit code of
its own, but for three things that cost time and that a few answers do without: it waits less for servers that Discord
may yet tell of, it makes nothing ahead of the first question, and it reads knowledge that has changed itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import aiosqlite  # noqa: F401 - this and the next are loaded by whom they serve, when they are needed

import bot.chat.client
import bot.desk.migrations
import bot.knowledge.loading
from bot.assistant.assistant import Assistant
from bot.chat import run
from bot.cli import main
from bot.knowledge import cache

COPIES = get_context("forkserver")
COPIES.set_forkserver_preload([__name__])

READY = 0.5
"""Seconds that discord.py waits for one more server, in place of two: here they all come at once."""


class Desk(bot.chat.client.Desk):
    """The bot as it is, and ready sooner."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._connection.guild_ready_timeout = READY


def _nothing(_: object) -> None:
    pass


def _live(environ: dict[str, str], first: str, out: Connection[str, str], err: Connection[str, str]) -> None:
    os.setsid()
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    out.close()
    err.close()
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))
    os.environ.clear()
    os.environ.update(environ)
    vars(run).update(Desk=Desk)
    vars(cache).update(_read_apart=_nothing)
    Assistant.prepare = _nothing  # type: ignore[method-assign, assignment]
    exec(first, {})  # noqa: S102
    sys.argv = ["bot", "run"]
    main()


class Forked:
    """Such a process, as far as the tests need it like one of asyncio's."""

    def __init__(self, process: ForkServerProcess, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader) -> None:
        self.stdout = stdout
        self._process = process
        self._stderr = stderr

    @classmethod
    async def start(cls, environ: dict[str, str], first: str) -> Forked:
        """Start one, with some lines of Python to run before the bot."""
        (out, its_out), (err, its_err) = Pipe(duplex=False), Pipe(duplex=False)
        process = COPIES.Process(target=_live, args=(environ, first, its_out, its_err))
        process.start()
        its_out.close()
        its_err.close()
        return cls(process, await _reader(out), await _reader(err))

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, sent: signal.Signals) -> None:
        assert self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, sent)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err = await asyncio.gather(self.stdout.read(), self._stderr.read())
        await self.wait()
        return out, err


async def _reader(pipe: Connection[bytes, bytes]) -> asyncio.StreamReader:
    """Read from a pipe what the other end writes, as a stream."""
    reader = asyncio.StreamReader()
    file = os.fdopen(os.dup(pipe.fileno()), "rb", 0)
    pipe.close()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader
