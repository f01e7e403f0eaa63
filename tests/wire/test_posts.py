from __future__ import annotations

import discord
import pytest

from bot.chat.cards.post_tag import WORDS
from tests.wire.events import APPLICATION, PASTED, SOLVED, message, post, press
from tests.wire.loopback import Loopback
from tests.wire.test_events import shown

pytestmark = pytest.mark.asyncio(loop_scope="package")

TITLE = "HTTP 429 Too Many Requests"


@pytest.mark.parametrize("order", ["post first", "message first"])
async def test_a_new_post_is_answered_once_whichever_discord_tells_first(there: Loopback, order: str) -> None:
    thread, first = post(TITLE, "what can I do?")
    if order == "post first":
        await there.open(thread)
        card = await there.say(first)
    else:
        await there.dispatch("MESSAGE_CREATE", first)
        await there.open(thread)
        card = await there.reply(first)
    assert "### 429 · " in shown(card)
    await there.dispatch("MESSAGE_CREATE", first)
    again = post(TITLE, PASTED)
    await there.open(again[0])
    await there.say(again[1])
    assert there.count("POST", f"/channels/{thread['id']}/messages") == 1


@pytest.mark.parametrize("may", [True, False])
async def test_solved_marks_the_post_or_says_how(there: Loopback, may: bool) -> None:
    thread, first = post(TITLE, PASTED)
    await there.open(thread)
    await there.say(first)
    pressed = press(there.kept[-1], "solved", thread, may=discord.Permissions(manage_threads=may))
    await there.dispatch("INTERACTION_CREATE", pressed)
    assert (await there.seen("POST", f"/interactions/{pressed['id']}/")).json["type"] == 7
    if may:
        assert (await there.seen("PATCH", f"/channels/{thread['id']}")).json == {"applied_tags": [SOLVED]}
    else:
        told = (await there.seen("POST", "/webhooks/")).json
        assert told["content"] == WORDS["en"].give.format(tag="`Solved`")
        await there.say(message(PASTED))
        assert there.count("POST", f"/webhooks/{APPLICATION}/{pressed['token']}") == 1
        assert there.count("PATCH", f"/channels/{thread['id']}") == 0
