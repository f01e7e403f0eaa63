from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import unanswered
from bot.desk.records import Records
from bot.desk.unanswered import LENGTH, Missed
from tests.desk.conftest import Clock

MINUTE = timedelta(minutes=1)

MISSED = Missed(
    question_id=1_345_678_901_234_567_890,
    guild_id=2**63 - 1,
    asker_id=44,
    text="什么是 'E_42'? 🙂",
    lang="zh",
    entry="403",
    created_at=Clock.now,
)


async def test_a_message_comes_back_as_it_was_kept(records: Records) -> None:
    spare = replace(MISSED, question_id=1, guild_id=None, entry=None, created_at=MISSED.created_at - MINUTE)
    await records.unanswered.keep(MISSED)
    await records.unanswered.keep(spare)
    assert await records.unanswered.all(None) == [MISSED, spare]


async def test_a_long_message_is_kept_in_part(records: Records) -> None:
    await records.unanswered.keep(replace(MISSED, text="长" * (LENGTH + 1)))
    [kept] = await records.unanswered.all(None)
    assert kept.text == "长" * LENGTH


async def test_a_message_kept_again_is_one_with_its_new_words_and_its_old_time(records: Records) -> None:
    await records.unanswered.keep(MISSED)
    edited = replace(MISSED, text="E_43", entry=None, created_at=MISSED.created_at + MINUTE)
    await records.unanswered.keep(edited)
    assert await records.unanswered.all(None) == [replace(edited, created_at=MISSED.created_at)]


async def test_a_forgotten_message_is_gone(records: Records) -> None:
    await records.unanswered.keep(MISSED)
    await records.unanswered.keep(replace(MISSED, question_id=1))
    await records.unanswered.forget(MISSED.question_id)
    await records.unanswered.forget(MISSED.question_id)
    assert [missed.question_id for missed in await records.unanswered.all(None)] == [1]


async def test_messages_are_those_of_the_server_and_the_time_that_is_meant_newest_first(
    records: Records, clock: Clock
) -> None:
    for minutes, guild_id in enumerate((MISSED.guild_id, 9, MISSED.guild_id, None, MISSED.guild_id)):
        earlier = MISSED.created_at - minutes * MINUTE
        await records.unanswered.keep(replace(MISSED, question_id=minutes, guild_id=guild_id, created_at=earlier))

    async def found(guild_id: int | None, within: timedelta | None = None) -> list[int]:
        return [missed.question_id for missed in await records.unanswered.all(guild_id, within)]

    assert await found(None) == [0, 1, 2, 3, 4]
    assert await found(MISSED.guild_id) == [0, 2, 4]
    assert await found(None, 3 * MINUTE) == [0, 1, 2, 3]
    assert await found(MISSED.guild_id, 3 * MINUTE) == [0, 2]
    clock.now += MINUTE
    assert await found(9, MINUTE) == []


async def test_no_more_messages_are_given_than_anybody_reads(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes in range(3):
        earlier = MISSED.created_at - minutes * MINUTE
        await records.unanswered.keep(replace(MISSED, question_id=minutes, created_at=earlier))
    monkeypatch.setattr(unanswered, "MOST", 2)
    assert [missed.question_id for missed in await records.unanswered.all(None)] == [0, 1]


async def test_messages_are_forgotten_together(records: Records) -> None:
    for question_id in (1, 2, 3):
        await records.unanswered.keep(replace(MISSED, question_id=question_id))
    await records.unanswered.forget(1, 3, 4)
    assert [missed.question_id for missed in await records.unanswered.all(None)] == [2]


async def test_a_message_with_an_answer_now_is_forgotten_where_it_had_none_and_else_follows_its_words(
    records: Records,
) -> None:
    await records.unanswered.keep(replace(MISSED, question_id=1, entry=None))
    await records.unanswered.keep(replace(MISSED, question_id=2))
    for question_id in (1, 2, 3):
        await records.unanswered.answered(question_id, "x" * (LENGTH + 1))
    assert await records.unanswered.all(None) == [replace(MISSED, question_id=2, text="x" * LENGTH)]
