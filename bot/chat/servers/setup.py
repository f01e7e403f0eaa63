"""Setup: what a server may choose, on one message with native menus that only the one who asked for it sees.

Each choice is stored at once, and the message drawn again with what keeps the bot from serving the chosen channels.
"""

from __future__ import annotations

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import discord
from discord import ui

from bot.chat.cards.post_tag import solved_tag
from bot.chat.permissions import NEEDS, STAFF_NEEDS, lacking, open_to_all
from bot.chat.reports import office
from bot.chat.reports.home import home_of
from bot.chat.servers.setup_words import WORDS, Words
from bot.chat.trouble import apologise, tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.servers import Server
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

Place = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel
Box = ui.Container[ui.LayoutView]

MOST = 25
"""How many values a menu of Discord's may have."""

KINDS = (discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.voice)


def may_set_up(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether a user may manage the server; Discord lets a server's owners change who sees a command."""
    return interaction.permissions.manage_guild or interaction.permissions.administrator


async def attend(
    interaction: discord.Interaction[Desk], act: Callable[[discord.Interaction[Desk]], Any], where: str
) -> None:
    """Do something for a user who may manage the server, or tell the user what kept it from that.

    Args:
        interaction: what the user did.
        act: is called with it; it may raise `DeskError`.
        where: names it in the log.
    """
    lang = language(interaction.locale.value)
    try:
        if not may_set_up(interaction):
            await tell(interaction, WORDS[lang].not_allowed)
            return
        try:
            await act(interaction)
        except DeskError as error:
            log.warning("%s did nothing: %s", where, error)
            await tell(interaction, office.WORDS[lang].no_desk)
    except Exception as error:  # the user is waiting, whatever it is
        await apologise(interaction, error, where)


async def show(interaction: discord.Interaction[Desk]) -> None:
    """Show a server's settings to the user alone.

    Raises:
        DeskError: the desk cannot be read.
    """
    desk = interaction.client
    await office.records_of(desk).servers.refresh()
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
        if interaction.client.first_met(interaction.id):
            await attend(interaction, self._act, self.name)

    async def _act(self, interaction: discord.Interaction[Desk]) -> None:
        if guild := await _guild(interaction):
            desk = interaction.client
            await office.records_of(desk).servers.change(guild.id, **self.changes)
            view = draw(desk, guild, interaction.locale, await _waiting(desk, guild))
            await interaction.response.edit_message(view=view)


class SupportChannels(Setting, name="support"):
    """Where the bot listens; nothing picked is nowhere."""

    @property
    def changes(self) -> Mapping[str, object]:
        """The channels."""
        return {"support_channels": {channel.id for channel in self.picked}}


class StaffChannel(Setting, name="staff"):
    """Where reports go."""

    @property
    def changes(self) -> Mapping[str, object]:
        """The channel."""
        return {"staff_channel_id": next((channel.id for channel in self.picked), None)}


class StaffRole(Setting, name="role"):
    """Who works on them."""

    @property
    def changes(self) -> Mapping[str, object]:
        """The role."""
        return {"staff_role_id": next((role.id for role in self.picked), None)}


class LanguageOfAnswers(Setting, name="language"):
    """The answers' language."""

    @property
    def changes(self) -> Mapping[str, object]:
        """The language."""
        return {"language": self.picked[0]}


class Heard(Setting, name="heard", values="on|off"):
    """Whether what is only heard is answered. The button says what it changes to: pressed twice, it does so once."""

    @property
    def changes(self) -> Mapping[str, object]:
        """Whether it is."""
        return {"heard": self.value == "on"}


class Environment(Setting, name="environment"):
    """Leaves the channels to the environment again."""

    @property
    def changes(self) -> Mapping[str, object]:
        """None of its own."""
        return {"support_channels": None, "staff_channel_id": None}


SETTINGS = (SupportChannels, StaffChannel, StaffRole, LanguageOfAnswers, Heard, Environment)


async def _waiting(desk: Desk, guild: discord.Guild) -> int:
    """Return how many reports could not be posted so far."""
    waiting = await office.records_of(desk).outbox.waiting(guild.id)
    return sum(delivery.kind == "report" and bool(why) for delivery, why in waiting)


def draw(desk: Desk, guild: discord.Guild, locale: discord.Locale, waiting: int) -> ui.LayoutView:
    """Lay out a server's settings as they are, with what the bot lacks in the chosen channels.

    Args:
        desk: the bot.
        guild: the server, with its channels.
        locale: the reader's.
        waiting: how many reports could not be posted so far.
    """
    words, server = WORDS[language(locale.value)], desk.server(guild.id)
    by_environment = named(desk.settings, guild)
    box = Box(ui.TextDisplay(f"### {words.title}\n-# {words.private}"))
    if not desk.intents.message_content:
        box.add_item(ui.TextDisplay(words.deaf))
    box.add_item(ui.Separator(visible=False))
    _support(box, words, guild, server, by_environment)
    _staff(box, words, desk, guild, waiting)
    _role(box, words, guild, server)
    box.add_item(ui.TextDisplay(f"**{words.language}**\n{words.language_about}"))
    options = [
        discord.SelectOption(label=label, value=choice, default=choice == server.language)
        for choice, label in words.languages.items()
    ]
    _add(box, LanguageOfAnswers(ui.Select(options=options)))
    read = (words.webhooks.format(count=len(server.webhooks)),) if server.webhooks else ()
    box.add_item(ui.TextDisplay("\n".join((f"**{words.heard}**", words.heard_is[server.heard], *read))))
    buttons: list[Setting] = [
        Heard(ui.Button(label=words.heard_turn[not server.heard]), "off" if server.heard else "on")
    ]
    of_its_own = (server.support_channels is not None and by_environment) or (
        server.staff_channel_id is not None and desk.settings.staff_channel
    )
    if of_its_own:
        buttons.append(Environment(ui.Button(label=words.use_environment)))
    _add(box, *buttons)
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _support(box: Box, words: Words, guild: discord.Guild, server: Server, by_environment: Sequence[Place]) -> None:
    lines = [f"**{words.support}**", words.support_about]
    if server.support_channels is None:
        places, gone = list(by_environment), 0
    else:
        found = [guild.get_channel(id_) for id_ in sorted(server.support_channels)]
        places = [place for place in found if isinstance(place, Place)]
        gone = len(found) - len(places)
    lines += _checked(words, [(place, lacking(place, NEEDS[place.type])) for place in places], gone)
    if not places:
        lines.append(words.support_none)
    elif server.support_channels is None:
        lines.append(f"-# {words.from_environment}")
    if unmarked := [place for place in places if solved_tag(place) and lacking(place, ("manage_threads",))]:
        lines.append(f"-# {words.unmarked.format(places=' '.join(place.mention for place in unmarked))}")
    box.add_item(ui.TextDisplay("\n".join(lines)))
    menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
        channel_types=list(KINDS),
        placeholder=words.support_choose,
        min_values=0,
        max_values=MOST,
        default_values=places[:MOST],
    )
    _add(box, SupportChannels(menu))


def _staff(box: Box, words: Words, desk: Desk, guild: discord.Guild, waiting: int) -> None:
    home = home_of(desk, guild.id)
    place = guild.get_channel_or_thread(home.channel_id) if home else None
    lines = [f"**{words.staff}**", words.staff_about]
    if place:
        found = ((words.staff_public, open_to_all(place)), (words.staff_support, desk.is_support(place)))
        unfit = [line.format(place=place.mention) for line, is_so in found if is_so]
        missing = lacking(place, STAFF_NEEDS)
        lines += unfit + (_checked(words, [(place, missing)], 0) if missing or not unfit else [])
        if desk.server(guild.id).staff_channel_id is None:
            lines.append(f"-# {words.from_environment}")
    elif home:
        lines += [*_checked(words, [], 1), words.staff_gone]
    else:
        lines.append(words.staff_none)
    if waiting:
        lines.append(words.waiting.format(count=waiting))
    box.add_item(ui.TextDisplay("\n".join(lines)))
    menu: ui.ChannelSelect[Any] = ui.ChannelSelect(
        channel_types=[discord.ChannelType.text],
        placeholder=words.staff_choose,
        min_values=0,
        default_values=[place] if isinstance(place, discord.TextChannel) else [],
    )
    _add(box, StaffChannel(menu))


def _role(box: Box, words: Words, guild: discord.Guild, server: Server) -> None:
    role = guild.get_role(server.staff_role_id) if server.staff_role_id else None
    lines = [f"**{words.role}**", words.role_about]
    if server.staff_role_id and role is None:
        lines.append(words.role_gone)
    box.add_item(ui.TextDisplay("\n".join(lines)))
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        placeholder=words.role_choose, min_values=0, default_values=[role] if role else []
    )
    _add(box, StaffRole(menu))


def _checked(
    words: Words,
    places: Iterable[tuple[Place | discord.abc.GuildChannel | discord.Thread, tuple[str, ...]]],
    gone: int,
) -> list[str]:
    """Return a line for those channels that are well, and one for each set of permissions that is lacking."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for place, missing in places:
        alike.setdefault(missing, []).append(place.mention)
    lines = []
    for missing, mentions in sorted(alike.items()):
        names = words.comma.join(f"**{words.permissions[name]}**" for name in missing)
        line = words.lacks if missing else words.ready
        lines.append(line.format(places=" ".join(mentions), permissions=names))
    return [*lines, words.gone.format(count=gone)] if gone else lines


def named(settings: Settings, guild: discord.Guild) -> list[Place]:
    """Return the channels of a server that the environment names."""
    names = settings.support_channels
    return [
        place for place in guild.channels if isinstance(place, Place) and {str(place.id), place.name.casefold()} & names
    ]


def _add(box: Box, *items: Setting) -> None:
    """Close a section with its menu or buttons."""
    box.add_item(ui.ActionRow(*items))
    box.add_item(ui.Separator(visible=False))
