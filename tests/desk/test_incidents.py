from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk.incidents import QUIET, Incident
from bot.desk.questions import Asked
from bot.desk.records import Records
from tests.desk.conftest import Clock

GUILD = 2**63 - 1
STAFF = 2**62
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


async def begun(records: Records, model: str | None = "gpt-5", guild_id: int = GUILD) -> Incident:
    incident, is_new = await records.incidents.seen(guild_id, "503", model, 5)
    assert is_new
    return incident


async def notices(records: Records) -> list[int | None]:
    due = await records.outbox.due(100)
    assert {delivery.kind for delivery in due} <= {"incident"}
    return [delivery.incident_id for delivery in due]


@pytest.mark.parametrize("model", ["gpt-5", None])
async def test_an_incident_begins_with_its_notice(records: Records, clock: Clock, model: str | None) -> None:
    incident = await begun(records, model)
    assert incident == Incident(
        id=incident.id,
        guild_id=GUILD,
        entry="503",
        model=model,
        people=5,
        started_at=clock.now,
        last_seen_at=clock.now,
        closed_at=None,
        closed_by=None,
        channel_id=None,
        message_id=None,
    )
    assert await records.incidents.of(incident.id) == incident
    assert await records.incidents.current(GUILD, "503", model) == incident
    assert await notices(records) == [incident.id]


async def test_an_incident_that_is_met_again_goes_on_without_another_notice(records: Records, clock: Clock) -> None:
    incident = await begun(records)
    clock.now += MINUTE
    more, is_new = await records.incidents.seen(GUILD, "503", "gpt-5", 8)
    assert not is_new
    assert more == replace(incident, people=8, last_seen_at=clock.now)
    clock.now += MINUTE
    fewer, _ = await records.incidents.seen(GUILD, "503", "gpt-5", 6)
    assert fewer == replace(more, last_seen_at=clock.now)
    assert await notices(records) == [incident.id]


async def test_another_model_entry_or_server_is_another_incident(records: Records) -> None:
    first = await begun(records)
    second = await begun(records, None)
    third = await begun(records, guild_id=9)
    fourth, is_new = await records.incidents.seen(GUILD, "429", "gpt-5", 5)
    assert is_new
    assert await records.incidents.open_in(GUILD) == [first, second, fourth]
    assert await records.incidents.open_in(None) == [first, second, third, fourth]
    assert await records.incidents.current(GUILD, "503", "claude") is None


@pytest.mark.parametrize("model", ["gpt-5", None])
async def test_an_incident_that_two_processes_see_at_once_is_one_with_one_notice(
    records: Records, elsewhere: Records, model: str | None
) -> None:
    seen = await asyncio.gather(*(place.incidents.seen(GUILD, "503", model, 5) for place in (records, elsewhere) * 4))
    assert sorted(is_new for _, is_new in seen) == [False] * 7 + [True]
    assert len({incident.id for incident, _ in seen}) == 1
    assert len(await notices(records)) == 1


@pytest.mark.parametrize("by", [STAFF, None])
async def test_a_closed_incident_is_over_once(records: Records, clock: Clock, by: int | None) -> None:
    incident = await begun(records)
    clock.now += MINUTE
    closed = await records.incidents.close(incident.id, by)
    assert closed == replace(incident, closed_at=clock.now, closed_by=by)
    assert await records.incidents.close(incident.id, 7) is None
    assert await records.incidents.close(404, 7) is None
    assert await records.incidents.of(incident.id) == closed
    assert await records.incidents.of(404) is None
    assert await records.incidents.current(GUILD, "503", "gpt-5") is None
    assert await records.incidents.open_in(None) == []


async def test_after_its_end_the_same_is_no_incident_for_a_while(records: Records, clock: Clock) -> None:
    incident = await begun(records)
    closed = await records.incidents.close(incident.id, STAFF)
    clock.now += QUIET - SECOND
    assert await records.incidents.seen(GUILD, "503", "gpt-5", 9) == (closed, False)
    await begun(records, "claude")
    clock.now += SECOND
    second = await begun(records)
    assert second.id > incident.id
    assert len(await notices(records)) == 3


async def test_what_ended_a_short_while_ago_is_told(records: Records, clock: Clock) -> None:
    first, other, far = await begun(records), await begun(records, None), await begun(records, guild_id=9)
    await begun(records, "claude")
    clock.now += MINUTE
    for incident in (first, far, other):
        clock.now += MINUTE
        await records.incidents.close(incident.id, STAFF)
    ended = [await records.incidents.of(incident.id) for incident in (first, other, far)]
    assert await records.incidents.ended_in(GUILD, 3 * MINUTE) == ended[:2]
    assert await records.incidents.ended_in(None, 3 * MINUTE) == ended
    clock.now += MINUTE
    assert await records.incidents.ended_in(GUILD, 3 * MINUTE) == ended[1:2]


@pytest.mark.parametrize("guild_id", [GUILD, None])
async def test_when_people_began_to_meet_something_is_told(
    records: Records, clock: Clock, guild_id: int | None
) -> None:
    met = Asked(
        question_id=1,
        guild_id=guild_id,
        channel_id=1,
        asker_id=1,
        asked=True,
        entry="503",
        case=None,
        model="gpt-5",
        lang="en",
    )
    await records.questions.log(met)
    clock.now += MINUTE
    since = clock.now
    await records.questions.log(replace(met, question_id=2))
    clock.now += MINUTE
    other = {"guild_id": 9}, {"model": None}, {"entry": "429"}
    for number, changes in enumerate(({}, *other)):
        await records.questions.log(replace(met, question_id=3 + number, **changes))  # type: ignore[arg-type]
    assert await records.incidents.first_met(guild_id, "503", "gpt-5", MINUTE) == since
    assert await records.incidents.first_met(guild_id, "500", "gpt-5", MINUTE) is None
    incident, _ = await records.incidents.seen(GUILD, "503", "gpt-5", 5, since)
    assert (incident.started_at, incident.last_seen_at) == (since, clock.now)


async def test_what_nobody_met_for_long_calms_down_and_is_told_once(
    records: Records, elsewhere: Records, clock: Clock
) -> None:
    old = await begun(records)
    other = await begun(records, None)
    clock.now += MINUTE
    young, _ = await records.incidents.seen(GUILD, "503", None, 5)
    clock.now += 30 * MINUTE
    calmed = await asyncio.gather(records.incidents.calm(30 * MINUTE), elsewhere.incidents.calm(30 * MINUTE))
    assert [incident.id for some in calmed for incident in some] == [old.id]
    assert await records.incidents.of(old.id) == replace(old, closed_at=clock.now)
    assert young.id == other.id
    assert await records.incidents.open_in(GUILD) == [young]


async def test_where_the_notice_stands_is_remembered(records: Records) -> None:
    incident = await begun(records)
    await records.incidents.posted(incident.id, 2**61, 2**60)
    await records.incidents.posted(404, 1, 1)
    assert await records.incidents.of(incident.id) == replace(incident, channel_id=2**61, message_id=2**60)
