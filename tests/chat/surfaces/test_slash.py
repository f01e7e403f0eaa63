from __future__ import annotations

import re
from typing import Any

import discord
import pytest

from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from tests.chat.town import KEY, Town, labels, private, public, shown


@pytest.fixture
def hall(town: Town) -> Any:
    """A support channel in which only staff may write."""
    town.desk.settings = type(town.desk.settings)(support_channels=frozenset({"hall"}))
    denied = discord.PermissionOverwrite(send_messages=False)
    return town.guild.create_text_channel("hall", overwrites={town.guild.default_role: denied})


async def test_error_is_answered_for_everybody_in_a_support_channel(town: Town) -> None:
    card = public(await town.maya.slash(town.support, "error", code="429"))
    assert "### 429 · " in shown(card)
    words = WORDS["en"]
    assert labels(card) == [words.solved, words.not_solved, words.to_support, words.dismiss]


async def test_error_is_answered_for_the_user_alone_elsewhere(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code="429"))
    words = WORDS["en"]
    assert labels(card) == [words.solved, words.not_solved, words.to_support, words.post_here]


async def test_error_is_answered_for_the_user_alone_where_they_may_not_write(town: Town, hall: Any) -> None:
    card = private(await town.maya.slash(hall, "error", code="429"))
    assert labels(card) == [WORDS["en"].solved, WORDS["en"].not_solved, WORDS["en"].to_support]


async def test_error_with_a_key_is_answered_for_the_user_alone_even_in_a_support_channel(town: Town) -> None:
    card = private(await town.maya.slash(town.support, "error", code=f"429 with {KEY}"))
    assert WORDS["en"].key_given in shown(card)
    assert KEY not in shown(card)
    assert WORDS["en"].post_here not in labels(card)


async def test_a_whole_pasted_error_is_taken(town: Town) -> None:
    pasted = '{"error":{"message":"该令牌额度已用尽 (request id: 20260108101207331846221Yb7rTnLs)"}}' + " " * 3000
    card = public(await town.maya.slash(town.support, "error", code=pasted))
    assert "### 401 · " in shown(card)
    assert "`20260108101207331846221Yb7rTnLs`" in shown(card)


async def test_an_unknown_code_is_said_to_be_unknown(town: Town) -> None:
    card = public(await town.maya.slash(town.support, "error", code="no such thing"))
    assert WORDS["en"].unknown in shown(card)


async def test_error_works_in_a_direct_message(town: Town) -> None:
    card = private(await town.maya.user.slash("error", code="429"))
    assert "### 429 · " in shown(card)


@pytest.mark.usefixtures("chinese")
async def test_the_answer_is_in_the_language_of_the_users_discord(town: Town) -> None:
    card = public(await town.maya.slash(town.support, "error", code="too many requests 429"))
    assert WORDS["zh"].what_to_do in shown(card)
    assert labels(card)[0] == WORDS["zh"].solved


async def test_every_choice_leads_to_its_own_answer(town: Town, knowledge: Knowledge) -> None:
    (choice, *_) = await town.maya.autocomplete(town.support, "error", "code", "429")
    title = knowledge.entries["429"].texts["en"].title
    assert choice == {"name": f"429 · {title}", "value": "429"}
    assert title in shown(public(await town.maya.slash(town.support, "error", code=choice["value"])))


@pytest.mark.usefixtures("chinese")
async def test_choices_are_in_the_language_of_the_users_discord(town: Town, knowledge: Knowledge) -> None:
    (choice, *_) = await town.maya.autocomplete(town.support, "error", "code", "traffic limit")
    assert choice["name"] == f"429 · {knowledge.entries['429'].texts['zh'].title}"


async def test_a_long_paste_is_completed_with_what_it_means(town: Town) -> None:
    pasted = f"Error code: 401 - 该令牌额度已用尽 {'x' * 5000}"
    (choice, *_) = await town.maya.autocomplete(town.support, "error", "code", pasted)
    assert choice["value"] == "401/used-up"


async def test_completing_that_fails_offers_nothing_and_is_logged_without_the_words(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, **_: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(town.desk.assistant, "ask", broken)
    assert await town.maya.autocomplete(town.support, "error", "code", "secret words") == []
    assert "completing a code failed with RuntimeError" in caplog.text
    assert "secret words" not in caplog.text


async def test_an_answer_to_somebody_is_public_and_pings_them_alone(town: Town) -> None:
    card = public(await town.bob.slash(town.general, "error", code="429 @everyone", to=town.maya.user))
    assert shown(card).startswith(f"{town.maya.mention}\n### 429 · ")
    assert town.env.backend.get_message(card.channel_id, card.id).ping_user_ids == [town.maya.id]
    (sent,) = (call.json["data"] for call in town.env.http_requests if call.json and call.path.endswith("/callback"))
    assert sent["allowed_mentions"] == {"parse": [], "users": [town.maya.id]}


async def test_an_answer_to_somebody_belongs_to_them_and_to_whoever_had_it_posted(town: Town) -> None:
    for user in (town.maya, town.bob):
        card = public(await town.bob.slash(town.general, "error", code="429", to=town.maya.user))
        await user.click(card, label=WORDS["en"].dismiss)
        assert not town.cards(town.general)


async def test_another_meaning_on_the_card_keeps_whom_it_is_for_and_pings_nobody_again(town: Town) -> None:
    card = public(await town.bob.slash(town.general, "error", code="429", to=town.maya.user))
    await town.maya.select(card, ["429/limiter"])
    assert town.reply(town.general).startswith(f"{town.maya.mention}\n")
    assert town.env.backend.get_message(card.channel_id, card.id).ping_user_ids == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"429 with {KEY}", WORDS["en"].not_addressed_key),
        ("no such thing", WORDS["en"].not_addressed_unknown),
    ],
)
async def test_what_others_must_not_or_need_not_see_is_addressed_to_nobody(town: Town, code: str, reason: str) -> None:
    card = private(await town.bob.slash(town.support, "error", code=code, to=town.maya.user))
    assert shown(card).startswith(reason)
    assert town.maya.mention not in shown(card)
    assert KEY not in shown(card)
    assert WORDS["en"].post_here not in labels(card)


async def test_who_may_not_write_in_a_channel_cannot_address_anybody_there(town: Town, hall: Any) -> None:
    card = private(await town.bob.slash(hall, "error", code="429", to=town.maya.user))
    assert shown(card).startswith(WORDS["en"].not_addressed_silent)
    assert "### 429 · " in shown(card)


async def test_a_failing_command_tells_its_user_alone_a_reference_that_stands_in_the_log(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, **_: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(town.desk.assistant, "ask", broken)
    result = await town.maya.slash(town.support, "error", code="secret words")
    assert len(town.env.errors) == 1
    reference = re.search(r"`([0-9a-f]{6})`", private(result).content)
    assert reference is not None
    assert f"/error failed with RuntimeError, reference {reference[1]}" in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_card_that_discord_refuses_is_apologised_for(town: Town, status: int) -> None:
    town.env.inject_error("POST", "/interactions/*/callback", status=status)
    result = await town.maya.slash(town.support, "error", code="429")
    assert len(town.env.errors) == 1
    assert result.acknowledged
    assert private(result).content.startswith(WORDS["en"].trouble.split("{")[0])
