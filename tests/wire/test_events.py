from __future__ import annotations

from typing import Any

import pytest

from bot.chat.words import WORDS as OURS
from tests.wire.events import (
    CLOSED,
    ELSEWHERE,
    GENERAL,
    KEY,
    PASTED,
    STRANGE,
    Event,
    mention,
    message,
    slash,
    slash_elsewhere,
)
from tests.wire.loopback import Loopback

pytestmark = pytest.mark.asyncio(loop_scope="package")

EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15


def shown(answer: Event) -> str:
    """All text in a body that the bot sent."""

    def texts(components: list[Any]) -> list[str]:
        return [text for part in components for text in (part.get("content", ""), *texts(part.get("components", [])))]

    assert answer["flags"] & COMPONENTS_V2
    return "\n".join(texts(answer["components"]))


async def test_a_heard_error_is_answered_with_a_card_that_pings_nobody(there: Loopback) -> None:
    card = await there.say(message(f"Help, what is this? {PASTED}"))
    assert "### 429 · " in shown(card)
    assert card["allowed_mentions"]["parse"] == []
    assert not card["allowed_mentions"].get("replied_user")


async def test_a_mention_is_answered_elsewhere(there: Loopback) -> None:
    assert "### 429 · " in shown(await there.say(mention(PASTED)))


async def test_a_direct_message_is_answered(there: Loopback) -> None:
    alone = without(message(PASTED, ELSEWHERE), "guild_id", "member")
    assert "### 429 · " in shown(await there.say(alone))


async def test_a_posted_key_is_warned_of_and_not_repeated(there: Loopback) -> None:
    card = await there.say(message(f"{PASTED} Authorization: Bearer {KEY}"))
    assert OURS["en"].key_posted in shown(card)
    assert KEY not in str(card)


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-US", "en"), ("xx", "en")])
async def test_slash_is_answered_in_the_language_of_the_client(there: Loopback, locale: str, lang: Any) -> None:
    card = await there.ask(slash("429", locale=locale))
    assert OURS[lang].what_to_do in shown(card)
    assert card["flags"] & EPHEMERAL


async def test_slash_is_answered_where_only_the_user_brought_the_bot(there: Loopback) -> None:
    assert "### 429 · " in shown(await there.ask(slash_elsewhere(PASTED)))


async def test_slash_is_answered_in_a_private_conversation(there: Loopback) -> None:
    alone = slash(PASTED, context=1, channel={"id": ELSEWHERE, "type": 1})
    alone["user"] = alone.pop("member")["user"]
    for name in ("guild_id", "guild", "guild_locale"):
        del alone[name]
    assert "### 429 · " in shown(await there.ask(alone))


async def test_letters_typed_are_answered_with_choices(there: Loopback) -> None:
    typed = slash("", type=4)
    typed["data"]["options"][0] |= {"value": "42", "focused": True}
    await there.dispatch("INTERACTION_CREATE", typed)
    answer = (await there.seen("POST", f"/interactions/{typed['id']}/")).json
    assert answer["type"] == 8
    assert "429" in [choice["value"] for choice in answer["data"]["choices"]]


async def silent(there: Loopback, *events: tuple[str, Event]) -> None:
    """Send events that nobody is to answer; the answer to a message behind them comes first."""
    for name, data in events:
        await there.dispatch(name, data)
    await there.say(message(PASTED))


def without(data: Event, *names: str) -> Event:
    return {name: value for name, value in data.items() if name not in names}


async def test_a_message_with_nothing_in_it_is_left_alone(there: Loopback) -> None:
    sticker = {"id": "1600000000000000001", "name": "wave", "format_type": 1}
    odd = [message(""), message("", sticker_items=[sticker]), message("", attachments=[], flags=1 << 13)]
    await silent(there, *(("MESSAGE_CREATE", event) for event in odd))


async def test_a_message_of_a_kind_yet_unknown_is_left_alone(there: Loopback) -> None:
    await silent(there, ("MESSAGE_CREATE", message(PASTED, type=250)))


async def test_a_message_that_says_nothing_of_attachments_is_answered(there: Loopback) -> None:
    assert "### 429 · " in shown(await there.say(without(message(PASTED), "attachments", "embeds", "components")))


async def test_an_event_that_cannot_be_read_is_skipped(there: Loopback) -> None:
    unreadable = [
        ("MESSAGE_CREATE", without(message(PASTED), "author")),
        ("MESSAGE_CREATE", {"content": PASTED}),
        ("INTERACTION_CREATE", without(slash(PASTED), "data", "attachment_size_limit")),
        ("MESSAGE_UPDATE", {"content": PASTED}),
        ("SOMETHING_NEW", {"content": PASTED}),
    ]
    before = there.count("IDENTIFY")
    await silent(there, *unreadable)
    assert there.count("IDENTIFY") == before


async def test_a_channel_of_a_kind_yet_unknown_is_no_hindrance(there: Loopback) -> None:
    assert "### 429 · " in shown(await there.say(message(PASTED, STRANGE)))
    where = {"id": STRANGE, "name": "support-of-tomorrow", "type": 99}
    assert "### 429 · " in shown(await there.ask(slash(PASTED, channel=where, channel_id=STRANGE)))


async def test_a_message_in_a_server_that_shows_no_members_is_answered(there: Loopback) -> None:
    there.guild["members"], members = [], there.guild["members"]
    await there.dispatch("GUILD_CREATE", there.guild)
    there.guild["members"] = members
    assert "### 429 · " in shown(await there.say(message(PASTED)))
    await there.dispatch("GUILD_CREATE", there.guild)


async def test_a_channel_that_is_closed_to_the_bot_does_not_stop_the_next_answer(there: Loopback) -> None:
    there.fail("POST", f"/channels/{CLOSED}/messages", 403, {"message": "Missing Access", "code": 50001})
    await there.say(message(PASTED, CLOSED))
    assert "### 429 · " in shown(await there.say(message(PASTED)))


async def test_a_message_that_comes_twice_is_answered_once(there: Loopback) -> None:
    twice = mention(PASTED, GENERAL)
    await there.say(twice)
    await there.dispatch("MESSAGE_CREATE", twice)
    await there.say(mention(PASTED, GENERAL))


async def test_an_interaction_that_comes_twice_is_answered_once(there: Loopback) -> None:
    twice = slash(PASTED)
    await there.ask(twice)
    await there.dispatch("INTERACTION_CREATE", twice)
    await there.ask(slash(PASTED))
    assert there.count("POST", f"/interactions/{twice['id']}/") == 1
