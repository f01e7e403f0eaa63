"""Counters and health for the operator's monitoring, on the loopback interface alone: nobody else reads them.

https://prometheus.io/docs/instrumenting/exposition_formats/. Only a bot with METRICS_PORT set loads this.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import accumulate

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.chat.client import Desk
from bot.chat.counters import BOUNDS
from bot.chat.health import Health
from bot.chat.trouble import raised

log = logging.getLogger(__name__)

HOST = "127.0.0.1"

UNTIL = 0.5
"""Seconds that whoever is reading may take when the bot ends."""


class Desks(Collector):
    """A bot's counters, read when somebody asks for them."""

    def __init__(self, desk: Desk, health: Health) -> None:
        self._desk, self._health = desk, health

    def collect(self) -> Iterable[Metric]:
        """Return all there is."""
        desk, counters = self._desk, self._desk.counters
        yield CounterMetricFamily(
            "error_desk_messages_heard", "Messages that came by, whoever wrote them and wherever", counters.heard
        )
        asked = CounterMetricFamily("error_desk_asked", "Questions put to the bot", labels=["surface"])
        for surface, count in counters.asked.items():
            asked.add_metric([surface], count)
        yield asked
        answered = CounterMetricFamily(
            "error_desk_answered", "Answers posted; without an entry, nothing was known", labels=["surface", "entry"]
        )
        for (surface, entry), count in counters.answered.items():
            answered.add_metric([surface, entry], count)
        yield answered
        yield CounterMetricFamily(
            "error_desk_corrected", "Answers changed after an edit or a further message", counters.corrected
        )
        silent = CounterMetricFamily("error_desk_silent", "Messages without an answer of their own", labels=["why"])
        for why, count in counters.silent.items():
            silent.add_metric([why], count)
        yield silent
        took = HistogramMetricFamily(
            "error_desk_answer_seconds", "From a question's arrival until its answer is posted", labels=["surface"]
        )
        for surface, durations in counters.took.items():
            sums = accumulate(durations.counts)
            bounds = (*(str(bound) for bound in BOUNDS), "+Inf")
            took.add_metric([surface], list(zip(bounds, sums, strict=True)), durations.total)
        yield took
        errors = CounterMetricFamily(
            "error_desk_errors", "Errors that the log has with a reference, by their type", labels=["type"]
        )
        for kind, count in raised.items():
            errors.add_metric([kind], count)
        yield errors
        yield GaugeMetricFamily("error_desk_healthy", "What /healthz answers", self._health.good)
        yield GaugeMetricFamily("error_desk_servers", "Servers that the bot is in", len(desk.guilds))
        latency = GaugeMetricFamily(
            "error_desk_gateway_latency_seconds", "How long the gateway took to answer a heartbeat", labels=["shard"]
        )
        for shard, seconds in desk.latencies:
            latency.add_metric([str(shard)], seconds)
        yield latency


@asynccontextmanager
async def serving(desk: Desk, port: int, *, clock: Callable[[], float] = time.monotonic) -> AsyncIterator[None]:
    """Serve `/metrics` and `/healthz`, as long as the context lasts.

    A port that is taken costs the metrics and a line in the log, and not the bot.

    Args:
        desk: the bot, which has yet to log in.
        port: on the loopback interface.
        clock: tells seconds, and never goes back.
    """
    health = Health(clock)
    registry = CollectorRegistry()
    registry.register(Desks(desk, health))
    ProcessCollector(registry=registry)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text=f"{health.state}\n", status=200 if health.good else 503)

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=UNTIL)
    async with health.listening(desk):
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError as error:
            log.error("no metrics: METRICS_PORT %s cannot be had (%s)", port, os.strerror(error.errno or 0))
        try:
            yield
        finally:
            await runner.cleanup()
