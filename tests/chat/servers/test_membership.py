from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock, patch

import discord
import pytest
from simcord import Env
from simcord.backend import serializers

from bot.chat.client import Desk
from bot.chat.servers.membership import EVERY, Membership, kept_current, refresh
from bot.desk.database import Database, DeskError
from bot.desk.records import Records
from bot.desk.servers import Servers
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.conftest import Start
from tests.chat.town import ERROR, Town
from tests.desk.test_reports import NEW


@pytest.fixture
def servers(simcord_bot: Desk, simcord_env: Env) -> Servers:
    assert simcord_bot.records is not None
    return simcord_bot.records.servers


async def elsewhere(desk: Desk, guild_id: int, **changes: object) -> None:
    """Change a server's settings in another process."""
    database = await Database.open(desk.settings.database_url)
    try:
        await Records(database, discord.utils.utcnow).servers.change(guild_id, **changes)
    finally:
        await database.close()


async def test_what_another_process_changed_counts_after_a_refresh(town: Town) -> None:
    await elsewhere(town.desk, town.guild.id, support_channels={town.general.id}, heard=True)
    await town.maya.send(town.general, ERROR)
    assert not town.replies(town.general)
    assert await refresh(town.desk)
    await town.maya.send(town.general, ERROR)
    assert "### 429 · " in town.reply(town.general)


async def test_settings_are_refreshed_every_little_while(town: Town) -> None:
    naps: list[float] = []
    refreshed = asyncio.Event()

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) > 1:
            refreshed.set()
            await asyncio.Event().wait()

    await elsewhere(town.desk, town.guild.id, heard=False)
    async with kept_current(town.desk, sleep=nap):
        await refreshed.wait()
    assert not town.desk.server(town.guild.id).heard
    assert naps == [EVERY, EVERY]


async def test_a_database_that_stays_away_is_told_of_once_and_the_settings_stay(
    town: Town, servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot.chat.servers.membership")
    await servers.change(town.guild.id, heard=False)
    monkeypatch.setattr(Database, "transaction", Mock(side_effect=DeskError("the database failed")))
    naps: list[float] = []
    ended = asyncio.Event()

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) > 4:
            ended.set()
            await asyncio.Event().wait()

    async with kept_current(town.desk, sleep=nap):
        await ended.wait()
    assert len(caplog.records) == 1
    assert not town.desk.server(town.guild.id).heard


async def ticks(desk: Desk, *between: Callable[[], Awaitable[object]]) -> None:
    """Let the settings be kept current once after each of these."""
    before, done = iter(between), asyncio.Event()

    async def nap(_: float) -> None:
        if step := next(before, None):
            await step()
        else:
            done.set()
            await asyncio.Event().wait()

    async with kept_current(desk, sleep=nap):
        await asyncio.wait_for(done.wait(), 30)


async def nothing() -> None:
    """Leave everything as it is."""


async def test_a_database_that_goes_and_comes_back_is_told_of_once_each_and_serves_again(
    town: Town, servers: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")

    async def go() -> None:
        monkeypatch.setattr(Database, "transaction", Mock(side_effect=DeskError("the database failed")))

    async def come_back() -> None:
        monkeypatch.undo()
        await elsewhere(town.desk, town.guild.id, heard=False)

    await ticks(town.desk, nothing, go, nothing, come_back, nothing)
    lost, back = (record.getMessage() for record in caplog.records)
    assert "does not answer" in lost
    assert "answers again" in back
    assert not town.desk.server(town.guild.id).heard


async def test_a_database_that_comes_after_the_start_brings_the_settings_and_what_waits(
    town: Town, knowledge: Knowledge, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, team = tmp_path / "later" / "desk.db", town.guild.create_text_channel("team")
    settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", support_channels=frozenset({"support"}))
    desk = Desk(settings, knowledge)
    await town.env.restart_bot(desk)
    assert desk.records is None
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()

    async def come() -> None:
        file.parent.mkdir()
        database = await Database.open(desk.settings.database_url)
        records = Records(database, discord.utils.utcnow)
        await records.servers.change(town.guild.id, support_channels=[town.general.id], staff_channel_id=team.id)
        await records.servers.change(4001, heard=False)
        await records.reports.open(replace(NEW, guild_id=town.guild.id))
        await database.close()

    with town.env.time_context():
        await ticks(desk, nothing, nothing, come, nothing)
        assert await desk.deliverer.once()
    assert "Report" in town.reply(team)
    await town.bob.send(town.general, ERROR)
    assert "### 429 · " in town.reply(town.general)
    card = town.card(town.general)
    assert desk.records is not None
    assert await desk.records.answers.of_card(card.id)
    assert desk.server(4001).left_at is not None
    told = [record for record in caplog.records if record.name == "bot.chat.client"]
    assert [record.levelname for record in told] == ["ERROR", "WARNING"]
    assert told[0].getMessage().startswith("going on without the desk: ")
    await desk.records.people._database.close()


async def test_a_database_that_opens_and_cannot_be_read_is_tried_again(
    town: Town, knowledge: Knowledge, desk_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(Settings(database_url=desk_url), knowledge)
    with (
        monkeypatch.context() as broken,
        patch.object(Database, "close", autospec=True, side_effect=Database.close) as closed,
    ):
        broken.setattr(Servers, "refresh", Mock(side_effect=DeskError("the database failed")))
        assert not await desk.open_records()
    assert closed.await_count == 1
    assert desk.records is None
    await ticks(desk, nothing)
    assert desk.records is not None
    await desk.records.people._database.close()


async def test_two_who_open_the_desk_at_once_open_one(knowledge: Knowledge, desk_url: str) -> None:
    desk = Desk(Settings(database_url=desk_url), knowledge)
    with patch.object(Database, "open", wraps=Database.open) as opened:
        assert all(await asyncio.gather(desk.open_records(), desk.open_records()))
    assert opened.await_count == 1
    assert desk.records is not None
    await desk.records.people._database.close()


async def test_a_server_that_was_left_is_remembered_as_left_and_may_come_back(town: Town, servers: Servers) -> None:
    await servers.joined(town.guild.id)
    town.env.backend.emit("GUILD_DELETE", {"id": str(town.guild.id)})
    await town.env.settle()
    assert servers.of(town.guild.id).left_at is not None
    back = dict(serializers.guild_create_payload(town.env.backend, town.env.backend.get_guild(town.guild.id)))
    del back["unavailable"]
    town.env.backend.emit("GUILD_CREATE", back)
    await town.env.settle()
    assert servers.of(town.guild.id).left_at is None


async def test_an_outage_is_no_leaving(town: Town, servers: Servers) -> None:
    town.env.backend.emit("GUILD_DELETE", {"id": str(town.guild.id), "unavailable": True})
    await town.env.settle()
    assert servers.of(town.guild.id).left_at is None


async def test_what_was_left_and_joined_while_the_bot_was_away_is_found_out_at_the_start(
    town: Town, servers: Servers, start: Start
) -> None:
    await servers.change(4001, heard=False)
    await servers.left(town.guild.id)
    desk = start()
    await town.env.restart_bot(desk)
    membership = desk.get_cog("Membership")
    assert isinstance(membership, Membership)
    await membership.on_shard_ready(0)
    assert desk.server(4001).left_at is not None
    assert desk.server(town.guild.id).left_at is None


async def test_a_server_of_another_shard_is_not_taken_for_left(town: Town, servers: Servers) -> None:
    theirs, ours = (1 << 22), (2 << 22)
    for guild_id in (theirs, ours):
        await servers.change(guild_id, heard=False)
    town.desk.shard_count = 2
    await Membership(town.desk).on_shard_ready(0)
    assert servers.of(theirs).left_at is None
    assert servers.of(ours).left_at is not None


async def test_a_start_without_a_database_has_the_environments_settings(town: Town) -> None:
    town.desk.records = None
    assert not await refresh(town.desk)
    await Membership(town.desk).on_shard_ready(0)
    assert town.desk.language_of(town.guild.id) is None
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()
