"""The connection to Discord's gateway, where discord.py gives up, forgets or hurries.

https://docs.discord.com/developers/events/gateway#connection-lifecycle
"""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Self

import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.chat.logs import NETWORK
from bot.chat.trouble import report

OFTEN, WHILE = 5, 60.0
"""So many connections lost within so many seconds are no accident any more."""

LONGEST = 7
"""Two minutes, which are 2 to the power of this in seconds, are the longest wait before the next try: with discord.py's
own 10, the bot could be gone for seventeen minutes more after an outage."""


class LostError(ConnectionError):
    """A connection was lost for which discord.py would not wait before the next, as it does after this one."""


class Gateway(DiscordWebSocket):
    """A connection that goes on where the one before it ended, and whose loss is no reason to hurry or to stop.

    - discord.py connects again at once after a loss, however often. One that comes before Discord has welcomed us, or
      the latest of many, counts here as a failure to connect: then it waits, the longer the oftener.
    - discord.py with shards begins a new session after such a failure, and with that, what happened in between would
      never be heard of. Here every connection resumes the session of the one before, as long as Discord has it.
    - What nobody can read ends the session, and not the bot.
    """

    tried: bool = False
    """Whether its session was asked for."""
    losses: deque[float]
    """When the latest connections of this shard were lost."""
    _since: int | None

    @classmethod
    async def from_client(
        cls,
        client: discord.Client,
        *,
        gateway: yarl.URL | None = None,
        shard_id: int | None = None,
        session: str | None = None,
        sequence: int | None = None,
        resume: bool = False,
        **options: Any,
    ) -> Self:
        """Connect as discord.py does, but resume wherever there is a session to be resumed, and only there.

        The session's own address is tried once, and after that the usual one.
        """
        shards: dict[int | None, Gateway] = vars(client).setdefault("latest_gateways", {})
        before = shards.get(shard_id)
        if before and before.session_id:
            session, sequence, resume = before.session_id, before.sequence, True
            gateway = None if before.tried else before.gateway
            before.tried = True
        elif resume:
            gateway, resume = None, False
        ws = await super().from_client(
            client,
            gateway=gateway,
            shard_id=shard_id,
            session=session if resume else None,
            sequence=sequence if resume else None,
            resume=resume,
            **options,
        )
        ws.losses = before.losses if before else deque(maxlen=OFTEN)
        shards[shard_id] = ws
        return ws

    async def poll_event(self) -> None:
        """Take the next event.

        Raises:
            ReconnectWebSocket: the connection has to be made anew, at once.
            LostError: it has to be made anew, after a while.
            discord.ConnectionClosed: Discord does not want it made anew.
        """
        if not hasattr(self, "_since"):  # the greeting is yet to come
            self._since = self.sequence
        is_welcome = self.sequence != self._since
        try:
            await super().poll_event()
        except ReconnectWebSocket as ended:
            if self._may_hurry(is_welcome=is_welcome, resume=ended.resume):
                raise
            raise LostError from None
        except (discord.ConnectionClosed, *NETWORK):
            raise
        except Exception as error:  # anything can be wrong with what comes
            report(error, "reading from the gateway")
            await self.close()
            self.session_id = self.sequence = None
            raise LostError from None

    def _may_hurry(self, *, is_welcome: bool, resume: bool) -> bool:
        """Tell whether a loss is one of those that happen all the time.

        Args:
            is_welcome: Discord has sent an event over this connection.
            resume: the session goes on.
        """
        if not resume and self._since is not None:
            return True  # the session was over, which Discord tells by this
        if not is_welcome:
            return False
        now = time.monotonic()
        self.losses.append(now)
        return len(self.losses) < OFTEN or now - self.losses[0] > WHILE


class Backoff(ExponentialBackoff[Any]):
    """How long to wait after a failure to connect."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._max = LONGEST


def install() -> None:
    """Have discord.py's shards connect in this way."""
    discord.shard.DiscordWebSocket = Gateway  # type: ignore[misc]
    discord.shard.ExponentialBackoff = Backoff  # type: ignore[attr-defined]
