from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import discord
import pytest

from bot.chat import run
from bot.chat.privacy.retention import DAY, RETRY, START, Retention, retaining
from bot.desk.database import DeskError
from bot.desk.questions import Asked
from bot.desk.records import Records
from bot.desk.share import Share
from bot.settings import Settings
from tests.chat.town import Town, private, shown


def records_of(town: Town) -> Records:
    assert town.desk.records is not None
    return town.desk.records


async def ask(town: Town, question_id: int, guild_id: int | None) -> None:
    """Log a question of Maya's."""
    await records_of(town).questions.log(
        Asked(
            question_id=question_id,
            guild_id=guild_id,
            channel_id=1,
            asker_id=town.maya.id,
            asked=True,
            entry="429",
            case=None,
            model=None,
            lang="en",
        )
    )


async def pass_days(town: Town, days: int) -> None:
    """Let the desk's clock, and nothing else, go on."""
    database, records, day = town.desk._database, records_of(town), timedelta(days=days)
    assert database is not None
    clock = records.people._clock
    town.desk.records = Records(database, lambda: clock() + day)
    await town.desk.records.servers.refresh()


async def kept(town: Town) -> list[int]:
    """The questions of Maya's that there are."""
    return [question["question_id"] for question in (await records_of(town).people.export(town.maya.id))["questions"]]


async def test_what_was_kept_long_enough_is_deleted_as_each_server_has_it(town: Town) -> None:
    await records_of(town).servers.change(town.guild.id, retention_days=7)
    await ask(town, 1, town.guild.id)
    await ask(town, 2, None)
    await pass_days(town, 8)
    await ask(town, 3, town.guild.id)
    assert await Retention(town.desk).once() == DAY
    assert await kept(town) == [2, 3]
    await pass_days(town, 23)
    await Retention(town.desk).once()
    assert await kept(town) == []


async def test_a_server_that_was_left_is_forgotten_after_a_week(town: Town) -> None:
    left = town.guild.id + 1
    await records_of(town).servers.change(left, retention_days=365)
    await ask(town, 1, left)
    await records_of(town).servers.left(left)
    await pass_days(town, 6)
    await Retention(town.desk).once()
    assert await kept(town) == [1]
    await pass_days(town, 2)
    await Retention(town.desk).once()
    assert await kept(town) == []
    assert await records_of(town).servers.gone(timedelta(0)) == []


async def test_a_server_that_the_bot_is_in_is_never_forgotten(town: Town) -> None:
    await ask(town, 1, town.guild.id)
    await records_of(town).servers.left(town.guild.id)
    await pass_days(town, 8)
    await Retention(town.desk).once()
    assert await kept(town) == [1]


async def test_a_server_of_another_process_is_never_forgotten(town: Town) -> None:
    left = 1 << 22
    await ask(town, 1, left)
    await records_of(town).servers.left(left)
    await pass_days(town, 8)
    town.desk.share = Share(2, frozenset({0}))
    assert await Retention(town.desk).once() == DAY
    assert await kept(town) == [1]
    town.desk.share = Share(2, frozenset({1}))
    await Retention(town.desk).once()
    assert await kept(town) == []


async def test_before_all_servers_are_known_none_is_forgotten(town: Town) -> None:
    left = town.guild.id + 1
    await ask(town, 1, left)
    await records_of(town).servers.left(left)
    await pass_days(town, 8)
    town.desk._ready.clear()
    assert await Retention(town.desk).once() == RETRY
    assert await kept(town) == [1]


async def test_a_failure_is_logged_and_tried_again_after_an_hour(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away() -> int:
        raise DeskError("it is away")

    monkeypatch.setattr(records_of(town).people, "purge", away)
    assert await Retention(town.desk).once() == RETRY
    assert "deleted later: it is away" in caplog.text


async def test_an_error_of_ours_is_not_the_end_of_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> int:
        raise RuntimeError

    monkeypatch.setattr(records_of(town).people, "purge", broken)
    assert await Retention(town.desk).once() == RETRY


async def test_it_is_done_soon_after_the_start_and_then_daily(town: Town) -> None:
    waited: list[float] = []
    done = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            done.set()
            await asyncio.Event().wait()

    async with retaining(town.desk, sleep=sleep):
        await done.wait()
    assert waited == [START.total_seconds(), DAY.total_seconds(), DAY.total_seconds()]


async def test_the_time_is_set_by_a_command(town: Town) -> None:
    boss = town.guild.create_role("Boss", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    ada = town.guild.add_member(town.env.create_user("ada"), roles=[boss])
    told = await ada.slash(town.general, "desk keep", days=90)
    assert "after 90 days" in shown(private(told))
    assert town.desk.server(town.guild.id).retention_days == 90


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings], int]:
    """Run the bot up to where it would log in."""

    async def no_further(*_: object) -> None:
        return None

    monkeypatch.setattr(run, "_until_told", no_further)
    monkeypatch.setattr(run, "configure", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return run.run


@pytest.mark.parametrize(
    ("dyno", "url", "warned"),
    [
        ("worker.1", "sqlite:///desk.sqlite3", True),
        ("worker.1", "postgres://me:secret@host/desk", False),
        ("", "sqlite:///desk.sqlite3", False),
    ],
)
def test_a_database_on_a_disk_that_does_not_last_is_warned_of(
    started: Callable[[Settings], int], caplog: pytest.LogCaptureFixture, dyno: str, url: str, warned: bool
) -> None:
    with caplog.at_level(logging.WARNING):
        assert started(Settings.from_env({"DISCORD_TOKEN": "x", "DYNO": dyno, "DATABASE_URL": url})) == 0
    assert ("on the disk of worker.1" in caplog.text) is warned
