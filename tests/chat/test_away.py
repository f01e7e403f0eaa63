"""The desk is away for a while, in the middle of it all: answers go on, and what became of them is made good."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from functools import partial
from pathlib import Path

import pytest

from bot.chat.client import Desk
from bot.chat.missed import MOST, Missed
from bot.chat.servers.membership import refresh
from bot.chat.words import WORDS
from bot.desk.answers import Answers
from bot.desk.database import LIMIT
from bot.desk.errors import DeskError
from bot.desk.records import Records
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.helpdesk import helpdesk
from tests.chat.town import ERROR, Town
from tests.desk.faults import away, locked

EN = WORDS["en"]
OTHER = "Error code: 503 - Service Unavailable"

PROMPT = 2.0
"""Seconds in which somebody in a chat is answered who waits for it."""


@pytest.fixture
def limit() -> float:
    """Seconds that the desk may take for a call: its own, as that is what this is about."""
    return LIMIT


async def took(doing: Awaitable[object]) -> float:
    began = time.monotonic()
    await doing
    return time.monotonic() - began


def records(town: Town) -> Records:
    assert town.desk.records is not None
    return town.desk.records


async def fails(*_: object) -> None:
    raise DeskError("the disk is gone")


async def test_answers_are_prompt_while_the_database_hangs_and_it_is_waited_for_once(town: Town) -> None:
    async with locked(town.desk.settings.database_url):
        assert await took(town.maya.send(town.support, ERROR)) < PROMPT
        assert await took(town.bob.send(town.support, OTHER)) < 0.5
        assert await took(town.sam.slash(town.support, "error", code="401")) < 0.5
    assert len(town.cards()) == 3


async def test_cards_that_were_given_meanwhile_live_with_their_questions_afterwards(town: Town) -> None:
    with away(town.desk._database):
        mayas = await town.maya.send(town.support, ERROR)
        bobs = await town.bob.send(town.support, OTHER)
    assert await refresh(town.desk)
    await town.maya.edit(mayas, "Error code: 401 - invalid token")
    await town.bob.delete(bobs)
    assert "### 401 · " in town.reply()
    await town.maya.send(town.support, "Error code: 401 - invalid token")
    assert len([text for text in town.replies() if "### 401 · " in text]) == 1


async def test_edits_and_deletions_of_that_time_are_made_good_in_their_order(town: Town) -> None:
    mayas = await town.maya.send(town.support, ERROR)
    bobs = await town.bob.send(town.support, OTHER)
    with away(town.desk._database):
        await town.maya.edit(mayas, "never mind")
        await town.maya.edit(mayas, "Error code: 401 - invalid token")
        await town.bob.delete(bobs)
        assert not await refresh(town.desk)
    assert len(town.cards()) == 2
    assert await refresh(town.desk)
    assert "### 401 · " in town.reply()
    assert not town.desk.missed


async def test_what_was_answered_edited_dismissed_and_deleted_before_the_desk_could_be_opened_is_made_good(
    town: Town, knowledge: Knowledge, tmp_path: Path
) -> None:
    database = tmp_path / "not there yet" / "desk.db"
    settings = Settings(support_channels=frozenset({"support"}), database_url=f"sqlite+aiosqlite:///{database}")
    desk = Desk(settings, knowledge)
    await town.env.restart_bot(desk)
    question, gone, taken = [
        await who.send(town.support, text)
        for who, text in ((town.maya, ERROR), (town.bob, OTHER), (town.sam, "Error code: 524"))
    ]
    await town.maya.edit(question, "Error code: 401 - invalid token")
    await town.bob.delete(gone)
    await town.sam.click(town.cards()[-1], label=EN.dismiss)
    assert ["### 429 · " in text or "### 503 · " in text for text in town.replies()] == [True, True]
    database.parent.mkdir()
    assert await desk.open_records()
    assert await refresh(desk)
    await town.env.settle()
    assert "### 401 · " in town.reply()
    await town.sam.edit(taken, OTHER)
    assert "### 401 · " in town.reply()
    assert not desk.missed


async def test_a_desk_that_fails_half_way_through_a_deletion_leaves_no_card(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = await town.maya.send(town.support, ERROR)
    with monkeypatch.context() as patched:
        patched.setattr(Answers, "all_of_card", fails)
        await town.maya.delete(question)
    assert len(town.cards()) == 1
    assert await refresh(town.desk)
    assert not town.cards()


async def test_who_was_led_to_a_card_that_went_while_the_desk_failed_gets_one_afterwards(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    with monkeypatch.context() as patched:
        patched.setattr(Answers, "repeats_of", fails)
        await town.maya.delete(question)
    assert "### 429 · " not in town.reply()
    assert await refresh(town.desk)
    assert "### 429 · " in town.reply()


async def test_a_card_that_was_dismissed_meanwhile_does_not_come_back(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    with away(town.desk._database):
        clicked = await town.maya.click(town.card(), label=EN.dismiss)
    assert not clicked.followups  # that they are left alone is not said before it is so
    await refresh(town.desk)
    await town.maya.edit(question, OTHER)
    assert not town.cards()


async def test_the_words_of_a_message_that_was_deleted_meanwhile_are_forgotten(town: Town) -> None:
    question = await town.maya.send(town.general, f"{town.mention} my flurble blorps")
    assert len(await records(town).unanswered.all(None)) == 1
    with away(town.desk._database):
        await town.maya.delete(question)
    await refresh(town.desk)
    assert not await records(town).unanswered.all(None)


async def test_a_report_whose_asker_found_the_answer_meanwhile_is_closed(town: Town) -> None:
    async with helpdesk(town) as office:
        report = await office.store()
        with away(town.desk._database):
            await town.maya.click(town.card(), label=EN.solved)
        assert EN.is_solved in town.reply()
        await refresh(town.desk)
        assert (await office.of(report.id)).state == "solved"


async def test_a_server_that_the_bot_left_meanwhile_is_remembered_as_left(town: Town) -> None:
    await records(town).servers.joined(town.guild.id)
    with away(town.desk._database):
        town.env.backend.emit("GUILD_DELETE", {"id": str(town.guild.id)})
        await town.env.settle()
        assert records(town).servers.of(town.guild.id).left_at is None
    await refresh(town.desk)
    assert records(town).servers.of(town.guild.id).left_at is not None


async def test_what_is_missed_is_bounded_and_one_that_fails_does_not_stop_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    missed = Missed()
    done: list[int] = []

    async def do(number: int) -> None:
        if number == MOST // 2:
            raise KeyError
        done.append(number)

    for number in range(MOST + 2):
        missed.note(partial(do, number))
    await missed.make_good()
    assert done == [number for number in range(2, MOST + 2) if number != MOST // 2]
    assert caplog.text.count("making good for what was missed failed with KeyError") == 1


async def test_what_is_missed_again_waits_for_the_next_time() -> None:
    missed = Missed()
    tries: list[int] = []

    async def fail() -> None:
        tries.append(len(missed))
        missed.note(fail)

    missed.note(fail)
    await missed.make_good()
    assert (tries, len(missed)) == ([0], 1)
