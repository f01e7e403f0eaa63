from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect
from sqlalchemy.util import await_only

from bot.desk import database as desk_database
from bot.desk import migrations
from bot.desk.answers import Answers
from bot.desk.database import BehindError, Database, DeskError
from bot.desk.records import Records
from bot.desk.servers import Server
from bot.desk.tables import REVISION, AnswerRow, ServerRow, Table
from tests.desk.conftest import Clock
from tests.desk.test_answers import ANSWERED, as_remembered

ROOT = Path(__file__).parents[2]
SCRIPTS = list(ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions())

OPEN = """
import asyncio, sys
from bot.desk.database import Database
assert "alembic" not in sys.modules
print("ready", flush=True)
sys.stdin.readline()

async def main():
    await (await Database.open(sys.argv[1])).close()

asyncio.run(main())
print("alembic" in sys.modules)
"""


def opener(url: str) -> subprocess.Popen[str]:
    """A process that opens the database as soon as it gets a line, and says whether it took Alembic for that."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", OPEN, url], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def schema(connection: Connection) -> tuple[str | None, list[object]]:
    """The stored revision, and how the tables differ from the declared ones."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return context.get_current_revision(), compare_metadata(context, Table.metadata)


async def test_an_empty_database_gets_the_declared_tables(database: Database) -> None:
    async with database.transaction() as connection:
        assert await connection.run_sync(schema) == (REVISION, [])


@pytest.mark.parametrize("revision", [script.revision for script in SCRIPTS])
async def test_every_earlier_schema_is_brought_up_to_date(
    url: str, revision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "upgrade", partial(migrations.upgrade, revision=revision))
        await (await Database.open(url)).close()
    database = await Database.open(url)
    async with database.transaction() as connection:
        assert await connection.run_sync(schema) == (REVISION, [])
    await database.close()


@pytest.mark.parametrize("revision", ["0001", "0002"])
async def test_answers_of_every_earlier_schema_are_kept_and_repeat_nothing(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, revision: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "upgrade", partial(migrations.upgrade, revision=revision))
        before = await Database.open(url)
    values = asdict(ANSWERED) | {"dismissed": False, "created_at": clock.now}
    del values["brings"], values["repeats"]
    async with before.transaction() as connection:
        await connection.execute(insert(AnswerRow).values(values))
    await before.close()
    database = await Database.open(url)
    assert await Answers(database, clock).of_question(ANSWERED.question_id) == as_remembered(ANSWERED, clock)
    await database.close()


async def test_settings_of_before_there_were_manners_are_kept_and_it_is_quiet_nowhere(
    url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "upgrade", partial(migrations.upgrade, revision="0002"))
        before = await Database.open(url)
    values = asdict(Server(guild_id=7, heard=False)) | {"webhooks": [], "stamp": 1}
    del values["repeat_minutes"], values["quiet"]
    async with before.transaction() as connection:
        await connection.execute(insert(ServerRow).values(values))
    await before.close()
    database = await Database.open(url)
    records = Records(database, clock)
    await records.servers.refresh()
    assert records.servers.of(7) == Server(guild_id=7, heard=False)
    assert await records.people.purge() == 0
    assert (await records.servers.hush(7, "8", clock.now + timedelta(minutes=1))).quiet
    await database.close()


def test_the_newest_migration_is_the_declared_revision_and_files_are_numbered() -> None:
    assert SCRIPTS[0].revision == REVISION
    assert [Path(script.path).name[:5] for script in SCRIPTS] == [f"{script.revision}_" for script in SCRIPTS]
    assert [script.revision for script in reversed(SCRIPTS)] == [f"{n + 1:04}" for n in range(len(SCRIPTS))]


def test_alembic_is_loaded_to_migrate_and_not_to_open(url: str) -> None:
    for took_alembic in ("True", "False"):
        out, _ = opener(url).communicate("go\n", timeout=60)
        assert out.split() == ["ready", took_alembic]


async def test_processes_that_start_at_once_migrate_once_and_all_open(url: str) -> None:
    processes = [opener(url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60) and process.returncode for process in processes] == [0, 0, 0]
    database = await Database.open(url)
    async with database.transaction() as connection:
        assert await connection.run_sync(schema) == (REVISION, [])
    await database.close()


async def test_who_comes_while_another_migrates_waits_for_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = migrated = 0

    def look(connection: Connection, stored: Callable[[Connection], str] = desk_database._stored_revision) -> str:
        nonlocal looked
        looked += 1
        return stored(connection)

    def upgrade_and_linger(connection: Connection, upgrade: Callable[[Connection], None] = migrations.upgrade) -> None:
        nonlocal migrated
        upgrade(connection)
        while looked < 2:
            await_only(asyncio.sleep(0.05))
        await_only(asyncio.sleep(0.5))
        migrated += 1

    monkeypatch.setattr(desk_database, "_stored_revision", look)
    monkeypatch.setattr(migrations, "upgrade", upgrade_and_linger)
    for database in await asyncio.gather(*(Database.open(url, limit=0.2) for _ in range(2))):
        await database.close()
    assert looked >= 2  # while the first was at it
    assert migrated in {1, 2}  # the second looks again where it waits for SQLite's lock in vain


async def test_a_migration_that_fails_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade_and_fail(connection: Connection, upgrade: Callable[[Connection], None] = migrations.upgrade) -> None:
        upgrade(connection)
        raise OSError("the plug was pulled")

    monkeypatch.setattr(migrations, "upgrade", upgrade_and_fail)
    with pytest.raises(DeskError, match="the plug was pulled"):
        await Database.open(url)
    monkeypatch.undo()
    monkeypatch.setattr(desk_database, "REVISION", "")
    database = await Database.open(url)
    async with database.transaction() as connection:
        assert await connection.run_sync(lambda connection: inspect(connection).get_table_names()) == []
    await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    database = await Database.open(url)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    with pytest.raises(DeskError, match=f"9999, newer than this program's {REVISION}"):
        await Database.open(url)


@pytest.mark.parametrize("revision", ["0000", "0001_initial", "1f3a", "9f3a7c", "12345"])
async def test_a_database_of_a_revision_that_nobody_knows_is_left_alone(url: str, revision: str) -> None:
    database = await Database.open(url)
    async with database.transaction() as connection:
        await connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608
    await database.close()
    for read_only in (True, False):
        with pytest.raises(DeskError, match=f"DATABASE_URL is not a desk of ours.*'{revision}'") as caught:
            await Database.open(url, read_only=read_only)
        assert not isinstance(caught.value, BehindError)


async def test_a_database_with_two_revisions_is_told_in_one_line(url: str) -> None:
    database = await Database.open(url)
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DELETE FROM alembic_version")
        await connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001'), ('xyz')")
    await database.close()
    with pytest.raises(DeskError, match=r"^the database of DATABASE_URL cannot be brought up to date: ") as caught:
        await Database.open(url)
    assert "\n" not in str(caught.value)
