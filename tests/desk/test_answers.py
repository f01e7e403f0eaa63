from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.desk.answers import Answered, Answers, Remembered
from bot.desk.database import Database, DeskError
from tests.desk.conftest import Clock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

ANSWERED = Answered(
    question_id=1_345_678_901_234_567_890,
    guild_id=11,
    channel_id=22,
    card_id=33,
    asker_id=44,
    entry="429",
    case="model",
    model="gpt-5",
    lang="zh",
    digest="0f3a",
    asked=True,
)
SPARE = replace(ANSWERED, question_id=2, guild_id=None, card_id=None, case=None, model=None, asked=False)


def as_remembered(answered: Answered, clock: Clock, *, dismissed: bool = False) -> Remembered:
    return Remembered(**asdict(answered), dismissed=dismissed, created_at=clock.now)


@pytest.mark.parametrize("answered", [ANSWERED, SPARE])
async def test_an_answer_is_remembered_with_all_that_is_known_of_it(
    answers: Answers, clock: Clock, answered: Answered
) -> None:
    await answers.remember(answered)
    assert await answers.of_question(answered.question_id) == as_remembered(answered, clock)


async def test_ids_of_64_bits_are_kept(answers: Answers) -> None:
    widest = 2**63 - 1
    await answers.remember(
        replace(ANSWERED, question_id=widest, guild_id=widest, channel_id=widest, card_id=widest, asker_id=widest)
    )
    found = await answers.of_card(widest)
    assert found is not None
    assert (found.question_id, found.guild_id, found.channel_id, found.asker_id) == (widest,) * 4


async def test_a_question_that_was_not_answered_has_nothing_remembered(answers: Answers) -> None:
    await answers.remember(ANSWERED)
    assert await answers.of_question(404) is None
    assert await answers.of_card(404) is None
    assert await answers.of_questions([]) == []
    assert await answers.of_questions([404]) == []


async def test_a_second_answer_takes_the_place_of_the_first(answers: Answers, clock: Clock) -> None:
    await answers.remember(ANSWERED)
    edited = replace(SPARE, question_id=ANSWERED.question_id, entry="503", lang="en", digest="beef", card_id=34)
    await answers.remember(edited)
    assert await answers.of_question(ANSWERED.question_id) == as_remembered(edited, clock)
    assert await answers.of_card(33) is None


async def test_remembering_again_keeps_when_it_was_answered_that_it_was_dismissed_and_the_card(
    answers: Answers, clock: Clock
) -> None:
    await answers.remember(ANSWERED)
    first = as_remembered(ANSWERED, clock, dismissed=True)
    await answers.dismiss(ANSWERED.question_id)
    clock.now += HOUR
    await answers.remember(replace(ANSWERED, card_id=None))
    assert await answers.of_question(ANSWERED.question_id) == first


async def test_several_questions_are_looked_up_at_once(answers: Answers) -> None:
    for question_id in (9, 3, 5):
        await answers.remember(replace(ANSWERED, question_id=question_id))
    found = await answers.of_questions(iter([9, 404, 3, 9]))
    assert [remembered.question_id for remembered in found] == [3, 9]


async def test_a_card_that_answers_two_questions_leads_to_the_newer_one(answers: Answers, clock: Clock) -> None:
    await answers.remember(replace(ANSWERED, question_id=9))
    clock.now += MINUTE
    await answers.remember(replace(ANSWERED, question_id=3))
    found = await answers.of_card(33)
    assert found is not None
    assert found.question_id == 3


@pytest.mark.parametrize("which", [ANSWERED.question_id, ANSWERED.card_id])
async def test_an_answer_is_dismissed_by_its_question_or_by_its_card(answers: Answers, which: int) -> None:
    await answers.remember(ANSWERED)
    await answers.remember(SPARE)
    await answers.dismiss(which)
    await answers.dismiss(which)
    found = await answers.of_questions([ANSWERED.question_id, SPARE.question_id])
    assert [remembered.dismissed for remembered in found] == [False, True]


async def test_a_forgotten_answer_is_gone_and_forgetting_twice_is_no_fault(answers: Answers) -> None:
    await answers.remember(ANSWERED)
    await answers.remember(SPARE)
    await answers.forget(ANSWERED.question_id)
    await answers.forget(ANSWERED.question_id)
    await answers.dismiss(ANSWERED.question_id)
    assert await answers.of_question(ANSWERED.question_id) is None
    assert await answers.of_question(SPARE.question_id) is not None


async def latest_like(answers: Answers, answered: Answered, within: timedelta) -> int | None:
    found = await answers.latest(
        answered.asker_id, answered.channel_id, answered.entry, answered.case, answered.model, within=within
    )
    return found.question_id if found else None


@pytest.mark.parametrize("answered", [ANSWERED, SPARE])
async def test_the_latest_same_answer_is_found_as_long_as_it_is_recent(
    answers: Answers, clock: Clock, answered: Answered
) -> None:
    await answers.remember(replace(answered, question_id=9))
    clock.now += MINUTE
    await answers.remember(replace(answered, question_id=3))
    clock.now += 5 * MINUTE
    assert await latest_like(answers, answered, 5 * MINUTE) == 3
    clock.now += timedelta(microseconds=1)
    assert await latest_like(answers, answered, 5 * MINUTE) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(ANSWERED, asker_id=45),
        replace(ANSWERED, channel_id=23),
        replace(ANSWERED, entry="503"),
        replace(ANSWERED, case="account"),
        replace(ANSWERED, case=None),
        replace(ANSWERED, model="gpt-4"),
        replace(ANSWERED, model=None),
    ],
)
async def test_the_latest_same_answer_is_that_of_no_other(answers: Answers, other: Answered) -> None:
    await answers.remember(ANSWERED)
    assert await latest_like(answers, other, HOUR) is None


THREAD = ANSWERED.channel_id


async def in_thread(answers: Answers, thread_id: int, model: str | None = "gpt-5", case: str | None = "model") -> bool:
    return await answers.in_thread(thread_id, "429", case, model) is not None


async def test_a_problem_of_a_thread_is_found_whoever_asked_and_by_whichever_model(answers: Answers) -> None:
    await answers.remember(ANSWERED)
    assert await in_thread(answers, THREAD)
    assert await in_thread(answers, THREAD, model=None)
    assert not await in_thread(answers, THREAD, model="gpt-4")
    assert not await in_thread(answers, THREAD, case=None)
    assert not await in_thread(answers, THREAD + 1)


async def test_a_problem_without_a_model_is_another_than_one_that_names_it(answers: Answers) -> None:
    await answers.remember(replace(ANSWERED, model=None))
    assert not await in_thread(answers, THREAD)
    assert await in_thread(answers, THREAD, model=None)


async def test_the_message_that_a_thread_began_from_is_of_the_thread(answers: Answers) -> None:
    await answers.remember(ANSWERED)
    assert await in_thread(answers, ANSWERED.question_id)


async def test_purging_takes_what_is_older_than_a_day_and_nothing_else(answers: Answers, clock: Clock) -> None:
    await answers.remember(ANSWERED)
    clock.now += timedelta(microseconds=1)
    await answers.remember(SPARE)
    clock.now += timedelta(days=1)
    assert await answers.purge() == 1
    assert await answers.purge() == 0
    assert await answers.of_question(ANSWERED.question_id) is None
    assert await answers.of_question(SPARE.question_id) is not None


async def test_a_clock_in_another_zone_means_the_same_moment(answers: Answers, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))
    await answers.remember(ANSWERED)
    found = await answers.of_question(ANSWERED.question_id)
    assert found is not None
    assert found.created_at == clock.now
    assert found.created_at.utcoffset() == timedelta()
    clock.now = datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
    assert await latest_like(answers, ANSWERED, MINUTE) == ANSWERED.question_id


async def test_a_clock_without_a_zone_is_refused(answers: Answers, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(DeskError, match="time zone"):
        await answers.remember(ANSWERED)


async def test_a_restart_keeps_what_was_remembered(url: str, clock: Clock) -> None:
    before = await Database.open(url)
    await Answers(before, clock).remember(ANSWERED)
    await before.close()
    after = await Database.open(url)
    assert await Answers(after, clock).of_question(ANSWERED.question_id) == as_remembered(ANSWERED, clock)
    await after.close()


async def test_text_of_any_script_and_quote_comes_back_as_it_was(answers: Answers) -> None:
    odd = "名'\"\\; DROP TABLE answers -- %s :x 🙂"
    await answers.remember(replace(ANSWERED, model=odd))
    found = await answers.of_question(ANSWERED.question_id)
    assert found is not None
    assert found.model == odd


async def test_a_card_that_answers_several_messages_has_them_in_their_order(answers: Answers) -> None:
    later = replace(ANSWERED, question_id=ANSWERED.question_id + 1)
    for answered in (later, ANSWERED, replace(ANSWERED, question_id=5, card_id=34)):
        await answers.remember(answered)
    found = await answers.all_of_card(33)
    assert [each.question_id for each in found] == [ANSWERED.question_id, later.question_id]
    assert await answers.all_of_card(404) == []
