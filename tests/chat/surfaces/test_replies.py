from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from simcord.backend import serializers

from bot.chat.client import Desk
from bot.chat.words import WORDS
from bot.desk.answers import Answers
from bot.desk.records import Records
from bot.desk.reports import Report
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.conftest import Pause
from tests.chat.town import ERROR, KEY, Town, private, shown
from tests.desk.faults import away

EN = WORDS["en"]
OTHER = "Error code: 503 - Service Unavailable"
Change = Callable[[Town, discord.Message], Awaitable[None]]
HOUR = 3600
DAY = 24 * HOUR


def calls(town: Town, method: str) -> list[str]:
    """The paths of the bot's calls on messages in channels."""
    requests = [call.path for call in town.env.http_requests if call.method == method]
    return [path for path in requests if path.startswith("/channels") and "/messages" in path]


def records(town: Town) -> Records:
    """What the running bot remembers."""
    assert isinstance(town.env.bot, Desk)
    assert town.env.bot.records is not None
    return town.env.bot.records


def answers(town: Town) -> Answers:
    """What it remembers of answers."""
    return records(town).answers


async def delete(town: Town, question: discord.Message) -> None:
    await town.maya.delete(question)


async def make_chat(town: Town, question: discord.Message) -> None:
    await town.maya.edit(question, "never mind")


@pytest.fixture(params=[delete, make_chat])
def change(request: pytest.FixtureRequest) -> Change:
    """What becomes of a question that is one no more."""
    became: Change = request.param
    return became


async def sent_to_support(town: Town) -> Report:
    """What Maya sends to support from the only card, with staff to take it."""
    staff = town.guild.create_text_channel("staff")
    await records(town).servers.change(town.guild.id, staff_channel_id=staff.id)
    form = await town.maya.click(town.card(), label=EN.to_support)
    assert form.modal is not None
    names = [row["component"]["custom_id"] for row in form.modal["components"]]
    await town.maya.submit_modal(form, dict.fromkeys(names, "-"))
    report = await records(town).reports.of_card(town.card().id)
    assert report is not None
    return report


async def test_an_edit_that_changes_the_answer_corrects_the_card_in_place(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, ERROR)
    card = town.card()
    await pause()
    await town.maya.edit(question, OTHER)
    assert "### 503 · " in town.reply()
    assert town.card().id == card.id
    await town.maya.edit(question, ERROR)
    assert "### 429 · " in town.reply()


async def test_an_edit_that_adds_a_fact_is_shown(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.maya.edit(question, f"{ERROR} (request id: 20260108101207331846221Yb7rTnLs)")
    assert "`20260108101207331846221Yb7rTnLs`" in town.reply()


async def test_an_edit_that_changes_nothing_does_nothing(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, ERROR)
    await pause()
    await town.maya.edit(question, f"{ERROR}\nThank you!")
    assert not calls(town, "PATCH")
    assert len(town.cards()) == 1


async def test_an_edit_that_changes_nothing_leaves_a_solved_card_folded(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=EN.solved)
    await town.maya.edit(question, f"{ERROR} solved, thanks")
    assert EN.is_solved in town.reply()


async def test_an_edit_that_makes_it_an_error_brings_a_card(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, "hello, I have a question")
    assert not town.cards()
    await pause()
    await town.maya.edit(question, ERROR)
    card = town.card()
    assert card.reference is not None
    assert card.reference.message_id == question.id


async def test_an_edit_that_calls_the_bot_brings_a_card(town: Town) -> None:
    question = await town.maya.send(town.general, "429")
    await town.maya.edit(question, f"{town.mention} 429")
    assert "### 429 · " in town.reply(town.general)


async def test_an_edit_that_makes_it_chat_takes_the_card_away_and_another_brings_it_back(
    town: Town, pause: Pause
) -> None:
    question = await town.maya.send(town.support, ERROR)
    await pause()
    await town.maya.edit(question, "never mind")
    assert not town.cards()
    await pause()
    await town.maya.edit(question, OTHER)
    assert "### 503 · " in town.reply()


async def test_who_was_asked_still_answers_when_its_name_is_edited_away(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.general, f"{town.mention} 429")
    await pause()
    await town.maya.edit(question, "503")
    assert "### 503 · " in town.reply(town.general)
    await town.maya.edit(question, "never mind")
    assert EN.unknown in town.reply(town.general)


async def test_who_was_asked_in_a_support_channel_does_not_fall_silent_when_its_name_is_edited_away(town: Town) -> None:
    question = await town.maya.send(town.support, f"{town.mention} 429")
    await town.maya.edit(question, "never mind")
    assert EN.unknown in town.reply()


async def test_a_link_that_unfolds_is_no_edit(town: Town) -> None:
    question = await town.maya.send(town.support, "see https://example.com")
    stored = town.env.backend.get_message(town.support.id, question.id)
    stored.content = ERROR
    town.env.backend.emit("MESSAGE_UPDATE", dict(serializers.message_payload(town.env.backend, stored)))
    await town.env.settle()
    assert not town.cards()


async def test_an_edit_of_a_message_from_before_yesterday_brings_nothing(town: Town) -> None:
    question = await town.maya.send(town.support, "hello")
    await town.env.advance_time(DAY + 60)
    await town.maya.edit(question, ERROR)
    assert not town.cards()


async def test_the_card_goes_with_its_question(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, ERROR)
    await pause()
    await town.maya.delete(question)
    assert not town.cards()
    assert await answers(town).of_question(question.id) is None


async def test_the_card_of_an_open_report_stays_when_its_question_is_deleted_or_becomes_chat(
    town: Town, pause: Pause, change: Change
) -> None:
    question = await town.maya.send(town.support, ERROR)
    report = await sent_to_support(town)
    await pause()
    await change(town, question)
    assert "### 429 · " in town.reply()
    assert f"#{report.id}" in town.reply()
    told = private(await town.maya.click(town.card(), label=EN.to_support))
    assert f"#{report.id}" in shown(told)


async def test_it_goes_with_its_question_once_the_report_is_closed(town: Town, pause: Pause, change: Change) -> None:
    question = await town.maya.send(town.support, ERROR)
    report = await sent_to_support(town)
    await records(town).reports.close(report.id, "withdrawn", town.maya.id)
    await pause()
    await change(town, question)
    assert not town.cards()


async def test_a_card_that_stayed_with_its_report_follows_the_next_edit(town: Town, pause: Pause) -> None:
    question = await town.maya.send(town.support, ERROR)
    await sent_to_support(town)
    await town.maya.edit(question, "never mind")
    await pause()
    await town.maya.edit(question, OTHER)
    assert "### 503 · " in town.reply()


async def test_the_deletion_of_a_message_without_a_card_takes_nothing_away(town: Town) -> None:
    chat = await town.maya.send(town.support, "hello")
    await town.maya.send(town.support, ERROR)
    await town.maya.delete(chat)
    assert len(town.cards()) == 1


async def test_cards_go_when_their_questions_are_deleted_in_bulk(town: Town, pause: Pause) -> None:
    gone = [await user.send(town.support, ERROR) for user in (town.maya, town.bob)]
    stays = await town.sam.send(town.support, OTHER)
    await pause()
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in gone])
    await town.env.settle()
    card = town.card()
    assert card.reference is not None
    assert card.reference.message_id == stays.id


async def test_a_bulk_deletion_of_questions_and_cards_deletes_nothing_twice(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in town.support.history()])
    await town.env.settle()
    assert not calls(town, "DELETE")


@pytest.mark.parametrize("by", ["button", "hand", "bulk"])
async def test_a_dismissed_card_does_not_come_back_on_an_edit(town: Town, by: str, pause: Pause) -> None:
    question = await town.maya.send(town.support, ERROR)
    if by == "button":
        await town.maya.click(town.card(), label=EN.dismiss)
    elif by == "hand":
        await town.sam.delete(town.card())
    else:
        town.env.backend.bulk_delete_messages(town.support.id, [town.card().id])
        await town.env.settle()
    await pause()
    await town.maya.edit(question, OTHER)
    assert not town.cards()
    await town.maya.delete(question)
    assert not calls(town, "PATCH")
    assert not calls(town, "DELETE")


async def test_a_card_that_was_deleted_unseen_does_not_come_back_on_an_edit(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    del town.env.backend.messages[town.support.id][town.card().id]
    for text in (OTHER, ERROR):
        await town.maya.edit(question, text)
        assert not town.cards()
    assert len(calls(town, "PATCH")) == 1


async def test_another_error_of_the_same_person_is_a_new_question(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, OTHER)
    await town.env.advance_time(120)
    await town.maya.send(town.support, f"{OTHER}, model: gpt-5")
    assert len(town.cards()) == 3


async def test_the_same_error_with_a_key_in_it_is_warned_of(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, f"{ERROR} {KEY}")
    assert EN.key_posted in town.replies()[-1]


async def test_a_question_deleted_while_its_answer_is_under_way_leaves_no_card(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, known = asyncio.Event(), asyncio.Event()
    original = discord.Message.reply

    async def slow(self: discord.Message, *args: Any, **options: Any) -> discord.Message:
        card = await original(self, *args, **options)
        sent.set()
        await known.wait()
        return card

    monkeypatch.setattr(discord.Message, "reply", slow)
    channel, backend = town.support.id, town.env.backend
    question = backend.create_message(channel, town.maya.id, ERROR)
    await sent.wait()
    backend.edit_message(channel, question.id, {"content": OTHER})
    backend.delete_message(channel, question.id)
    await asyncio.sleep(0.01)
    known.set()
    await town.env.settle()
    assert not town.cards()
    assert len(calls(town, "POST")) == 1


async def test_answers_are_forgotten_after_a_day(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.env.advance_time(DAY - HOUR)
    assert await answers(town).of_question(question.id) is not None
    await town.env.advance_time(2 * HOUR)
    assert await answers(town).of_question(question.id) is None


async def test_nothing_of_a_message_is_remembered_but_what_it_means(town: Town) -> None:
    await town.maya.send(town.support, f"secret words {ERROR} {KEY}")
    known = await answers(town).of_card(town.card().id)
    assert known is not None
    assert "secret" not in repr(known)
    assert "sk-" not in repr(known)
    assert (known.entry, known.asker_id, known.asked) == ("429", town.maya.id, False)


@pytest.mark.parametrize("text", [ERROR, "my key is " + KEY])
async def test_a_desk_that_fails_is_noted_in_one_line_and_the_card_is_sent(
    town: Town, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    with away(town.desk._database):
        question = await town.maya.send(town.support, text)
        assert len(town.cards()) == 1
        assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == ["the disk is gone"]
        await town.maya.edit(question, OTHER)
        await town.maya.delete(question)
        assert len(town.cards()) == 1
        await town.maya.click(town.card(), label=EN.dismiss)
        assert not town.cards()


async def test_without_a_desk_messages_are_answered_and_cards_stay_as_they_are(
    town: Town, knowledge: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        support_channels=frozenset({"support"}), database_url="sqlite+aiosqlite:////nowhere/at/all/desk.db"
    )
    await town.env.restart_bot(Desk(settings, knowledge))
    (line,) = [record.getMessage() for record in caplog.records if record.name == "bot.chat.client"]
    assert line.startswith("going on without the desk: ")
    question = await town.maya.send(town.support, ERROR)
    await town.maya.edit(question, OTHER)
    assert "### 429 · " in town.reply()
    await town.maya.send(town.support, ERROR)
    await town.maya.delete(question)
    assert len(town.cards()) == 2
    await town.maya.click(town.cards()[0], label=EN.dismiss)
    assert len(town.cards()) == 1


@pytest.mark.parametrize("status", [403, 500])
async def test_a_correction_that_discord_refuses_does_not_stop_the_next(
    town: Town, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    question = await town.maya.send(town.support, ERROR)
    town.env.inject_error("PATCH", "/channels/*/messages/*", status=status)
    await town.maya.edit(question, OTHER)
    assert "### 429 · " in town.reply()
    assert f"HTTP {status}" in caplog.text
    assert len(town.env.errors) == (status == 500)
    await town.maya.edit(question, f"{OTHER}!")
    assert "### 503 · " in town.reply()


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_card_that_cannot_be_taken_away_leaves_the_others_to_be_taken_away(
    town: Town, status: int, caplog: pytest.LogCaptureFixture, pause: Pause
) -> None:
    questions = [await who.send(town.support, text) for who, text in ((town.maya, ERROR), (town.bob, OTHER))]
    await pause()
    town.env.inject_error("DELETE", "/channels/*/messages/*", status=status, code=10008 if status == 404 else 0)
    town.env.backend.bulk_delete_messages(town.support.id, [message.id for message in questions])
    await town.env.settle()
    assert len(town.cards()) == 1
    assert (f"HTTP {status}" in caplog.text) == (status != 404)
