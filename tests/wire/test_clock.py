from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import aiohttp

from tests.chat.test_metrics import free_port, scraped
from tests.wire.events import MAYA, PASTED, SIDE, SUPPORT, Event, member, mention, message, new_id, slash
from tests.wire.loopback import PATIENCE, Loopback, loopback
from tests.wire.process import bot_anew
from tests.wire.test_interactions import filled
from tests.wire.test_outage import health

OTHER = "Error code: 503 - Service Unavailable"
HOUR, DAY = 3600, 86400

WRONG = """
import datetime, os, pathlib, discord.utils

ahead = pathlib.Path(os.environ["AHEAD"])

def utcnow():
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=float(ahead.read_text()))

discord.utils.utcnow = utcnow
"""
"""A clock that is as many seconds ahead as a file says."""

STAFF = f"/channels/{SIDE[3]}/messages"


def put(clock: Path, ahead: int) -> None:
    """Put the clock ahead, or back, in one go."""
    (new := clock.with_suffix(".new")).write_text(str(ahead))
    new.replace(clock)


async def limited(port: int, times: int) -> None:
    """Wait until a question was one too many, and so many times in all."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        for _ in range(int(PATIENCE * 10)):
            if (await scraped(http)).get(("error_desk_silent_total", "limited")) == times:
                return
            await asyncio.sleep(0.1)
    raise AssertionError


async def edited(there: Loopback, question: Event) -> None:
    """Have a question edited, and see its card corrected."""
    words = mention(OTHER)["content"]
    await there.dispatch(
        "MESSAGE_UPDATE", question | {"content": words, "edited_timestamp": "2026-01-08T09:31:00+00:00"}
    )
    await there.seen("PATCH", f"/channels/{question['channel_id']}/messages")


async def test_a_clock_that_jumps_makes_nothing_answered_twice_forgotten_or_refused(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WRONG)
    put(ahead := tmp_path / "ahead", 0)
    port, path = free_port(), f"{tmp_path}:{Path.cwd()}"
    settings = {"METRICS_PORT": str(port), "STAFF_CHANNEL": SIDE[3], "ANSWERS_PER_PERSON": "2"}
    async with (
        loopback() as there,
        bot_anew(there.address, PYTHONPATH=path, AHEAD=str(ahead), LOG_LEVEL="DEBUG", **settings) as running,
    ):
        await there.seen("IDENTIFY")
        for times, jump in enumerate((-HOUR, -DAY, DAY), 1):
            put(ahead, 0)
            first = mention(PASTED, SIDE[0])
            await there.say(first)
            card = there.kept[-1]
            author = MAYA | {"id": new_id()}
            many = [message(f"{PASTED} model: gpt-{number}", author=author) for number in (5, 6, 7, 8)]
            for question in many[:2]:
                await there.say(question)

            put(ahead, jump)
            await there.dispatch("MESSAGE_CREATE", first)
            await there.say(mention(PASTED, SIDE[1]))
            await there.ask(slash(PASTED))
            somebody = member(MAYA | {"id": new_id()}) | {"permissions": "0"}
            await there.dispatch("INTERACTION_CREATE", filled(card) | {"channel_id": SIDE[0], "member": somebody})
            await there.seen("POST", STAFF)
            if jump < 0:  # a minute on, as it is now
                await there.dispatch("MESSAGE_CREATE", many[2])
                await limited(port, times)
                put(ahead, jump + 61)
            else:
                await there.say(many[2])
            await there.say(many[3])
            await health(port, 200)

            put(ahead, 0)
            await edited(there, first)
        assert there.count("POST", f"/channels/{SIDE[0]}/messages") == 3
        assert there.count("POST", f"/channels/{SUPPORT}/messages") == 10
        assert there.count("POST", STAFF) == 3
        ended = await running.end(signalled=signal.SIGTERM)
    assert (ended.code, ended.err) == (0, "")
    assert "ERROR" not in ended.out
    assert "Traceback" not in ended.out
