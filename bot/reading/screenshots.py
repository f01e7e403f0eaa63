"""Reads the text in pictures, in a process of its own that is started when the first picture comes.

The bot's process never decodes a picture and loads nothing for it. The other one is `bot.reading.ocr`, which comes
with the extra `screenshots`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from bot.reading.layout import Line, arranged, certainty
from bot.reading.pictures import PictureError, inspect
from bot.reading.vocabulary import Vocabulary

log = logging.getLogger(__name__)

WAITING = 8
"""How many pictures may be in hand: one takes about a second, and nobody waits for long."""

SECONDS = 20.0
"""How long one picture may take."""

STARTING = 60.0
"""How long the process may take to start, in seconds: two on an idle machine, more from a cold disk."""

IDLE = 300.0
"""How many seconds after the last picture the process ends; it holds some 0.4 GB."""

INSTALL = "pip install 'error-desk[screenshots]', or '.[screenshots]' in a checkout"

_SHARE = 0.6
"""Which part of a picture's time the process reads lines for; it answers with what it has by then."""

_LONGEST_ANSWER = 4_000_000
"""Bytes. A screen full of small type has some 200 lines, of 300 bytes each."""

_INHERITED = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""What of the environment the process gets: it has no business with tokens."""


class Seen(NamedTuple):
    """What stands in a picture, and how sure the reading is on the whole, 0 to 1."""

    text: str
    confidence: float


class BusyError(Exception):
    """Too many pictures are waiting already."""


class UnavailableError(Exception):
    """Pictures cannot be read here: the extra is not installed, or does not run."""


def available() -> bool:
    """Say whether the extra is installed; nothing of it is loaded."""
    return all(find_spec(name) for name in ("rapidocr", "onnxruntime", "PIL"))


class Screenshots:
    """Reads pictures, one after the other.

    Args:
        vocabulary: tells the words that what was read is held against, see `slips`.
        waiting: how many pictures may be in hand at a time.
        seconds: how long one of them may take.
        idle: how many seconds after the last one the process is ended.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        vocabulary: Callable[[], Vocabulary] = Vocabulary,
        *,
        waiting: int = WAITING,
        seconds: float = SECONDS,
        idle: float = IDLE,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._vocabulary = vocabulary
        self._most = waiting
        self._seconds = seconds
        self._idle = idle
        self._sleep = sleep
        self._in_hand = 0
        self._closed = False
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that reads, None where none is running."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def read(self, data: bytes) -> Seen:
        """Read a picture.

        Args:
            data: The picture's file.

        Returns:
            The text as it stood there, as far as the slips of reading can be mended.

        Raises:
            PictureError: It may not be read, or cannot be.
            BusyError: Too many others are in hand; this one was not looked at.
            UnavailableError: No picture can be read here.
        """
        inspect(data)
        if not available():
            raise UnavailableError(f"reading pictures takes an extra: {INSTALL}")
        if self._in_hand >= self._most:
            raise BusyError
        self._in_hand += 1
        try:
            async with self._turn:
                answer = await self._answer(data)
        finally:
            self._in_hand -= 1
        if reason := answer.get("refused"):
            raise PictureError(reason, answer["why"])
        from bot.reading.slips import mend  # noqa: PLC0415 - many patterns, and most runs read no picture

        lines = [Line(*line) for line in answer["lines"]]
        return Seen(mend(arranged(lines), self._vocabulary()), certainty(lines))

    async def close(self) -> None:
        """End the process; the picture that it is reading fails, and no other is read."""
        self._closed = True
        if self._ending:
            self._ending.cancel()
        await self._kill()

    async def _answer(self, data: bytes) -> dict[str, Any]:
        if self._ending:
            self._ending.cancel()
        whole = False
        try:
            process = await self._running()
            async with asyncio.timeout(self._seconds):
                answer = await _asked(process, data)
            whole = True
        except TimeoutError:
            raise PictureError("slow", f"not read within {self._seconds:g} seconds") from None
        except (EOFError, ConnectionError, ValueError):
            raise PictureError("broken", "reading the picture failed") from None
        finally:
            # After anything else, a cancellation too, the next answer would be this picture's.
            if not whole:
                await asyncio.shield(self._kill())
        self._ending = asyncio.create_task(self._end_when_idle(), name="screenshots")
        return answer

    async def _running(self) -> Process:
        if self._process and self._process.returncode is None:
            return self._process
        if self._closed:
            raise BusyError
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.reading.ocr", str(self._seconds * _SHARE)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_LONGEST_ANSWER,
            cwd=Path(__file__).parents[2],  # where the package `bot` is, wherever this was started
            env={name: os.environ[name] for name in _INHERITED if name in os.environ}
            # A library that makes threads makes one for each processor, each with memory of its own.
            | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        try:
            async with asyncio.timeout(STARTING):
                await _line(process)
        except (TimeoutError, EOFError, ConnectionError, ValueError):
            log.warning("Pictures cannot be read: %s does not start.", "python -m bot.reading.ocr")
            raise UnavailableError("the program that reads pictures does not start") from None
        log.info("Started reading pictures, in process %d.", process.pid)
        return process

    async def _end_when_idle(self) -> None:
        await self._sleep(self._idle)
        async with self._turn:
            self._ending = None
            await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _asked(process: Process, data: bytes) -> dict[str, Any]:
    if process.stdin is None:
        raise EOFError
    process.stdin.write(len(data).to_bytes(4, "big") + data)
    await process.stdin.drain()
    return await _line(process)


async def _line(process: Process) -> dict[str, Any]:
    """Return the next answer of the process.

    Raises:
        EOFError: It has ended.
        ValueError: Its line is longer than an answer may be, or is none.
    """
    line = await process.stdout.readline() if process.stdout else b""
    if not line.endswith(b"\n"):
        raise EOFError
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError
    return answer
