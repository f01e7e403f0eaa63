from __future__ import annotations

from datetime import timedelta

import discord
import pytest

from bot.assistant.facts import called
from bot.chat.surfaces.manners import WORDS
from bot.chat.words import WORDS as CARD
from tests.chat.conftest import Pause
from tests.chat.surfaces.lines import desk, is_card, is_link, repeats, sent
from tests.chat.town import ERROR, Town, labels, shown

EN = CARD["en"]
BARE = "Error 503"
FULL = (
    "Error code: 503 - {'error': {'message': 'No available channel for model gpt-4o under group vip (distributor) "
    "(request id: 20260108101207331846221Yb7rTnLs)', 'type': 'new_api_error'}}"
)
REQUEST_ID = "20260108101207331846221Yb7rTnLs"
BAD_GATEWAY = "Error 502 Bad gateway"
RAY_ID = "8f3c2a1b9d4e5f60"
WITH_RAY = f"{BAD_GATEWAY} cloudflare Ray ID: {RAY_ID}"
LATER = 150


def added(line: discord.Message, card: discord.Message, lang: str = "en") -> bool:
    """Whether a message says that something was added to a card."""
    return shown(line) == WORDS["zh" if lang == "zh" else "en"].added.format(link=card.jump_url)


async def chat_between(town: Town) -> None:
    """Somebody else writes in the channel."""
    await town.sam.send(town.support, "who is up for lunch?")


# Where the card is out of sight


async def test_what_adds_to_a_card_that_others_wrote_below_is_led_there(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    for _ in range(6):
        await chat_between(town)
    await town.env.advance_time(20)
    paste = await town.maya.send(town.support, FULL)
    card, line = town.cards()
    assert REQUEST_ID in shown(card)
    assert added(line, card)
    assert line.reference is not None
    assert line.reference.message_id == paste.id
    assert town.env.backend.get_message(town.support.id, line.id).ping_user_ids == []


async def test_the_line_is_in_the_language_of_the_card(town: Town) -> None:
    await town.maya.send(town.support, "一直报错 503")
    await chat_between(town)
    await town.maya.send(town.support, FULL)
    card, line = town.cards()
    assert added(line, card, "zh")


async def test_what_was_written_before_the_card_elsewhere_or_by_its_asker_stands_not_between(town: Town) -> None:
    await chat_between(town)
    await town.maya.send(town.support, BARE)
    await town.sam.send(town.general, "hello")
    await town.maya.send(town.support, "anyone?")
    await town.maya.send(town.support, "model: gpt-4o")
    assert "`gpt-4o`" in town.reply()


async def test_who_adds_several_times_is_led_to_the_card_once(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await chat_between(town)
    await town.maya.send(town.support, "model: gpt-4o")
    await town.maya.send(town.support, f"request id: {REQUEST_ID}")
    card, line = town.cards()
    assert added(line, card)
    assert "`gpt-4o`" in shown(card)
    assert REQUEST_ID in shown(card)


async def test_where_it_is_quiet_or_too_much_is_written_a_card_is_corrected_without_a_line(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await chat_between(town)
    with town.env.time_context():
        until = discord.utils.utcnow() + timedelta(minutes=5)
        while not desk(town).limits.take(channel=town.support.id):
            pass
    await town.maya.send(town.support, "model: gpt-4o")
    assert "`gpt-4o`" in town.reply()
    await town.env.advance_time(2 * LATER)
    await town.bob.send(town.support, BAD_GATEWAY)
    await chat_between(town)
    records = desk(town).records
    assert records is not None
    await records.servers.hush(town.guild.id, str(town.support.id), until + timedelta(minutes=5))
    await town.bob.send(town.support, "model: gpt-4o")
    assert len(town.cards()) == 2


async def test_a_deleted_addition_takes_its_line_and_what_it_added_along(town: Town, pause: Pause) -> None:
    await town.maya.send(town.support, BARE)
    await chat_between(town)
    addition = await town.maya.send(town.support, "model: gpt-4o")
    assert len(town.cards()) == 2
    await pause()
    await town.maya.delete(addition)
    assert "gpt-4o" not in town.reply()
    assert is_card(town.card())


async def test_an_edited_addition_adds_what_it_says_now_and_keeps_its_line_as_long_as_it_adds(
    town: Town, pause: Pause
) -> None:
    await town.maya.send(town.support, BARE)
    await chat_between(town)
    addition = await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.maya.edit(addition, "model: gpt-5")
    card, line = town.cards()
    assert "`gpt-5`" in shown(card)
    assert "gpt-4o" not in shown(card)
    assert added(line, card)
    await town.maya.edit(addition, "never mind")
    assert "gpt-" not in town.reply()


async def test_a_line_that_is_deleted_by_hand_leaves_what_was_added_and_nobody_alone(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, BARE)
    await chat_between(town)
    await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.sam.delete(town.cards()[1])
    await town.maya.edit(question, f"{BARE} please help")
    assert "`gpt-4o`" in town.reply()
    await town.maya.send(town.support, ERROR)
    assert len(town.cards()) == 2


async def test_an_edited_question_keeps_what_was_added_with_a_line(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, BARE)
    await chat_between(town)
    await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.maya.edit(question, f"{BARE} please help")
    card, line = town.cards()
    assert "`gpt-4o`" in shown(card)
    assert added(line, card)


@pytest.mark.parametrize("paste", [False, True])
async def test_no_line_leads_to_a_card_that_is_gone(town: Town, pause: Pause, paste: bool) -> None:
    question = await town.maya.send(town.support, BARE)
    await chat_between(town)
    await town.maya.send(town.support, FULL if paste else "model: gpt-4o")
    await pause()
    await town.maya.delete(question)
    assert [is_card(message) for message in town.cards()] == [True] * paste


# What support needs, told later


@pytest.mark.parametrize("alone", [True, False])
async def test_an_id_that_a_later_repeat_brings_stands_on_the_card_and_in_the_report(
    town: Town, pause: Pause, alone: bool
) -> None:
    records = desk(town).records
    assert records is not None
    await records.servers.change(town.guild.id, staff_channel_id=town.general.id)
    await town.maya.send(town.support, f"{BAD_GATEWAY} on my bot")
    if not alone:
        await chat_between(town)
    await town.env.advance_time(LATER)
    await pause()
    await town.maya.send(town.support, WITH_RAY)
    card, line = town.cards()
    assert f"`{RAY_ID}`" in shown(card)
    assert added(line, card)
    opened = await town.maya.click(card, label=EN.to_support)
    assert opened.modal is not None
    asked = {row["component"]["custom_id"] for row in opened.modal["components"]}
    assert not asked & {"ray_id", "request_id"}  # it is known, and either is enough
    await town.maya.submit_modal(opened, dict.fromkeys(asked, "-"))
    records = desk(town).records
    assert records is not None
    report = await records.reports.of(1)
    assert report is not None
    assert report.facts["ray_id"] == RAY_ID


async def test_an_id_that_comes_after_the_line_is_added_in_silence(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(LATER)
    await town.maya.send(town.support, f"still: {ERROR}")
    await town.env.advance_time(LATER)
    await town.maya.send(town.support, f"{ERROR} request id: {REQUEST_ID}")
    card, line = town.cards()
    assert REQUEST_ID in shown(card)
    assert is_link(line, card)


async def test_who_calls_the_bot_with_an_id_is_led_to_the_card_each_time(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(LATER)
    await town.maya.send(town.support, f"still: {ERROR}")
    await town.maya.send(town.support, f"{town.mention} {ERROR} request id: {REQUEST_ID}")
    card, _, line = town.cards()
    assert REQUEST_ID in shown(card)
    assert added(line, card)


async def test_what_was_added_before_stays_on_the_card(town: Town, pause: Pause) -> None:
    await town.maya.send(town.support, BAD_GATEWAY)
    await town.maya.send(town.support, "model: gpt-4o")
    await town.env.advance_time(LATER)
    await pause()
    await town.maya.send(town.support, WITH_RAY)
    card, _ = town.cards()
    assert "`gpt-4o`" in shown(card)
    assert f"`{RAY_ID}`" in shown(card)


async def test_the_id_of_another_attempt_or_of_somebody_else_changes_no_card(town: Town) -> None:
    await town.maya.send(town.support, WITH_RAY)
    await town.env.advance_time(LATER)
    other = WITH_RAY.replace(RAY_ID, "0" * 16)
    await town.maya.send(town.support, other)
    await town.bob.send(town.support, other)
    card, *lines = town.cards()
    assert [is_link(line, card) for line in lines] == [True, True]
    assert not any(added(line, card) for line in lines)
    assert not sent(town, "PATCH")


@pytest.mark.parametrize("button", [EN.solved, EN.dismiss])
async def test_a_card_that_was_solved_or_dismissed_is_not_opened_by_a_later_id(town: Town, button: str) -> None:
    await town.maya.send(town.support, BAD_GATEWAY)
    await town.maya.click(town.card(), label=button)
    await town.env.advance_time(LATER)
    await town.maya.send(town.support, WITH_RAY)
    assert not any(RAY_ID in text for text in town.replies())


async def test_a_card_that_knows_more_than_can_be_read_again_keeps_it(town: Town) -> None:
    await town.maya.send(town.support, "gpt-4o keeps failing")
    await town.maya.send(town.support, BAD_GATEWAY)
    assert "`gpt-4o`" in town.reply()
    await town.env.advance_time(LATER)
    await town.maya.send(town.support, WITH_RAY)
    assert "`gpt-4o`" in shown(town.cards()[0])


async def test_a_question_that_cannot_be_read_again_leads_to_its_card(town: Town) -> None:
    question = await town.maya.send(town.support, BAD_GATEWAY)
    await town.env.advance_time(LATER)
    town.env.inject_error("GET", f"/channels/*/messages/{question.id}", status=500)
    await town.maya.send(town.support, WITH_RAY)
    card, line = town.cards()
    assert is_link(line, card)
    assert not added(line, card)


# Another model


@pytest.mark.parametrize(
    "said",
    [
        "now with deepseek-chat it's the same 429",
        "with gpt-4.1 it is the same",
        "I tried gpt-4.1, same error",
        "same with gpt-4.1",
        "now 429 with gpt-4.1",
        "it also happens with gpt-4.1",
        "also with gpt-4.1",
        "gpt-4.1 fails too",
        "换成 gpt-4.1 也不行",
        "换成 gpt-4.1 也一样",
        "现在用 deepseek-chat 还是 429",
    ],
)
async def test_another_model_that_does_no_better_has_a_card_of_its_own(town: Town, said: str) -> None:
    await town.maya.send(town.support, f"{ERROR} with model gpt-4o")
    await town.maya.send(town.support, said)
    card, own = town.cards()
    model = "deepseek-chat" if "deepseek" in said else "gpt-4.1"
    assert "`gpt-4o`" in shown(card)
    assert f"`{model}`" in shown(own)
    assert "### 429 · " in shown(own)
    assert EN.to_support in labels(own) or CARD["zh"].to_support in labels(own)


async def test_another_model_meets_the_same_case(town: Town) -> None:
    await town.maya.send(town.support, "HTTP 403: This token has no access to model gpt-5")
    await town.maya.send(town.support, "with gpt-4.1 it is the same")
    card, own = town.cards()
    assert shown(own).splitlines()[0] == shown(card).splitlines()[0]


async def test_the_card_of_another_model_is_there_once(town: Town) -> None:
    await town.maya.send(town.support, f"{ERROR} with model gpt-4o")
    for _ in range(3):
        await town.maya.send(town.support, "with gpt-4.1 it is the same")
    assert [is_card(message) for message in town.cards()][:2] == [True, True]
    assert sum(is_card(message) for message in town.cards()) == 2


@pytest.mark.parametrize(
    "said",
    [
        "gpt-4.1 costs the same",
        "is it the same with gpt-4.1?",
        "with gpt-4.1 it is not the same",
        "gpt-4.1 is the same as gpt-5",
        "with gpt-4.1 it is the same 503",
        "with gpt-4o it is the same",
        "I also use gpt-4.1",
        "still using gpt-4.1",
        "gpt-4.1 is fine too",
        "it happens with gpt-4.1?",
        "gpt-4.1 works, the same as ever",
        "换成 gpt-4.1 不一样",
        "my friend gets the same with gpt-4.1",
    ],
)
async def test_what_only_sounds_like_another_model_with_the_error_gets_none(town: Town, said: str) -> None:
    await town.maya.send(town.support, f"{ERROR} with model gpt-4o")
    await town.maya.send(town.support, said)
    assert town.card()


async def test_another_model_of_somebody_without_a_card_or_told_to_somebody_else_gets_none(town: Town) -> None:
    await town.maya.send(town.support, f"{ERROR} with model gpt-4o")
    await town.bob.send(town.support, "with gpt-4.1 it is the same")
    await town.maya.send(town.support, f"{town.bob.mention} with gpt-4.1 it is the same")
    assert town.card()


@pytest.mark.parametrize("name", ["model {}", "model: {}", "模型 {}", "模型：{}"])
async def test_a_name_that_nobody_knows_behind_the_word_model_tells_one_problem_from_another(
    town: Town, name: str
) -> None:
    await repeats(town, 60)
    for number in (1, 2, 2):
        await town.maya.send(town.support, f"HTTP 403 from the api, {name.format(f'foo-{number}')}")
    assert sum(is_card(message) for message in town.cards()) == 2
    await town.bob.send(town.support, f"HTTP 403 from the api, {name.format('foo-2')}")
    assert is_link(town.cards()[-1], [message for message in town.cards() if is_card(message)][1])


@pytest.mark.parametrize(
    "text", ["the model gives 403", "model 429", "模型 不可用", "model is down", "same model, 4 times"]
)
def test_a_word_behind_the_word_model_is_no_name(text: str) -> None:
    assert called(text) is None
