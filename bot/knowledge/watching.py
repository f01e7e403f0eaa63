"""Notices that a folder may have changed, whatever becomes of the folder itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from importlib import import_module
from pathlib import Path

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds after which the folder is looked at in any case. Some changes nobody is told of: on network disks, in a
folder that was put in the place of another, and where the system watches no more folders."""

TOGETHER = 400
"""Milliseconds for which changes are waited for that come together."""


async def touched(
    directory: Path, *, every: float = LOOK, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncGenerator[None]:
    """Yield whenever something in a folder may have changed, and every now and then in any case, without end.

    The folder may be missing, be removed, and come back.

    Args:
        directory: the folder.
        every: the longest time from one look to the next, in seconds.
        sleep: waits for some seconds.
    """
    # What it brings along takes longer to load than an answer may wait.
    watchfiles = await asyncio.to_thread(import_module, "watchfiles")
    told = False
    while True:
        place = await asyncio.to_thread(_identity, directory)
        wait = round(every * 1000)
        yield
        try:
            watch = watchfiles.awatch(
                directory, watch_filter=None, debounce=TOGETHER, rust_timeout=wait, yield_on_timeout=True
            )
            log.debug("%s is watched", directory)
            async with aclosing(watch):
                async for _ in watch:
                    yield
                    if await asyncio.to_thread(_identity, directory) != place:
                        break
        except (OSError, RuntimeError) as error:  # it is not there, or no more folders can be watched
            level = logging.DEBUG if told or place is None else logging.WARNING
            log.log(level, "%s is looked at every %.0f s: it cannot be watched (%s)", directory, every, error)
            told = told or place is not None
            await sleep(every)


def _identity(directory: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another that takes its place; None where it is missing."""
    try:
        stat = directory.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
