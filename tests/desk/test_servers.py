from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.desk.database import Database, DeskError
from bot.desk.records import Records
from bot.desk.servers import QUIETED, Server
from tests.desk.conftest import Clock

GUILD = 2**63 - 1
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def test_a_server_that_set_nothing_has_the_defaults(records: Records) -> None:
    assert records.servers.of(GUILD) == Server(guild_id=GUILD)
    assert records.servers.of(None) == Server(guild_id=0)


async def test_every_setting_is_kept_and_known_at_once_here_and_after_a_refresh_elsewhere(
    records: Records, elsewhere: Records
) -> None:
    changed = await records.servers.change(
        GUILD,
        support_channels=[7, 2**62, 7],
        staff_channel_id=2**62,
        staff_role_id=2**61,
        language="zh",
        heard=False,
        webhooks={9, 8},
        retention_days=365,
        incident_people=50,
        incident_minutes=1,
        repeat_minutes=0,
    )
    assert changed == Server(
        guild_id=GUILD,
        support_channels=frozenset({7, 2**62}),
        staff_channel_id=2**62,
        staff_role_id=2**61,
        language="zh",
        heard=False,
        webhooks=frozenset({8, 9}),
        retention_days=365,
        incident_people=50,
        incident_minutes=1,
        repeat_minutes=0,
    )
    assert records.servers.of(GUILD) == changed
    assert elsewhere.servers.of(GUILD) == Server(guild_id=GUILD)
    await elsewhere.servers.refresh()
    assert elsewhere.servers.of(GUILD) == changed


async def test_a_change_leaves_the_other_settings_as_they_are_in_the_database(
    records: Records, elsewhere: Records
) -> None:
    await records.servers.change(GUILD, heard=False)
    changed = await elsewhere.servers.change(GUILD, language="en")
    assert changed == Server(guild_id=GUILD, heard=False, language="en")
    assert await records.servers.change(GUILD, support_channels=[]) == Server(
        guild_id=GUILD, heard=False, language="en", support_channels=frozenset()
    )


async def test_no_channels_at_all_and_channels_as_the_environment_has_them_are_two_things(
    records: Records, elsewhere: Records
) -> None:
    await records.servers.change(GUILD, support_channels=())
    await records.servers.change(2, support_channels=None)
    await elsewhere.servers.refresh()
    assert elsewhere.servers.of(GUILD).support_channels == frozenset()
    assert elsewhere.servers.of(2).support_channels is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention_days", 0),
        ("retention_days", 366),
        ("incident_people", 1),
        ("incident_people", 51),
        ("incident_minutes", 0),
        ("incident_minutes", 121),
        ("repeat_minutes", -1),
        ("repeat_minutes", 121),
        ("quiet", {}),
        ("language", "fr"),
        ("left_at", None),
        ("greeted", True),
        ("colour", "red"),
    ],
)
async def test_a_value_that_a_setting_may_not_have_is_refused_by_name_and_nothing_changes(
    records: Records, name: str, value: object
) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        await records.servers.change(5, **{"heard": False, name: value})
    await records.servers.refresh()
    assert records.servers.of(5) == Server(guild_id=5)


async def test_a_refresh_sees_each_change_of_another_process_though_the_clock_stands_still(
    records: Records, elsewhere: Records
) -> None:
    for days in (3, 4, 3):
        await elsewhere.servers.change(GUILD, retention_days=days)
        await elsewhere.servers.change(1, incident_people=days)
        await records.servers.refresh()
        assert records.servers.of(GUILD).retention_days == days
        assert records.servers.of(1).incident_people == days


async def test_a_change_that_fails_is_not_in_the_copy(records: Records) -> None:
    with pytest.raises(DeskError):
        await records.servers.change(GUILD, staff_channel_id=object())
    assert records.servers.of(GUILD) == Server(guild_id=GUILD)


async def test_settings_that_were_forgotten_elsewhere_are_the_defaults_again(
    records: Records, elsewhere: Records
) -> None:
    await records.servers.change(GUILD, heard=False)
    await elsewhere.people.forget_server(GUILD)
    await records.servers.refresh()
    assert records.servers.of(GUILD) == Server(guild_id=GUILD)


async def test_changes_at_once_are_all_kept(records: Records, elsewhere: Records) -> None:
    await asyncio.gather(
        records.servers.change(GUILD, heard=False),
        elsewhere.servers.change(GUILD, language="zh"),
        records.servers.refresh(),
        records.servers.change(GUILD, staff_role_id=3),
        elsewhere.servers.change(GUILD, retention_days=9),
    )
    await records.servers.refresh()
    assert records.servers.of(GUILD) == Server(
        guild_id=GUILD, heard=False, language="zh", staff_role_id=3, retention_days=9
    )


async def quiet(records: Records) -> set[str]:
    """About whom and where it is said to be quiet."""
    return set(records.servers.of(GUILD).quiet)


async def test_what_is_quiet_is_known_at_once_here_and_after_a_refresh_elsewhere(
    records: Records, elsewhere: Records, clock: Clock
) -> None:
    assert records.servers.of(GUILD).quiet == {}
    until = clock.now + 30 * MINUTE
    changed = await records.servers.hush(GUILD, "7", until)
    assert changed.quiet == records.servers.of(GUILD).quiet == {"7": until}
    await elsewhere.servers.refresh()
    assert elsewhere.servers.of(GUILD).quiet == {"7": until}
    assert await quiet(records) == {"7"}
    await elsewhere.servers.change(GUILD, heard=False)
    assert elsewhere.servers.of(GUILD).quiet == {"7": until}


async def test_what_is_said_last_of_somebody_counts(records: Records, clock: Clock) -> None:
    await records.servers.hush(GUILD, "7", clock.now + HOUR)
    await records.servers.hush(GUILD, "7", clock.now + MINUTE)
    assert records.servers.of(GUILD).quiet == {"7": clock.now + MINUTE}


async def test_to_end_it_ends_all_that_is_about_somebody_and_nothing_else(records: Records, clock: Clock) -> None:
    for name in ("7", "1:7", "2:7", "2:8", "77", "1:77", "2"):
        await records.servers.hush(GUILD, name, clock.now + HOUR)
    await records.servers.hush(GUILD, "7", None)
    assert await quiet(records) == {"2:8", "77", "1:77", "2"}
    await records.servers.hush(GUILD, "2:8", None)
    assert await quiet(records) == {"77", "1:77", "2"}
    await records.servers.hush(GUILD, "404", None)
    assert await quiet(records) == {"77", "1:77", "2"}


async def test_what_another_process_said_meanwhile_is_not_lost(
    records: Records, elsewhere: Records, clock: Clock
) -> None:
    await records.servers.hush(GUILD, "7", clock.now + HOUR)
    await asyncio.gather(
        *(place.servers.hush(GUILD, f"{number}", clock.now + HOUR)
          for number, place in enumerate((records, elsewhere) * 4, 100))
    )  # fmt: skip
    await records.servers.refresh()
    assert await quiet(records) == {"7", *map(str, range(100, 108))}


async def test_what_is_over_goes_with_the_next_word_or_the_next_purge(
    records: Records, elsewhere: Records, clock: Clock
) -> None:
    await records.servers.hush(GUILD, "1:7", clock.now + MINUTE)
    clock.now += MINUTE
    await records.servers.hush(GUILD, "8", clock.now + MINUTE)
    assert await quiet(records) == {"8"}
    await records.servers.change(5, heard=False)
    assert await elsewhere.people.purge() == 0
    clock.now += MINUTE
    assert await elsewhere.people.purge() == 1
    assert await elsewhere.people.purge() == 0
    await records.servers.refresh()
    assert await quiet(records) == set()
    assert not records.servers.of(5).heard


async def test_very_many_do_not_pile_up_and_what_lasts_longest_stays(records: Records, clock: Clock) -> None:
    await records.servers.hush(GUILD, "first", clock.now + HOUR)
    for number in range(QUIETED + 5):
        await records.servers.hush(GUILD, f"{number}", clock.now + MINUTE + number * SECOND)
    assert len(await quiet(records)) == QUIETED
    assert {"first", f"{QUIETED + 4}"} < await quiet(records)


async def test_a_server_that_was_quiet_somewhere_is_still_to_be_greeted(records: Records, clock: Clock) -> None:
    await records.servers.hush(GUILD, "7", clock.now + MINUTE)
    assert await records.servers.joined(GUILD)


async def test_a_word_that_the_database_cannot_take_is_not_in_the_copy(
    records: Records, database: Database, clock: Clock
) -> None:
    async with database.transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE servers")
    with pytest.raises(DeskError):
        await records.servers.hush(GUILD, "7", clock.now + MINUTE)
    assert await quiet(records) == set()


async def test_a_server_is_greeted_once_by_one_process(records: Records, elsewhere: Records) -> None:
    told = await asyncio.gather(*(place.servers.joined(GUILD) for place in (records, elsewhere) * 3))
    assert sorted(told) == [False] * 5 + [True]
    assert records.servers.of(GUILD).greeted
    await records.servers.left(GUILD)
    assert not await elsewhere.servers.joined(GUILD)


async def test_a_server_with_settings_is_still_to_be_greeted(records: Records) -> None:
    await records.servers.change(GUILD, heard=False)
    assert await records.servers.joined(GUILD)
    assert records.servers.of(GUILD) == Server(guild_id=GUILD, heard=False, greeted=True)


async def test_a_server_is_gone_when_it_was_left_longer_ago(records: Records, clock: Clock) -> None:
    await records.servers.joined(1)
    await records.servers.left(2)
    clock.now += SECOND
    await records.servers.left(2)  # told twice: the first time counts
    await records.servers.left(3)
    clock.now += WEEK
    assert await records.servers.gone(WEEK) == [2]
    assert records.servers.known() == {1}
    clock.now += SECOND
    assert await records.servers.gone(WEEK) == [2, 3]


async def test_a_server_that_took_the_bot_back_is_not_gone(records: Records, elsewhere: Records, clock: Clock) -> None:
    await records.servers.change(GUILD, heard=False)
    await records.servers.left(GUILD)
    assert records.servers.of(GUILD).left_at == clock.now
    await elsewhere.servers.joined(GUILD)
    clock.now += 2 * WEEK
    assert await records.servers.gone(WEEK) == []
    await records.servers.refresh()
    assert records.servers.of(GUILD) == Server(guild_id=GUILD, heard=False, greeted=True)
    assert records.servers.known() == {GUILD}
