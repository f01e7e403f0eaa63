"""Setup: what a server may choose, on one message with native menus that only the one who asked for it sees.

Each choice is stored at once, and the message drawn again with what keeps the bot from serving the chosen channels.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import discord
from discord import ui

from bot.chat.office import records_of
from bot.chat.servers import chosen, quiet
from bot.chat.servers.setup_words import WORDS, Words
from bot.chat.trouble import attend, tell
from bot.chat.words import language
from bot.desk.servers import LanguageChoice

if TYPE_CHECKING:
    from bot.chat.client import Desk

Box = ui.Container[ui.LayoutView]

MOST = 25
"""How many values a menu of Discord's may have."""

KINDS = (discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.voice)


def may_set_up(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether a user may manage the server; Discord lets a server's owners change who sees a command."""
    return interaction.permissions.manage_guild or interaction.permissions.administrator


async def for_managers(
    interaction: discord.Interaction[Desk], act: Callable[[discord.Interaction[Desk]], Awaitable[None]]
) -> None:
    """Do something for a user who may manage the server; anybody else is told that it is not for them."""
    if may_set_up(interaction):
        await act(interaction)
    else:
        await tell(interaction, WORDS[language(interaction.locale.value)].not_allowed)


async def show(interaction: discord.Interaction[Desk]) -> None:
    """Show a server's settings to the user alone.

    Raises:
        DeskError: the desk cannot be read.
    """
    desk = interaction.client
    await records_of(desk).servers.refresh()
    if guild := await _guild(interaction):
        view = draw(desk, guild, interaction.locale, await _waiting(desk, guild))
        await interaction.response.send_message(view=view, ephemeral=True)


async def _guild(interaction: discord.Interaction[Desk]) -> discord.Guild | None:
    """Return the server with its channels; where Discord has not sent them, the user is told so."""
    guild = interaction.client.get_guild(interaction.guild_id or 0)
    if guild is None or guild.unavailable:
        await tell(interaction, WORDS[language(interaction.locale.value)].not_known)
        return None
    return guild


async def _waiting(desk: Desk, guild: discord.Guild) -> int:
    """Return how many reports could not be posted so far."""
    waiting = await records_of(desk).outbox.waiting(guild.id)
    return sum(delivery.kind == "report" and bool(why) for delivery, why in waiting)


class Setting(ui.DynamicItem[ui.Item[Any]], ABC, template="(?!)"):
    """A menu or a button that changes settings of the server it is used in.

    Args:
        item: what Discord shows; it is given its custom id.
        value: what stands in that, where the item itself does not say what it changes to.
    """

    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str, values: str = "") -> None:
        cls.name = f"setup-{name}"
        super().__init_subclass__(template=f"{cls.name}:({values})")

    def __init__(self, item: ui.Item[Any], value: str = "") -> None:
        assert isinstance(item, ui.Button | ui.ChannelSelect | ui.RoleSelect | ui.Select)  # noqa: S101 - has one
        item.custom_id = f"{self.name}:{value}"
        super().__init__(item)
        self.value = value

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the item that somebody used."""
        return cls(item, match[1])

    @property
    @abstractmethod
    def changes(self) -> Mapping[str, object]:
        """The settings to change, as `Servers.change` takes them."""

    @property
    def picked(self) -> list[Any]:
        """What was picked in the menu."""
        return list(cast("ui.Select[Any]", self.item).values)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Change the settings and draw them again, or tell the user what kept it from that."""
        await attend(interaction, partial(for_managers, act=self._change), self.name)

    async def _change(self, interaction: discord.Interaction[Desk]) -> None:
        if guild := await _guild(interaction):
            desk = interaction.client
            await records_of(desk).servers.change(guild.id, **self.changes)
            view = draw(desk, guild, interaction.locale, await _waiting(desk, guild))
            await interaction.response.edit_message(view=view)


class SupportChannels(Setting, name="support"):
    """Where the bot listens; nothing picked is nowhere."""

    @classmethod
    def of(cls, words: Words, places: Sequence[chosen.Place]) -> Self:
        """Make the menu, with the places picked where it listens now."""
        menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
            channel_types=list(KINDS),
            placeholder=words.support_choose,
            min_values=0,
            max_values=MOST,
            default_values=places[:MOST],
        )
        return cls(menu)

    @property
    def changes(self) -> Mapping[str, object]:
        """The channels."""
        return {"support_channels": {channel.id for channel in self.picked}}


class StaffChannel(Setting, name="staff"):
    """Where reports go."""

    @classmethod
    def of(cls, words: Words, place: chosen.Anywhere | None) -> Self:
        """Make the menu, with the channel picked where they go now; a thread is none that it could offer."""
        menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
            channel_types=[discord.ChannelType.text],
            placeholder=words.staff_choose,
            min_values=0,
            default_values=[place] if isinstance(place, discord.TextChannel) else [],
        )
        return cls(menu)

    @property
    def changes(self) -> Mapping[str, object]:
        """The channel."""
        return {"staff_channel_id": next((channel.id for channel in self.picked), None)}


class StaffRole(Setting, name="role"):
    """Who works on them."""

    @classmethod
    def of(cls, words: Words, role: discord.Role | None) -> Self:
        """Make the menu, with the role picked that it is now."""
        picked = [role] if role else []
        return cls(ui.RoleSelect(placeholder=words.role_choose, min_values=0, default_values=picked))

    @property
    def changes(self) -> Mapping[str, object]:
        """The role."""
        return {"staff_role_id": next((role.id for role in self.picked), None)}


class LanguageOfAnswers(Setting, name="language"):
    """The answers' language."""

    @classmethod
    def of(cls, words: Words, now: LanguageChoice) -> Self:
        """Make the menu."""
        labels = words.languages.items()
        options = [discord.SelectOption(label=label, value=choice, default=choice == now) for choice, label in labels]
        return cls(ui.Select(options=options))

    @property
    def changes(self) -> Mapping[str, object]:
        """The language."""
        return {"language": self.picked[0]}


class Heard(Setting, name="heard", values="on|off"):
    """Whether what is only heard is answered. The button says what it changes to: pressed twice, it does so once."""

    @classmethod
    def of(cls, words: Words, *, now: bool) -> Self:
        """Make the button."""
        return cls(ui.Button(label=words.heard_turn[not now]), "off" if now else "on")

    @property
    def changes(self) -> Mapping[str, object]:
        """Whether it is."""
        return {"heard": self.value == "on"}


class Environment(Setting, name="environment"):
    """Leaves the channels to the environment again."""

    @classmethod
    def of(cls, words: Words) -> Self:
        """Make the button."""
        return cls(ui.Button(label=words.use_environment))

    @property
    def changes(self) -> Mapping[str, object]:
        """None of its own."""
        return {"support_channels": None, "staff_channel_id": None}


SETTINGS = (SupportChannels, StaffChannel, StaffRole, LanguageOfAnswers, Heard, Environment)


def draw(desk: Desk, guild: discord.Guild, locale: discord.Locale, waiting: int) -> ui.LayoutView:
    """Lay out a server's settings as they are, with what the bot lacks in the chosen channels.

    Args:
        desk: the bot.
        guild: the server, with its channels.
        locale: the reader's.
        waiting: how many reports could not be posted so far.
    """
    words, server = WORDS[language(locale.value)], desk.server(guild.id)
    box = Box(ui.TextDisplay(f"### {words.title}\n-# {words.private}"))
    if not desk.intents.message_content:
        box.add_item(ui.TextDisplay(words.deaf))
    box.add_item(ui.Separator(visible=False))
    text, places = chosen.support(words, desk, guild)
    _add(box, text, SupportChannels.of(words, places))
    text, place = chosen.staff(words, desk, guild, waiting)
    _add(box, text, StaffChannel.of(words, place))
    text, role = chosen.role(words, desk, guild)
    _add(box, text, StaffRole.of(words, role))
    _add(box, f"**{words.language}**\n{words.language_about}", LanguageOfAnswers.of(words, server.language))
    read = (words.webhooks.format(count=len(server.webhooks)),) if server.webhooks else ()
    buttons: list[Setting] = [Heard.of(words, now=server.heard)]
    of_its_own = (server.support_channels is not None and chosen.named(desk.settings, guild)) or (
        server.staff_channel_id is not None and desk.settings.staff_channel
    )
    if of_its_own:
        buttons.append(Environment.of(words))
    _add(box, "\n".join((f"**{words.heard}**", words.heard_is[server.heard], *read)), *buttons)
    if left_alone := quiet.listed(desk, guild, language(locale.value)):
        box.add_item(ui.TextDisplay(left_alone))
    return ui.LayoutView(timeout=None).add_item(box)


def _add(box: Box, text: str, *items: Setting) -> None:
    """Add a section: what is said of a choice, and its menu or buttons."""
    box.add_item(ui.TextDisplay(text))
    box.add_item(ui.ActionRow(*items))
    box.add_item(ui.Separator(visible=False))
