"""Many servers: several shards in one process, and several processes with a part of the shards each."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.desk.records import Records
from tests.chat.test_metrics import free_port
from tests.desk.conftest import url  # noqa: F401 - a fixture
from tests.wire.events import MAYA, PASTED, Event, mention, message, new_id, slash
from tests.wire.loopback import PATIENCE, loopback
from tests.wire.process import Running, bot
from tests.wire.sharded import Sharded, direct, moved, place, town
from tests.wire.test_delivery import _posted, records, report
from tests.wire.test_metrics import ready
from tests.wire.test_reload import few

OUTAGE = (
    "Error code: 503 - {'error': {'message': 'No available channel for model gpt-5 under group default', "
    "'type': 'new_api_error'}}"
)
HURRIED = """\
from bot.chat.learning import calming
from bot.chat.reports import delivery
from bot.chat.servers import membership

calming.STEP = delivery.STEP = membership.EVERY = 0.5
"""
"""What another process did is looked for every half second, and not every quarter of a minute."""

AT_ONCE = """\
import discord

async def at_once(self, shard_id, *, initial=False):
    pass

discord.Client.before_identify_hook = at_once
"""
"""No shard waits five seconds for the one before."""


@asynccontextmanager
async def halves(there: Sharded, url: str, **environ: str) -> AsyncIterator[tuple[Running, Running]]:  # noqa: F811
    """Two processes on one desk, with one of two shards each."""
    settings = {"DATABASE_URL": url, "SHARD_COUNT": "2", **environ}
    async with (
        bot(there.address, first=HURRIED, SHARD_IDS="0", **settings) as one,
        bot(there.address, first=HURRIED, SHARD_IDS="1", **settings) as other,
    ):
        shards = [(await there.seen("IDENTIFY")).json["shard"] for _ in range(2)]
        assert sorted(shards) == [[0, 2], [1, 2]]
        yield one, other


@pytest_asyncio.fixture
async def there() -> AsyncIterator[Sharded]:
    """Discord with a server for each of two shards."""
    async with loopback(there := Sharded([town(0), town(1)])):
        yield there


@pytest.fixture
def towns(there: Sharded) -> list[Event]:
    return list(there.towns.values())


async def _settled(there: Sharded, seconds: float = 2.0) -> int:
    """Wait for what might yet come, and return how many messages were posted."""
    await asyncio.sleep(seconds)
    return there.count("POST", "/channels/")


def _staff(town: Event) -> str:
    return f"/channels/{place(town, 'general')}/messages"


async def test_every_server_and_direct_message_is_answered_by_one_of_two_processes(
    there: Sharded,
    towns: list[Event],
    url: str,  # noqa: F811
) -> None:
    async with halves(there, url) as running:
        for one in towns:
            await there.say(moved(message(PASTED), one))
            await there.ask(moved(slash("429"), one))
        await there.say(direct(message(PASTED), "1700000000000000001"))
        assert await _settled(there) == 3
        assert there.count("PUT", "/applications/") == 1
        ended = [await process.end(signalled=signal.SIGTERM) for process in running]
    assert [(one.code, one.err) for one in ended] == [(0, ""), (0, "")]
    assert not [line for one in ended for line in one.out.splitlines() if "WARNING" in line or "ERROR" in line]


async def test_what_one_process_sets_counts_in_the_other_and_an_incident_of_both_is_told_once(
    there: Sharded,
    towns: list[Event],
    url: str,  # noqa: F811
) -> None:
    """The staff are in the second process's server, and direct messages come to the first."""
    staff = place(towns[1], "general")
    async with halves(there, url, STAFF_CHANNEL=staff, LOG_LEVEL="DEBUG") as (first, _), records(url) as desk:
        options = [{"type": 4, "name": "people", "value": 2}, {"type": 4, "name": "minutes", "value": 10}]
        command = {
            "id": new_id(),
            "name": "desk",
            "type": 1,
            "options": [{"type": 1, "name": "watch", "options": options}],
        }
        await there.ask(moved(slash("", data=command), towns[1]))
        await first.logs("1 servers' settings were read")
        for number in range(2):
            await there.say(direct(message(OUTAGE), f"170000000000000000{number}"))
        notice = await there.seen("POST", _staff(towns[1]))
        assert "gpt-5" in json.dumps(notice.json)
        for number in range(2, 4):
            await there.say(direct(message(OUTAGE), f"170000000000000000{number}"))
        await _met(desk, 4)
        assert await _settled(there) == 5
        (incident,) = await desk.incidents.open_in(None)
        assert (incident.guild_id, incident.people) == (int(towns[1]["id"]), 4)


async def _met(desk: Records, people: int) -> None:
    """Wait until an incident has been met by so many."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if [incident for incident in await desk.incidents.open_in(None) if incident.people == people]:
                return
            await asyncio.sleep(0.1)


async def test_a_report_by_direct_message_reaches_staff_in_the_other_process_and_the_answer_comes_back(
    there: Sharded,
    towns: list[Event],
    url: str,  # noqa: F811
) -> None:
    settings = {"STAFF_CHANNEL": place(towns[1], "general")}
    async with halves(there, url, **settings), records(url) as desk:
        await there.say(direct(message(PASTED), "1700000000000000001"))
        field = {"type": 18, "component": {"type": 4, "custom_id": "tried", "value": "Waited"}}
        form = {"custom_id": f"send:429::en:1a:{new_id()}", "components": [field]}
        sent = direct(slash(""), "1700000000000000001") | {
            "type": 5, "data": form, "user": MAYA, "context": 1, "authorizing_integration_owners": {"0": "0"},
        }  # fmt: skip
        await there.dispatch("INTERACTION_CREATE", sent)
        card = await there.seen("POST", _staff(towns[1]))
        assert "### Report #1" in json.dumps(card.json)
        await _posted(desk, [1])
        answer = {"custom_id": f"answering:1:en:{new_id()}", "components": [_filled("text", "Use v1.")]}
        await there.dispatch("INTERACTION_CREATE", moved(slash(""), towns[1]) | {"type": 5, "data": answer})
        reply = await there.seen("POST", f"/channels/17{MAYA['id'][2:]}/messages")
        assert "Use v1." in json.dumps(reply.json)
        assert await _settled(there) == 3


def _filled(field: str, value: str) -> Event:
    return {"type": 18, "component": {"type": 4, "custom_id": field, "value": value}}


async def test_each_report_is_posted_by_the_process_that_has_its_server(
    there: Sharded,
    towns: list[Event],
    url: str,  # noqa: F811
) -> None:
    async with records(url) as desk:
        ids = await _store(desk, towns)
        # Only the process that sees a server's channels can tell which one the name means.
        async with halves(there, url, STAFF_CHANNEL="general"):
            await _posted(desk, ids)
            assert await _settled(there) == len(ids)
    for one in towns:
        assert there.count("POST", _staff(one)) == len(ids) / 2


async def _store(desk: Records, towns: list[Event]) -> list[int]:
    stored = []
    for number in range(6):
        server = int(towns[number % 2]["id"])
        new = replace(report(number), guild_id=server, origin_guild_id=server)
        stored.append((await desk.reports.open(new))[0].id)
    return stored


async def test_a_bad_edit_of_the_knowledge_is_told_to_the_owner_by_one_of_two_processes(
    there: Sharded, towns: list[Event], tmp_path: Path
) -> None:
    base = tmp_path / "knowledge"
    few(base, "429")
    desk = f"sqlite+aiosqlite:///{tmp_path}/desk.db"
    async with halves(there, desk, KNOWLEDGE_DIR=str(base)) as running:
        for one in towns:
            await there.say(moved(mention(PASTED), one))
        with (base / "errors" / "429.yaml").open("a") as entry:
            entry.write("\nphrase: oops\n")
        for process in running:
            await process.logs("the knowledge stays as it was")
        await there.seen("POST", f"/channels/17{MAYA['id'][2:]}/messages")
        assert await _settled(there, 1) == 3


async def test_one_process_has_as_many_shards_as_discord_says_and_one_that_is_cut_misses_nothing(
    there: Sharded, towns: list[Event]
) -> None:
    port = free_port()
    async with (
        bot(there.address, first=AT_ONCE, METRICS_PORT=str(port)) as running,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        for shard in range(2):
            assert (await there.seen("IDENTIFY")).json["shard"] == [shard, 2]
        for one in towns:
            await there.say(moved(message(PASTED), one))
        assert await ready(http) == (200, "connected\n")
        missed = moved(mention(PASTED), towns[1])
        await there.part(1)
        await there.dispatch("MESSAGE_CREATE", missed)
        await there.seen("RESUME")
        await there.reply(missed)
        await there.say(moved(mention(PASTED), towns[0]))
        assert await ready(http) == (200, "connected\n")
        assert there.count("IDENTIFY") == 2
        assert (await running.end(signalled=signal.SIGTERM)).err == ""


async def test_a_server_that_was_left_while_its_shard_had_no_session_is_known_as_left(
    there: Sharded, towns: list[Event], tmp_path: Path
) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path}/desk.db"
    left = town(2)
    there.towns[left["id"]] = left
    async with records(address) as desk:
        for one in (*towns, left):
            await desk.servers.joined(int(one["id"]))
        async with bot(there.address, first=AT_ONCE, DATABASE_URL=address):
            for _ in range(2):
                await there.seen("IDENTIFY")
            for one in (*towns, left):
                await there.say(moved(mention(PASTED), one))
            del there.towns[left["id"]]
            there.resumable = False
            await there.part(0)
            await there.seen("IDENTIFY")
            async with asyncio.timeout(PATIENCE):
                while not desk.servers.of(int(left["id"])).left_at:
                    await asyncio.sleep(0.2)
                    await desk.servers.refresh()
            assert not [one for one in towns if desk.servers.of(int(one["id"])).left_at]


async def test_two_processes_that_identify_themselves_at_once_are_both_there_in_the_end(
    there: Sharded, towns: list[Event], tmp_path: Path
) -> None:
    """Discord takes one every five seconds, and turns away who comes too early."""
    there.pause = 3.0
    held = [there.hold("GET", "/gateway/bot") for _ in range(2)]

    async def let_go_together() -> None:
        for each in held:
            await each.arrived.wait()
        for each in held:
            each.go_on.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(let_go_together())
        async with halves(there, f"sqlite+aiosqlite:///{tmp_path}/desk.db"):
            await there.seen("IDENTIFY")
            for one in towns:
                await there.say(moved(mention(PASTED), one))
            assert there.count("IDENTIFY") == 3


async def test_too_few_shards_are_told_in_one_line_before_all_of_them_have_been_launched(there: Sharded) -> None:
    """There is one every five seconds."""
    there.refusals = [4011]
    async with bot(there.address, SHARD_COUNT="9") as running:
        assert "set a larger SHARD_COUNT" in (await running.end(within=20)).told()
