from __future__ import annotations

from typing import Any

import discord
import pytest

from bot.chat.client import Desk
from bot.chat.words import WORDS
from tests.chat.conftest import Start
from tests.chat.town import KEY, Town, shown

EN, ZH = WORDS["en"], WORDS["zh"]
BARE = "Error 503"
FULL = (
    "Error code: 503 - {'error': {'message': 'No available channel for model gpt-4o under group vip (distributor) "
    "(request id: 20260108101207331846221Yb7rTnLs)', 'type': 'new_api_error'}}"
)
NO_CHANNEL = "503/no-channel"
LATE = 61


def direct(town: Town) -> list[str]:
    """The texts of the cards that Maya has in her direct messages."""
    return town.replies(town.maya.user.dm_channel)


def replied_to(card: discord.Message) -> int | None:
    """The message that a card answers."""
    return card.reference.message_id if card.reference else None


async def test_of_three_messages_the_one_with_the_error_is_answered(town: Town) -> None:
    await town.maya.send(town.support, "help")
    await town.maya.send(town.support, "it fails")
    paste = await town.maya.send(town.support, FULL)
    assert replied_to(town.card()) == paste.id


async def test_a_model_named_in_the_complaint_before_stands_on_the_card(town: Town) -> None:
    await town.maya.send(town.support, "gpt-4o keeps failing")
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "`gpt-4o`" in town.reply()


async def test_a_model_that_somebody_else_named_does_not(town: Town) -> None:
    await town.bob.send(town.support, "gpt-4o keeps failing")
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "gpt-4o" not in town.reply()


async def test_what_was_said_more_than_two_minutes_before_does_not_count(town: Town) -> None:
    await town.maya.send(town.support, "gpt-4o keeps failing")
    await town.env.advance_time(2 * LATE)
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "gpt-4o" not in town.reply()


async def test_what_was_said_elsewhere_does_not_count(town: Town) -> None:
    await town.maya.send(town.general, "gpt-4o keeps failing")
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "gpt-4o" not in town.reply()


async def test_a_deleted_complaint_does_not_count(town: Town) -> None:
    complaint = await town.maya.send(town.support, "gpt-4o keeps failing")
    await town.maya.delete(complaint)
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "gpt-4o" not in town.reply()


async def test_an_edited_complaint_counts_as_it_is_now(town: Town) -> None:
    complaint = await town.maya.send(town.support, "gpt-4o keeps failing")
    await town.maya.edit(complaint, "gpt-5 keeps failing")
    await town.maya.send(town.support, "Error 503 no available channel")
    assert "`gpt-5`" in town.reply()


async def test_a_paste_without_a_word_is_answered_in_the_language_of_the_words_before(town: Town) -> None:
    await town.maya.send(town.support, "大家好，求助一下")
    await town.maya.send(town.support, FULL)
    assert ZH.what_to_do in town.reply()


async def test_a_topic_after_a_cry_for_help_is_an_error(town: Town) -> None:
    await town.maya.send(town.support, "rate limit")
    assert not town.cards()
    await town.maya.send(town.support, "it keeps failing, please help")
    await town.maya.send(town.support, "rate limit")
    assert "### 429 · " in town.reply()


@pytest.mark.parametrize("added", ["gpt-4o", "it's gpt-4o", "model: gpt-4o", "模型是 gpt-4o", "I use gpt-4o"])
async def test_a_model_named_right_after_is_put_on_the_card(town: Town, added: str) -> None:
    question = await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, added)
    assert "`gpt-4o`" in town.reply()
    assert replied_to(town.card()) == question.id


async def test_a_paste_after_the_bare_code_makes_the_answer_narrower_and_is_not_answered_again(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    assert NO_CHANNEL not in town.reply()
    await town.maya.send(town.support, FULL)
    assert NO_CHANNEL in town.reply()
    assert "`20260108101207331846221Yb7rTnLs`" in town.reply()


async def test_the_facts_of_several_messages_add_up(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, "gpt-4o")
    await town.maya.send(town.support, "request id: 20260108101207331846221Yb7rTnLs")
    assert "`gpt-4o`" in town.reply()
    assert "`20260108101207331846221Yb7rTnLs`" in town.reply()


async def test_the_card_keeps_the_language_of_its_question(town: Town) -> None:
    await town.maya.send(town.support, "一直报错 503")
    await town.maya.send(town.support, FULL)
    assert NO_CHANNEL in town.reply()
    assert ZH.what_to_do in town.reply()


@pytest.mark.parametrize(
    "chat",
    [
        "thanks",
        "谢谢",
        "lol ok",
        "anyone?",
        "is gpt-4o down?",
        "gpt-4o works though",
        "I'll try gpt-4o",
        "gpt-4o 正常",
        "换成 gpt-4o 就好了",
        "gpt-4o is so good",
        "not gpt-4o",
        "https://tenor.com/view/sad-cat.gif",
        "is it because there's no available channel?",
    ],
)
async def test_chat_changes_nothing(town: Town, chat: str) -> None:
    await town.maya.send(town.support, BARE)
    before = town.reply()
    await town.maya.send(town.support, chat)
    assert town.replies()[0] == before


async def test_another_error_gets_its_own_answer(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    other = await town.maya.send(town.support, "Error code: 429 - too many requests")
    first, second = town.cards()
    assert "### 503 · " in shown(first)
    assert "### 429 · " in shown(second)
    assert replied_to(second) == other.id


@pytest.mark.parametrize("text", ["now it says 503 no available channel", "my friend gets Error 503, model: gpt-4o"])
async def test_what_may_be_another_error_of_the_same_code_gets_its_own_answer(town: Town, text: str) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, text)
    assert len(town.cards()) == 2


async def test_the_same_code_for_another_model_gets_its_own_answer(town: Town) -> None:
    await town.maya.send(town.support, "Error 503, model: gpt-5")
    await town.maya.send(town.support, "Error 503, model: gpt-4o")
    first, second = town.replies()
    assert "gpt-4o" not in first
    assert "`gpt-4o`" in second


async def test_a_bare_code_after_its_narrow_answer_is_not_answered_again(town: Town) -> None:
    await town.maya.send(town.support, FULL)
    await town.maya.send(town.support, "error 503")
    assert NO_CHANNEL in town.reply()


async def test_a_minute_later_an_answer_stays_as_it_is(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.env.advance_time(LATE)
    await town.maya.send(town.support, "model: gpt-4o")
    assert "gpt-4o" not in town.reply()


async def test_of_two_people_each_adds_to_their_own_answer(town: Town) -> None:
    await town.maya.send(town.support, "Error 503")
    await town.bob.send(town.support, "Error 429")
    await town.maya.send(town.support, "model: gpt-4o")
    await town.bob.send(town.support, "我用的是 gpt-5")
    first, second, *_ = town.replies()
    assert "`gpt-4o`" in first
    assert "gpt-5" not in first
    assert "`gpt-5`" in second
    assert "gpt-4o" not in second


async def test_a_bare_name_may_be_an_answer_to_somebody_who_talks_there_too(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.bob.send(town.support, "which model is the cheapest?")
    await town.maya.send(town.support, "gpt-4o")
    assert "gpt-4o" not in town.reply()


async def test_a_reply_to_somebody_else_adds_nothing(town: Town) -> None:
    asked = await town.bob.send(town.support, "what do you use?")
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, "I use gpt-4o", reply_to=asked)
    assert "gpt-4o" not in town.reply()


async def test_a_message_that_names_somebody_else_adds_nothing(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, f"{town.bob.mention} I use gpt-4o")
    assert "gpt-4o" not in town.reply()


async def test_a_reply_to_the_card_adds_to_it(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, "model is gpt-4o", reply_to=town.card())
    assert "`gpt-4o`" in town.reply()


async def test_what_fits_two_answers_is_added_to_neither(town: Town) -> None:
    await town.maya.send(town.support, "Error 503")
    await town.maya.send(town.support, "Error 429")
    await town.maya.send(town.support, "model: gpt-4o")
    assert "gpt-4o" not in "".join(town.replies())


async def test_a_key_in_a_follow_up_is_warned_of_where_it_stands(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    follow_up = await town.maya.send(town.support, f"model: gpt-4o, key: {KEY}")
    first, second = town.cards()
    assert "gpt-4o" not in shown(first)
    assert EN.key_posted in shown(second)
    assert replied_to(second) == follow_up.id


async def test_the_warning_of_a_key_stays_on_a_corrected_card(town: Town) -> None:
    await town.maya.send(town.support, f"{BARE} {KEY}")
    await town.maya.send(town.support, "model: gpt-4o")
    assert EN.key_posted in town.reply()
    assert "`gpt-4o`" in town.reply()


@pytest.mark.parametrize("button", [EN.solved, EN.dismiss])
async def test_a_card_that_was_solved_or_dismissed_is_left_alone(town: Town, button: str) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.click(town.card(), label=button)
    before = town.replies()
    await town.maya.send(town.support, "model: gpt-4o")
    assert town.replies() == before


async def test_a_card_on_which_another_meaning_was_chosen_is_left_alone(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    await town.maya.select(town.card(), [NO_CHANNEL])
    before = town.replies()
    await town.maya.send(town.support, "model: gpt-4o")
    assert town.replies() == before


@pytest.fixture(params=[False, True], ids=["at once", "after a restart"])
def pause(request: pytest.FixtureRequest, town: Town, start: Start) -> Any:
    """What happens between a correction and what becomes of its messages."""

    async def pause() -> None:
        if request.param:
            await town.env.restart_bot(start())

    return pause


async def test_a_deleted_follow_up_takes_away_what_it_added(town: Town, pause: Any) -> None:
    await town.maya.send(town.support, BARE)
    card = town.card()
    added = await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.maya.delete(added)
    assert "gpt-4o" not in town.reply()
    assert town.card().id == card.id


async def test_an_edited_follow_up_adds_what_it_says_now(town: Town, pause: Any) -> None:
    await town.maya.send(town.support, BARE)
    added = await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.maya.edit(added, "model: gpt-5")
    assert "`gpt-5`" in town.reply()
    await town.maya.edit(added, "never mind")
    assert "gpt-" not in town.reply()


async def test_an_edited_question_keeps_what_was_added_to_it(town: Town, pause: Any) -> None:
    question = await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, "model: gpt-4o")
    await pause()
    await town.maya.edit(question, "Error code: 429 - too many requests")
    assert "### 429 · " in town.reply()
    assert "`gpt-4o`" in town.reply()


async def test_a_follow_up_with_the_error_is_answered_by_itself_when_the_first_message_goes(
    town: Town, pause: Any
) -> None:
    question = await town.maya.send(town.support, BARE)
    paste = await town.maya.send(town.support, FULL)
    await pause()
    await town.maya.delete(question)
    assert NO_CHANNEL in town.reply()
    assert replied_to(town.card()) == paste.id


async def test_a_card_goes_with_all_of_its_messages(town: Town, pause: Any) -> None:
    messages = [await town.maya.send(town.support, text) for text in (BARE, "model: gpt-4o")]
    await pause()
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in messages])
    await town.env.settle()
    assert not town.cards()


async def test_a_follow_up_edited_into_another_error_gets_its_own_answer(town: Town) -> None:
    await town.maya.send(town.support, BARE)
    added = await town.maya.send(town.support, "model: gpt-4o")
    await town.maya.edit(added, "Error code: 429 - too many requests")
    first, second = town.replies()
    assert "gpt-4o" not in first
    assert "### 429 · " in second


async def test_a_call_for_the_bot_after_the_paste_explains_the_paste(town: Town) -> None:
    await town.maya.send(town.general, FULL)
    await town.maya.send(town.general, f"{town.mention} what does this mean?")
    assert NO_CHANNEL in town.reply(town.general)


async def test_a_call_with_a_question_of_its_own_does_not(town: Town) -> None:
    await town.maya.send(town.general, FULL)
    await town.maya.send(town.general, f"{town.mention} what do you think of the weather?")
    assert EN.unknown in town.reply(town.general)


async def test_the_paste_after_a_call_is_answered_in_any_channel_and_the_empty_card_goes(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} please help")
    assert EN.unknown in town.reply(town.general)
    paste = await town.maya.send(town.general, FULL)
    assert NO_CHANNEL in town.reply(town.general)
    assert replied_to(town.card(town.general)) == paste.id


async def test_somebody_elses_paste_after_a_call_is_not(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} please help")
    await town.bob.send(town.general, FULL)
    assert EN.unknown in town.reply(town.general)


async def test_after_an_answered_call_facts_are_added_and_another_error_is_not_heard(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} {BARE}")
    await town.maya.send(town.general, "model: gpt-4o")
    await town.maya.send(town.general, "Error code: 429 - too many requests")
    assert "### 503 · " in town.reply(town.general)
    assert "`gpt-4o`" in town.reply(town.general)


async def test_in_a_direct_message_it_is_said_once_that_nothing_is_known(town: Town) -> None:
    for text in ("help", "please", "it fails"):
        await town.maya.send_dm(text)
    (card,) = direct(town)
    assert EN.unknown in card
    await town.maya.send_dm(FULL)
    (card,) = direct(town)
    assert NO_CHANNEL in card


async def test_in_a_direct_message_a_fact_is_added_and_not_answered(town: Town) -> None:
    await town.maya.send_dm(BARE)
    await town.maya.send_dm("gpt-4o")
    (card,) = direct(town)
    assert "`gpt-4o`" in card


async def test_nothing_of_a_row_is_kept_for_longer_than_it_takes(town: Town) -> None:
    await town.maya.send(town.support, f"my key is {KEY}")
    cog: Any = town.desk.get_cog("Replies")
    assert KEY not in repr(cog._answering.follow_ups._rows._written)
    await town.env.advance_time(2 * LATE)
    await town.bob.send(town.support, "hello")
    assert [written.author_id for written in cog._answering.follow_ups._rows._written.values()] == [town.bob.id]


async def test_without_a_desk_follow_ups_change_nothing(town: Town, start: Start) -> None:
    desk = start()
    await town.env.restart_bot(desk)
    assert isinstance(desk, Desk)
    desk.records = None
    await town.maya.send(town.support, BARE)
    await town.maya.send(town.support, "model: gpt-4o")
    assert "gpt-4o" not in town.reply()
