from __future__ import annotations

import discord

from bot.chat.words import WORDS
from tests.chat.conftest import Start
from tests.chat.town import ERROR, KEY, Town, labels, shown


def last(town: Town) -> discord.Message:
    message = town.maya.user.dm_channel.last_message
    assert message is not None
    return message


async def test_a_direct_message_is_answered_as_if_the_bot_were_asked(town: Town) -> None:
    await town.maya.send_dm("429")
    assert "### 429 · " in shown(last(town))
    words = WORDS["en"]
    assert labels(last(town)) == [words.solved, words.not_solved, words.to_support, words.dismiss]


async def test_what_is_not_known_is_said_plainly(town: Town) -> None:
    await town.maya.send_dm("今天天气怎么样？")
    assert WORDS["zh"].unknown in shown(last(town))


async def test_of_a_key_is_warned_without_calling_it_public(town: Town) -> None:
    await town.maya.send_dm(f"my key is {KEY}")
    assert WORDS["en"].key_given in shown(last(town))
    assert KEY not in shown(last(town))


async def test_the_same_question_again_is_answered_again(town: Town) -> None:
    await town.maya.send_dm(ERROR)
    await town.maya.send_dm(ERROR)
    assert len(town.cards(town.maya.user.dm_channel)) == 2


async def test_an_edit_and_the_buttons_work_after_a_restart(town: Town, start: Start) -> None:
    asked = await town.maya.send_dm("429")
    await town.env.restart_bot(start())
    await town.maya.user.edit(asked, "401")
    assert "### 401 · " in shown(last(town))
    await town.maya.user.click(last(town), label=WORDS["en"].solved)
    assert WORDS["en"].is_solved in shown(last(town))
    await town.maya.user.click(last(town), label=WORDS["en"].show_answer)
    assert WORDS["en"].what_to_do in shown(last(town))
    await town.maya.user.click(last(town), label=WORDS["en"].dismiss)
    assert last(town).id == asked.id
    await town.maya.user.edit(asked, "403")
    assert last(town).id == asked.id
