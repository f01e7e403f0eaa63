from __future__ import annotations

import pytest

from bot.chat.surfaces.explain import WORDS as OURS
from tests.wire.events import APPLICATION, GENERAL, KEY, ME, PASTED, SIDE, forward, mention, message, reply_to
from tests.wire.loopback import Loopback
from tests.wire.test_events import shown, silent

pytestmark = pytest.mark.asyncio(loop_scope="package")

CHATTER = b"2026-01-08 09:30:12 INFO all is well\n"


async def test_a_file_whose_type_is_not_told_is_read(there: Loopback) -> None:
    file = there.attach("message.txt", PASTED.encode())
    assert "### 429 · " in shown(await there.say(message("", attachments=[file])))


async def test_of_a_large_file_both_ends_are_loaded_and_no_more(there: Loopback) -> None:
    file = there.attach("run.log", CHATTER * 60_000 + PASTED.encode(), "text/plain")
    assert "### 429 · " in shown(await there.say(message("", attachments=[file])))
    parts = [(await there.seen("GET", "/attachments/run.log")).json for _ in range(2)]
    assert sum(parts) <= 2**20 < file["size"]
    assert there.count("GET", "/attachments/run.log") == 2


async def test_a_forwarded_file_and_a_forwarded_embed_are_read(there: Loopback) -> None:
    file = there.attach("trace.har", PASTED.encode())
    assert "### 429 · " in shown(await there.say(forward(message("", attachments=[file]))))
    embed = {"type": "rich", "title": "Alert", "fields": [{"name": "Cause", "value": PASTED, "inline": False}]}
    assert "### 429 · " in shown(await there.say(forward(message("", embeds=[embed]))))


async def test_a_mention_in_a_reply_explains_that_message_with_its_file(there: Loopback) -> None:
    file = there.attach("out.txt", PASTED.encode())
    said = message("it fails", GENERAL, attachments=[file])
    asked = reply_to(said, f"<@{APPLICATION}> what is this?") | {"mentions": [ME]}
    assert "### 429 · " in shown(await there.say(asked))


async def test_a_picture_that_is_none_is_passed_over_when_heard_and_told_of_when_asked(there: Loopback) -> None:
    file = there.attach("shot.png", b"\x89PNG\r\n\x1a\n and then nothing", "image/png")
    await silent(there, ("MESSAGE_CREATE", message("look", attachments=[file])))
    asked = mention("what is this?", SIDE[0]) | {"attachments": [file]}
    told = shown(await there.say(asked))
    assert any(words.format(name="`shot.png`") in told for words in OURS["en"].trouble.values())


async def test_a_key_in_a_file_is_warned_of_and_not_repeated(there: Loopback) -> None:
    file = there.attach("settings.env", f"OPENAI_API_KEY={KEY}".encode())
    card = await there.say(message("", attachments=[file]))
    assert KEY not in str(card)
    assert "🔑" in shown(card)
