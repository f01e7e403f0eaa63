"""What the desk's buttons and forms have in common: who may use them, and what comes of it.

They work after a restart: all they need stands in their custom id, and the rest is in the desk.
"""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord
from discord import ui
from discord.ext import commands

from bot.assistant.secrets import mask
from bot.chat.trouble import FAILED, attend, tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.knowledge.schema import LANGUAGES, Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

NOT_STAFF: Mapping[Language, str] = {
    "en": "This is for the support team.",
    "zh": "这里只有客服团队可以操作。",
}


def may_work(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether a user is staff: who has the server's staff role, or may manage messages there."""
    if interaction.permissions.manage_messages:
        return True
    records, user = interaction.client.records, interaction.user
    if records is None or not isinstance(user, discord.Member):
        return False
    staff = records.servers.of(interaction.guild_id).staff_role_id
    return any(role.id == staff for role in user.roles)


def records_of(desk: Desk) -> Records:
    """Return what the desk remembers.

    Raises:
        DeskError: there is no database.
    """
    if desk.records is None:
        raise DeskError("there is no database")
    return desk.records


async def acknowledge(interaction: discord.Interaction[Desk], *, answering: bool = False) -> None:
    """Tell Discord that a press or a form was taken. Where it no longer listens, it counts all the same.

    Args:
        interaction: the press or the form.
        answering: the user gets an answer of their own.
    """
    try:
        await interaction.response.defer(ephemeral=answering, thinking=answering)
    except FAILED as error:
        log.info("an interaction was not acknowledged: %s", type(error).__name__)


class Numbered(ui.DynamicItem[ui.Button[Any]], ABC, template="(?!)"):
    """A button that belongs to a report or an incident. Subclasses say its name, and whether it is for staff alone.

    Args:
        number: the report's or the incident's.
        lang: the language of the message that it stands on.
        button: what Discord shows; it is given its custom id.
    """

    name: ClassVar[str]
    staff: ClassVar[bool]

    def __init_subclass__(cls, *, name: str, staff: bool = False) -> None:
        cls.name, cls.staff = name, staff
        super().__init_subclass__(template=rf"{name}:(\d{{1,20}}):({'|'.join(LANGUAGES)})")

    def __init__(self, number: int, lang: Language, button: ui.Button[Any]) -> None:
        button.custom_id = f"{self.name}:{number}:{lang}"
        super().__init__(button)
        self.number = number
        self.lang: Language = lang

    @classmethod
    def of(
        cls,
        number: int,
        lang: Language,
        label: str,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> Self:
        """Make the button."""
        return cls(number, lang, ui.Button(label=label, style=style))

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the button that somebody pressed."""
        assert isinstance(item, ui.Button)  # noqa: S101 - nothing else has such a custom id
        return cls(int(match[1]), language(match[2]), item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is for, or tell the user what kept it from that."""
        await _attend(interaction, self.act, f"the button {self.name!r}", staff=self.staff)

    @abstractmethod
    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Do what the button is for. Discord has to be answered within three seconds.

        Raises:
            DeskError: the desk cannot do it; the user is told so.
        """


class Form(ui.Modal, ABC):
    """A form. What is filled in is recognised by its custom id alone, `name:payload:key`, before and after a restart.

    Subclasses say their name, the pattern of their payload (no `:` at its ends), and whether they are for staff alone.

    Args:
        opener: the interaction that opens it, and makes its key: two open forms of one kind never mix.
        payload: what it is about; it has to match the pattern.
        title: its title, of at most 45 characters.
    """

    name: ClassVar[str]
    staff: ClassVar[bool]
    pattern: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, name: str, payload: str, staff: bool = False) -> None:
        cls.name, cls.staff, cls.pattern = name, staff, re.compile(rf"{name}:{payload}:\d{{1,20}}")
        FORMS[name] = cls
        super().__init_subclass__()

    def __init__(self, opener: discord.Interaction[Any], payload: object, title: str) -> None:
        super().__init__(title=title, custom_id=f"{self.name}:{payload}:{opener.id}")
        self.stop()  # else discord.py keeps it until it is filled in, which may be never

    @classmethod
    @abstractmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Take what was filled in. Discord has to be answered within three seconds.

        Args:
            interaction: the submission.
            match: of the pattern, with the groups of the payload.
            values: the texts by the custom ids of their fields, stripped, and masked where they held a key.

        Raises:
            DeskError: the desk cannot do it; the user is told so.
        """


FORMS: dict[str, type[Form]] = {}
"""The forms by their names."""


class Forms(commands.Cog):
    """Hands each form that is filled in to its class."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Desk]) -> None:
        """Take a form; other interactions have their own ways."""
        if interaction.type is not discord.InteractionType.modal_submit or not isinstance(interaction.data, dict):
            return
        custom_id = str(interaction.data.get("custom_id"))
        form = FORMS.get(custom_id.partition(":")[0])
        if form is None or not (match := form.pattern.fullmatch(custom_id)):
            return
        values = dict(_texts(interaction.data.get("components")))
        await _attend(
            interaction,
            lambda _: form.submitted(interaction, match, values),
            f"the form {form.name!r}",
            staff=form.staff,
        )


def _texts(components: Any) -> Iterator[tuple[str, str]]:
    for component in components or ():
        inner = component.get("components") or filter(None, [component.get("component")])
        yield from _texts(inner)
        if isinstance(value := component.get("value"), str):
            yield component["custom_id"], mask(value).text.strip()


async def _attend(
    interaction: discord.Interaction[Desk],
    act: Callable[[discord.Interaction[Desk]], Awaitable[None]],
    where: str,
    *,
    staff: bool,
) -> None:
    """Have something done for a user, see `attend`; what is for staff, for them alone."""

    async def admit(_: discord.Interaction[Desk]) -> None:
        if staff and not may_work(interaction):
            await tell(interaction, NOT_STAFF[language(interaction.locale.value)])
        else:
            await act(interaction)

    await attend(interaction, admit, where)
