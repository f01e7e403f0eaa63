"""Every test that takes `url` runs on SQLite, and on PostgreSQL where TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from bot.desk.answers import Answers
from bot.desk.database import Database
from bot.desk.records import Records
from bot.settings import Settings

SERVER = os.environ.get("TEST_POSTGRES_URL", "")

collect_ignore = [] if SERVER else ["test_postgresql.py"]


class Clock:
    """A clock that stands until it is moved."""

    now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of the test's own: a file, or a schema on the server."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3"
        return
    server = Settings.from_env({"DATABASE_URL": SERVER}).database_url
    schema = f"test_{uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE SCHEMA {schema}")
    yield f"{server}{'&' if '?' in server else '?'}search_path={schema}"
    await connection.execute(f"DROP SCHEMA {schema} CASCADE")
    await connection.close()


@pytest.fixture
async def database(url: str, empty_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    file = tmp_path / "desk.sqlite3"
    if url.startswith("sqlite") and not file.exists():
        shutil.copy(empty_file, file)
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answers(database: Database, clock: Clock) -> Answers:
    return Answers(database, clock)


@pytest.fixture
def records(database: Database, clock: Clock) -> Records:
    return Records(database, clock)


@pytest.fixture
async def elsewhere(url: str, clock: Clock) -> AsyncIterator[Records]:
    """The same records as another process has them, with connections of its own."""
    opened = await Database.open(url)
    yield Records(opened, clock)
    await opened.close()
