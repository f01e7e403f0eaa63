from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord.interactions
from simcord import Env

from bot.chat.client import Desk
from bot.desk.database import Database
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import Town
from tests.recorded import record

Start = Callable[[], Desk]


@pytest.fixture(scope="session")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its schema up to date, to be copied."""
    path = tmp_path_factory.mktemp("desk") / "empty.db"

    async def make() -> None:
        await (await Database.open(f"sqlite+aiosqlite:///{path}")).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def start(knowledge: Knowledge, empty_desk: Path, tmp_path: Path) -> AsyncIterator[Start]:
    """Make the bot: every time a new process, as far as it can tell, with the same database."""
    path = tmp_path / "desk.db"
    shutil.copy(empty_desk, path)
    settings = Settings(support_channels=frozenset({"support"}), database_url=f"sqlite+aiosqlite:///{path}")
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
    """SimCord's own, with what the bot sent kept at the end."""
    yield simcord_env
    for sent in simcord_env.http_requests:
        record(sent.method, sent.path, sent.json)


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
