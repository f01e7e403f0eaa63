"""A day at a busy server: what people do, what breaks, and what the bot says to it all."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.knowledge.loading import default_directory
from tests.knowledge.test_changes import edit
from tests.wire.events import ERROR, MAYA, SIDE, SUPPORT, Event, mention, message, new_id, slash
from tests.wire.loopback import Loopback, loopback
from tests.wire.process import Running, bot_anew
from tests.wire.test_events import shown
from tests.wire.test_reload import TITLE

EDITED = "2026-01-08T09:31:15+00:00"

OTHERS = (
    "Error code: 401 - {'error': {'message': 'Invalid token', 'type': 'new_api_error'}}",
    "Error code: 503 - Service Unavailable",
    "HTTP 504 Gateway Timeout",
    "Error code: 413 - Request Entity Too Large",
    "Error code: 500 - Internal Server Error",
    "HTTP 502 Bad Gateway",
    "Error code: 403 - {'error': {'message': 'IP address is not on the whitelist'}}",
    "Error code: 402 - Payment Required",
    "HTTP 524 a timeout occurred",
)
CHAT = (
    "good morning, all",
    "lunch at 12:30?",
    "I have 429 unread mails",
    "the new phone is 500 euros",
    "thanks, solved",
)


@dataclass
class Day:
    """What was written, and what came of it."""

    there: Loopback
    desk: str
    base: Path
    sent: list[Event] = field(default_factory=list)

    async def write(self, text: str, channel: str = SUPPORT, author: Event | None = None) -> Event:
        """Let somebody write, each time another person unless told."""
        said = message(text, channel, **({"author": author} if author else {}))
        self.sent.append(said)
        await self.there.dispatch("MESSAGE_CREATE", said)
        return said

    async def settle(self, *channels: str) -> None:
        """Wait until all that was written there is handled: who calls the bot is answered, after those before."""
        for channel in channels:
            call = mention("is this an error at all?", channel)
            await self.there.dispatch("MESSAGE_CREATE", call)
            while not self.replies(call):
                await self.there.seen("POST", f"/channels/{channel}/messages")

    def replies(self, said: Event) -> list[str]:
        """What was posted as a reply to a message."""
        return [
            shown(entry.json)
            for entry in self.there.journal
            if entry.method == "POST" and entry.path.endswith("/messages")
            if str((entry.json.get("message_reference") or {}).get("message_id")) == said["id"]
        ]

    def serve(self) -> AbstractAsyncContextManager[Running]:
        """Run the bot with this day's desk and knowledge, and its usual limits."""
        return bot_anew(
            self.there.address, DATABASE_URL=self.desk, KNOWLEDGE_DIR=str(self.base), LOG_LEVEL="DEBUG",
            SUPPORT_CHANNELS=",".join(("support", *(f"side-{id_[-1]}" for id_ in SIDE))),
            ANSWERS_PER_PERSON="", ANSWERS_PER_CHANNEL="", ANSWERS_PER_SERVER="",
        )  # fmt: skip


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Day]:
    base = shutil.copytree(default_directory(), tmp_path / "base")
    async with loopback() as there:
        yield Day(there, f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}", base)


async def newcomers(day: Day) -> list[Event]:
    """Ask about this and that, in between chat."""
    asked = []
    for place, text in enumerate(OTHERS):
        await day.write(CHAT[place % len(CHAT)], SIDE[place % 2])
        asked.append(await day.write(text, SIDE[place % 2]))
    await day.settle(*SIDE[:2])
    assert [len(day.replies(said)) for said in asked] == [1] * len(asked)
    assert all("### " in day.replies(said)[0] for said in asked)
    return asked


async def a_spammer(day: Day) -> None:
    """Posts every error there is, twice."""
    author = MAYA | {"id": new_id()}
    spam = [await day.write(text, SIDE[2], author) for text in OTHERS * 2]
    await day.settle(SIDE[2])
    assert sum(len(day.replies(said)) for said in spam) == 6


async def a_raid(day: Day) -> None:
    """Forty accounts paste the same within a second."""
    raid = await asyncio.gather(*(day.write(ERROR) for _ in range(40)))
    await day.settle(SUPPORT)
    (card, *lines) = [reply for said in raid for reply in day.replies(said)]
    assert "### 429 · " in card
    assert len(lines) == 5
    assert all("https://discord.com/channels/" in line and len(line) < 300 for line in lines)


async def an_outage(day: Day) -> None:
    """Discord's API fails and its gateway cuts everybody off; what was written meanwhile comes with the resumption."""
    day.there.fail("POST", f"/channels/{SIDE[3]}/messages", 503, "upstream connect error")
    during = await day.write(ERROR, SIDE[3])
    await day.there.seen("POST", f"/channels/{SIDE[3]}/messages")
    day.there.drop()
    missed = await day.write(OTHERS[1], SIDE[3])
    await day.there.seen("RESUME")
    for said in (during, missed):
        await day.there.dispatch("MESSAGE_CREATE", said)
    await day.settle(SIDE[3])
    assert len(day.replies(missed)) == 1
    assert len(day.replies(during)) == 2  # once refused with 503


async def a_bad_edit(day: Day, running: Running) -> None:
    """Somebody breaks the knowledge, and mends it with a better title."""
    file = day.base / "errors" / "429.yaml"
    edit(file, "acts: ", "act: ")
    await running.logs("the knowledge stays as it was")
    assert "### 429 · " in shown(await day.there.ask(slash("429")))
    edit(file, "act: ", "acts: ")
    edit(file, TITLE, "Slow down")
    await running.logs("the knowledge was reloaded")
    assert "### 429 · Slow down" in shown(await day.there.ask(slash("429")))


async def test_nothing_annoying_lost_or_doubled(day: Day) -> None:
    async with day.serve() as running:
        await running.logs("is watched")
        asked = await newcomers(day)
        await a_spammer(day)
        await a_raid(day)
        await an_outage(day)
        await a_bad_edit(day, running)
        held = day.there.hold("POST", f"/channels/{SIDE[4]}/messages")
        last = await day.write(ERROR, SIDE[4])
        await held.arrived.wait()
        running.process.send_signal(signal.SIGTERM)
        held.go_on.set()
        ended = await running.end()
        assert (ended.code, ended.err, len(day.replies(last))) == (0, "", 1)
        assert "Traceback" not in ended.out
    async with day.serve() as running:
        await running.logs("is watched")
        again = await day.write(ERROR, SIDE[4])
        raided = await day.write(ERROR)
        await day.settle(SIDE[4], SUPPORT)
        assert "https://discord.com/channels/" in day.replies(again)[0]
        assert not day.replies(raided)
        await day.there.dispatch("MESSAGE_UPDATE", asked[0] | {"content": ERROR, "edited_timestamp": EDITED})
        corrected = await day.there.seen("PATCH", f"/channels/{asked[0]['channel_id']}/messages/")
        assert "### 429 · Slow down" in shown(corrected.json)
        await day.there.dispatch("MESSAGE_DELETE", {key: asked[1][key] for key in ("id", "channel_id", "guild_id")})
        await day.there.seen("DELETE", f"/channels/{asked[1]['channel_id']}/messages/")
        ended = await running.end(signalled=signal.SIGTERM)
        assert (ended.code, ended.err) == (0, "")
    twice = [said["content"] for said in day.sent if len(day.replies(said)) > 1 and said["channel_id"] != SIDE[3]]
    assert not twice
    assert not [said["content"] for said in day.sent if said["content"] in CHAT and day.replies(said)]
