from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.outbox import LEASE, Delivery
from bot.desk.records import Records
from tests.desk.conftest import Clock
from tests.desk.test_reports import ANN, NEW, opened

ROOT = Path(__file__).parents[2]
SECOND = timedelta(seconds=1)

TAKE = """
import asyncio, sys
from datetime import UTC, datetime
from bot.desk.database import Database
from bot.desk.outbox import Outbox

async def main():
    database = await Database.open(sys.argv[1])
    outbox = Outbox(database, lambda: datetime(2026, 3, 2, tzinfo=UTC))
    print("ready", flush=True)
    sys.stdin.readline()
    while taken := await outbox.due(1):
        print(*(delivery.id for delivery in taken))
    await database.close()

asyncio.run(main())
"""


async def reported(records: Records, count: int) -> list[int]:
    """The numbers of so many new reports."""
    return [(await opened(records, replace(NEW, asker_id=asker))).id for asker in range(1, count + 1)]


async def test_deliveries_are_taken_in_their_order_and_no_more_than_asked_for(records: Records, clock: Clock) -> None:
    ids = await reported(records, 3)
    assert [delivery.report_id for delivery in await records.outbox.due(2)] == ids[:2]
    [last] = await records.outbox.due()
    assert last == Delivery(
        id=last.id,
        kind="report",
        guild_id=NEW.guild_id,
        report_id=ids[2],
        note_id=None,
        incident_id=None,
        attempts=1,
        created_at=clock.now,
    )
    assert await records.outbox.due() == []


async def test_what_nobody_finished_is_due_again_when_its_lease_ends(records: Records, clock: Clock) -> None:
    await opened(records)
    [first] = await records.outbox.due()
    clock.now += LEASE - SECOND
    assert await records.outbox.due() == []
    clock.now += SECOND
    [second] = await records.outbox.due()
    assert second == replace(first, attempts=2)


async def test_what_is_done_is_gone_and_done_twice_is_no_fault(records: Records, clock: Clock) -> None:
    await opened(records)
    [delivery] = await records.outbox.due()
    await records.outbox.done(delivery.id)
    await records.outbox.done(delivery.id)
    clock.now += 10 * LEASE
    assert await records.outbox.due() == []
    assert await records.outbox.waiting() == []


async def test_what_is_put_off_is_due_after_its_delay_and_not_earlier(records: Records, clock: Clock) -> None:
    await opened(records)
    for attempt, delay in enumerate((timedelta(hours=1), 5 * SECOND), 1):
        [delivery] = await records.outbox.due()
        assert delivery.attempts == attempt
        await records.outbox.later(delivery.id, delay, "the staff channel is gone")
        clock.now += delay - SECOND
        assert await records.outbox.due() == []
        clock.now += SECOND
    assert len(await records.outbox.due()) == 1
    await records.outbox.later(404, SECOND, "nothing")


async def test_the_operator_sees_what_was_tried_and_why_it_waits(records: Records) -> None:
    await opened(records)
    other = await opened(records, replace(NEW, guild_id=9))
    await opened(records, replace(NEW, guild_id=10))
    for delivery in await records.outbox.due(2):
        await records.outbox.later(delivery.id, SECOND, f"no way to {delivery.guild_id}")
    assert [why for _, why in await records.outbox.waiting()] == [f"no way to {NEW.guild_id}", "no way to 9"]
    [(delivery, why)] = await records.outbox.waiting(9)
    assert (delivery.report_id, delivery.attempts, why) == (other.id, 1, "no way to 9")
    assert await records.outbox.waiting(10) == []


async def test_a_number_is_never_given_twice(records: Records) -> None:
    await opened(records)
    [first] = await records.outbox.due()
    await records.outbox.done(first.id)
    await opened(records, replace(NEW, entry="429"))
    [second] = await records.outbox.due()
    assert second.id > first.id


async def test_a_change_while_a_refresh_is_under_way_is_refreshed_after_it(records: Records) -> None:
    report = await opened(records)
    await records.reports.claim(report.id, ANN)
    _, refresh = await records.outbox.due()
    await records.reports.close(report.id, "resolved", ANN)
    assert await records.outbox.due() == []
    await records.outbox.done(refresh.id)
    [again] = await records.outbox.due()
    assert (again.kind, again.id, again.attempts) == ("refresh", refresh.id, 1)
    await records.outbox.done(again.id)
    assert await records.outbox.due() == []


async def test_a_refresh_that_is_taken_again_sees_the_changes_in_between(records: Records, clock: Clock) -> None:
    report = await opened(records)
    await records.reports.claim(report.id, ANN)
    _, refresh = await records.outbox.due()
    await records.reports.close(report.id, "resolved", ANN)
    await records.outbox.later(refresh.id, SECOND, "Discord is down")
    clock.now += SECOND
    [again] = await records.outbox.due()
    await records.outbox.done(again.id)
    clock.now += LEASE
    assert [delivery.kind for delivery in await records.outbox.due()] == ["report"]


async def test_two_who_take_at_once_never_get_the_same(records: Records, elsewhere: Records) -> None:
    ids = await reported(records, 30)
    taken = await asyncio.gather(*(place.outbox.due(4) for place in (records, elsewhere) * 5))
    got = [delivery.report_id for deliveries in taken for delivery in deliveries]
    assert len(got) == len(set(got))
    got += [delivery.report_id for delivery in await records.outbox.due(100)]
    assert sorted(filter(None, got)) == ids


def taker(url: str) -> subprocess.Popen[str]:
    """A process that takes all that is due, one by one, as soon as it gets a line, and says what it took."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", TAKE, url], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


async def test_processes_that_take_at_once_share_what_there_is(records: Records, url: str) -> None:
    ids = await reported(records, 40)
    processes = [taker(url) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    taken = [process.communicate(timeout=60)[0].split() for process in processes]
    assert sorted(int(delivery_id) for some in taken for delivery_id in some) == ids


@pytest.mark.parametrize("stumble", [True, False])
async def test_a_process_that_was_killed_leaves_its_deliveries_to_the_next(
    records: Records, elsewhere: Records, clock: Clock, stumble: bool
) -> None:
    await opened(records)
    [first] = await records.outbox.due()
    if not stumble:
        await records.outbox.done(first.id)
    clock.now += LEASE
    assert [delivery.id for delivery in await elsewhere.outbox.due()] == ([first.id] if stumble else [])
