"""The bot as it is run in earnest, in a process of its own."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from discord.utils import utcnow

from bot.desk.database import Database
from bot.desk.servers import Servers
from bot.ending import FAILED
from tests.wire.events import CLOSED, GUILD, KEY, STRANGE, WORDS
from tests.wire.forked import Forked
from tests.wire.loopback import PATIENCE, TOKEN


@dataclass
class Ended:
    """What is left of a process."""

    code: int
    out: str
    err: str

    def told(self, code: int = FAILED) -> str:
        """The one line that a bot which gives up leaves on standard error, with no traceback anywhere."""
        assert self.code == code
        assert self.err.startswith("error: ")
        assert self.err.count("\n") == 1
        assert self.err.endswith("\n")
        assert ", line " not in self.out
        return self.err


class Running:
    """A process, and what it has written."""

    def __init__(self, process: asyncio.subprocess.Process | Forked) -> None:
        self.process = process
        self._out = ""

    async def logs(self, text: str) -> None:
        """Wait for a line of the log with these words in it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = ""
            while text not in line:
                line = (await self.process.stdout.readline()).decode()
                assert line, f"the log ends without {text!r}:\n{self._out}"
                self._out += line

    async def end(self, *, signalled: signal.Signals | None = None, within: float = PATIENCE) -> Ended:
        """Wait for the end and return it. What came in messages must be nowhere in it, nor the token."""
        if signalled is not None:
            self.process.send_signal(signalled)
        out, err = await asyncio.wait_for(self.process.communicate(), within)
        assert self.process.returncode is not None
        ended = Ended(self.process.returncode, self._out + out.decode(), err.decode())
        for secret in (TOKEN, KEY, KEY[3:12], *WORDS.split()):
            assert secret not in ended.out + ended.err
        return ended


_desks: list[tempfile.TemporaryDirectory[str]] = []
_making = asyncio.Lock()  # Alembic brings one database at a time up to date


async def eager() -> str:
    """A desk whose server has every error answered, however often it comes: most tests paste the same."""
    async with _making:
        if not _desks:
            place = tempfile.TemporaryDirectory()
            database = await Database.open(f"sqlite+aiosqlite:///{place.name}/desk.db")
            await Servers(database, utcnow).change(int(GUILD), repeat_minutes=0)
            await database.close()
            _desks.append(place)
    return f"{_desks[0].name}/desk.db"


@asynccontextmanager
async def bot(address: str, token: str = TOKEN, /, *, first: str = "", **environ: str) -> AsyncIterator[Running]:
    """Start the bot against the Discord at `address`, without limits, and see to it that it ends.

    Args:
        address: where a `Loopback` listens.
        token: the bot's token.
        first: lines of Python that the process runs before the bot.
        environ: more settings.
    """
    with tempfile.TemporaryDirectory() as desk:
        async with _ending(await Forked.start(await _environ(address, token, desk, environ), first)) as running:
            yield running


@asynccontextmanager
async def bot_anew(
    address: str, token: str = TOKEN, terminal: int | None = None, /, **environ: str
) -> AsyncIterator[Running]:
    """Do the same with `python -m bot run`, where a start's own ways matter, or what Python reads as it starts.

    Args:
        address: where a `Loopback` listens.
        token: the bot's token.
        terminal: where it is started from, if from one: a pseudo-terminal's end.
        environ: more settings.
    """
    with tempfile.TemporaryDirectory() as desk:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            env=await _environ(address, token, desk, environ),
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=terminal is not None,
            preexec_fn=None if terminal is None else partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        async with _ending(process) as running:
            yield running


async def _environ(address: str, token: str, desk: str, more: Mapping[str, str]) -> dict[str, str]:
    support = f"support,{CLOSED},{STRANGE}"
    settings = {"DISCORD_TOKEN": token, "DISCORD_API_URL": f"{address}/api", "SUPPORT_CHANNELS": support}
    settings |= dict.fromkeys(("ANSWERS_PER_PERSON", "ANSWERS_PER_CHANNEL", "ANSWERS_PER_SERVER"), "9999")
    settings["DATABASE_URL"] = f"sqlite+aiosqlite:///{desk}/desk.db"
    names = ("DISCORD_TOKEN_FILE", "KNOWLEDGE_DIR", "LOG_LEVEL", "LOG_FORMAT", "METRICS_PORT")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    if "DATABASE_URL" not in more:
        shutil.copyfile(await eager(), f"{desk}/desk.db")
    return {**inherited, **settings, **more}


@asynccontextmanager
async def _ending(process: asyncio.subprocess.Process | Forked) -> AsyncIterator[Running]:
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
