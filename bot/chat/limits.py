"""How many answers are given in a minute: a bucket of tokens for each person, channel and server.

A bucket holds as many as may be given at once, and fills up again within a minute.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord

    from bot.chat.client import Desk

MINUTE = 60.0

MOST = 10_000
"""How many people, channels or servers are counted. Those longest without an answer are forgotten, as if they never
had one: a bucket that is full again says nothing."""


class Buckets:
    """Buckets of one size, by whose they are.

    Args:
        size: how many tokens each holds, and gets in a minute.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._levels: OrderedDict[int, tuple[float, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def lacks(self, whose: int, now: datetime) -> float:
        """Return how many seconds it takes until there is a token; 0 where there is one."""
        return max(0.0, 1 - self._level(whose, now)) * MINUTE / self._size

    def take(self, whose: int, now: datetime) -> None:
        """Take a token."""
        self._levels[whose] = self._level(whose, now) - 1, now
        self._levels.move_to_end(whose)
        if len(self._levels) > MOST:
            self._levels.popitem(last=False)

    def _level(self, whose: int, now: datetime) -> float:
        level, since = self._levels.get(whose, (float(self._size), now))
        if now < since:  # the clock was put back: what was to come from then on comes from now on
            self._levels[whose] = level, now
        passed = max(0.0, (now - since).total_seconds())
        return min(self._size, level + passed * self._size / MINUTE)


class Limits:
    """The limits of one bot.

    Args:
        clock: tells the time, with its time zone.
        person: how many answers a person may have at once and in a minute.
        channel: how many there may be in a channel, thread or forum post.
        server: how many in a server.
    """

    def __init__(self, clock: Callable[[], datetime], *, person: int, channel: int, server: int) -> None:
        self._clock = clock
        self._person, self._channel, self._server = Buckets(person), Buckets(channel), Buckets(server)

    def take(self, *, person: int | None = None, channel: int | None = None, server: int | None = None) -> float:
        """Take a token from each of these, or from none where one of them has none.

        Returns:
            0.0, or how many seconds to wait until there are enough.
        """
        now = self._clock()
        whose = [
            (buckets, id_)
            for buckets, id_ in ((self._person, person), (self._channel, channel), (self._server, server))
            if id_ is not None
        ]
        if wait := max((buckets.lacks(id_, now) for buckets, id_ in whose), default=0.0):
            return wait
        for buckets, id_ in whose:
            buckets.take(id_, now)
        return 0.0


def too_much_here(interaction: discord.Interaction[Desk]) -> float:
    """Return for how many seconds a channel should see no further answer; 0.0 for those who moderate it."""
    if interaction.permissions.manage_messages:
        return 0.0
    return interaction.client.limits.take(channel=interaction.channel_id, server=interaction.guild_id)
