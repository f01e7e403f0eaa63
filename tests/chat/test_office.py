from __future__ import annotations

import gc
import re
import weakref
from collections.abc import AsyncIterator, Mapping
from typing import Any

import discord
import pytest
from discord import ui

from bot.chat.client import Desk
from bot.chat.office import Form, Numbered, may_work
from bot.chat.words import WORDS
from bot.desk.database import DeskError
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
