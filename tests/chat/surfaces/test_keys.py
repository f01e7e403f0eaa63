"""What becomes of the warning of a key once the key is out of sight: whoever saw it has it still."""

from __future__ import annotations

import discord
import pytest
from simcord.actors import MemberActor

from bot.chat.cards.card import key_gone
from bot.chat.words import WORDS
from bot.desk.answers import KEY as HAS_KEY
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.conftest import Pause, Start
from tests.chat.surfaces.lines import answers, desk, is_card, is_link, sent
from tests.chat.town import ERROR, KEY, Town, labels, shown

EN = WORDS["en"]
GONE = key_gone("en")
OTHER = "Error code: 503 - Service Unavailable"


async def leak(town: Town, text: str = "oops") -> discord.Message:
    """Maya posts a key, and is warned."""
    question = await town.maya.send(town.support, f"{text} {KEY}")
    assert EN.key_posted in shown(town.cards()[-1])
    return question


def is_line(message: discord.Message, lang: Language = "en") -> bool:
    """Whether a message only says that a key stood there."""
    return shown(message) == key_gone(lang) and not labels(message)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_line_has_the_first_step_of_the_warning(lang: Language) -> None:
    assert WORDS[lang].key_posted_steps[0] in key_gone(lang)


async def test_a_key_that_is_edited_out_leaves_a_line_that_says_so(town: Town, pause: Pause) -> None:
    question = await leak(town)
    card = town.card()
    await pause()
    await town.maya.edit(question, "oops")
    assert town.card().id == card.id
    assert is_line(town.card())


@pytest.mark.parametrize("text", ["oops", ERROR])
async def test_a_message_with_a_key_that_is_deleted_leaves_a_line_that_says_so(
    town: Town, pause: Pause, text: str
) -> None:
    question = await leak(town, text)
    card = town.card()
    await pause()
    await town.maya.delete(question)
    assert town.card().id == card.id
    assert is_line(town.card())


async def test_messages_with_keys_that_are_deleted_together_leave_their_lines(town: Town) -> None:
    questions = [await leak(town), await leak(town)]
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in questions])
    await town.env.settle()
    assert [is_line(message) for message in town.cards()] == [True, True]


async def test_what_stays_is_in_the_language_of_the_warning(town: Town) -> None:
    question = await town.maya.send(town.support, f"我的 Key 是这个，怎么用？{KEY}")
    assert WORDS["zh"].key_posted in town.reply()
    await town.maya.delete(question)
    assert is_line(town.card(), "zh")


async def test_an_error_that_stays_without_its_key_has_line_and_answer(town: Town) -> None:
    question = await leak(town, ERROR)
    await town.maya.edit(question, ERROR)
    assert town.reply().startswith(f"{GONE}\n### 429 · ")
    assert is_card(town.card())
    await town.maya.edit(question, OTHER)
    assert town.reply().startswith(f"{GONE}\n### 503 · ")
    await town.maya.edit(question, "never mind")
    assert is_line(town.card())
    await town.maya.edit(question, f"sorry: {ERROR}")
    assert town.reply().startswith(f"{GONE}\n### 429 · ")
    await town.maya.edit(question, f"again {KEY}")
    assert EN.key_posted in town.reply()
    assert GONE not in town.reply()


async def test_whoever_asked_is_told_of_the_key_that_was_there_and_that_nothing_is_known(town: Town) -> None:
    question = await town.maya.send(town.support, f"{town.mention} my flurble blorps {KEY}")
    await town.maya.edit(question, f"{town.mention} my flurble blorps")
    assert town.reply().startswith(f"{GONE}\n### {EN.unknown}")
    await town.maya.send(town.support, ERROR)
    first, second = town.cards()
    assert GONE in shown(first)
    assert "### 429 · " in shown(second)


async def test_a_key_is_known_of_after_a_restart(town: Town, start: Start) -> None:
    question = await leak(town)
    await town.env.restart_bot(start())
    await town.maya.edit(question, "oops")
    assert is_line(town.card())
    await town.maya.delete(question)
    assert is_line(town.card())


async def test_a_solved_card_keeps_the_line(town: Town) -> None:
    question = await leak(town, ERROR)
    await town.maya.edit(question, ERROR)
    await town.maya.click(town.card(), label=EN.solved)
    assert GONE in town.reply()
    assert EN.is_solved in town.reply()


async def test_a_line_that_is_deleted_by_hand_stays_away_and_has_nobody_left_alone(town: Town) -> None:
    question = await leak(town)
    await town.maya.edit(question, "oops")
    await town.sam.delete(town.card())
    await town.maya.edit(question, "oops!")
    await town.maya.delete(question)
    assert not town.cards()
    assert not desk(town).server(town.guild.id).quiet
    await town.maya.send(town.support, ERROR)
    assert is_card(town.card())


async def test_a_line_whose_question_is_gone_stays_away_as_well_once_it_is_deleted(town: Town) -> None:
    await town.maya.delete(await leak(town))
    await town.sam.delete(town.card())
    assert not town.cards()


async def test_a_warning_that_was_dismissed_leaves_nothing(town: Town) -> None:
    question = await leak(town)
    await town.maya.click(town.card(), label=EN.dismiss)
    await town.maya.edit(question, "oops")
    await town.maya.delete(question)
    assert not town.cards()


async def test_a_card_without_a_key_goes_with_its_question_as_ever(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.maya.delete(question)
    assert not town.cards()


async def test_in_direct_messages_where_nobody_saw_the_key_nothing_stays(town: Town) -> None:
    question = await town.maya.send_dm(f"{ERROR} {KEY}")
    channel = town.maya.user.dm_channel
    await town.maya.user.edit(question, ERROR)
    assert GONE not in town.reply(channel)
    assert "### 429 · " in town.reply(channel)


async def test_whoever_was_led_to_a_card_with_a_key_has_the_answer_when_only_the_line_stays(town: Town) -> None:
    question = await leak(town, ERROR)
    await town.bob.send(town.support, ERROR)
    assert is_link(town.cards()[1])
    await town.maya.delete(question)
    line, card = town.cards()
    assert is_line(line)
    assert is_card(card)
    assert "### 429 · " in shown(card)


async def test_a_line_that_may_not_be_written_breaks_nothing(town: Town) -> None:
    question = await leak(town)
    town.env.inject_error("PATCH", "/channels/*/messages/*", status=403)
    await town.maya.delete(question)
    assert EN.key_posted in town.reply()


async def test_a_message_that_stays_without_a_key_is_not_touched_twice(town: Town, pause: Pause) -> None:
    question = await leak(town)
    await town.maya.edit(question, "oops")
    await pause()
    await town.maya.edit(question, "oops, sorry")
    await town.maya.delete(question)
    assert not sent(town, "PATCH")[1:]
    assert is_line(town.card())


async def test_of_a_key_no_more_is_remembered_than_that_there_was_one(town: Town) -> None:
    question = await leak(town)
    known = await answers(town).of_question(question.id)
    assert known is not None
    assert known.brings == {HAS_KEY}


async def test_false_keys_that_are_edited_make_no_new_messages(town: Town) -> None:
    async def post(who: MemberActor) -> None:
        question = await who.send(town.support, f"oops {KEY}")
        for text in ("oops", f"oops {KEY}", "oops"):
            await who.edit(question, text)

    await post(town.maya)
    assert is_line(town.card())
    assert len(sent(town)) == 1
