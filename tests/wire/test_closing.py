from __future__ import annotations

import asyncio
import signal

from tests.wire.events import PASTED, mention, message
from tests.wire.loopback import loopback
from tests.wire.process import bot
from tests.wire.test_connection import MESSAGE_CONTENT


async def test_a_connection_that_discord_closes_for_good_says_what_to_do() -> None:
    async def told(code: int, words: str) -> None:
        async with loopback() as there:
            there.refusals = [code]
            async with bot(there.address) as running:
                line = (await running.end(within=30)).told()
        assert words in line
        assert f"code {code}" in line

    async with asyncio.TaskGroup() as group:
        for code, words in ((4010, "check SHARD_IDS"), (4012, "newer Error Desk"), (4013, "newer Error Desk")):
            group.create_task(told(code, words))


async def test_a_token_that_is_changed_while_the_bot_runs_is_told_in_one_line() -> None:
    async with loopback() as there, bot(there.address) as running:
        await there.seen("IDENTIFY")
        await there.say(message(PASTED))
        await there.close(4004)
        assert "Discord does not accept the token" in (await running.end()).told()


async def test_an_intent_that_is_taken_away_while_the_bot_runs_leaves_what_needs_none() -> None:
    async with loopback() as there, bot(there.address) as running:
        assert (await there.seen("IDENTIFY")).json["intents"] & MESSAGE_CONTENT
        await there.say(message(PASTED))
        await there.close(4014)
        assert not (await there.seen("IDENTIFY")).json["intents"] & MESSAGE_CONTENT
        await there.say(mention(PASTED))
        ended = await running.end(signalled=signal.SIGTERM)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("turn on Message Content Intent") == 1
    assert "Traceback" not in ended.out
