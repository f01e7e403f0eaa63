from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.desk.database import Database, DeskError
from bot.desk.moving import move
from bot.desk.questions import Asked
from bot.desk.records import Records
from bot.desk.tables import Table
from tests.desk.conftest import Clock
from tests.desk.test_reports import NEW


@pytest.fixture
def backup(tmp_path: Path) -> str:
    """The address of an SQLite file that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/backup.sqlite3"


async def fill(records: Records) -> None:
    """Put something into most tables."""
    await records.servers.change(7, support_channels=[70, 71], language="zh")
    report, _ = await records.reports.open(NEW)
    await records.reports.note(report.id, "addition", report.asker_id, "it still fails")
    await records.reports.close(report.id, "withdrawn", report.asker_id)
    await records.questions.log(
        Asked(
            question_id=5,
            guild_id=7,
            channel_id=70,
            asker_id=1,
            asked=True,
            entry="503",
            case=None,
            model=None,
            lang="en",
        )
    )
    await records.questions.verdict(5, 1, True, by_asker=True)
    await records.incidents.seen(7, "503", None, 5)


async def test_all_rows_arrive_and_the_source_keeps_them(url: str, backup: str, records: Records, clock: Clock) -> None:
    await fill(records)
    moved = await move(url, backup)
    assert moved["reports"] == moved["notes"] == moved["servers"] == moved["questions"] == moved["verdicts"] == 1
    there = await Database.open(backup)
    copied = Records(there, clock)
    await copied.servers.refresh()
    assert copied.servers.of(7).support_channels == frozenset({70, 71})
    assert await copied.people.export(1) == await records.people.export(1)
    assert await copied.questions.stats(7, timedelta(days=1)) == await records.questions.stats(7, timedelta(days=1))
    await there.close()


async def test_numbers_go_on_where_they_were_even_if_the_last_rows_are_gone(
    url: str, backup: str, records: Records, clock: Clock
) -> None:
    await fill(records)
    before = max(delivery.id for delivery in await records.outbox.due(100))
    for id_ in range(before + 1):
        await records.outbox.done(id_)
    last, _ = await records.reports.open(NEW)
    await move(url, backup)
    there = await Database.open(backup)
    copied = Records(there, clock)
    await copied.reports.close(last.id, "resolved", 2)
    again, is_new = await copied.reports.open(NEW)
    assert is_new
    assert again.id == last.id + 1
    assert min(delivery.id for delivery in await copied.outbox.due(100)) > before
    await there.close()


async def test_it_moves_back_as_well(url: str, backup: str, records: Records, database: Database) -> None:
    await fill(records)
    moved = await move(url, backup)
    async with database.transaction() as connection:
        for table in reversed(Table.metadata.sorted_tables):
            await connection.execute(delete(table))
    assert await move(backup, url) == moved
    report, _ = await records.reports.open(NEW)
    assert report.id == 2


async def test_a_target_that_holds_something_is_left_as_it_is(url: str, backup: str, records: Records) -> None:
    await fill(records)
    await move(url, backup)
    with pytest.raises(DeskError, match="the database to move to is not empty"):
        await move(url, backup)


async def test_a_target_that_cannot_be_opened_is_named_and_not_the_source(url: str, database: Database) -> None:
    with pytest.raises(DeskError, match=r"^the database to move to cannot be opened: .*Connect call failed"):
        await move(url, "postgresql://me@127.0.0.1:1/desk")


async def test_a_source_that_fails_while_it_is_read_is_named_and_not_the_target(
    url: str, backup: str, database: Database
) -> None:
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE unanswered")
    with pytest.raises(DeskError, match=r"^the database of DATABASE_URL failed: .*unanswered"):
        await move(url, backup)
