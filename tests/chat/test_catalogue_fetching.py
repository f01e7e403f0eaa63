"""The service on the loopback interface, at its best and at its worst."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.chat import catalogue as fetching
from bot.chat.catalogue import LONGEST, REFRESH, RETRY, SIZE, current, fetch, kept_fresh, reason
from bot.knowledge import catalogue_cache
from bot.knowledge.catalogue import Catalogue, CatalogueError
from tests.wire.loopback import loopback
from tests.wire.process import bot

KEY = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5tU8"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

PRICING = {
    "success": True,
    "data": [{"model_name": "gpt-4o", "enable_groups": ["default", "staff"]}],
    "usable_group": {"default": "Everybody"},
}
LIST = {"object": "list", "data": [{"id": "o3", "object": "model"}]}
STATUS = {"success": True, "data": {"version": "v0.9.1"}}

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service:
    """A gateway that keeps to its documents until a test says otherwise."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[tuple[str, str | None]] = []
        self.answers: dict[str, Any] = {"/api/status": STATUS, "/api/pricing": PRICING, "/v1/models": LIST}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.path, request.headers.get("Authorization")))
        answer = self.answers.get(request.path)
        if answer is None:
            return web.Response(status=404)
        if callable(answer):
            response: web.StreamResponse = await answer(request)
            return response
        return web.json_response(answer)

    def count(self, path: str) -> int:
        return [asked for asked, _ in self.asked].count(path)


@pytest.fixture
async def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    there = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", there.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    there.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield there
    finally:
        await runner.cleanup()


def sends(body: bytes | str, status: int = 200, **headers: str) -> Answering:
    async def answer(_: web.Request) -> web.Response:
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return answer


async def drips(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.01)


async def floods(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(50):
        await response.write(b" " * 1_000_000)
        await asyncio.sleep(0)
    return response


async def hangs_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


# One catalogue


async def test_the_prices_tell_models_groups_and_the_status_the_version(service: Service) -> None:
    found = await fetch(service.address, clock=lambda: NOON)
    assert found == Catalogue({"gpt-4o": frozenset({"default"})}, frozenset({"default"}), NOON, "v0.9.1")


async def test_a_key_goes_to_the_list_of_models_alone_and_only_where_the_prices_are_not_public(
    service: Service,
) -> None:
    await fetch(service.address, KEY)
    assert service.count("/v1/models") == 0
    service.answers["/api/pricing"] = sends('{"success": false, "message": "log in"}', 401)
    found = await fetch(service.address, KEY)
    assert found.models == {"o3": frozenset()}
    assert [path for path, key in service.asked if key] == ["/v1/models"]
    assert service.asked[-1] == ("/v1/models", f"Bearer {KEY}")


async def test_without_a_key_prices_that_are_not_public_are_an_end(service: Service) -> None:
    service.answers["/api/pricing"] = sends('{"success": false, "message": "log in"}')
    with pytest.raises(CatalogueError, match="failed"):
        await fetch(service.address)
    assert service.count("/v1/models") == 0


@pytest.mark.parametrize("status", [sends("", 404), sends("<html>", 200), hangs_up])
async def test_a_status_that_is_none_costs_the_version_alone(service: Service, status: Answering) -> None:
    service.answers["/api/status"] = status
    found = await fetch(service.address)
    assert (found.offered("gpt-4o"), found.version) == (True, None)


@pytest.mark.parametrize(
    "answer",
    [
        sends("<!doctype html><title>Just a moment...</title>", Content_Type="text/html"),
        sends("<html>Attention Required! | Cloudflare</html>", 403, Content_Type="text/html"),
        sends("", 429), sends("", 204), sends("", 500), sends(""), sends("null"), sends('{"data": {}}'),
        sends("[" * 100_000), sends(b"\xff\xfe\x00"),
        sends('{"data": [{"model_name": "a\\u001b[31m"}]}'),
        sends(json.dumps({"data": [{"model_name": "a" * 10_000}]})),
        sends('{"data":[' + ",".join(['{"model_name":"a"}'] * 200_000) + "]}"),
        sends(" " * (SIZE + 1)),
        sends(gzip.compress(b" " * 50_000_000), Content_Encoding="gzip"),
        floods,
    ],
)  # fmt: skip
async def test_what_is_no_catalogue_is_refused(service: Service, answer: Answering) -> None:
    service.answers["/api/pricing"] = answer
    with pytest.raises(CatalogueError):
        await fetch(service.address)


@pytest.mark.parametrize(
    ("answer", "why"),
    [(hangs_up, "it cannot be reached"), (sends(b"nothing packed", Content_Encoding="gzip"), "cannot be read")],
)
async def test_what_is_not_even_http_has_a_reason_without_its_words(
    service: Service, answer: Answering, why: str
) -> None:
    service.answers["/api/pricing"] = answer
    _, told = await current(service.address, "")
    assert why in told
    assert "nothing packed" not in told


async def test_a_flood_is_left_early(service: Service) -> None:
    written = 0

    async def counted(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(50):
            await response.write(b" " * 1_000_000)
            written += 1
        return response

    service.answers["/api/pricing"] = counted
    with pytest.raises(CatalogueError, match="more than 5 MB"):
        await fetch(service.address)
    assert written < 30


async def test_a_slow_drip_is_given_up_in_time(service: Service) -> None:
    service.answers["/api/pricing"] = drips
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        await fetch(service.address, patience=0.3)
    assert time.monotonic() - begun < 3


async def test_drips_of_several_answers_share_one_patience(service: Service) -> None:
    async def slowly(_: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.json_response(STATUS)

    service.answers |= {"/api/status": slowly, "/api/pricing": slowly}
    with pytest.raises(TimeoutError):
        await fetch(service.address, patience=0.5)


# Redirects


async def test_a_redirect_on_the_same_host_is_followed(service: Service) -> None:
    service.answers["/api/pricing"] = sends("", 308, Location="/api/prices")
    service.answers["/api/prices"] = PRICING
    assert (await fetch(service.address)).offered("gpt-4o")


@pytest.mark.parametrize(
    "location",
    ["http://localhost:{port}/v1/models", "http://127.0.0.1:1/", "//evil.example/", "file:///etc/passwd", "http://[",
     "ftp://127.0.0.1/"],
)  # fmt: skip
async def test_a_redirect_to_anywhere_else_is_not_followed_and_carries_no_key(service: Service, location: str) -> None:
    service.answers["/api/pricing"] = sends("", 403)
    there = location.format(port=service.address.rpartition(":")[2])
    service.answers["/v1/models"] = sends("", 302, Location=there)
    with pytest.raises(CatalogueError, match="another host"):
        await fetch(service.address, KEY)
    assert service.count("/v1/models") == 1


async def test_redirects_without_end_have_one(service: Service) -> None:
    service.answers["/api/pricing"] = sends("", 302, Location="/api/pricing")
    with pytest.raises(CatalogueError, match="without end"):
        await fetch(service.address)
    assert service.count("/api/pricing") == fetching.HOPS


# Kept fresh


class Pace:
    """A sleep that a test lets go on, and that tells how long it was to be."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._asleep, self._go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._asleep.release()
        await self._go_on.acquire()

    async def asleep(self) -> float:
        """Wait until it sleeps, and return for how long."""
        await asyncio.wait_for(self._asleep.acquire(), 10)
        return self.waits[-1]

    async def next(self) -> float:
        self._go_on.release()
        return await self.asleep()


def steadily() -> float:
    return 0.5


async def test_a_catalogue_is_fetched_at_the_start_and_every_ten_minutes(service: Service) -> None:
    pace, learned = Pace(), list[Catalogue]()
    async with kept_fresh(service.address, "", learned.append, clock=lambda: NOON, sleep=pace.sleep, chance=steadily):
        assert await pace.asleep() == REFRESH
        assert await pace.next() == REFRESH
    assert [catalogue.fetched_at for catalogue in learned] == [NOON, NOON]
    assert catalogue_cache.load(service.address) == learned[-1]


async def test_after_failures_it_waits_twice_as_long_every_time_and_an_hour_at_most(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers["/api/pricing"] = sends("<html>", 403)
    pace, learned = Pace(), list[Catalogue]()
    async with kept_fresh(service.address, "", learned.append, sleep=pace.sleep, chance=steadily):
        await pace.asleep()
        for _ in range(15):
            await pace.next()
        assert pace.waits[:7] == [RETRY, 120, 240, 480, 960, 1920, LONGEST]
        assert set(pace.waits[6:]) == {LONGEST}
        service.answers["/api/pricing"] = PRICING
        assert await pace.next() == REFRESH
        service.answers["/api/pricing"] = sends("<html>", 403)
        assert await pace.next() == RETRY
    assert len(learned) == 1
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 17
    assert {record.getMessage() for record in warnings} == {
        "the catalogue of 127.0.0.1 stays as it was: it answers HTTP 403"
    }


async def test_a_service_that_is_gone_for_weeks_is_still_asked_every_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(fetching, "fetch", gone)
    pace = Pace()
    async with kept_fresh("http://127.0.0.1:1", "", lambda _: None, sleep=pace.sleep, chance=steadily):
        await pace.asleep()
        for _ in range(1100):
            assert await pace.next() <= LONGEST


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 540), (1.0, 660)])
async def test_bots_do_not_come_all_at_once(service: Service, chance: float, wait: float) -> None:
    pace = Pace()
    async with kept_fresh(service.address, "", lambda _: None, sleep=pace.sleep, chance=lambda: chance):
        assert await pace.asleep() == pytest.approx(wait)


async def test_a_start_without_the_service_has_the_last_catalogue(service: Service) -> None:
    kept = Catalogue({"gpt-4o": frozenset()}, frozenset(), NOON)
    catalogue_cache.keep(service.address, kept)
    service.answers["/api/pricing"] = hangs_up
    pace, learned = Pace(), list[Catalogue]()
    async with kept_fresh(service.address, "", learned.append, sleep=pace.sleep):
        await pace.asleep()
    assert learned == [kept]


async def test_a_disk_that_cannot_be_written_is_no_reason_to_stop(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    pace, learned = Pace(), list[Catalogue]()
    async with kept_fresh(service.address, "", learned.append, sleep=pace.sleep, chance=steadily):
        assert await pace.asleep() == REFRESH
    assert len(learned) == 1


async def test_an_error_of_our_own_does_not_end_it(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(KEY)

    monkeypatch.setattr(fetching, "version_of", broken)
    pace = Pace()
    async with kept_fresh(service.address, KEY, lambda _: None, sleep=pace.sleep, chance=steadily):
        assert await pace.asleep() == RETRY
    assert "RuntimeError" in caplog.text
    assert KEY not in caplog.text


async def test_an_address_that_aiohttp_does_not_take_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    pace = Pace()
    async with kept_fresh("http://127.0.0.1:99999", "", lambda _: None, sleep=pace.sleep, chance=steadily):
        assert await pace.asleep() == RETRY
        assert await pace.next() == 2 * RETRY
    assert "the catalogue of 127.0.0.1 stays as it was" in caplog.text


async def test_the_key_stands_in_no_log(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    service.answers["/api/pricing"] = service.answers["/v1/models"] = sends(f"invalid key {KEY}", 401)
    pace = Pace()
    async with kept_fresh(service.address, KEY, lambda _: None, sleep=pace.sleep):
        await pace.asleep()
    assert "HTTP 401" in caplog.text
    assert KEY not in caplog.text


async def test_it_stops_at_once_in_the_middle_of_a_slow_answer_and_leaves_no_task(service: Service) -> None:
    arrived = asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        arrived.set()
        await asyncio.sleep(60)
        return web.Response()

    service.answers["/api/pricing"] = never
    async with kept_fresh(service.address, "", lambda _: None):
        await asyncio.wait_for(arrived.wait(), 10)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert "catalogue" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_without_an_address_nothing_is_done() -> None:
    before = asyncio.all_tasks()
    async with kept_fresh(None, "", lambda _: None):
        assert asyncio.all_tasks() == before


# In the bot


async def test_the_bot_keeps_the_catalogue_while_it_runs(service: Service) -> None:
    async with loopback() as there, bot(there.address, GATEWAY_URL=f"{service.address}/v1") as running:
        await running.logs("the catalogue of 127.0.0.1: models 1, groups 1")
        await there.seen("IDENTIFY")
        ended = await running.end(signalled=signal.SIGTERM, within=5)
    assert (ended.code, ended.err) == (0, "")


async def test_a_service_that_hangs_holds_up_neither_the_start_nor_the_end(service: Service) -> None:
    arrived = asyncio.Event()

    async def never(_: web.Request) -> web.StreamResponse:
        arrived.set()
        await asyncio.sleep(60)
        return web.Response()

    service.answers["/api/status"] = never
    settings = {"GATEWAY_URL": service.address, "GATEWAY_KEY": KEY, "LOG_LEVEL": "DEBUG"}
    async with loopback() as there, bot(there.address, **settings) as running:
        await there.seen("IDENTIFY")
        await asyncio.wait_for(arrived.wait(), 10)
        ended = await running.end(signalled=signal.SIGTERM, within=3)
    assert (ended.code, ended.err) == (0, "")
    assert "ERROR" not in ended.out
    assert KEY not in ended.out


# For one question


async def test_for_one_question_a_fresh_catalogue_on_disk_is_enough(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await current(service.address, "")
    assert await current(service.address, "") == (first, "")
    assert service.count("/api/pricing") == 1
    later = datetime.now(UTC) + timedelta(seconds=REFRESH + 1)
    monkeypatch.setattr(fetching, "now", lambda: later)
    await current(service.address, "")
    assert service.count("/api/pricing") == 2


async def test_for_one_question_an_old_catalogue_is_better_than_none(service: Service) -> None:
    service.answers["/api/pricing"] = sends("", 502)
    assert await current(service.address, "") == (None, "it answers HTTP 502")
    kept = Catalogue({"gpt-4o": frozenset()}, frozenset(), NOON)
    catalogue_cache.keep(service.address, kept)
    assert await current(service.address, "") == (kept, "it answers HTTP 502")


def test_a_reason_is_in_words_of_our_own() -> None:
    assert reason(TimeoutError("secret")) == "it takes too long to answer"
    assert "secret" not in reason(ValueError("secret")) + reason(OSError("secret"))
