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


async def lately(answers: Answers, like: Answered, within: timedelta, *, thread: bool = False) -> list[int]:
    """The questions whose cards explain the same where this one is asked or to whom it is answered, newest first."""
    found = await answers.lately(
        entry=like.entry,
        case=like.case,
        lang=like.lang,
        channel_id=like.channel_id,
        asker_id=like.asker_id,
        guild_id=like.guild_id,
        within=within,
        thread=thread,
    )
    return [each.question_id for each in found]


@pytest.mark.parametrize("answered", [ANSWERED, replace(SPARE, card_id=33)])
async def test_the_same_answers_are_found_newest_first_as_long_as_they_are_recent(
    answers: Answers, clock: Clock, answered: Answered
) -> None:
    await answers.remember(replace(answered, question_id=9))
    clock.now += MINUTE
    await answers.remember(replace(answered, question_id=3))
    clock.now += 4 * MINUTE
    assert await lately(answers, answered, 5 * MINUTE) == [3, 9]
    clock.now += timedelta(microseconds=1)
    assert await lately(answers, answered, 5 * MINUTE) == [3]
    clock.now += MINUTE
    assert await lately(answers, answered, 5 * MINUTE) == []


async def test_of_two_answers_of_one_moment_the_newer_question_comes_first(answers: Answers) -> None:
    for question_id in (7, 9, 8):
        await answers.remember(replace(ANSWERED, question_id=question_id))
    assert await lately(answers, ANSWERED, MINUTE) == [9, 8, 7]


@pytest.mark.parametrize(
    "other",
    [
        replace(ANSWERED, asker_id=45, channel_id=23),
        replace(ANSWERED, guild_id=12, channel_id=23),
        replace(ANSWERED, guild_id=None, channel_id=23),
        replace(ANSWERED, entry="503"),
        replace(ANSWERED, case="account"),
        replace(ANSWERED, case=None),
        replace(ANSWERED, lang="en"),
    ],
    ids=["somebody elsewhere", "server", "direct message", "entry", "case", "no case", "language"],
)
async def test_the_answer_to_another_question_is_not_the_same(answers: Answers, other: Answered) -> None:
    await answers.remember(ANSWERED)
    assert await lately(answers, other, HOUR) == []


@pytest.mark.parametrize("other", [replace(ANSWERED, asker_id=45), replace(ANSWERED, channel_id=23)])
async def test_the_same_answer_counts_for_the_channel_and_for_its_asker_in_the_server(
    answers: Answers, other: Answered
) -> None:
    await answers.remember(ANSWERED)
    assert await lately(answers, other, HOUR) == [ANSWERED.question_id]


async def test_who_has_it_in_a_server_is_not_found_by_direct_messages_and_the_other_way_round(answers: Answers) -> None:
    there, direct = replace(ANSWERED, question_id=9), replace(ANSWERED, question_id=3, guild_id=None, channel_id=23)
    await answers.remember(there)
    await answers.remember(direct)
    assert await lately(answers, replace(there, channel_id=24), HOUR) == [9]
    assert await lately(answers, direct, HOUR) == [3]


async def test_what_was_not_sent_and_what_only_leads_to_a_card_is_no_answer(answers: Answers) -> None:
    await answers.remember(replace(ANSWERED, question_id=9, card_id=None))
    await answers.remember(replace(ANSWERED, question_id=3, card_id=34, repeats=33))
    assert await lately(answers, ANSWERED, HOUR) == []


async def test_a_dismissed_answer_is_found_and_said_to_be_so(answers: Answers) -> None:
    await answers.remember(ANSWERED)
    await answers.dismiss(33)
    assert await lately(answers, ANSWERED, HOUR) == [ANSWERED.question_id]
    found = await answers.of_question(ANSWERED.question_id)
    assert found is not None
    assert found.dismissed


async def test_a_thread_has_all_that_was_answered_in_it_and_at_the_message_that_it_began_from(
    answers: Answers, clock: Clock
) -> None:
    thread = replace(ANSWERED, channel_id=ANSWERED.question_id, question_id=7, asker_id=45)
    await answers.remember(ANSWERED)
    await answers.remember(thread)
    clock.now += HOUR
    assert await lately(answers, thread, MINUTE, thread=True) == [ANSWERED.question_id, 7]
    assert await lately(answers, thread, MINUTE) == []
    assert await lately(answers, replace(thread, channel_id=8), MINUTE, thread=True) == []


async def test_who_was_led_to_a_card_is_told_oldest_question_first(answers: Answers) -> None:
    for question_id, card_id in ((9, 33), (3, 33), (5, 34), (6, 35)):
        led = replace(ANSWERED, question_id=question_id, card_id=100 + question_id, repeats=card_id)
        await answers.remember(led)
    await answers.remember(replace(ANSWERED, question_id=2))
    assert [each.question_id for each in await answers.repeats_of(33, 34)] == [3, 5, 9]
    assert await answers.repeats_of() == await answers.repeats_of(404) == []


async def test_what_led_to_a_card_and_has_the_answer_itself_leads_there_no_more(answers: Answers) -> None:
    await answers.remember(replace(ANSWERED, repeats=32))
    assert len(await answers.repeats_of(32)) == 1
    await answers.remember(ANSWERED)
    assert await answers.repeats_of(32) == []
    assert await lately(answers, ANSWERED, HOUR) == [ANSWERED.question_id]


async def test_what_a_question_brings_comes_back_as_it_was(answers: Answers) -> None:
    told = frozenset({"model=名'\"\\; --", "url=0f3a", "finding=no-v1"})
    await answers.remember(replace(ANSWERED, brings=told))
    found = await answers.of_question(ANSWERED.question_id)
    assert found is not None
    assert found.brings == told


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
    assert await lately(answers, ANSWERED, MINUTE) == [ANSWERED.question_id]


async def test_a_clock_without_a_zone_is_refused(answers: Answers, clock: Clock) -> None:
    clock.now = datetime(2026, 3, 1)  # noqa: DTZ001
    with pytest.raises(DeskError, match="time zone"):
        await answers.purge()


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
