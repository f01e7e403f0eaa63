"""Whether Discord's gateway is there. It goes and comes back all the time; gone for minutes, it is missed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.chat.client import Desk

State = Literal["connected", "starting", "reconnecting", "disconnected"]

GONE = 120.0
"""Seconds without the gateway that are no trouble: to resume takes a second, to begin anew half a minute."""


class Health:
    """What the gateway's events tell.

    A start ends with READY. With many shards that takes its time, so that each one that is there counts as progress.

    Args:
        clock: tells seconds, and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._starting: float | None = clock()
        self._gone: dict[int, float] = {}

    @property
    def state(self) -> State:
        """How it is: `disconnected` where all of it, or a shard, was gone for too long."""
        since = list(self._gone.values())
        if self._starting is not None:
            since.append(self._starting)
        if since and self._clock() - min(since) > GONE:
            return "disconnected"
        if self._starting is not None:
            return "starting"
        return "reconnecting" if since else "connected"

    @property
    def good(self) -> bool:
        """Whether the bot is where it should be, or on its way for no longer than that takes."""
        return self.state != "disconnected"

    async def here(self, shard: int) -> None:
        """Note that a shard is connected."""
        self._gone.pop(shard, None)
        if self._starting is not None:
            self._starting = self._clock()

    async def lost(self, shard: int) -> None:
        """Note that a shard lost its connection, or could not get it back."""
        self._gone.setdefault(shard, self._clock())

    async def ready(self) -> None:
        """Note that all shards are there."""
        self._starting = None

    @asynccontextmanager
    async def listening(self, desk: Desk) -> AsyncIterator[None]:
        """Listen to a bot's gateway, as long as the context lasts."""
        heard = (
            (self.here, "on_shard_connect"),
            (self.here, "on_shard_resumed"),
            (self.lost, "on_shard_disconnect"),
            (self.ready, "on_ready"),
        )
        for listener, event in heard:
            desk.add_listener(listener, event)
        try:
            yield
        finally:
            for listener, event in heard:
                desk.remove_listener(listener, event)
