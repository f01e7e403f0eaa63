from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import discord
import pytest
import yarl
from discord.http import Route

from bot.chat import gateway
from bot.chat.gateway import OFTEN
from tests.wire.events import PASTED, Event, message
from tests.wire.loopback import PATIENCE, TOKEN, Loopback, loopback


class Client(discord.AutoShardedClient):
    """Only listens, and begins a session without waiting for the one before."""

    def __init__(self, patience: float) -> None:
        super().__init__(
            intents=discord.Intents.all(), shard_count=1, heartbeat_timeout=patience, guild_ready_timeout=0.1
        )
        self.heard: asyncio.Queue[int] = asyncio.Queue()
        self.refused = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord wants five seconds between two."""

    async def on_message(self, said: discord.Message) -> None:
        await self.heard.put(said.id)

    async def hears(self, *said: Event) -> None:
        """Wait for these messages, and hold it to them alone."""
        for each in said:
            assert await asyncio.wait_for(self.heard.get(), PATIENCE) == int(each["id"])
        assert self.heard.empty()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it would have waited before the next try, at the most; it waits for a moment."""
    waited: list[float] = []
    original = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds >= 1:
            waited.append(seconds)
        await original(min(seconds, 0.02))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(random.Random, "uniform", lambda *bounds: bounds[-1])
    return waited


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> AsyncIterator[Loopback]:
    for name in ("DiscordWebSocket", "ExponentialBackoff"):
        monkeypatch.setattr(discord.shard, name, getattr(discord.shard, name))
    gateway.install()
    async with loopback() as there:
        monkeypatch.setattr(Route, "BASE", f"{there.address}/api")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(there.address))
        yield there


@contextlib.asynccontextmanager
async def connected(there: Loopback, patience: float = 60.0) -> AsyncIterator[Client]:
    """Connect, and see to it that it still hears what is said when the test is over."""
    async with Client(patience) as client:
        life = asyncio.create_task(client.start(TOKEN))
        life.add_done_callback(lambda _: None)
        await asyncio.wait_for(_ready(client, life), PATIENCE)
        yield client
        assert not life.done(), life.exception()
        last = message(PASTED)
        await there.dispatch("MESSAGE_CREATE", last)
        await client.hears(last)
        await client.close()
        await asyncio.wait({life})


async def _ready(client: Client, life: asyncio.Task[None]) -> None:
    while not client.is_ready():
        assert not life.done(), life.exception()
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("at", ["CONNECT", "IDENTIFY"])
async def test_a_start_whose_first_connections_are_dropped_goes_on(there: Loopback, at: str) -> None:
    there.cuts = [at] * 3
    async with connected(there):
        assert there.count("CONNECT") == 4
        assert there.count("RESUME") == 0


async def test_a_greeting_that_does_not_come_is_not_waited_for_for_ever(there: Loopback) -> None:
    there.greets = False
    asyncio.get_running_loop().call_later(0.5, setattr, there, "greets", True)
    async with connected(there, 0.2):
        assert there.count("CONNECT") > 1


async def test_a_gateway_that_falls_silent_is_left_and_the_session_resumed(there: Loopback) -> None:
    async with connected(there, 0.3):
        await there.seen("CONNECT")
        await there.seen("CONNECT")
        await there.seen("RESUME")


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4007, 4008, 4009])
async def test_a_connection_that_discord_closes_in_passing_is_resumed_at_once(
    there: Loopback, pauses: list[float], code: int
) -> None:
    async with connected(there) as client:
        await there.close(code)
        missed = message(PASTED)
        await there.dispatch("MESSAGE_CREATE", missed)
        await there.seen("RESUME")
        await client.hears(missed)
        assert pauses == []


@pytest.mark.parametrize(("resumable", "how"), [(True, "RESUME"), (False, "IDENTIFY")])
async def test_a_session_that_discord_calls_invalid_is_resumed_only_where_it_can_be(
    there: Loopback, pauses: list[float], resumable: bool, how: str
) -> None:
    async with connected(there):
        await there.seen("IDENTIFY")
        await there.invalidate(resumable=resumable)
        await there.seen(how)
        await asyncio.sleep(0.05)
        assert there.count("RESUME") == resumable
        assert pauses == []


async def test_what_is_said_while_the_gateway_cannot_be_reached_is_heard_afterwards(
    there: Loopback, pauses: list[float]
) -> None:
    async with connected(there) as client:
        await there.leave()
        missed = message(PASTED)
        await there.dispatch("MESSAGE_CREATE", missed)
        await asyncio.sleep(0.02)
        await asyncio.sleep(0.02)
        await there.come_back()
        await there.seen("RESUME")
        await client.hears(missed)
        assert there.count("IDENTIFY") == 1


async def test_a_resume_that_comes_to_nothing_is_tried_with_growing_patience(
    there: Loopback, pauses: list[float]
) -> None:
    async with connected(there):
        there.cuts = ["RESUME"] * 9
        there.drop()
        for _ in range(10):
            await there.seen("RESUME")
        assert pauses == [2, 4, 8, 16, 32, 64, 128, 128, 128]


async def test_a_connection_that_is_lost_again_and_again_is_not_made_again_at_once_for_ever(
    there: Loopback, pauses: list[float]
) -> None:
    async with connected(there):
        for _ in range(2 * OFTEN):
            there.drop()
            await there.seen("RESUME")
            await asyncio.sleep(0.02)
        assert OFTEN <= len(pauses) <= OFTEN + 1


@pytest.mark.parametrize("frame", ["{", "[]", '{"op": 0, "t": "READY", "s": 7, "d": {}}', '{"op": 10, "d": {}}'])
async def test_a_frame_that_nobody_can_read_ends_the_session_and_not_the_bot(
    there: Loopback, caplog: pytest.LogCaptureFixture, frame: str
) -> None:
    async with connected(there):
        await there.seen("IDENTIFY")
        await there.send(frame)
        await there.seen("IDENTIFY")
        assert "reading from the gateway failed with" in caplog.text


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013])
async def test_a_connection_that_discord_closes_for_good_is_not_made_again(there: Loopback, code: int) -> None:
    async with Client(60.0) as client:
        there.refusals = [code]
        with pytest.raises(discord.ConnectionClosed) as raised:
            await client.start(TOKEN)
        assert raised.value.code == code
        assert there.count("CONNECT") == 1
