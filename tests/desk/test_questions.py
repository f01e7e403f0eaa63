from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.questions import Stats
from bot.desk.records import Records
from tests.desk.conftest import Clock
from tests.desk.test_reports import ANN, ASKER, BIG, HOUR, MINUTE, NEW, asked, opened

GUILD = NEW.guild_id
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def test_a_time_without_questions_adds_up_to_nothing(records: Records, clock: Clock) -> None:
    assert await records.questions.stats(GUILD, DAY) == Stats(
        since=clock.now - DAY,
        questions=0,
        answered=0,
        solved=0,
        not_solved=0,
        solved_by_others=0,
        escalated=0,
        unanswered=0,
        entries=(),
        models=(),
        to_claim=None,
        to_resolve=None,
    )


async def test_questions_are_counted_by_what_became_of_them(records: Records) -> None:
    questions = records.questions
    for question_id in range(1, 5):
        await questions.log(asked(question_id, case="quota" if question_id < 3 else None))
    await questions.log(asked(5, entry="429", model="claude"))
    await questions.log(asked(BIG, entry=None, model=None))
    await questions.verdict(1, 2, True, by_asker=True)
    await questions.verdict(1, ANN, True, by_asker=False)
    await questions.verdict(1, BIG, True, by_asker=False)
    await questions.verdict(3, 2, False, by_asker=True)
    await questions.verdict(4, ANN, False, by_asker=False)
    await questions.escalated(3)
    await questions.escalated(3)
    stats = await questions.stats(GUILD, DAY)
    assert (stats.questions, stats.answered, stats.unanswered, stats.escalated) == (6, 5, 1, 1)
    assert (stats.solved, stats.not_solved, stats.solved_by_others) == (1, 1, 1)
    assert stats.entries == (("403", 2), ("403/quota", 2), ("429", 1))
    assert stats.models == (("gpt-5", 4), ("claude", 1))


async def test_the_same_question_logged_again_is_one_and_keeps_its_time_and_verdict(
    records: Records, clock: Clock
) -> None:
    await records.questions.log(asked(1))
    await records.questions.verdict(1, 2, True, by_asker=True)
    await records.questions.escalated(1)
    clock.now += HOUR
    await records.questions.log(asked(1, entry="429", case="model", model="claude"))
    stats = await records.questions.stats(GUILD, 2 * HOUR)
    assert (stats.questions, stats.solved, stats.escalated) == (1, 1, 1)
    assert (stats.entries, stats.models) == ((("429/model", 1),), (("claude", 1),))
    assert (await records.questions.stats(GUILD, MINUTE)).questions == 0


async def test_the_last_word_of_each_person_counts(records: Records) -> None:
    await records.questions.log(asked(1))
    await records.questions.verdict(1, 2, True, by_asker=True)
    await records.questions.verdict(1, 2, False, by_asker=True)
    await records.questions.verdict(1, ANN, False, by_asker=False)
    await records.questions.verdict(1, ANN, True, by_asker=False)
    stats = await records.questions.stats(GUILD, DAY)
    assert (stats.solved, stats.not_solved, stats.solved_by_others) == (0, 1, 1)


async def test_a_verdict_on_a_question_that_nobody_noted_is_none(records: Records) -> None:
    await records.questions.verdict(404, 2, True, by_asker=True)
    await records.questions.escalated(404)
    await records.questions.log(asked(404))
    stats = await records.questions.stats(GUILD, DAY)
    assert (stats.solved, stats.escalated) == (0, 0)


async def test_one_server_or_all_are_added_up_and_only_the_time_that_is_meant(records: Records, clock: Clock) -> None:
    await records.questions.log(asked(1))
    clock.now += SECOND
    await records.questions.log(asked(2))
    await records.questions.log(asked(3, guild_id=9))
    await records.questions.log(asked(4, guild_id=None))
    await records.questions.verdict(3, 2, True, by_asker=True)
    clock.now += HOUR
    assert (await records.questions.stats(GUILD, HOUR)).questions == 1
    assert (await records.questions.stats(GUILD, HOUR)).solved == 0
    assert (await records.questions.stats(None, HOUR)).questions == 3
    assert (await records.questions.stats(None, HOUR)).solved == 1
    assert (await records.questions.stats(None, HOUR + SECOND)).questions == 4


@pytest.mark.parametrize("waits", [[4], [2, 6], [1, 4, 30]])
async def test_the_medians_are_those_of_the_reports_that_were_taken_and_resolved(
    records: Records, clock: Clock, waits: list[int]
) -> None:
    start = clock.now
    for asker, wait in enumerate(waits):
        clock.now = start
        report = await opened(records, replace(NEW, asker_id=asker + 1))
        clock.now += wait * MINUTE
        await records.reports.claim(report.id, ANN)
        clock.now += wait * HOUR
        await records.reports.close(report.id, "resolved", ANN)
    clock.now = start
    await opened(records, replace(NEW, guild_id=9))
    withdrawn = await opened(records)
    clock.now += MINUTE
    await records.reports.close(withdrawn.id, "withdrawn", ASKER)
    stats = await records.questions.stats(GUILD, DAY)
    assert stats.to_claim == 4 * MINUTE
    assert stats.to_resolve == 4 * HOUR + 4 * MINUTE


async def test_a_report_whose_asker_calls_it_solved_counts_as_resolved(records: Records, clock: Clock) -> None:
    by_staff, by_asker = await opened(records, replace(NEW, asker_id=1)), await opened(records)
    clock.now += HOUR
    await records.reports.close(by_staff.id, "resolved", ANN)
    clock.now += 2 * HOUR
    await records.reports.close(by_asker.id, "solved", ASKER)
    assert (await records.questions.stats(GUILD, DAY)).to_resolve == 2 * HOUR


async def test_people_are_counted_once_each_where_they_met_the_same_lately(records: Records, clock: Clock) -> None:
    await records.questions.log(asked(1, asker_id=5))
    clock.now += SECOND
    for question_id, asker in ((2, 6), (3, 7), (4, 7)):
        await records.questions.log(asked(question_id, asker_id=asker))
    for other in (asked(6, entry="429"), asked(7, model=None), asked(8, guild_id=9), asked(9, guild_id=None)):
        await records.questions.log(replace(other, asker_id=other.question_id * 100))
    clock.now += HOUR
    people = records.questions.people
    assert await people(GUILD, "403", "gpt-5", HOUR) == 2
    assert await people(GUILD, "403", "gpt-5", HOUR + SECOND) == 3
    assert await people(GUILD, "403", None, HOUR) == 1
    assert await people(None, "403", "gpt-5", HOUR) == 1
    assert await people(GUILD, "403", "claude", HOUR) == 0


async def test_a_case_is_told_where_all_met_the_same_one_and_direct_messages_count(
    records: Records, clock: Clock
) -> None:
    await records.questions.log(asked(1, case="balance"))
    clock.now += SECOND
    since = clock.now
    others = (asked(3, guild_id=9, case="balance"), asked(4, model=None, case="balance"))
    for same in (asked(2, case="quota"), *others):
        await records.questions.log(same)
    case = records.questions.case
    assert await case(GUILD, "403", "gpt-5", since) == "quota"
    assert await case(GUILD, "403", "gpt-5", since - SECOND) is None
    assert await case(GUILD, "429", "gpt-5", since) is None
    await records.questions.log(asked(5, guild_id=None, case=None))
    assert await case(GUILD, "403", "gpt-5", since) is None
