"""The service's catalogue, fetched from the service and kept fresh.

What comes from there is somebody else's: it may be slow, endless, a web page or a joke. Whatever it is, it costs one
line in the log, and the last good catalogue stays.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.chat.background import going_on
from bot.knowledge import catalogue_cache
from bot.knowledge.catalogue import Catalogue, CatalogueError, decode, version_of

log = logging.getLogger(__name__)

TIME = 10.0
"""Seconds that all requests together may take, from the first connection to the last byte."""

SIZE = 5_000_000
"""Bytes that a body may have, unpacked."""

HOPS = 3
"""How often a request may be sent on, on the same host."""

REFRESH, RETRY, LONGEST = 600.0, 60.0, 3600.0
"""Seconds from one catalogue to the next; after a failure, doubled with every other one; and at the most."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def fetch(url: str, key: str = "", *, clock: Callable[[], datetime] = now, patience: float = TIME) -> Catalogue:
    """Ask a service for its catalogue.

    `/api/pricing` is asked first: it tells the groups. Where it has no catalogue and there is a key, `/v1/models` is
    next, which lists what that key may use. The key goes nowhere else.

    Args:
        url: the service's base URL, without `/v1`.
        key: an API key of the service; not needed where its prices are public.
        clock: tells the time in UTC.
        patience: seconds that it may take.

    Raises:
        CatalogueError: the service sends something else.
        TimeoutError: it takes too long.
        aiohttp.ClientError: it cannot be reached, or does not speak HTTP.
    """
    base = URL(url)
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers={"Accept": "application/json"})
    async with asyncio.timeout(patience), session:
        version = None
        with suppress(CatalogueError, aiohttp.ClientError):  # the version is good to know, no more
            version = version_of(decode(await _get(session, base / "api/status")))
        try:
            body = await _get(session, base / "api/pricing")
            return await asyncio.to_thread(_read, Catalogue.from_pricing, body, clock(), version)
        except CatalogueError:
            if not key:
                raise
        body = await _get(session, base / "v1/models", {"Authorization": f"Bearer {key}"})
        return await asyncio.to_thread(_read, Catalogue.from_models, body, clock(), version)


def _read(
    parse: Callable[[object, datetime, str | None], Catalogue], body: bytes, fetched_at: datetime, version: str | None
) -> Catalogue:
    """Return the catalogue in a body; five megabytes of it take longer than an answer may wait."""
    return parse(decode(body), fetched_at, version)


async def _get(session: aiohttp.ClientSession, url: URL, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
    for _ in range(HOPS):
        async with session.get(url, headers=headers, allow_redirects=False) as response:
            if response.status in {301, 302, 303, 307, 308}:
                url = _onwards(url, response.headers.get("Location", ""))
            elif response.status != 200:
                raise CatalogueError(f"it answers HTTP {response.status}")
            else:
                return await _body(response)
    raise CatalogueError("it redirects without end")


def _onwards(url: URL, location: str) -> URL:
    """Return where a redirect leads, if that is the same host, as safe as before."""
    try:
        target = url.join(URL(location))
        same = target.origin() in {url.origin(), url.origin().with_scheme("https")}
    except ValueError:
        same = False
    if not same:
        raise CatalogueError("it redirects to another host")
    return target


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(2**16):
        body += chunk
        if len(body) > SIZE:
            raise CatalogueError(f"it sends more than {SIZE / 1e6:.0f} MB")
    return bytes(body)


@asynccontextmanager
async def kept_fresh(
    url: str | None,
    key: str,
    learn: Callable[[Catalogue], None],
    *,
    clock: Callable[[], datetime] = now,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> AsyncIterator[None]:
    """Keep a catalogue fresh in the background, as long as the context lasts.

    What was kept on disk is learned at once, so that a start without the service is none without a catalogue.

    Args:
        url: the service's base URL; without one nothing is done.
        key: as `fetch` takes it.
        learn: is given every new catalogue.
        clock: tells the time in UTC.
        sleep: waits for some seconds.
        chance: a number from 0 to 1, by which the waiting differs, so that bots do not come all at once.
    """
    if url is None:
        yield
        return
    async with going_on(_keep_fresh(url, key, learn, clock, sleep, chance), name="catalogue"):
        yield


async def _keep_fresh(
    url: str,
    key: str,
    learn: Callable[[Catalogue], None],
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[object]],
    chance: Callable[[], float],
) -> None:
    host, last = urlsplit(url).hostname, await asyncio.to_thread(catalogue_cache.load, url)
    if last:
        learn(last)
    failures = 0
    while True:
        try:
            new = await fetch(url, key, clock=clock)
        except Exception as error:  # there is no end to what a service may send
            wait = min(RETRY * 2.0 ** min(failures, 10), LONGEST)
            failures += 1
            log.warning("the catalogue of %s stays as it was: %s", host, reason(error))
        else:
            wait, failures = REFRESH, 0
            learn(new)
            await _keep(url, new)
            if last is None or (new.models, new.groups) != (last.models, last.groups):
                log.info("the catalogue of %s: models %d, groups %d", host, len(new.models), len(new.groups))
            last = new
        await sleep(wait * (0.9 + 0.2 * chance()))


async def _keep(url: str, catalogue: Catalogue) -> None:
    try:
        await asyncio.to_thread(catalogue_cache.keep, url, catalogue)
    except OSError as error:
        log.debug("the catalogue cannot be kept on disk: %s", error.strerror)


async def current(url: str, key: str) -> tuple[Catalogue | None, str]:
    """Return a catalogue for one question: the one on disk while it is fresh, else a new one.

    Args:
        url: as `fetch` takes it.
        key: as `fetch` takes it.

    Returns:
        The catalogue, and why it is not a new one: where the service gives none, the last one stays, if there is one.
    """
    last = catalogue_cache.load(url)
    if last and 0 <= (now() - last.fetched_at).total_seconds() < REFRESH:
        return last, ""
    try:
        new = await fetch(url, key)
    except Exception as error:  # there is no end to what a service may send
        return last, reason(error)
    await _keep(url, new)
    return new, ""


def reason(error: Exception) -> str:
    """Return why there is no new catalogue, in words of our own."""
    match error:
        case CatalogueError():
            return str(error)
        case TimeoutError():
            return "it takes too long to answer"
        case aiohttp.ClientConnectionError():
            return f"it cannot be reached ({type(error).__name__})"
    return f"what it sends cannot be read ({type(error).__name__})"
