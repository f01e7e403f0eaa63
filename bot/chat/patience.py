"""Patience with Discord's API, where discord.py has none."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Container, Coroutine
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

log = logging.getLogger(__name__)

Request = Callable[..., Coroutine[Any, Any, Any]]

OVER = frozenset({10062, 40060})
"""The codes of Discord's errors where an interaction is not waiting for an answer: it is unknown, as three seconds are
over, or it has one. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json"""

PAUSES = (1.0, 3.0, 5.0, 7.0)
"""Seconds between the tries: the ones that discord.py takes for the statuses that it waits out."""

LONGEST = 60.0
"""Seconds that a `Retry-After` may ask for. An answer that comes later helps nobody, and whoever is shut
out for longer must not knock again."""


def install(http: HTTPClient) -> None:
    """Be patient with a client's requests, and with what answers interactions in this task and those it starts.

    Args:
        http: the client's.
    """
    http.request = patient(http.request, {408, 429, 503})  # type: ignore[method-assign]
    adapter = AsyncWebhookAdapter()  # type: ignore[no-untyped-call]
    adapter.request = patient(adapter.request, {408, 429})  # type: ignore[method-assign]
    adapter.create_interaction_response = lenient(adapter.create_interaction_response)  # type: ignore[method-assign]
    async_context.set(adapter)


def patient(request: Request, statuses: Container[int]) -> Request:
    """Make a method that asks Discord wait out what discord.py raises at once.

    discord.py itself tries again after 500, 502, 504, 524 and those 429 that carry a `Via` header and tell for how
    long; and, where it answers an interaction, after 503. Here are the rest: any other 429, as from a proxy in front of
    Discord, or a 408, by which one says that Discord was too slow, and a connection that was closed while it waited
    for us. A message is not sent twice by this: discord.py gives each a nonce that Discord enforces. A further answer
    to an interaction has none; that it comes twice is rarer than that it would not come.

    Args:
        request: the bound method, of `HTTPClient` or `AsyncWebhookAdapter`.
        statuses: after which to try again.

    Returns:
        A function to put in its place. It raises what the last try raised.
    """

    async def ask(route: Route, *args: Any, **options: Any) -> Any:
        for pause in PAUSES:
            try:
                return await request(route, *args, **options)
            except (discord.HTTPException, aiohttp.ServerDisconnectedError, OSError, KeyError, TypeError) as error:
                wait = _wait(error, pause, statuses)
                if wait is None:
                    raise
                log.info("%s is tried again in %.1f s", route.key, wait)
            await asyncio.sleep(wait)
            for file in options.get("files") or ():
                file.reset()
        return await request(route, *args, **options)

    return ask


def lenient(respond: Request) -> Request:
    """Make `AsyncWebhookAdapter.create_interaction_response` take an interaction for answered that no longer waits.

    What its user wanted counts all the same, and where Discord tells them that it failed, to do it again does no harm.
    If it has an answer, that is ours: brought by a try that seemed to fail.

    Args:
        respond: the bound method.

    Returns:
        A function to put in its place.
    """

    async def answer(interaction_id: int, *args: Any, **options: Any) -> Any:
        try:
            return await respond(interaction_id, *args, **options)
        except discord.HTTPException as error:
            if error.code not in OVER:
                raise
            log.info("interaction %s did not wait for its answer: code %s", interaction_id, error.code)
            return {"interaction": {"id": interaction_id}}

    return answer


def _wait(error: Exception, pause: float, statuses: Container[int]) -> float | None:
    """Return how long to wait before the next try, or None where there should be none."""
    if isinstance(error, discord.HTTPException):
        if error.status not in statuses:
            return None
        wait = _retry_after(error) or pause
        return wait if wait <= LONGEST else None
    if isinstance(error, OSError):
        return pause if error.errno == errno.ECONNRESET else None
    return pause  # closed, or a 429 whose body does not say for how long


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):  # absent, or a date
        return None
