"""A picture, and somebody who reads pictures in place of the program that does."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Awaitable, Callable, Mapping

from bot.reading.screenshots import Seen


def picture(name: str) -> bytes:
    """The beginning of a PNG, which is all that a fake looks at, of a width that no other name has."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + name.encode()


def a_moment() -> Awaitable[None]:
    """Take a fiftieth of a second on the real clock; SimCord's stands still while anything waits for its turn."""
    return asyncio.to_thread(time.sleep, 0.02)


def a_minute() -> Awaitable[None]:
    """Take a minute on SimCord's clock."""
    return asyncio.sleep(60)


class Pictures:
    """Reads pictures as it is told.

    Args:
        texts: what stands in them, by their names; an exception is raised.
        take: how long each takes.
    """

    def __init__(
        self, texts: Mapping[str, str | Exception], take: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self.texts = texts
        self.take = take
        self.read_so_far: list[str] = []

    async def read(self, data: bytes) -> Seen:
        name = data[24:].decode()
        text = self.texts[name]
        if self.take:
            await self.take()
        self.read_so_far.append(name)
        if isinstance(text, Exception):
            raise text
        return Seen(text, 0.9)
