from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.chat.health import GONE
from bot.chat.metrics import serving
from bot.chat.trouble import raised, report
from tests.chat.test_health import Clock
from tests.chat.town import ERROR, KEY, Town


def free_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port: int = closed.getsockname()[1]
        return port


@asynccontextmanager
async def served(town: Town, clock: Clock) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(town.desk, port := free_port(), clock=clock),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        yield http


async def scraped(http: aiohttp.ClientSession) -> dict[tuple[str, str], float]:
    """The samples, by their name and the values of their labels, in the order of the labels' names."""
    async with http.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        families = text_string_to_metric_families(await answer.text())
        samples = [sample for family in families for sample in family.samples]
    return {
        (sample.name, " ".join(value for _, value in sorted(sample.labels.items()))): sample.value for sample in samples
    }


async def test_what_was_heard_asked_answered_and_passed_over_stands_in_the_metrics(town: Town) -> None:
    async with served(town, Clock()) as http:
        await town.maya.send(town.support, ERROR)
        await town.bob.send(town.support, "good morning, all")
        await town.sam.slash(town.general, "error", code="503")
        seen = await scraped(http)
    assert seen["error_desk_messages_heard_total", ""] == 3
    assert seen["error_desk_asked_total", "command"] == 1
    assert seen["error_desk_answered_total", "429 heard"] == 1
    assert seen["error_desk_answered_total", "503 command"] == 1
    assert seen["error_desk_silent_total", "no_error"] == 1
    assert seen["error_desk_answer_seconds_count", "heard"] == 1
    assert seen["error_desk_answer_seconds_bucket", "+Inf heard"] == 1
    assert 0 < seen["error_desk_answer_seconds_sum", "heard"] < 10
    assert seen["error_desk_servers", ""] == 1


async def test_an_error_is_counted_by_its_type_and_nothing_of_its_words(town: Town) -> None:
    before = raised["ValueError"]
    async with served(town, Clock()) as http:
        report(ValueError(KEY), "a test")
        async with http.get("/metrics") as answer:
            text = await answer.text()
        assert (await scraped(http))["error_desk_errors_total", "ValueError"] == before + 1
    assert KEY not in text


async def test_health_turns_bad_when_the_gateway_is_gone_for_minutes_and_good_when_it_is_back(town: Town) -> None:
    async def health() -> tuple[int, str]:
        await town.env.settle()
        async with http.get("/healthz") as answer:
            return answer.status, (await answer.text()).strip()

    async with served(town, clock := Clock()) as http:
        assert await health() == (200, "starting")
        town.desk.dispatch("shard_connect", 0)
        town.desk.dispatch("ready")
        assert await health() == (200, "connected")
        town.desk.dispatch("shard_disconnect", 0)
        assert await health() == (200, "reconnecting")
        clock.now += GONE + 1
        assert await health() == (503, "disconnected")
        assert (await scraped(http))["error_desk_healthy", ""] == 0
        town.desk.dispatch("shard_resumed", 0)
        assert await health() == (200, "connected")
        assert (await scraped(http))["error_desk_healthy", ""] == 1


async def test_a_port_that_is_taken_is_told_and_the_bot_goes_on_without_metrics(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with serving(town.desk, port):
            await town.maya.send(town.support, ERROR)
    assert "429" in town.reply()
    assert f"METRICS_PORT {port} cannot be had" in caplog.text
