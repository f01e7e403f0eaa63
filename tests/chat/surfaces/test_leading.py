from __future__ import annotations

from datetime import timedelta

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.chat.surfaces import manners
from bot.chat.surfaces.manners import LED
from bot.chat.words import WORDS as CARD
from bot.desk.answers import Remembered
from bot.desk.database import DeskError
from tests.chat.conftest import Pause, Start
from tests.chat.surfaces.lines import answers, is_card, is_link, members, repeats, replied_to, sent
from tests.chat.town import ERROR, Town, labels, private, public, shown

EN = CARD["en"]
OTHER = "Error code: 503 - Service Unavailable"
CHINESE = f"请问这个报错是什么意思？{ERROR}"
MINUTE = 60
WINDOW = 10 * MINUTE


# What became of the card


async def test_a_line_goes_with_its_question_and_its_author_may_be_led_again(town: Town, pause: Pause) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.bob.send(town.support, ERROR)
    await pause()
    await town.bob.delete(question)
    assert is_card(town.card())
    await town.bob.send(town.support, ERROR)
    card, line = town.cards()
    assert is_link(line, card)


async def test_a_line_becomes_a_card_where_an_edit_makes_it_another_problem(town: Town, pause: Pause) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.bob.send(town.support, ERROR)
    line = town.cards()[-1]
    await pause()
    await town.bob.edit(question, OTHER)
    own = town.cards()[-1]
    assert own.id == line.id
    assert "### 503 · " in shown(own)
    assert is_card(own)
    await town.bob.edit(question, f"{OTHER} with model gpt-4o")
    assert "`gpt-4o`" in shown(town.cards()[-1])


async def test_a_line_goes_where_an_edit_makes_it_chat(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.bob.send(town.support, ERROR)
    await town.bob.edit(question, "never mind")
    assert is_card(town.card())


@pytest.mark.parametrize("later", [0, 2 * WINDOW])
async def test_a_line_stays_as_it_is_where_an_edit_changes_nothing(town: Town, pause: Pause, later: int) -> None:
    await town.maya.send(town.support, ERROR)
    question = await town.bob.send(town.support, ERROR)
    await town.env.advance_time(later)
    await town.sam.send(town.support, f"mine, too: {ERROR}")
    before = town.replies()
    await pause()
    await town.bob.edit(question, f"{ERROR} please")
    assert town.replies() == before
    assert not sent(town, "PATCH")


async def led(town: Town, count: int = 3) -> tuple[discord.Message, list[tuple[MemberActor, discord.Message]]]:
    """Maya's question is answered, and others are led there."""
    question = await town.maya.send(town.support, ERROR)
    others = [(member, await member.send(town.support, ERROR)) for member in members(town, count)]
    assert [is_card(message) for message in town.cards()] == [True, *([False] * count)]
    return question, others


@pytest.mark.parametrize("later", [0, 2 * WINDOW])
@pytest.mark.parametrize("what", ["deleted", "chat", "other error", "other language"])
async def test_where_the_card_has_the_answer_no_more_the_first_line_becomes_it_and_the_others_lead_there(
    town: Town, pause: Pause, what: str, later: int
) -> None:
    question, others = await led(town)
    await town.env.advance_time(later)
    posted = len(sent(town))
    await pause()
    if what == "deleted":
        await town.maya.delete(question)
    else:
        await town.maya.edit(question, {"chat": "never mind", "other error": OTHER}.get(what, CHINESE))
    mine = [message for message in town.cards() if replied_to(message) != question.id]
    card, *lines = mine
    assert replied_to(card) == others[0][1].id
    assert "### 429 · " in shown(card)
    assert is_card(card)
    assert len(lines) == 2
    assert all(is_link(line, card) for line in lines)
    assert len(sent(town)) == posted


async def test_cards_that_go_one_after_the_other_hand_the_answer_on(town: Town, pause: Pause) -> None:
    question, others = await led(town)
    await town.maya.delete(question)
    for member, asked in others:
        card, *lines = town.cards()
        assert replied_to(card) == asked.id
        assert is_card(card)
        assert all(is_link(line, card) for line in lines)
        await pause()
        await member.delete(asked)
    assert not town.cards()
    assert len(sent(town)) == 4


async def test_an_edit_to_and_fro_leaves_no_line_that_leads_nowhere(town: Town) -> None:
    question, others = await led(town, 2)
    for text in (OTHER, ERROR, "never mind", ERROR):
        await town.maya.edit(question, text)
        standing = {message.id for message in town.cards() if is_card(message)}
        for message in town.cards():
            if is_link(message):
                assert int(shown(message).rpartition("/")[2]) in standing
    await others[0][0].delete(others[0][1])
    assert any(is_card(message) for message in town.cards())


async def test_a_card_that_its_asker_dismissed_comes_back_for_whoever_was_led_there_and_not_for_them(
    town: Town, pause: Pause
) -> None:
    await led(town, 1)
    await town.env.advance_time(2 * MINUTE)
    await town.maya.send(town.support, f"again: {ERROR}")
    card, other, own = town.cards()
    assert is_link(own, card)
    await pause()
    await town.maya.click(card, label=EN.dismiss)
    left = town.card()
    assert left.id == other.id
    assert is_card(left)
    await town.maya.send(town.support, f"and again: {ERROR}")
    assert len(town.cards()) == 1
    await town.sam.send(town.support, ERROR)
    assert is_link(town.cards()[-1], left)


async def test_a_line_whose_question_cannot_be_looked_at_leaves_the_card_to_the_next(town: Town) -> None:
    _, ((_, first), (_, second)) = await led(town, 2)
    town.env.inject_error("GET", f"/channels/*/messages/{first.id}", status=500)
    await town.maya.click(town.cards()[0], label=EN.dismiss)
    _, own = town.cards()
    assert is_card(own)
    assert replied_to(own) == second.id


@pytest.mark.parametrize("by", ["button", "hand"])
async def test_a_card_that_a_moderator_took_away_takes_its_lines_along_and_the_channel_gets_no_other(
    town: Town, more: ChannelHandle, by: str
) -> None:
    await led(town)
    if by == "hand":
        await town.sam.delete(town.cards()[0])
    else:
        await town.sam.click(town.cards()[0], label=EN.dismiss)
    assert not town.cards()
    await town.bob.send(town.support, ERROR)
    assert not town.cards()
    await town.bob.send(more, ERROR)
    assert is_card(town.card(more))
    await town.sam.send(town.support, OTHER)
    await town.sam.send(town.support, f"{town.mention} {ERROR}")
    assert [is_card(message) for message in town.cards()] == [True, True]


async def test_whatever_else_is_deleted_a_card_that_a_moderator_took_away_stays_away(
    town: Town, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "REMOVED", 1)
    await town.env.restart_bot(start())
    await town.maya.send(town.support, ERROR)
    await town.sam.delete(town.card())
    await town.bob.delete(await town.bob.send(town.general, "hello"))
    await town.bob.send(town.support, ERROR)
    assert not town.cards()


async def test_after_the_window_a_channel_from_which_a_moderator_took_a_card_gets_one_again(town: Town) -> None:
    await led(town)
    await town.sam.delete(town.cards()[0])
    await town.env.advance_time(WINDOW + 1)
    await town.bob.send(town.support, ERROR)
    assert is_card(town.card())


async def test_a_card_of_their_own_a_moderator_dismisses_as_anybody_does(town: Town) -> None:
    await town.sam.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.sam.click(town.cards()[0], label=EN.dismiss)
    assert is_card(town.card())


async def test_what_somebody_dismissed_they_are_not_told_again_within_the_window_unless_they_ask(town: Town) -> None:
    await repeats(town, 60)
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=EN.dismiss)
    await town.env.advance_time(WINDOW + 1)
    await town.maya.send(town.support, f"again: {ERROR}")
    assert not town.cards()
    await town.maya.send(town.support, OTHER)
    await town.maya.send(town.support, f"{town.mention} {ERROR}")
    assert [is_card(message) for message in town.cards()] == [True, True]


async def test_a_card_that_somebody_had_posted_for_another_and_dismisses_comes_back_for_others(town: Town) -> None:
    public(await town.bob.slash(town.support, "error", code="429", to=town.maya.user))
    await town.bob.click(town.card(), label=EN.dismiss)
    await town.sam.send(town.support, "Error code: 429")
    assert is_card(town.card())


async def test_a_card_and_its_lines_that_are_tidied_away_together_stay_away(town: Town, pause: Pause) -> None:
    await led(town)
    await pause()
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in town.cards()])
    await town.env.settle()
    assert not town.cards()
    assert not sent(town, "PATCH")


async def test_questions_card_and_lines_that_are_tidied_away_together_stay_away(town: Town) -> None:
    await led(town)
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in town.support.history()])
    await town.env.settle()
    assert not town.support.history()
    assert not sent(town, "DELETE")


async def test_a_line_that_is_deleted_by_hand_stays_away(town: Town) -> None:
    _, ((member, question), *_) = await led(town, 2)
    await town.sam.delete(town.cards()[1])
    await member.edit(question, OTHER)
    await member.send(town.support, ERROR)
    assert [is_card(message) for message in town.cards()] == [True, False]


async def test_a_line_to_a_picture_that_was_read_becomes_a_card_by_what_is_in_it(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, attachments=[("message.txt", ERROR.encode())])
    card, line = town.cards()
    assert is_link(line, card)
    await town.maya.delete(question)
    assert town.card().id == line.id
    assert is_card(town.card())


async def test_a_card_on_which_somebody_chose_another_meaning_is_led_to_no_more(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.select(town.card(), ["429/limiter"])
    await town.bob.send(town.support, ERROR)
    assert [is_card(message) for message in town.cards()] == [True, True]
    await town.sam.send(town.support, ERROR)
    assert is_link(town.cards()[2], town.cards()[1])


async def test_a_solved_card_still_has_the_answer(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=EN.solved)
    await town.bob.send(town.support, ERROR)
    assert is_link(town.cards()[1], town.cards()[0])


async def test_a_card_that_was_deleted_unseen_is_led_to_no_more(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    del town.env.backend.messages[town.support.id][town.card().id]
    await town.bob.send(town.support, ERROR)
    assert is_card(town.card())


@pytest.mark.parametrize("status", [403, 500])
async def test_a_card_that_cannot_be_looked_at_is_taken_to_be_there(town: Town, status: int) -> None:
    await town.maya.send(town.support, ERROR)
    town.env.inject_error("GET", "/channels/*/messages/*", status=status)
    await town.bob.send(town.support, ERROR)
    assert is_link(town.cards()[1], town.cards()[0])


async def test_what_was_silent_is_not_looked_up_at_discord(town: Town) -> None:
    await led(town, LED)
    looked = len(sent(town, "GET"))
    for member in (town.bob, town.sam, town.maya):
        await member.send(town.support, ERROR)
    assert len(sent(town, "GET")) == looked


# Commands


async def test_a_command_in_a_channel_that_has_the_card_is_answered_in_private_with_the_way_there(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    told = private(await town.bob.slash(town.support, "error", code=ERROR))
    first, *rest = shown(told).splitlines()
    assert first == EN.is_there.format(link=town.card().jump_url)
    assert rest[0].startswith("### 429 · ")
    assert EN.post_here not in labels(told)
    assert len(town.cards()) == 1


async def test_whoever_has_the_error_of_a_public_command_is_led_to_its_card(town: Town, pause: Pause) -> None:
    card = public(await town.maya.slash(town.support, "error", code=ERROR))
    await pause()
    question = await town.bob.send(town.support, ERROR)
    line = town.cards()[-1]
    assert is_link(line)
    assert f"/{card.id}" in shown(line)
    await town.maya.click(town.cards()[0], label=EN.dismiss)
    assert town.card().id == line.id
    assert is_card(town.card())
    assert replied_to(town.card()) == question.id


async def test_a_command_about_another_error_or_in_another_channel_is_answered_in_public(
    town: Town, more: ChannelHandle
) -> None:
    await town.maya.send(town.support, ERROR)
    assert public(await town.maya.slash(town.support, "error", code="503"))
    assert public(await town.maya.slash(more, "error", code=ERROR))


async def test_a_command_finds_the_card_of_its_channel_behind_a_newer_one_elsewhere(
    town: Town, more: ChannelHandle
) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(more, f"{ERROR} model: gpt-4o")
    told = private(await town.maya.slash(town.support, "error", code=ERROR))
    assert shown(told).startswith(EN.is_there.format(link=town.card().jump_url))


async def test_a_command_does_not_wait_for_a_slow_desk(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: object, **__: object) -> list[Remembered]:
        await discord.utils.sleep_until(discord.utils.utcnow() + timedelta(seconds=10))
        return []

    await town.maya.send(town.support, ERROR)
    monkeypatch.setattr(answers(town), "lately", slow)
    begun = town.env.now()
    assert public(await town.maya.slash(town.support, "error", code=ERROR))
    assert town.env.now() - begun < timedelta(seconds=3)


async def test_a_command_goes_on_without_the_desk(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise DeskError("the database failed: disk full")

    await town.maya.send(town.support, ERROR)
    monkeypatch.setattr(answers(town), "lately", fails)
    assert public(await town.maya.slash(town.support, "error", code=ERROR))
