from __future__ import annotations

import asyncio
import time

import pytest

from tests.wire.events import PASTED, SIDE, SUPPORT, mention, message, slash
from tests.wire.loopback import HANG_UP, PATIENCE, Loopback

pytestmark = pytest.mark.asyncio(loop_scope="package")

MESSAGES = f"/channels/{SUPPORT}/messages"
LIMITED = {"message": "You are being rate limited.", "retry_after": 0.2, "global": False}


TROUBLES: tuple[tuple[int, int, dict[str, str]], ...] = (
    (502, 2, {}),
    (503, 1, {}),
    (429, 1, {"Retry_After": "0.2", "Via": "1.1 google"}),
    (429, 2, {"Retry_After": "0.2"}),
    (HANG_UP, 1, {}),
    (408, 1, {}),
)
"""A status, how often it comes, and the headers beside it."""


async def test_what_passes_is_waited_out_and_nothing_is_sent_twice(there: Loopback) -> None:
    async def waited_out(channel_id: str, status: int, times: int, headers: dict[str, str]) -> None:
        content = LIMITED if status == 429 else "<html>"
        there.fail("POST", f"/channels/{channel_id}/messages", status, content, times, **headers)
        asked = mention(PASTED, channel_id)
        await there.dispatch("MESSAGE_CREATE", asked)
        tries = [await there.reply(asked) for _ in range(times + 1)]
        assert all(reply["enforce_nonce"] for reply in tries)
        assert len({reply["nonce"] for reply in tries}) == 1
        await there.say(mention(PASTED, channel_id))

    await asyncio.gather(*(waited_out(where, *trouble) for where, trouble in zip(SIDE, TROUBLES, strict=True)))


async def test_a_limit_that_lasts_too_long_is_not_knocked_at_again(there: Loopback) -> None:
    there.fail("POST", MESSAGES, 429, "you are banned", Retry_After="3600")
    await there.say(message(PASTED))
    await there.say(message(PASTED))


async def test_an_acknowledgement_that_failed_once_is_still_in_time(there: Loopback) -> None:
    async def acknowledged(status: int) -> None:
        asked = slash(PASTED)
        there.fail("POST", f"/interactions/{asked['id']}/", status, "<html>")
        began = time.monotonic()
        first = await there.ask(asked)
        assert (await there.seen("POST", f"/interactions/{asked['id']}/")).json["data"] == first
        assert time.monotonic() - began < 3

    await asyncio.gather(acknowledged(502), acknowledged(503))


async def test_an_interaction_is_acknowledged_in_time_while_messages_wait(there: Loopback) -> None:
    slow = there.hold("POST", MESSAGES)
    waiting = message(PASTED)
    await there.dispatch("MESSAGE_CREATE", waiting)
    await asyncio.wait_for(slow.arrived.wait(), PATIENCE)
    began = time.monotonic()
    await asyncio.gather(*(there.ask(slash(PASTED)) for _ in range(20)))
    assert time.monotonic() - began < 3
    slow.go_on.set()
    await there.reply(waiting)
