from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import literal, select

from bot.desk.database import Database
from bot.desk.records import Records
from bot.desk.share import WHOLE, Share
from tests.desk.conftest import Clock
from tests.desk.test_reports import NEW, opened

OURS, THEIRS = 2**63 - 2 * 2**22, 2**63 - 1
"""Servers of an even and an odd shard, with the largest ids there can be."""

HALF = Share(8, frozenset({0, 2, 4, 6}))


def halves(database: Database, clock: Clock) -> tuple[Records, Records]:
    """What two processes with half the shards each do with one database."""
    other = Share(8, frozenset({1, 3, 5, 7}))
    return Records(database, clock, HALF), Records(database, clock, other)


@pytest.mark.parametrize("share", [WHOLE, Share(16), Share(2, frozenset({0, 1}))])
def test_who_has_all_shards_has_all_servers(share: Share) -> None:
    assert share.whole
    assert share.first
    assert {0, 1, OURS, THEIRS} == {id_ for id_ in (0, 1, OURS, THEIRS) if id_ in share}


@pytest.mark.parametrize("share", [WHOLE, HALF, Share(3, frozenset({1})), Share(9999, frozenset({9998}))])
async def test_the_database_tells_whose_a_server_is_as_we_do(database: Database, share: Share) -> None:
    ids = [0, 1, 2**22, 5 * 2**22 + 7, 9998 * 2**22, 81384921398378496, OURS, THEIRS]
    async with database.transaction() as connection:
        told = [(await connection.execute(select(share.has(literal(id_))))).scalar_one() for id_ in ids]
    assert [bool(one) for one in told] == [id_ in share for id_ in ids]


async def test_each_process_takes_the_deliveries_of_its_own_servers(database: Database, clock: Clock) -> None:
    one, other = halves(database, clock)
    ids = [(await opened(one, replace(NEW, asker_id=n, guild_id=id_))).id for n, id_ in enumerate((OURS, THEIRS, OURS))]
    assert [delivery.report_id for delivery in await one.outbox.due()] == [ids[0], ids[2]]
    assert [delivery.report_id for delivery in await other.outbox.due()] == [ids[1]]
    for records, count in ((one, 2), (other, 1)):
        assert len(await records.outbox.waiting()) == count
    assert len(await one.outbox.waiting(THEIRS)) == 1


async def test_each_process_ends_the_incidents_of_its_own_servers(database: Database, clock: Clock) -> None:
    one, other = halves(database, clock)
    for guild_id in (OURS, THEIRS):
        await one.incidents.seen(guild_id, "503", None, 5)
    clock.now += timedelta(hours=1)
    assert [incident.guild_id for incident in await one.incidents.calm(timedelta(minutes=30))] == [OURS]
    assert [incident.guild_id for incident in await other.incidents.calm(timedelta(minutes=30))] == [THEIRS]
