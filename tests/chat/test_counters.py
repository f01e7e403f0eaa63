from __future__ import annotations

import pytest

from bot.chat.counters import BOUNDS, Counters, Durations
from tests.chat.town import ERROR, KEY, Town
from tests.desk.faults import away

BARE = "so 429 it is"


def silences(counters: Counters) -> dict[str, int]:
    return {why: count for why, count in counters.silent.items() if count}


async def test_an_answer_is_counted_by_its_place_and_entry_and_its_time_is_taken(town: Town) -> None:
    counters = town.desk.counters
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.general, f"{town.mention} {ERROR}")
    await town.bob.send_dm("what is a flurble?")
    await town.sam.slash(town.general, "error", code="503")
    assert counters.answered == {
        ("heard", "429"): 1, ("mentioned", "429"): 1, ("direct", ""): 1, ("command", "503"): 1,
    }  # fmt: skip
    assert counters.asked == {"mentioned": 1, "direct": 1, "command": 1}
    assert {surface: sum(took.counts) for surface, took in counters.took.items()} == {
        "heard": 1, "mentioned": 1, "direct": 1, "command": 1,
    }  # fmt: skip
    assert all(0 < took.total < 10 for took in counters.took.values())


async def test_an_explanation_from_the_message_menu_is_counted_apart_from_commands(town: Town) -> None:
    message = await town.bob.send(town.general, ERROR)
    await town.maya.context_menu(town.general, "Explain this error", message)
    counters = town.desk.counters
    assert (counters.asked, counters.answered) == ({"menu": 1}, {("menu", "429"): 1})


async def test_a_silence_is_counted_with_its_reason_and_with_the_messages_answered_makes_up_all_that_was_heard(
    town: Town,
) -> None:
    await town.maya.send(town.support, "good morning, all")
    await town.maya.send(town.general, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    counters = town.desk.counters
    assert silences(counters) == {"no_error": 1, "elsewhere": 1, "repeated": 1, "author": 2}  # the bot's own
    assert counters.heard == sum(counters.silent.values()) + sum(counters.answered.values())


async def test_an_error_that_is_only_likely_is_passed_over_as_unsure(town: Town) -> None:
    assert town.desk.assistant.ask(BARE).entry
    await town.maya.send(town.support, BARE)
    assert silences(town.desk.counters) == {"unsure": 1}


async def test_an_edit_that_changes_the_card_counts_as_a_correction_and_as_no_second_answer(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.maya.edit(question, "Error code: 503 - Service Unavailable")
    counters = town.desk.counters
    assert (counters.corrected, sum(counters.answered.values())) == (1, 1)


async def test_a_message_that_adds_to_the_authors_question_counts_as_added(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, "the model is gpt-5")
    counters = town.desk.counters
    assert (silences(counters).get("added"), counters.corrected) == (1, 1)


async def test_without_the_desk_all_is_counted_as_with_it(town: Town) -> None:
    with away(town.desk._database):
        await town.maya.send(town.support, f"{ERROR} {KEY}")
    assert town.desk.counters.answered == {("heard", "429"): 1}


def test_a_duration_belongs_to_the_class_whose_bound_it_does_not_pass() -> None:
    durations = Durations()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] + 0.001, BOUNDS[-1] + 1):
        durations.add(seconds)
    assert durations.counts == [2, 1, *[0] * (len(BOUNDS) - 2), 1]
    assert durations.total == pytest.approx(2 * BOUNDS[0] + 0.001 + BOUNDS[-1] + 1)
