from __future__ import annotations

import gc
import re
import weakref
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import AsyncMock

import aiohttp
import discord
import pytest
from discord import ui

from bot.chat.client import Desk
from bot.chat.reports.home import Home, home_of, look_for_home
from bot.chat.reports.office import Form, Numbered, may_work
from bot.chat.words import WORDS
from bot.desk.database import DeskError
from bot.desk.share import Share
from tests.chat.helpdesk import Helpdesk, helpdesk
from tests.chat.town import KEY, Town, private


@pytest.fixture
async def help_(town: Town) -> AsyncIterator[Helpdesk]:
    async with helpdesk(town) as there:
        yield there


class Wish(Form, name="test-wish", payload=r"(\d+)"):
    """A form with one field, and what was filled in so far."""

    taken: list[tuple[str, Mapping[str, str]]]
    made: list[weakref.ref[Wish]]

    def __init__(self, opener: discord.Interaction[Any], number: int) -> None:
        super().__init__(opener, number, "A wish")
        self.add_item(ui.Label(text="What?", component=ui.TextInput(custom_id="what")))
        self.made.append(weakref.ref(self))

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        cls.taken.append((match[1], values))
        if values["what"] == "trouble":
            raise RuntimeError(" ".join(("secret", "words")))
        await interaction.response.defer()


class Press(Numbered, name="test-press"):
    """Opens the form."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        if self.number == 404:
            raise DeskError("the database failed: locked")
        await interaction.response.send_modal(Wish(interaction, self.number))


@pytest.fixture
async def buttons(town: Town) -> discord.Message:
    """A message with two of these buttons and one for which the desk fails."""
    Wish.taken, Wish.made = [], []
    town.desk.add_dynamic_items(Press)
    row: ui.ActionRow[Any] = ui.ActionRow(*(Press.of(number, "en", f"number {number}") for number in (1, 2, 404)))
    channel = town.desk.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send(view=ui.LayoutView(timeout=None).add_item(row))


async def test_two_open_forms_of_one_kind_are_told_apart(town: Town, buttons: discord.Message) -> None:
    first = await town.maya.click(buttons, label="number 1")
    second = await town.bob.click(buttons, label="number 2")
    third = await town.maya.click(buttons, label="number 1")
    for who, form, wish in ((town.bob, second, "two"), (town.maya, third, "three"), (town.maya, first, "one")):
        assert (await who.submit_modal(form, {"what": wish})).acknowledged
    assert Wish.taken == [("2", {"what": "two"}), ("1", {"what": "three"}), ("1", {"what": "one"})]


async def test_what_is_filled_in_comes_stripped_and_without_its_key(town: Town, buttons: discord.Message) -> None:
    form = await town.maya.click(buttons, label="number 1")
    await town.maya.submit_modal(form, {"what": f"  it is {KEY} \n"})
    ((_, values),) = Wish.taken
    assert values["what"].startswith("it is sk-")
    assert KEY not in values["what"]
    assert values["what"] == values["what"].strip()


async def test_a_form_that_is_never_filled_in_is_not_kept(town: Town, buttons: discord.Message) -> None:
    await town.maya.click(buttons, label="number 1")
    gc.collect()
    assert [form() for form in Wish.made] == [None]


async def test_an_error_in_a_form_is_told_to_its_user_alone_and_logged_without_words(
    town: Town, buttons: discord.Message, caplog: pytest.LogCaptureFixture
) -> None:
    form = await town.maya.click(buttons, label="number 1")
    told = private(await town.maya.submit_modal(form, {"what": "trouble"}))
    assert told.content.startswith(WORDS["en"].trouble.split("{")[0])
    assert "the form 'test-wish' failed with RuntimeError" in caplog.text
    assert "secret words" not in caplog.text


async def test_a_desk_that_fails_is_told_in_the_users_language(town: Town, buttons: discord.Message) -> None:
    assert private(await town.maya.click(buttons, label="number 404")).content == WORDS["en"].no_desk


@pytest.mark.usefixtures("chinese")
async def test_a_desk_that_fails_is_told_in_chinese(town: Town, buttons: discord.Message) -> None:
    told = private(await town.maya.click(buttons, label="number 404"))
    assert told.content == WORDS["zh"].no_desk


async def test_a_press_that_comes_twice_counts_once(
    town: Town, buttons: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.desk, "first_met", lambda _: False)
    assert not (await town.maya.click(buttons, label="number 404")).acknowledged


async def test_staff_are_those_with_the_servers_staff_role_and_those_who_may_manage_messages(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    async def look(_: Press, interaction: discord.Interaction[Desk]) -> None:
        seen.append(may_work(interaction))
        await interaction.response.defer()

    monkeypatch.setattr(Press, "act", look)
    help_.desk.add_dynamic_items(Press)
    channel = help_.desk.get_channel(help_.town.general.id)
    assert isinstance(channel, discord.TextChannel)
    row: ui.ActionRow[Any] = ui.ActionRow(Press.of(1, "en", "press"))
    message = await channel.send(view=ui.LayoutView(timeout=None).add_item(row))
    for who in (help_.dana, help_.town.sam, help_.town.bob):
        await who.click(message, label="press")
    await help_.records.servers.change(help_.town.guild.id, staff_role_id=None)
    await help_.dana.click(message, label="press")
    assert seen == [True, True, False, False]


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
