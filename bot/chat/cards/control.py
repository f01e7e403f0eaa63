"""What all menus and buttons of a card have in common.

They work after a restart: all they need stands in their custom id and on the card. The asker and staff change the
card itself; anybody else who uses it gets a copy that nobody else sees, or is thanked for their word on the answer.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import discord
from discord import ui

from bot.chat.cards import facts
from bot.chat.cards.card import Card
from bot.chat.learning import incidents
from bot.chat.permissions import may_post
from bot.chat.trouble import attend, tell
from bot.chat.words import WORDS, language
from bot.knowledge.schema import LANGUAGES, Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk


@dataclass(frozen=True, slots=True)
class Subject:
    """What a control is about.

    Attributes:
        asker_id: whose card it is on.
        meaning: what the card explains.
        lang: in which language.
        question_id: what was asked: the message, or the interaction; 0 where that is not known. The card that the
            asker opens or posts of their own stays with their question, and a copy for somebody else begins one.
    """

    asker_id: int
    meaning: Meaning | None
    lang: Language
    question_id: int = 0

    def __str__(self) -> str:
        """Return the subject as it stands in a custom id, which may have 100 characters in all."""
        entry, case = self.meaning or ("", None)
        question = f":{self.question_id:x}" if self.question_id else ""
        return f"{self.asker_id}:{entry}:{case or ''}:{self.lang}{question}"

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        """Return the subject in a custom id that matches `TEMPLATE`."""
        asker, entry, case, lang, question = match.groups()
        meaning = Meaning(entry, case or None) if entry else None
        return cls(int(asker), meaning, language(lang), int(question or "0", 16))


TEMPLATE = rf"(\d{{1,20}}):([a-z\d-]*):([a-z\d-]*):({'|'.join(LANGUAGES)})(?::([\da-f]{{1,16}}))?"


class Control(ui.DynamicItem[ui.Item[Any]], ABC, template="(?!)"):
    """A menu or a button on a card.

    Args:
        subject: what it is about.
        item: what Discord shows; it is given its custom id.
    """

    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str) -> None:
        cls.name = name
        super().__init_subclass__(template=f"{name}:{TEMPLATE}")

    def __init__(self, subject: Subject, item: ui.Item[Any]) -> None:
        assert isinstance(item, ui.Button | ui.Select)  # noqa: S101 - nothing else has a custom id
        item.custom_id = f"{self.name}:{subject}"
        super().__init__(item)
        self.subject = subject

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Make the control that somebody used."""
        return cls(Subject.of(match), item)

    @property
    def wanted(self) -> Meaning | None:
        """The meaning that the user wants to see."""
        return self.subject.meaning

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the control is for, or tell the user what kept it from that.

        Nothing that may take its time comes before the answer to Discord, which waits for three seconds.
        """
        await attend(interaction, self._act_for_user, f"the control {self.name!r}")

    async def _act_for_user(self, interaction: discord.Interaction[Desk]) -> None:
        if not interaction.client.knows(self.wanted):
            await tell(interaction, WORDS[self.subject.lang].outdated)
        elif self._is_theirs(interaction):
            await self.act(interaction)
        else:
            await self.act_for_others(interaction)

    @abstractmethod
    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Do what the control is for, for a user who may have it done."""

    async def act_for_others(self, interaction: discord.Interaction[Desk]) -> None:
        """Do what is right for a user whose card it is not: show them a copy, where there is something to show."""
        if self.wanted:
            await self.give_copy(interaction)
        else:
            await tell(interaction, WORDS[self.subject.lang].not_yours)

    async def give_copy(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the user alone what they want to see, on a card of their own.

        What was read from the asker's message is on nobody else's copy: a report sent from there would pass it off as
        its sender's.
        """
        card = replace(self.card(interaction), above="", warning="", state="")
        subject, user = self.subject, interaction.user.id
        own = user == subject.asker_id
        if not own:
            card = replace(card, noticed="", seen="", read="")
        view = interaction.client.view(
            card,
            user,
            question_id=subject.question_id if own else interaction.id,
            private=True,
            postable=may_post(interaction),
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    def card(self, interaction: discord.Interaction[Desk]) -> Card:
        """Return what the card under the control shows, with the meaning that the user wants to see."""
        desk, lang = interaction.client, self.subject.lang
        card = Card.again(under(interaction), desk.explain(self.wanted, lang))
        model = facts.read(card.read, WORDS[lang]).get("model")
        return replace(card, incident=incidents.others(desk, interaction.guild_id, self.wanted, model, lang))

    def lay_out(self, interaction: discord.Interaction[Desk]) -> ui.LayoutView:
        """Return this card, laid out for the place where it is."""
        private = under(interaction).flags.ephemeral
        postable = private and may_post(interaction)
        card, asker, question = self.card(interaction), self.subject.asker_id, self.subject.question_id
        return interaction.client.view(card, asker, question_id=question, private=private, postable=postable)

    def _is_theirs(self, interaction: discord.Interaction[Desk]) -> bool:
        """Tell whether the user is the asker, staff, or had the card posted by a command."""
        posted = under(interaction).interaction_metadata
        owners = {self.subject.asker_id, posted.user.id if posted else None}
        return interaction.permissions.manage_messages or interaction.user.id in owners


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
    def of(cls, subject: Subject, style: discord.ButtonStyle | None = None) -> Self:
        """Make the button, in its own style or in another."""
        return cls(subject, ui.Button(label=getattr(WORDS[subject.lang], cls.label), style=style or cls.style))


def under(interaction: discord.Interaction[Desk]) -> discord.Message:
    """Return the message that a control stands on."""
    assert interaction.message is not None  # noqa: S101 - Discord sends it along
    return interaction.message
