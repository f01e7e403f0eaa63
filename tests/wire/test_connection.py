from __future__ import annotations

import signal

import pytest

from bot.chat.client import INTENTS
from tests.wire.events import PASTED, mention, message, slash
from tests.wire.loopback import Loopback, loopback
from tests.wire.process import bot

shared = pytest.mark.asyncio(loop_scope="package")

MESSAGE_CONTENT = 1 << 15


@shared
async def test_after_a_dropped_connection_what_was_missed_is_answered_and_nothing_twice(there: Loopback) -> None:
    answered, missed = mention(PASTED), mention(PASTED)
    await there.say(answered)
    before = there.count("IDENTIFY")
    there.drop()
    await there.dispatch("MESSAGE_CREATE", missed)
    await there.seen("RESUME")
    await there.reply(missed)
    for again in (answered, missed):
        await there.dispatch("MESSAGE_CREATE", again)
    await there.say(mention(PASTED))
    assert there.count("IDENTIFY") == before


@shared
async def test_a_bot_that_is_sent_away_comes_back(there: Loopback) -> None:
    await there.send_away()
    await there.seen("RESUME")
    await there.say(message(PASTED))


@shared
async def test_a_session_that_cannot_be_resumed_is_begun_anew(there: Loopback) -> None:
    there.resumable = False
    there.drop()
    await there.seen("RESUME")
    await there.seen("IDENTIFY")
    there.resumable = True
    await there.say(message(PASTED))


async def test_without_the_message_content_intent_the_bot_stays_up_and_says_what_to_do() -> None:
    async with loopback() as there:
        there.refusals = [4014]
        async with bot(there.address) as running:
            assert (await there.seen("IDENTIFY")).json["intents"] == INTENTS.value
            assert (await there.seen("IDENTIFY")).json["intents"] == INTENTS.value & ~MESSAGE_CONTENT
            await there.dispatch("MESSAGE_CREATE", message(""))
            await there.say(mention(PASTED))
            await there.ask(slash(PASTED))
            ended = await running.end(signalled=signal.SIGTERM)
    assert (ended.code, ended.err) == (0, "")
    (line,) = [line for line in ended.out.splitlines() if "turn on Message Content Intent" in line]
    assert "in the Developer Portal" in line
    assert "WARNING" in line
    assert "slash commands, the context menu, mentions and direct messages" in line
    assert "Traceback" not in ended.out


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ([4004], "Discord does not accept the token"),
        ([4014, 4014], "(code 4014)"),
    ],
)
async def test_a_connection_refused_for_good_is_told_in_one_line(codes: list[int], told: str) -> None:
    async with loopback() as there:
        there.refusals = codes
        async with bot(there.address) as running:
            assert told in (await running.end()).told()
