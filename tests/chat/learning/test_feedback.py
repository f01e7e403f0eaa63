from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.chat.client import Desk
from bot.chat.learning import feedback
from bot.chat.words import WORDS
from bot.desk.questions import Stats
from bot.desk.records import Records
from bot.desk.unanswered import LENGTH, Missed
from tests.chat.conftest import Start
from tests.chat.town import ERROR, KEY, Town, choices, labels, private, public, shown
from tests.desk.faults import away

EN = WORDS["en"]
SAID = feedback.WORDS["en"]
STRANGE = "why does the flux capacitor stay empty?"
FORBIDDEN = "Error code: 403 - forbidden, model: gpt-5"
CENTURY = timedelta(days=36_500)


def records(town: Town) -> Records:
    """What the running bot remembers."""
    assert isinstance(town.env.bot, Desk)
    assert town.env.bot.records is not None
    return town.env.bot.records


async def stats(town: Town) -> Stats:
    return await records(town).questions.stats(None, CENTURY)


async def verdicts(town: Town) -> tuple[int, int, int]:
    """How many were solved and not solved in the askers' eyes, and solved in others'."""
    found = await stats(town)
    return found.solved, found.not_solved, found.solved_by_others


async def kept(town: Town) -> list[Missed]:
    return await records(town).unanswered.all(None)


def style_of(message: Any, label: str) -> discord.ButtonStyle:
    items = discord.ui.LayoutView.from_message(getattr(message, "message", message)).walk_children()
    (found,) = (item.style for item in items if isinstance(item, discord.ui.Button) and item.label == label)
    return found


@pytest.fixture
async def card(town: Town) -> discord.Message:
    """A 403 of Maya's, which has several meanings."""
    await town.maya.send(town.support, FORBIDDEN)
    return town.card()


# What was asked


async def test_every_way_to_ask_is_logged_with_what_it_was_answered(town: Town) -> None:
    await town.maya.send(town.support, FORBIDDEN)
    await town.maya.send(town.general, f"{town.mention} 429")
    await town.maya.send_dm("503")
    await town.maya.slash(town.general, "error", code="HTTP 500 for model gpt-5")
    message = await town.maya.send(town.general, "Error code: 401 - invalid token")
    await town.bob.context_menu(town.general, "Explain this error", message)
    found = await stats(town)
    assert (found.questions, found.answered, found.unanswered) == (5, 5, 0)
    assert {entry.partition("/")[0] for entry, _ in found.entries} == {"403", "429", "503", "500", "401"}
    assert found.models == (("gpt-5", 2),)
    assert not await kept(town)


async def test_what_was_only_heard_counts_where_it_is_answered_and_nowhere_else(town: Town) -> None:
    await town.maya.send(town.support, "good morning")
    await town.maya.send(town.support, STRANGE)
    await town.maya.send(town.support, f"my key is {KEY}")
    await town.maya.send(town.general, ERROR)
    assert (await stats(town)).questions == 0
    assert not await kept(town)
    await town.maya.send(town.support, ERROR)
    assert (await stats(town)).questions == 1


async def test_words_that_nothing_fits_are_kept_masked_on_every_surface_where_the_bot_was_asked(town: Town) -> None:
    asked = await town.maya.send(town.general, f"{town.mention} {STRANGE} {KEY}")
    await town.maya.send_dm(f"in private: {STRANGE}")
    await town.maya.slash(town.general, "error", code=f"typed: {STRANGE}")
    message = await town.maya.send(town.general, f"seen: {STRANGE}")
    await town.bob.context_menu(town.general, "Explain this error", message)
    assert (await stats(town)).unanswered == 4
    found = {missed.text.partition(":")[0]: missed for missed in await kept(town)}
    assert len(found) == 4
    (mention,) = (missed for missed in found.values() if missed.question_id == asked.id)
    assert mention.text.startswith(STRANGE)
    assert KEY not in mention.text
    assert (mention.guild_id, mention.asker_id, mention.entry) == (town.guild.id, town.maya.id, None)
    assert found["in private"].guild_id is None
    assert found["seen"].asker_id == town.maya.id  # who wrote it, not who had it explained


async def test_a_call_without_a_word_leaves_nothing_to_keep(town: Town) -> None:
    await town.maya.send(town.general, town.mention)
    assert (await stats(town)).unanswered == 1
    assert not await kept(town)


async def test_an_answer_to_somebody_is_their_question(town: Town) -> None:
    card = public(await town.sam.slash(town.general, "error", code="429", to=town.maya))
    await town.maya.click(card, label=EN.solved)
    assert await verdicts(town) == (1, 0, 0)
    assert await records(town).questions.people(town.guild.id, "429", None, CENTURY) == 1


async def test_a_question_that_is_edited_into_one_with_an_answer_is_one_question_and_its_words_go(town: Town) -> None:
    question = await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    await town.maya.edit(question, f"{town.mention} {STRANGE} really")
    assert [missed.text for missed in await kept(town)] == [f"{STRANGE} really"]
    await town.maya.edit(question, f"{town.mention} 429")
    assert not await kept(town)
    found = await stats(town)
    assert (found.questions, found.answered) == (1, 1)


async def test_what_was_not_solved_is_kept_in_the_words_of_the_last_edit(town: Town) -> None:
    question = await town.maya.send(town.support, FORBIDDEN)
    await town.maya.click(town.card(), label=EN.not_solved)
    await town.maya.edit(question, f"{FORBIDDEN} since Monday")
    (missed,) = await kept(town)
    assert missed.text == f"{FORBIDDEN} since Monday"


async def test_a_question_that_is_edited_away_still_counts_and_its_words_go(town: Town) -> None:
    question = await town.maya.send(town.support, FORBIDDEN)
    await town.maya.click(town.card(), label=EN.not_solved)
    await town.maya.edit(question, "never mind")
    assert not await kept(town)
    assert (await stats(town)).questions == 1


@pytest.mark.parametrize("in_bulk", [False, True])
async def test_a_question_that_is_deleted_still_counts_and_its_words_go(town: Town, in_bulk: bool) -> None:
    question = await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    assert await kept(town)
    if in_bulk:
        other = await town.maya.send(town.general, "and another")
        channel = town.desk.get_channel(town.general.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.delete_messages([question, other])
        await town.env.settle()
    else:
        await town.maya.delete(question)
    assert not await kept(town)
    assert (await stats(town)).unanswered == 1


async def test_words_of_a_card_that_was_dismissed_go_with_an_edit(town: Town) -> None:
    question = await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    await town.maya.click(town.card(town.general), label=EN.dismiss)
    assert await kept(town)
    await town.maya.edit(question, f"{town.mention} hm")
    assert not await kept(town)


# Whether it helped


async def test_the_asker_says_that_it_is_solved(town: Town, card: discord.Message) -> None:
    await town.maya.click(card, label=EN.solved)
    assert EN.is_solved in town.reply()
    assert await verdicts(town) == (1, 0, 0)


async def test_staff_fold_the_card_and_their_word_counts_apart(town: Town, card: discord.Message) -> None:
    await town.sam.click(card, label=EN.solved)
    assert EN.is_solved in town.reply()
    assert await verdicts(town) == (0, 0, 1)


@pytest.mark.parametrize("label", [EN.solved, EN.not_solved])
async def test_somebody_elses_word_is_noted_apart_and_the_card_stays(
    town: Town, card: discord.Message, label: str
) -> None:
    before = shown(card)
    assert private(await town.bob.click(card, label=label)).content == SAID.thanks
    assert shown(town.card()) == before
    assert await verdicts(town) == (0, 0, int(label == EN.solved))
    assert not await kept(town)


async def test_not_solved_leads_to_the_other_meanings_and_then_to_support_on_the_card_itself(
    town: Town, card: discord.Message
) -> None:
    answer, offered = shown(card), choices(card)
    await town.maya.click(card, label=EN.not_solved)
    card = town.card()
    assert shown(card) == f"{answer}\n{SAID.other_or_support}"
    assert choices(card) == offered
    assert labels(card) == [EN.solved, EN.to_support, EN.dismiss]
    assert style_of(card, EN.to_support) is discord.ButtonStyle.primary
    assert await verdicts(town) == (0, 1, 0)


async def test_not_solved_leads_to_support_at_once_where_nothing_else_is_near(town: Town) -> None:
    await town.maya.send(town.support, "HTTP 521")
    assert not choices(town.card())
    await town.maya.click(town.card(), label=EN.not_solved)
    assert SAID.support in town.reply()
    assert SAID.other_or_support not in town.reply()


async def test_another_meaning_that_is_picked_then_can_be_judged_anew(town: Town, card: discord.Message) -> None:
    await town.maya.click(card, label=EN.not_solved)
    await town.maya.select(town.card(), ["403/balance"])
    assert SAID.other_or_support not in town.reply()
    assert labels(town.card()) == [EN.solved, EN.not_solved, EN.to_support, EN.dismiss]
    await town.maya.click(town.card(), label=EN.not_solved)
    (missed,) = await kept(town)
    assert missed.entry == "403/balance"
    await town.maya.click(town.card(), label=EN.solved)
    assert not await kept(town)
    assert await verdicts(town) == (1, 0, 0)


@pytest.mark.parametrize("who", ["maya", "sam"])
async def test_the_words_of_what_was_not_solved_are_kept_masked(town: Town, who: str) -> None:
    question = await town.maya.send(town.support, f"{FORBIDDEN} {KEY}")
    await getattr(town, who).click(town.card(), label=EN.not_solved)
    (missed,) = await kept(town)
    assert missed.text.startswith(FORBIDDEN)
    assert KEY not in missed.text
    assert (missed.question_id, missed.asker_id, missed.entry) == (question.id, town.maya.id, "403")
    assert missed.created_at == question.created_at


async def test_of_a_call_in_reply_to_a_message_the_words_of_that_message_are_kept(town: Town) -> None:
    pasted = await town.maya.send(town.general, FORBIDDEN)
    await town.bob.send(town.general, town.mention, reply_to=pasted)
    await town.bob.click(town.card(town.general), label=EN.not_solved)
    (missed,) = await kept(town)
    assert (missed.text, missed.asker_id) == (FORBIDDEN, town.bob.id)


@pytest.mark.parametrize("status", [403, 404])
async def test_words_that_can_no_longer_be_read_are_not_kept_and_the_verdict_counts(
    town: Town, card: discord.Message, status: int
) -> None:
    town.env.inject_error("GET", "/channels/*/messages/*", status=status)
    await town.maya.click(card, label=EN.not_solved)
    assert await verdicts(town) == (0, 1, 0)
    assert not await kept(town)


async def test_a_command_that_was_not_solved_is_kept_in_its_own_words_masked_and_clipped(town: Town) -> None:
    typed = f"{FORBIDDEN} {KEY} {'and so on ' * 300}"
    card = private(await town.maya.slash(town.general, "error", code=typed))
    await town.maya.click(card, label=EN.not_solved)
    assert SAID.other_or_support in shown(card)
    (missed,) = await kept(town)
    assert len(missed.text) == LENGTH
    assert missed.text.startswith(FORBIDDEN)
    assert KEY not in missed.text
    await town.maya.click(card, label=EN.solved)
    assert not await kept(town)


@pytest.mark.parametrize("text", [FORBIDDEN, "unheard of"])
async def test_the_words_of_a_message_that_somebody_else_had_explained_are_its_authors(town: Town, text: str) -> None:
    message = await town.maya.send(town.general, text)
    card = private(await town.bob.context_menu(town.general, "Explain this error", message))
    if EN.not_solved in labels(card):
        await town.bob.click(card, label=EN.not_solved)
    (missed,) = await kept(town)
    assert (missed.text, missed.asker_id) == (text, town.maya.id)


async def test_of_a_command_from_before_a_restart_the_verdict_alone_is_left(town: Town, start: Start) -> None:
    card = public(await town.maya.slash(town.support, "error", code=FORBIDDEN))
    await town.env.restart_bot(start())
    await town.maya.click(card, label=EN.not_solved)
    assert await verdicts(town) == (0, 1, 0)
    assert not await kept(town)


async def test_a_direct_message_can_be_judged(town: Town) -> None:
    await town.maya.send_dm(FORBIDDEN)
    card = town.maya.user.dm_channel.last_message
    await town.maya.user.click(card, label=EN.not_solved)
    (missed,) = await kept(town)
    assert (missed.text, missed.guild_id) == (FORBIDDEN, None)


async def test_verdicts_work_after_a_restart(town: Town, card: discord.Message, start: Start) -> None:
    await town.env.restart_bot(start())
    await town.maya.click(card, label=EN.not_solved)
    assert [missed.text for missed in await kept(town)] == [FORBIDDEN]
    await town.env.restart_bot(start())
    await town.maya.click(town.card(), label=EN.solved)
    assert not await kept(town)
    assert await verdicts(town) == (1, 0, 0)


async def test_a_folded_card_that_its_asker_opens_again_stays_with_their_question(
    town: Town, card: discord.Message
) -> None:
    await town.maya.click(card, label=EN.solved)
    copy = private(await town.maya.click(town.card(), label=EN.show_answer))
    await town.maya.click(copy, label=EN.not_solved)
    assert await verdicts(town) == (0, 1, 0)
    assert [missed.text for missed in await kept(town)] == [FORBIDDEN]


async def test_a_private_card_that_was_posted_stays_with_its_question(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code=FORBIDDEN))
    (posted,) = (await town.maya.click(card, label=EN.post_here)).followups
    await town.maya.click(posted, label=EN.solved)
    assert await verdicts(town) == (1, 0, 0)
    assert (await stats(town)).questions == 1


async def test_what_somebody_does_with_a_copy_of_their_own_says_nothing_of_the_askers_question(
    town: Town, card: discord.Message
) -> None:
    for label in (EN.solved, EN.not_solved):
        copy = private(await town.bob.select(card, ["403/ip"]))
        await town.bob.click(copy, label=label)
    assert await verdicts(town) == (0, 0, 0)
    assert (await stats(town)).questions == 1
    assert not await kept(town)


async def test_a_chinese_card_goes_on_in_chinese(town: Town) -> None:
    await town.maya.send(town.support, "请问报错 403 是什么意思？")
    await town.maya.click(town.card(), label=WORDS["zh"].not_solved)
    assert feedback.WORDS["zh"].other_or_support in town.reply()
    told = private(await town.bob.click(town.card(), label=WORDS["zh"].solved))
    assert told.content == feedback.WORDS["zh"].thanks


# Without the desk


async def test_answers_and_cards_do_without_a_desk_that_fails_and_what_they_leave_behind_is_caught_up(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    with away(town.desk._database):
        await town.maya.send(town.support, FORBIDDEN)
        assert "### 403 · " in town.reply()
        assert "answers go on without the desk" in caplog.text
        assert "### 429 · " in shown(private(await town.maya.slash(town.general, "error", code="429")))
        await town.maya.slash(town.general, "error", code="blorp")
        assert private(await town.bob.click(town.card(), label=EN.solved)).content == SAID.thanks
        await town.maya.click(town.card(), label=EN.not_solved)
        assert SAID.other_or_support in town.reply()
        await town.maya.click(town.card(), label=EN.solved)
        assert EN.is_solved in town.reply()
    await records(town).catch_up()
    figures = await stats(town)
    assert (figures.questions, figures.answered, figures.unanswered) == (3, 2, 1)
    assert await verdicts(town) == (1, 0, 1)
    assert [missed.text for missed in await kept(town)] == ["blorp"]


async def test_cards_work_without_any_desk(town: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.desk, "records", None)
    await town.maya.click(card, label=EN.not_solved)
    assert SAID.other_or_support in town.reply()
    await town.maya.click(town.card(), label=EN.solved)
    assert EN.is_solved in town.reply()
    assert "### 429 · " in shown(private(await town.maya.slash(town.general, "error", code="429")))


async def test_the_answer_goes_out_before_the_log(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[bool] = []

    async def hang(_: object) -> None:
        there.append(bool(town.cards() or town.cards(town.general)))
        await asyncio.sleep(0.1)

    monkeypatch.setattr(records(town).questions, "log", hang)
    await town.maya.send(town.general, f"{town.mention} 429")
    await town.maya.slash(town.support, "error", code="401")
    assert there == [True, True]
