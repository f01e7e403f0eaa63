from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import discord
import pytest
import simcord.interactions
from simcord import Env

from bot.chat.client import Desk
from bot.desk.database import Database
from bot.desk.tables import Table
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import Town
from tests.conftest import prepare
from tests.desk.conftest import SERVER
from tests.recorded import record

Start = Callable[[], Desk]
Pause = Callable[[], Awaitable[None]]


DESK = ("learning", "privacy", "reports", "servers")
"""The rooms that live by the desk: their tests run on SQLite, and on PostgreSQL where TEST_POSTGRES_URL names one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "desk_url" in metafunc.fixturenames:
        both = bool(SERVER) and Path(metafunc.module.__file__).parent.name in DESK
        metafunc.parametrize("desk_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def empty_schema() -> Iterator[str]:
    """The address of a schema on the PostgreSQL server, up to date, to be emptied before each test."""
    server, schema = Settings.from_env({"DATABASE_URL": SERVER}).database_url, f"chat_{uuid4().hex}"
    asyncio.run(_say(server, f"CREATE SCHEMA {schema}"))
    url = f"{server}{'&' if '?' in server else '?'}search_path={schema}"
    asyncio.run(prepare(url))
    yield url
    asyncio.run(_say(server, f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, with its schema up to date."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "desk.db")
        return f"sqlite+aiosqlite:///{tmp_path}/desk.db"
    url: str = request.getfixturevalue("empty_schema")
    tables = ", ".join(Table.metadata.tables)
    with ThreadPoolExecutor(1) as apart:  # a test's event loop may be running here
        apart.submit(asyncio.run, _say(url, f"TRUNCATE {tables} RESTART IDENTITY")).result()
    return url


async def _say(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.fixture
def limit() -> float:
    """Seconds that the desk may take for a call: more than its own, as the machine may be slow, and no test is it."""
    return 30.0


@pytest.fixture
async def start(
    knowledge: Knowledge, desk_url: str, limit: float, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Start]:
    """Make the bot: every time a new process, as far as it can tell, with the same database."""
    monkeypatch.setattr("bot.chat.client.Database.open", partial(Database.open, limit=limit))
    settings = Settings(support_channels=frozenset({"support"}), database_url=desk_url)
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk(settings, knowledge))
        return made[-1]

    yield make
    for desk in made:
        if desk._database:
            await desk._database.close()


@pytest.fixture
def simcord_bot(start: Start) -> Desk:
    return start()


@pytest.fixture
def simcord_env(simcord_env: Env) -> Iterator[Env]:
    """SimCord's own, patient with a slow machine, and with what the bot sent kept at the end."""
    simcord_env.settle_timeout = 20.0
    yield simcord_env
    for sent in simcord_env.http_requests:
        record(sent.method, sent.path, sent.json)


@pytest.fixture(params=[False, True], ids=["at once", "after a restart"])
def pause(request: pytest.FixtureRequest, town: Town, start: Start) -> Pause:
    """What happens between one event and the next."""

    async def pause() -> None:
        if request.param:
            await town.env.restart_bot(start())

    return pause


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uses a command has Discord in Chinese."""
    original = simcord.interactions.base_payload

    def translated(*args: Any, **options: Any) -> Any:
        record, payload = original(*args, **options)
        return record, payload | {"locale": "zh-CN"}

    monkeypatch.setattr("simcord.interactions.base_payload", translated)


@pytest.fixture
def town(simcord_env: Env, simcord_bot: Desk) -> Town:
    guild = simcord_env.create_guild()
    staff = guild.create_role("Staff", permissions=discord.Permissions(manage_messages=True))
    return Town(
        env=simcord_env,
        desk=simcord_bot,
        guild=guild,
        support=guild.create_text_channel("support"),
        general=guild.create_text_channel("general"),
        maya=guild.add_member(simcord_env.create_user("maya")),
        bob=guild.add_member(simcord_env.create_user("bob")),
        sam=guild.add_member(simcord_env.create_user("sam"), roles=[staff]),
    )
