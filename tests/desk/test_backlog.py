"""What answers leave behind while the database is locked, gone, full or slow: nobody waits, and it is caught up."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import backlog
from bot.desk.backlog import PAUSE
from bot.desk.database import Database, DeskError
from bot.desk.records import Records
from bot.desk.unanswered import LENGTH
from tests.desk.conftest import Clock
from tests.desk.faults import away, locked
from tests.desk.test_answers import ANSWERED
from tests.desk.test_reports import asked
from tests.desk.test_unanswered import MISSED

PROMPT = 0.3
"""Seconds that are no waiting."""

LIMIT = 0.4

Fault = Callable[[Database, Path], contextlib.AbstractAsyncContextManager[None]]


class Seconds:
    """Tells seconds, which pass when it is said."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await Database.open(url, limit=LIMIT)
    yield opened
    await opened.close()


@pytest.fixture
def seconds(database: Database) -> Seconds:
    database._backlog._clock = seconds = Seconds()
    return seconds


async def took(doing: Awaitable[object]) -> float:
    began = time.monotonic()
    await doing
    return time.monotonic() - began


async def leave_behind(records: Records) -> None:
    """Do what a few answers do: some are dismissed, forgotten, judged, and one message has none."""
    await records.unanswered.keep(replace(MISSED, text="？" * LENGTH))
    for number in (1, 2, 3):
        await records.answers.remember(replace(ANSWERED, question_id=number, card_id=10 + number))
        await records.questions.log(asked(number))
    await records.answers.dismiss(12)
    await records.answers.forget(3)
    await records.questions.verdict(1, 5, True, by_asker=False)
    await records.questions.escalated(2)
    await records.unanswered.keep(replace(MISSED, question_id=8))
    await records.unanswered.forget(MISSED.question_id)


CHANGES = 13
"""How many changes that makes."""


async def assert_all_is_there(records: Records) -> None:
    found = await records.answers.of_questions([1, 2, 3])
    assert [(each.question_id, each.card_id, each.dismissed) for each in found] == [(1, 11, False), (2, 12, True)]
    assert [each.question_id for each in await records.unanswered.all(None)] == [8]
    figures = await records.questions.stats(None, timedelta(days=1))
    assert (figures.questions, figures.solved_by_others, figures.escalated) == (3, 1, 1)


async def test_while_another_program_has_the_lock_one_waits_and_all_is_caught_up_in_its_order(
    url: str, database: Database, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(url):
        assert await took(records.answers.dismiss(404)) < 1 + PROMPT
        assert await took(leave_behind(records)) < PROMPT
        with pytest.raises(DeskError, match="a moment ago"):
            await records.answers.of_question(1)
        with pytest.raises(DeskError):
            await database.catch_up()
    assert await records.catch_up() == CHANGES + 1
    await assert_all_is_there(records)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "answers go on without the desk",
        "answers have the desk again",
    ]


async def test_a_lock_that_is_held_for_a_moment_goes_unnoticed(
    url: str, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(url):
        waiting = asyncio.create_task(leave_behind(records))
        await asyncio.sleep(0.1)
    await waiting
    await assert_all_is_there(records)
    assert not caplog.records


def move(here: Path, there: Path) -> None:
    here.rename(there)


def empty(here: Path, into: Path) -> None:
    into.mkdir(exist_ok=True)
    for file in here.iterdir():
        file.rename(into / file.name)


@contextlib.asynccontextmanager
async def gone(database: Database, place: Path) -> AsyncIterator[None]:
    move(place, away := place.with_name("away"))
    yield
    move(away, place)


@contextlib.asynccontextmanager
async def gone_with_its_files_alone(database: Database, place: Path) -> AsyncIterator[None]:
    empty(place, away := place.with_name("away"))
    yield
    empty(away, place)


@contextlib.asynccontextmanager
async def full(database: Database, place: Path) -> AsyncIterator[None]:
    """The file may not grow: SQLite says what it says where the disk is full."""
    async with database.transaction() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    yield
    async with database.transaction() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 100000")


@contextlib.asynccontextmanager
async def read_only(database: Database, place: Path) -> AsyncIterator[None]:
    async with database.transaction() as connection:
        await connection.exec_driver_sql("PRAGMA query_only = ON")
    yield
    async with database.transaction() as connection:
        await connection.exec_driver_sql("PRAGMA query_only = OFF")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (gone, "unable to open|its file is gone"),
        (gone_with_its_files_alone, "its file is gone"),
        (full, "disk is full"),
        (read_only, "readonly"),
    ],
)
async def test_a_file_that_cannot_be_written_is_caught_up_with_once_it_can(
    fault: Fault, told: str, tmp_path: Path, clock: Clock
) -> None:
    place = tmp_path / "here"
    place.mkdir()
    database = await Database.open(f"sqlite+aiosqlite:///{place}/desk.sqlite3")
    records = Records(database, clock)
    await records.answers.remember(ANSWERED)
    async with fault(database, place):
        assert await took(leave_behind(records)) < 1 + PROMPT
        assert len(database._backlog)
        with pytest.raises(DeskError, match=told):
            await records.catch_up()
        with pytest.raises(DeskError):
            await records.answers.of_question(1)
    assert await records.catch_up()
    await assert_all_is_there(records)
    await database.close()


async def test_a_file_in_the_place_of_the_one_that_is_gone_gets_what_waited(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "here"
    place.mkdir()
    url = f"sqlite+aiosqlite:///{place}/desk.sqlite3"
    database = await Database.open(url)
    shutil.rmtree(place)
    records = Records(database, clock)
    await leave_behind(records)
    place.mkdir()
    await (await Database.open(url)).close()
    assert await records.catch_up() == CHANGES
    await assert_all_is_there(records)
    await database.close()


async def test_a_table_that_is_not_there_yet_loses_nothing(database: Database, records: Records) -> None:
    """As while a backup is being played in."""
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE answers RENAME TO elsewhere")
    await leave_behind(records)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO answers")
    assert await records.catch_up()
    await assert_all_is_there(records)


async def test_a_lookup_in_vain_is_the_last_until_a_while_has_passed_and_then_one_goes_and_sees(
    url: str, database: Database, records: Records, seconds: Seconds
) -> None:
    async with locked(url):
        await records.answers.remember(ANSWERED)
        seconds.now += PAUSE - 0.1
        assert await took(asyncio.gather(records.answers.of_question(1), return_exceptions=True)) < PROMPT
        seconds.now += 0.2
        many = [asyncio.create_task(took(records.answers.dismiss(1))) for _ in range(10)]
        waited = sorted(await asyncio.gather(*many))
        assert waited[-2] < PROMPT
    seconds.now += PAUSE + 0.1
    assert await records.answers.of_question(ANSWERED.question_id) is not None
    assert not database._backlog


async def test_what_somebody_is_told_of_is_tried_all_the_same(
    url: str, database: Database, records: Records, seconds: Seconds
) -> None:
    async with locked(url):
        await records.answers.remember(ANSWERED)
    assert (await records.servers.change(11, language="zh")).language == "zh"


async def test_more_than_may_wait_lets_go_of_the_oldest_and_says_so_once(
    url: str, database: Database, records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backlog, "MOST", 3)
    async with locked(url):
        for number in range(1, 8):
            await records.answers.remember(replace(ANSWERED, question_id=number))
        assert len(database._backlog) == 3
    assert await records.catch_up() == 3
    assert [each.question_id for each in await records.answers.of_questions(range(10))] == [5, 6, 7]
    assert sum("the oldest are lost" in record.getMessage() for record in caplog.records) == 1
    assert caplog.records[-1].getMessage().endswith("changes caught up 3, lost 4")


async def test_a_change_that_the_database_never_takes_does_not_keep_the_others_waiting(
    url: str, database: Database, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    async with locked(url):
        await records.answers.dismiss(404)
        await records.questions.log(replace(asked(9), lang=None))  # type: ignore[arg-type] # it must have one
        await leave_behind(records)
    await records.catch_up()
    await assert_all_is_there(records)
    assert sum("a change is lost" in record.getMessage() for record in caplog.records) == 1


async def test_a_change_that_stumbles_is_not_tried_for_ever(database: Database, records: Records) -> None:
    def stumble() -> None:
        raise KeyError

    with away(database):
        await records.answers.dismiss(404)
        await database.keep(stumble)  # type: ignore[arg-type]
        await leave_behind(records)
    with pytest.raises(KeyError):
        await records.catch_up()
    await records.catch_up()
    await assert_all_is_there(records)


async def test_a_call_that_is_cancelled_leaves_its_change_to_be_made(
    url: str, database: Database, records: Records
) -> None:
    async with locked(url):
        call = asyncio.create_task(records.answers.remember(ANSWERED))
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await records.answers.of_question(ANSWERED.question_id) is not None


async def test_what_waits_is_written_before_the_database_is_closed(
    url: str, database: Database, records: Records, elsewhere: Records
) -> None:
    async with locked(url):
        await leave_behind(records)
    await database.close()
    await assert_all_is_there(elsewhere)


async def test_closing_a_database_that_is_away_takes_no_longer_and_tells_what_is_lost(
    url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    database = await Database.open(url, limit=LIMIT)
    async with locked(url):
        await Records(database, clock).answers.remember(ANSWERED)
        assert await took(database.close()) < 2
    assert caplog.records[-1].getMessage() == "the desk is closed before it could catch up: changes lost 1"
    assert caplog.records[-1].levelno == logging.ERROR


async def test_what_waits_of_a_person_is_erased_with_the_rest_and_never_comes_after_it(
    url: str, database: Database, records: Records
) -> None:
    async with locked(url):
        await leave_behind(records)
        with pytest.raises(DeskError):
            await records.people.erase(ANSWERED.asker_id)
    assert (await records.people.erase(ANSWERED.asker_id)).records > 2
    await records.catch_up()
    assert await records.answers.of_questions([1, 2, 3]) == []
    assert (await records.people.export(ANSWERED.asker_id))["unanswered"] == []


async def test_text_that_no_database_takes_is_kept_but_for_that(records: Records) -> None:
    await records.unanswered.keep(replace(MISSED, text="a\0b\ud800c 🙂"))
    [kept] = await records.unanswered.all(None)
    assert kept.text == "ab?c 🙂"
