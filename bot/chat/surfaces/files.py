"""Reads what is attached to messages: text files and pictures, a few at a time, and never more of one than needed.

No answer to a text waits for this, see `explain`. What was read is kept in memory for a while, so that an edit of a
message costs no second reading; a text with a key in it is not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal, Protocol

import aiohttp
import discord

from bot.assistant.secrets import mask
from bot.chat.trouble import FAILED, report
from bot.reading import screenshots
from bot.reading.pictures import BYTES, PictureError, kind
from bot.reading.screenshots import BusyError, Seen, UnavailableError
from bot.reading.text import decode, is_text

log = logging.getLogger(__name__)

HALF = 512 * 1024
"""How many bytes are read of either end of a text file that has more than twice as many."""

MOST_TEXTS, MOST_PICTURES = 5, 4
"""How many of each are read of one message."""

TEXTS_AT_ONCE, PICTURES_AT_ONCE = 4, 2
"""How many are in memory at a time, of all messages: 4 MB and 20 MB at most. Pictures are read one after the other,
and the second is there when the first is done."""

MOST_WAITING = 100
"""How many texts, and how many pictures, may wait for their turn, of all messages. They are not loaded before."""

LOADING = 15.0
"""How many seconds Discord may take to send a file."""

PATIENCE = 90.0
"""How many seconds after its message a file is still worth reading: by then 50 pictures before it were read."""

KEPT = 32
"""Of how many messages it is kept what was read in their files."""

LONGEST_KEPT = 20_000
"""Characters of a text that is kept; longer ones are as quickly read again."""

TEXTS = frozenset(
    ".txt .text .log .out .err .json .jsonl .ndjson .har .md .markdown .rst .csv .tsv .yaml .yml .toml .ini .cfg .conf "
    ".properties .xml .html .htm .css .svg .py .ipynb .js .mjs .cjs .jsx .ts .tsx .vue .java .kt .go .rs .rb .php .cs "
    ".c .h .cpp .hpp .swift .dart .lua .sh .bash .zsh .bat .cmd .ps1 .sql .http .curl .diff .patch".split()
)
"""Endings of names that text files have, whatever their type is said to be: that of `.ts` is a film's."""

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".jfif", ".webp", ".gif"})

_TEXT_TYPES = frozenset(
    f"application/{name}"
    for name in "json x-ndjson xml yaml x-yaml toml javascript x-javascript typescript sql x-sh x-python".split()
)
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Types that say nothing: what is in such a file shows when it is read."""

Trouble = Literal["unavailable", "busy", "unreadable"]
"""Why a file was not read: pictures cannot be read here at all, not just now, or not this one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a file.

    Attributes:
        file_id: the attachment.
        name: what it is called.
        text: what stands there; empty where there is no text.
        pictured: it is a picture, so that the text is a guess.
        trouble: why nothing was read.
    """

    file_id: int
    name: str
    text: str = ""
    pictured: bool = False
    trouble: Trouble | None = None


class Pictures(Protocol):
    """What reads pictures, see `Screenshots`."""

    async def read(self, data: bytes) -> Seen:
        """Return what stands in a picture."""


class Files:
    """Reads files, and keeps what it read.

    Args:
        pictures: reads pictures.
        available: says whether it can.
    """

    def __init__(self, pictures: Pictures, available: Callable[[], bool] = screenshots.available) -> None:
        self.pictures = pictures
        self._available = available
        self._texts_line, self._pictures_line = Line(TEXTS_AT_ONCE), Line(PICTURES_AT_ONCE)
        self._kept: dict[int, dict[int, Reading]] = {}

    async def read(self, message_id: int, files: Sequence[discord.Attachment]) -> list[Reading]:
        """Read the files that belong to a message, as many as one message may have, and pass over other kinds.

        Args:
            message_id: the message.
            files: what is attached.

        Returns:
            What was read, in the order of the files. What went wrong is a `trouble`, and never raised.
        """
        known = self._kept.pop(message_id, {})
        readings = await asyncio.gather(*(self._read(file, known.get(file.id)) for file in chosen(files)))
        if keep := {reading.file_id: reading for reading in readings if _may_be_kept(reading)}:
            self._kept[message_id] = keep
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return readings

    def forget(self, message_id: int) -> None:
        """Forget what was read in the files of a message."""
        self._kept.pop(message_id, None)

    async def _read(self, file: discord.Attachment, known: Reading | None) -> Reading:
        if known:
            return known
        reading = Reading(file.id, file.filename)
        if looks_like_a_picture(file) and not self._available():
            return replace(reading, pictured=True, trouble="unavailable")
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._when_it_is_its_turn(file, reading)
        except UnavailableError:
            return replace(reading, pictured=True, trouble="unavailable")
        except (BusyError, TimeoutError):
            return replace(reading, trouble="busy")
        except (PictureError, *FAILED) as error:
            log.info("a file was not read: %s", type(error).__name__)
            return replace(reading, trouble="unreadable")
        except Exception as error:  # whatever it is, the words and the other files are as good
            report(error, "reading a file")
            return replace(reading, trouble="unreadable")

    async def _when_it_is_its_turn(self, file: discord.Attachment, reading: Reading) -> Reading:
        if looks_like_a_picture(file):
            async with self._pictures_line.turn():
                return await self._understood(reading, await load(file, BYTES))
        async with self._texts_line.turn():
            parts = await load(file, 2 * HALF)
        if kind(parts[0]) is None:
            return await self._understood(reading, parts)
        async with self._pictures_line.turn():
            return await self._understood(reading, parts)

    async def _understood(self, reading: Reading, parts: Sequence[bytes]) -> Reading:
        """Read what is in a file, be it called what it may."""
        if kind(parts[0]) is None:
            return replace(reading, text=decode(*parts) if is_text(parts[0]) else "")
        seen = await self.pictures.read(parts[0])
        return replace(reading, text=seen.text, pictured=True, trouble=None if seen.text.strip() else "unreadable")


class Line:
    """Where files wait for their turn.

    Args:
        at_once: how many of them have theirs at a time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait, and have the turn as long as the context lasts.

        Raises:
            BusyError: Too many wait already.
        """
        if self._waiting >= MOST_WAITING:
            raise BusyError
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()


def chosen(files: Sequence[discord.Attachment]) -> list[discord.Attachment]:
    """Return the files that are worth loading: what may be text or a picture, and not too many of either."""
    pictures = [file for file in files if looks_like_a_picture(file)][:MOST_PICTURES]
    texts = [file for file in files if _may_be_text(file)][:MOST_TEXTS]
    return [file for file in files if file in pictures or file in texts]


def looks_like_a_picture(file: discord.Attachment) -> bool:
    """Tell by its name, or else by its type, whether a file is a picture that can be read."""
    ending = _ending(file)
    if ending in TEXTS or file.is_voice_message():
        return False
    return ending in PICTURES or _type(file).removeprefix("image/") in {"png", "jpeg", "webp", "gif"}


def _may_be_text(file: discord.Attachment) -> bool:
    if file.is_voice_message() or looks_like_a_picture(file):
        return False
    said = _type(file)
    named = _ending(file) in TEXTS or said.startswith("text/") or said in _TEXT_TYPES
    return named or said in _UNTOLD or said.endswith(("+json", "+xml"))


def _ending(file: discord.Attachment) -> str:
    return PurePath(file.filename).suffix.lower()


def _type(file: discord.Attachment) -> str:
    return (file.content_type or "").partition(";")[0].strip().lower()


async def load(file: discord.Attachment, most: int) -> list[bytes]:
    """Load a file, or of a text that is too large both ends.

    Args:
        file: the file; Discord says how large it is.
        most: how many bytes of it may be loaded.

    Returns:
        The file, or its ends; only the first where that shows already that it is no text.

    Raises:
        PictureError: It is a picture and too large.
        discord.HTTPException: Discord does not send it.
        aiohttp.ClientError: Discord cannot be reached.
        TimeoutError: It takes too long.
    """
    async with asyncio.timeout(LOADING):
        if file.size <= most:
            return [(await file.read())[:most]]
        if looks_like_a_picture(file):
            raise PictureError("large", f"{file.size} bytes")
        return await _ends(file)


async def _ends(file: discord.Attachment) -> list[bytes]:
    """Load the first and the last 512 KB; the latter from a multiple of four on, where UTF-32 begins a character."""
    tail = (file.size - HALF + 3) // 4 * 4
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), raise_for_status=True) as session:
        head = await _range(session, file.url, 0, HALF - 1)
        return [head, await _range(session, file.url, tail, file.size - 1)] if is_text(head) else [head]


async def _range(session: aiohttp.ClientSession, url: str, first: int, last: int) -> bytes:
    """Load a part of a file; of a server that knows no parts only the first one is taken (RFC 9110, 14.2)."""
    async with session.get(url, headers={"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}) as response:
        if first and response.status != 206:
            return b""
        part = bytearray()
        while len(part) <= last - first and (chunk := await response.content.read(last - first + 1 - len(part))):
            part += chunk
        return bytes(part)


def _may_be_kept(reading: Reading) -> bool:
    if reading.trouble or len(reading.text) > LONGEST_KEPT:
        return False
    return not mask(reading.text).secrets
