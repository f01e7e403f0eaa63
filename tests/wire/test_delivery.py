from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from discord.utils import utcnow

from bot.desk.database import Database
from bot.desk.records import Records
from bot.desk.reports import NewReport
from tests.desk.conftest import url  # noqa: F401 - a fixture
from tests.wire.events import GENERAL, GUILD, MAYA, SUPPORT, new_id
from tests.wire.loopback import PATIENCE, loopback
from tests.wire.process import bot

STAFF = f"/channels/{GENERAL}/messages"
PLACE = f"/channels/{SUPPORT}/messages"


@asynccontextmanager
async def records(url: str) -> AsyncIterator[Records]:  # noqa: F811
    """What the desk remembers, from outside of the process."""
    database = await Database.open(url)
    yield Records(database, utcnow)
    await database.close()


def report(number: int = 0) -> NewReport:
    return NewReport(
        guild_id=int(GUILD),
        question_id=int(new_id()),
        origin_guild_id=int(GUILD),
        channel_id=int(SUPPORT),
        card_id=int(new_id()),
        asker_id=int(MAYA["id"]) + number,
        entry="429",
        case=None,
        model="gpt-5",
        facts={"model": "gpt-5"},
        findings="",
        tried="",
        text="Too many requests",
        lang="en",
    )


@pytest.mark.parametrize("kind", ["report", "answer", "addition"])
async def test_a_process_killed_when_discord_had_the_message_leaves_no_second_one(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    address, path = f"sqlite+aiosqlite:///{file}", PLACE if kind == "answer" else STAFF
    async with records(address) as there:
        stored, _ = await there.reports.open(report())
        if kind == "answer":
            await there.reports.posted(stored.id, int(GENERAL), int(new_id()))
            await there.reports.note(stored.id, "answer", 1, "Use v1.")
        if kind == "addition":
            await there.reports.posted(stored.id, int(GENERAL), int(new_id()))
            await there.reports.note(stored.id, "addition", stored.asker_id, "It still fails.")
    async with loopback() as discord:
        held = discord.hold("POST", path)
        async with bot(discord.address, DATABASE_URL=address, STAFF_CHANNEL="general") as running:
            await asyncio.wait_for(held.arrived.wait(), PATIENCE)
            running.process.kill()
            await running.process.wait()
        held.go_on.set()
        with closing(sqlite3.connect(file)) as database, database:
            assert database.execute("SELECT count(*) FROM deliveries").fetchone()[0]
            database.execute("UPDATE deliveries SET due_at = created_at")  # the lease has ended
        async with bot(discord.address, DATABASE_URL=address, STAFF_CHANNEL="general"):
            await discord.seen("GET", path)
            await _empty(file)
        sent = (await discord.seen("POST", path)).json
        assert (bool(sent["nonce"]), sent["enforce_nonce"]) == (True, True)
        assert discord.count("POST", path) == 1
        async with records(address) as there:
            delivered = await there.reports.of(stored.id)
            assert delivered
            assert delivered.staff_message_id
            assert kind != "report" or str(delivered.staff_message_id) == discord.kept[0]["id"]


async def test_a_process_killed_while_a_card_is_redrawn_leaves_that_to_the_next(tmp_path: Path) -> None:
    file, card = tmp_path / "desk.db", new_id()
    address, settings = f"sqlite+aiosqlite:///{file}", {"STAFF_CHANNEL": "general"}
    async with records(address) as there:
        stored, _ = await there.reports.open(report())
        await there.reports.posted(stored.id, int(GENERAL), int(card))
        await there.reports.claim(stored.id, int(MAYA["id"]) + 1)
    async with loopback() as discord:
        held = discord.hold("PATCH", f"{STAFF}/{card}")
        async with bot(discord.address, DATABASE_URL=address, **settings) as running:
            await asyncio.wait_for(held.arrived.wait(), PATIENCE)
            running.process.kill()
            await running.process.wait()
        held.go_on.set()
        await discord.seen("PATCH", f"{STAFF}/{card}")
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE deliveries SET due_at = created_at")  # the lease has ended
        async with bot(discord.address, DATABASE_URL=address, **settings):
            redrawn = await discord.seen("PATCH", f"{STAFF}/{card}")
            await _empty(file)
        assert "is looking at it" in json.dumps(redrawn.json)
        assert not discord.count("POST", STAFF)


async def _empty(file: Path) -> None:
    """Wait until nothing is left to deliver."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with closing(sqlite3.connect(file)) as database:
                if not database.execute("SELECT count(*) FROM deliveries").fetchone()[0]:
                    return
            await asyncio.sleep(0.1)


async def test_two_processes_on_one_database_deliver_each_report_once(url: str) -> None:  # noqa: F811
    async with records(url) as there:
        ids = [(await there.reports.open(report(number)))[0].id for number in range(20)]
    settings = {"DATABASE_URL": url, "STAFF_CHANNEL": "general"}
    async with loopback() as one, loopback() as other:
        first = [side.hold("POST", STAFF) for side in (one, other)]
        async with bot(one.address, **settings), bot(other.address, **settings), records(url) as there:
            for held in first:  # each has one in its hands before there is any other
                await asyncio.wait_for(held.arrived.wait(), PATIENCE)
            for held in first:
                held.go_on.set()
            await _posted(there, ids)
        cards = [json.dumps(message["components"]) for message in (*one.kept, *other.kept)]
    assert len(cards) == len(ids)
    assert all(sum(f"### Report #{id_} " in card for card in cards) == 1 for id_ in ids)


async def _posted(there: Records, ids: list[int]) -> None:
    """Wait until all of these reports have their cards."""
    async with asyncio.timeout(PATIENCE):
        while True:
            stored = [await there.reports.of(id_) for id_ in ids]
            if all(report and report.staff_message_id for report in stored):
                return
            await asyncio.sleep(0.2)
