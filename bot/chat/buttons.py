"""The menu and the buttons of a card: each is one class, with a prefix of its own in its custom ids."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

import discord
from discord import ui
from discord.utils import snowflake_time

from bot.chat import facts, noticed
from bot.chat.card import Row, render_solved
from bot.chat.control import Control, Subject, under
from bot.chat.permissions import may_post
from bot.chat.support import report
from bot.chat.trouble import tell
from bot.chat.words import WORDS
from bot.knowledge.schema import Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk


class Menu(Control, name="meaning"):
    """Shows another meaning on the card."""

    @classmethod
    def of(cls, subject: Subject, labels: Mapping[Meaning, str]) -> Self:
        """Make the menu of these meanings."""
        words = WORDS[subject.lang]
        options = [
            discord.SelectOption(
                label=label, value=str(meaning), description=words.shown_now if meaning == subject.meaning else None
            )
            for meaning, label in labels.items()
        ]
        placeholder = words.other_meanings if subject.meaning else words.nearest
        return cls(subject, ui.Select(options=options, placeholder=placeholder))

    @property
    def wanted(self) -> Meaning | None:
        """The meaning that was picked."""
        assert isinstance(self.item, ui.Select)  # noqa: S101 - as `of` makes it
        return Meaning(*self.item.values[0].split("/", 1))

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Switch the card."""
        await interaction.response.edit_message(view=self.lay_out(interaction))


class Button(Control, name=""):
    """A button; its label is one of the words around an answer."""

    label: ClassVar[str]
    style: ClassVar[discord.ButtonStyle]

    def __init_subclass__(
        cls, *, name: str, label: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
    ) -> None:
        cls.label, cls.style = label, style
        super().__init_subclass__(name=name)

    @classmethod
    def of(cls, subject: Subject) -> Self:
        """Make the button."""
        return cls(subject, ui.Button(label=getattr(WORDS[subject.lang], cls.label), style=cls.style))


class Solved(Button, name="solved", label="solved", style=discord.ButtonStyle.success):
    """Folds the card: whoever comes by with the same question opens a copy."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Fold it."""
        row = Row(Show.of(self.subject))
        if not under(interaction).flags.ephemeral:
            row.add_item(Dismiss.of(self.subject))
        await interaction.response.edit_message(view=render_solved(self.card(interaction), [row]))


class Show(Button, name="show", label="show_answer"):
    """Opens a folded card: for everybody a copy, and in private the card itself."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it."""
        if under(interaction).flags.ephemeral or interaction.context.dm_channel:
            await interaction.response.edit_message(view=self.lay_out(interaction))
        else:
            await self.give_copy(interaction)


class Support(Button, name="support", label="to_support"):
    """Shows what to send to support."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Show it to the user alone."""
        card, message = self.card(interaction), under(interaction)
        asked = message.reference.message_id if message.reference else None
        when = snowflake_time(asked) if asked else message.created_at
        read, seen = facts.read(card.read, WORDS[self.subject.lang]), noticed.read(card.noticed)
        where = interaction.client.assistant.knowledge.service.support[self.subject.lang]
        await interaction.response.send_message(view=report(card.answer, read, seen, when, where), ephemeral=True)


class Dismiss(Button, name="dismiss", label="dismiss"):
    """Takes the card away for good."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Delete it, and remember that it shall not come back."""
        await interaction.response.defer()
        with suppress(discord.NotFound):
            await interaction.delete_original_response()
        await interaction.client.dismissed(under(interaction).id)


class PostHere(Button, name="post", label="post_here"):
    """Posts a private card for everybody, without a word about who had it posted."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Post it once."""
        card = replace(self.card(interaction), above="")
        desk, user = interaction.client, interaction.user.id
        if may_post(interaction):
            await interaction.response.edit_message(view=desk.view(card, user, private=True))
            await interaction.followup.send(view=desk.view(card, user))
        else:
            await tell(interaction, WORDS[self.subject.lang].not_addressed_silent)


CONTROLS = (Menu, Solved, Show, Support, Dismiss, PostHere)


def rows(subject: Subject, labels: Mapping[Meaning, str], *, answers: bool, private: bool, postable: bool) -> list[Row]:
    """Return the controls of a card.

    Args:
        subject: what it is about.
        labels: the meanings to choose from; where there are none, there is no menu.
        answers: the card answers a question, be it that nothing is known; else it only warns of a key.
        private: only the reader sees the card.
        postable: it may be posted for everybody.
    """
    buttons: list[Control] = []
    if subject.meaning:
        buttons.append(Solved.of(subject))
    if answers:
        buttons.append(Support.of(subject))
    if not private:
        buttons.append(Dismiss.of(subject))
    elif postable and subject.meaning:
        buttons.append(PostHere.of(subject))
    menu = [Row(Menu.of(subject, labels))] if labels else []
    return [*menu, Row(*buttons)]
