from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from unittest.mock import AsyncMock

import aiohttp
import pytest

from bot.chat.client import Desk
from bot.chat.reports.home import Home, home_of, look_for_home
from bot.desk.share import Share
from tests.chat.helpdesk import Helpdesk, helpdesk
from tests.chat.town import Town


@pytest.fixture
async def help_(town: Town) -> AsyncIterator[Helpdesk]:
    async with helpdesk(town) as there:
        yield there


def named(town: Town, name: str | None) -> Desk:
    town.desk.settings = replace(town.desk.settings, staff_channel=name)
    return town.desk


async def test_a_servers_own_setting_comes_before_the_environment(help_: Helpdesk) -> None:
    town = help_.town
    other = town.guild.create_text_channel("office")
    assert home_of(named(town, "office"), town.guild.id) == Home(town.guild.id, help_.staff.id)
    await help_.records.servers.change(town.guild.id, staff_channel_id=None)
    assert home_of(named(town, "office"), town.guild.id) == Home(town.guild.id, other.id)
    assert home_of(named(town, str(help_.staff.id)), town.guild.id) == Home(town.guild.id, help_.staff.id)
    assert home_of(named(town, None), town.guild.id) is None


async def test_a_direct_message_goes_to_the_one_server_that_the_environment_names(town: Town) -> None:
    office_ = town.guild.create_text_channel("office")
    assert home_of(named(town, "office"), None) == Home(town.guild.id, office_.id)
    assert home_of(named(town, "office"), 12345) == Home(town.guild.id, office_.id)
    assert home_of(named(town, None), None) is None
    second = town.env.create_guild("second")
    assert home_of(named(town, "office"), second.id) is None
    second.create_text_channel("office")
    assert home_of(named(town, "office"), None) is None
    assert home_of(named(town, str(office_.id)), None) == Home(town.guild.id, office_.id)


APART = Share(2, frozenset({0}))
"""A process that sees some of the servers."""


async def test_a_process_that_sees_some_servers_asks_discord_where_the_staff_channel_is(town: Town) -> None:
    office_ = town.guild.create_text_channel("office")
    desk = named(town, str(office_.id))
    desk.share = APART
    assert home_of(desk, None) is None
    await look_for_home(desk)
    assert home_of(desk, None) == home_of(desk, 12345) == Home(town.guild.id, office_.id)
    assert home_of(desk, town.guild.id) == Home(town.guild.id, office_.id)


async def test_a_name_does_not_tell_such_a_process_where_the_staff_channel_is(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    office_ = town.guild.create_text_channel("office")
    desk = named(town, "office")
    desk.share = APART
    await look_for_home(desk)
    await desk.on_ready()
    assert home_of(desk, None) is None
    assert home_of(desk, town.guild.id) == Home(town.guild.id, office_.id)
    assert "nobody takes reports from direct messages: STAFF_CHANNEL office" in caplog.text


async def test_a_staff_channel_that_discord_does_not_tell_of_is_looked_for_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    office_ = town.guild.create_text_channel("office")
    desk = named(town, str(office_.id))
    desk.share = APART
    with monkeypatch.context() as away:
        away.setattr(desk, "fetch_channel", AsyncMock(side_effect=aiohttp.ServerDisconnectedError))
        await look_for_home(desk)
    assert home_of(desk, None) is None
    await look_for_home(desk)
    assert home_of(desk, None) == Home(town.guild.id, office_.id)
