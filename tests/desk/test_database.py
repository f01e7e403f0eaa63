from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.desk.answers import Answers
from bot.desk.database import Database, DeskError, RefusedError
from bot.desk.servers import Servers
from bot.desk.tables import AnswerRow
from tests.desk.conftest import Clock
from tests.desk.faults import locked
from tests.desk.test_answers import ANSWERED

ROOT = Path(__file__).parents[2]


def one_line(error: BaseException) -> str:
    assert "\n" not in str(error)
    return str(error)


async def test_a_locked_database_is_told_in_time_and_works_again_once_it_is_free(url: str, clock: Clock) -> None:
    database = await Database.open(url, limit=0.4)
    answers = Answers(database, clock)
    await answers.remember(ANSWERED)
    async with locked(url):
        began = time.monotonic()
        results = await asyncio.gather(*(answers.purge() for _ in range(4)), return_exceptions=True)
        assert time.monotonic() - began < 1.5
        assert {type(result) for result in results} == {DeskError}
        assert await answers.of_question(ANSWERED.question_id) is not None
    await answers.forget(ANSWERED.question_id)
    assert await answers.of_question(ANSWERED.question_id) is None
    await database.close()


async def test_a_call_that_is_cancelled_leaves_the_database_usable(url: str, clock: Clock) -> None:
    database = await Database.open(url, limit=1)
    answers = Answers(database, clock)
    async with locked(url):
        call = asyncio.create_task(answers.purge())
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert await answers.of_question(ANSWERED.question_id) is None
    await answers.remember(ANSWERED)
    assert await answers.of_question(ANSWERED.question_id) is not None
    await database.close()


async def test_many_calls_at_once_are_all_served(database: Database, answers: Answers) -> None:
    await asyncio.gather(*(answers.remember(ANSWERED) for _ in range(50)))
    found = await asyncio.gather(*(answers.of_question(ANSWERED.question_id) for _ in range(50)))
    assert all(found)


async def test_a_block_that_fails_takes_its_statements_back(database: Database, answers: Answers) -> None:
    await answers.remember(ANSWERED)

    async def delete_and_stumble() -> None:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DELETE FROM answers")
            raise KeyError

    with pytest.raises(KeyError):
        await delete_and_stumble()
    assert await answers.of_question(ANSWERED.question_id) is not None


async def test_a_fault_is_told_in_one_line_without_statement_and_values(database: Database) -> None:
    with pytest.raises(DeskError) as caught:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("SELECT 'hunter2' FROM nowhere")
    assert "nowhere" in one_line(caught.value)
    assert "hunter2" not in one_line(caught.value)
    assert caught.value.__cause__ is not None


async def test_values_that_are_not_taken_are_not_told(database: Database) -> None:
    row = {"question_id": 1, "entry": "hunter2"}  # and nothing of what must be there
    with pytest.raises(DeskError) as caught:
        async with database.transaction() as connection:
            await connection.execute(database.insert(AnswerRow).values(row))
    assert "channel_id" in one_line(caught.value)
    assert "hunter2" not in one_line(caught.value)
    assert "SQL parameters hidden" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    "spoiled",
    [
        "support_channels = '[oops'",
        "support_channels = '5'",
        "left_at = 'yesterday'",
        "quiet = '[1]'",
        """quiet = '{"1": "x"}'""",
    ],
)
async def test_a_value_that_cannot_be_read_is_told_without_it_and_the_database_is_there(
    tmp_path: Path, clock: Clock, spoiled: str
) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3")
    await Servers(database, clock).change(7, language="zh")
    async with database.transaction() as connection:
        await connection.exec_driver_sql(f"UPDATE servers SET {spoiled}")  # noqa: S608
    with pytest.raises(RefusedError, match=r"^the database of DATABASE_URL failed: a value cannot be read") as caught:
        await Servers(database, clock).refresh()
    assert spoiled.partition("'")[2][:-1] not in one_line(caught.value)
    async with database.lookup() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM servers")).scalar() == 1
    await database.close()


async def test_a_number_that_no_database_has_is_told(database: Database, answers: Answers) -> None:
    with pytest.raises(RefusedError):
        await answers.of_question(10**30)
    assert await answers.of_question(1) is None


async def test_sqlite_is_set_up_for_readers_beside_a_writer(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3", limit=2)
    async with database.transaction() as connection:
        pragmas = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "secure_delete")
        ]
    assert pragmas == ["wal", 1, 1000, 1]
    await database.close()


async def test_a_file_that_is_taken_away_is_told_and_works_again_once_it_is_back(tmp_path: Path, clock: Clock) -> None:
    place, away = tmp_path / "here", tmp_path / "away"
    place.mkdir()
    database = await Database.open(f"sqlite+aiosqlite:///{place}/desk.sqlite3")
    answers = Answers(database, clock)
    await answers.remember(ANSWERED)
    place.rename(away)
    for _ in range(2):
        with pytest.raises(DeskError, match=r"unable to open|its file is gone"):
            await answers.purge()
    place.mkdir()
    with pytest.raises(DeskError, match="its file is gone"):
        await answers.purge()
    assert not list(place.iterdir())
    place.rmdir()
    away.rename(place)
    assert await answers.of_question(ANSWERED.question_id) is not None
    await answers.forget(ANSWERED.question_id)
    await database.close()


async def test_a_backup_put_in_the_place_of_the_file_is_read_and_written_from_then_on(
    tmp_path: Path, clock: Clock
) -> None:
    file, backup = tmp_path / "desk.sqlite3", tmp_path / "backup.sqlite3"
    url = f"sqlite+aiosqlite:///{file}"
    database = await Database.open(url)
    answers = Answers(database, clock)
    await answers.remember(ANSWERED)
    with contextlib.closing(sqlite3.connect(file)) as source, contextlib.closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    await answers.forget(ANSWERED.question_id)
    await database.wipe()
    backup.rename(file)
    assert await answers.of_question(ANSWERED.question_id) is not None
    await answers.remember(replace(ANSWERED, question_id=2))
    await database.close()
    again = await Database.open(url)
    assert await Answers(again, clock).of_question(2) is not None
    await again.close()


async def test_what_was_deleted_is_nowhere_in_the_files_after_a_wipe(tmp_path: Path, clock: Clock) -> None:
    def found() -> bool:
        return any(b"hunter2" in file.read_bytes() for file in tmp_path.iterdir())

    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3")
    answers = Answers(database, clock)
    await answers.remember(replace(ANSWERED, model="hunter2"))
    await database.wipe()
    assert found()
    await answers.forget(ANSWERED.question_id)
    await database.wipe()
    assert not found()
    await database.close()


async def test_a_wipe_beside_somebody_who_reads_is_left_for_the_next_time(tmp_path: Path, clock: Clock) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3", limit=0.4)
    await Answers(database, clock).remember(ANSWERED)
    with contextlib.closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        await Answers(database, clock).forget(ANSWERED.question_id)
        await database.wipe()
    await database.wipe()
    assert not (tmp_path / "desk.sqlite3-wal").stat().st_size
    await database.close()


async def test_a_database_in_memory_is_one_for_all_calls_and_does_not_mix_them(clock: Clock) -> None:
    database = await Database.open("sqlite+aiosqlite://")
    answers = Answers(database, clock)
    await answers.remember(ANSWERED)

    async def delete_and_stumble() -> None:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("DELETE FROM answers")
            await asyncio.sleep(0.1)
            raise KeyError

    stumbled = asyncio.create_task(delete_and_stumble())
    await asyncio.sleep(0.05)
    await answers.dismiss(404)
    with pytest.raises(KeyError):
        await stumbled
    assert await answers.of_question(ANSWERED.question_id) is not None
    await database.close()


async def test_a_file_that_may_only_be_read_is_read_and_writing_is_told(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "desk.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{file}")
    await Answers(database, clock).remember(ANSWERED)
    await database.close()
    database = await Database.open(f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true")
    answers = Answers(database, clock)
    assert await answers.of_question(ANSWERED.question_id) is not None
    with pytest.raises(DeskError, match="readonly"):
        await answers.purge()
    await database.close()


async def test_a_file_that_stays_locked_is_told_when_patience_ends(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3"
    async with locked(url):
        with pytest.raises(DeskError, match="DATABASE_URL cannot be opened: database is locked"):
            await Database.open(url, limit=0.1, patience=0.3)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite+aiosqlite:////no/such/place/desk.sqlite3", "unable to open database file"),
        ("sqlite+aiosqlite:////dev/null/desk.sqlite3", "unable to open database file"),
        ("postgresql://me:hunter2@127.0.0.1:1/desk", "Connect call failed"),
        ("postgresql://me:hunter2@host.invalid/desk", "DATABASE_URL"),
        ("postgresql://me:hunter2@127.0.0.1:1/desk?sslmode=verify-full", "root.crt"),
    ],
)
async def test_a_database_that_is_not_there_is_told_in_one_line_without_the_password(
    url: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DeskError, match=r"^the database of DATABASE_URL cannot be opened: .") as caught:
        await Database.open(url)
    assert told in one_line(caught.value)
    assert "hunter2" not in one_line(caught.value)
    assert caught.value.__cause__ is not None
    assert "hunter2" not in str(caught.value.__cause__)


async def test_an_option_in_the_address_that_means_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeskError, match=r"^the database of DATABASE_URL cannot be opened: its address has what cannot"):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3?timeout=abc")


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_text("Dear diary, " * 100)
    with pytest.raises(DeskError, match="file is not a database"):
        await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3")


@contextlib.asynccontextmanager
async def served(reply: bytes) -> AsyncIterator[str]:
    """A server that says one thing to whoever connects, and then nothing any more."""
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(reply)
        with contextlib.suppress(ConnectionError):
            await reader.read(1024)
        writer.close()
        left.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://me:hunter2@127.0.0.1:{server.sockets[0].getsockname()[1]}/desk?sslmode=disable"
        await left.wait()


async def test_a_server_that_does_not_take_the_password_is_told_without_it() -> None:
    fields = b'SFATAL\0C28P01\0Mpassword authentication failed for user "me"\0\0'
    async with served(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields) as url:
        with pytest.raises(DeskError, match='password authentication failed for user "me"') as caught:
            await Database.open(url)
    assert "hunter2" not in one_line(caught.value)


async def test_a_server_that_says_nothing_is_told_when_patience_ends() -> None:
    async with served(b"") as url:
        with pytest.raises(DeskError, match=r"no answer within 0\.3 seconds"):
            await Database.open(url, patience=0.3)


def test_loading_the_database_loads_neither_alembic_nor_asyncpg_nor_discord() -> None:
    code = "import sys, bot.desk.database; print(sorted({'alembic', 'asyncpg', 'discord'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_a_program_that_forgets_to_close_the_database_still_ends(tmp_path: Path) -> None:
    code = "import asyncio, sys; from bot.desk.database import Database; kept = asyncio.run(Database.open(sys.argv[1]))"
    url = f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3"
    ended = subprocess.run([sys.executable, "-c", code, url], cwd=ROOT, timeout=30, check=False)
    assert ended.returncode == 0
