from __future__ import annotations

import pytest

from bot.chat.surfaces.manners import WORDS
from bot.chat.words import WORDS as CARD
from bot.desk.records import Records
from bot.knowledge.schema import Language
from tests.chat.surfaces.lines import desk, is_card, is_link, replied_to
from tests.chat.town import ERROR, Town, shown

MINUTE = 60
OTHER = "Error code: 503 - Service Unavailable"


@pytest.mark.parametrize(
    "said",
    ["still the same", "still the same!!!", "same error again, tried everything!!", "还是一样", "didn't help", "没用"],
)
async def test_who_says_so_without_naming_the_error_is_led_back_to_their_card_once(town: Town, said: str) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.maya.send(town.support, said)
    await town.maya.send(town.support, said)
    await town.maya.send(town.support, f"still the same: {ERROR}")
    card, line = town.cards()
    lang: Language = "en" if said.isascii() else "zh"
    assert is_card(card)
    assert shown(line) == WORDS[lang].own.format(link=card.jump_url)
    assert replied_to(line) == question.id


async def test_nobody_elses_words_lead_there(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    for said in ("same here lol", "same", "still the same", "didn't help"):
        await town.bob.send(town.support, said)
    assert is_card(town.card())


async def test_what_agrees_with_somebody_else_leads_nowhere(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, "my bus is late, by the way")
    await town.maya.send(town.support, "same")
    assert is_card(town.card())
    await town.maya.send(town.support, "still the same")
    assert is_link(town.cards()[1], town.cards()[0])


async def test_what_is_said_to_somebody_else_leads_nowhere(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    hint = await town.bob.send(town.support, "wait a while")
    await town.maya.send(town.support, "still the same", reply_to=hint)
    await town.maya.send(town.support, f"{town.bob.mention} didn't help")
    assert is_card(town.card())


async def test_after_a_minute_it_is_chat(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(MINUTE + 1)
    await town.maya.send(town.support, "still the same")
    assert is_card(town.card())


async def test_of_two_cards_it_cannot_be_told_which_one_is_meant(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, OTHER)
    await town.maya.send(town.support, "still the same")
    assert [is_card(message) for message in town.cards()] == [True, True]


async def test_who_dismissed_their_card_is_not_led_there(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=CARD["en"].dismiss)
    await town.maya.send(town.support, "still the same")
    assert not town.cards()


async def test_the_line_goes_with_its_question_and_with_an_edit_that_makes_it_chat(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.maya.send(town.support, "still the same")
    assert len(town.cards()) == 2
    await town.maya.edit(question, "thanks, it works")
    assert is_card(town.card())


async def test_in_direct_messages_it_leads_back_each_time_and_is_no_unanswered_question(town: Town) -> None:
    await town.maya.send_dm(ERROR)
    await town.maya.send_dm("still the same")
    await town.maya.send_dm("didn't help")
    channel = town.maya.user.dm_channel
    card, *lines = town.cards(channel)
    assert [is_link(line, card) for line in lines] == [True, True]
    records = desk(town).records
    assert isinstance(records, Records)
    assert not await records.unanswered.all(None)
