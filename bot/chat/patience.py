"""Patience with Discord's API, where discord.py has none."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import discord
from discord.http import Route

log = logging.getLogger(__name__)

Request = Callable[..., Coroutine[Any, Any, Any]]

PAUSES = (1.0, 3.0, 5.0, 7.0)
"""Seconds between the tries: the ones that discord.py takes for the statuses that it waits out."""

LONGEST = 60.0
"""Seconds that a `Retry-After` may ask for. An answer that comes later helps nobody, and whoever is shut
out for longer must not knock again."""


def patient(request: Request) -> Request:
    """Make `discord.http.HTTPClient.request` wait out what discord.py raises at once.

    discord.py itself tries again after 500, 502, 504, 524 and those 429 that carry a `Via` header. Here
    are the rest: 503, a 429 from a proxy in front of Discord, and a connection that was closed while it
    waited for us. A message is not sent twice by this: discord.py gives each a nonce that Discord enforces.

    Args:
        request: the bound method.

    Returns:
        A function to put in its place. It raises what the last try raised.
    """

    async def ask(route: Route, **options: Any) -> Any:
        for pause in PAUSES:
            try:
                return await request(route, **options)
            except (discord.HTTPException, aiohttp.ServerDisconnectedError, OSError) as error:
                wait = _wait(error, pause)
                if wait is None:
                    raise
                log.info("%s is tried again in %.1f s", route.key, wait)
            await asyncio.sleep(wait)
            for file in options.get("files") or ():
                file.reset()
        return await request(route, **options)

    return ask


def _wait(error: Exception, pause: float) -> float | None:
    """Return how long to wait before the next try, or None where there should be none."""
    if isinstance(error, discord.HTTPException):
        if error.status not in {429, 503}:
            return None
        wait = _retry_after(error) or pause
        return wait if wait <= LONGEST else None
    closed = isinstance(error, aiohttp.ServerDisconnectedError) or (
        isinstance(error, OSError) and error.errno == errno.ECONNRESET
    )
    return pause if closed else None


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):  # absent, or a date
        return None
