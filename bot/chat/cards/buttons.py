"""The menu and the buttons of a card: each is one class, with a prefix of its own in its custom ids."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

import discord
from discord import ui

from bot.chat.cards import post_tag
from bot.chat.cards.card import Card, Row, render_solved
from bot.chat.cards.control import Button, Control, Subject, under
from bot.chat.learning import feedback
from bot.chat.limits import too_much_here
from bot.chat.permissions import may_post
from bot.chat.posting import take_away
from bot.chat.reports import own_report
from bot.chat.reports.escalation import Support
from bot.chat.reports.reopening import reopen
from bot.chat.servers.quiet import is_quiet_here, left_alone
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


class Verdict(Button, name="", label=""):
    """Says whether the answer helped. Everybody may; what the card then shows is for the asker and staff to say."""

    solved: ClassVar[bool]

    async def act_for_others(self, interaction: discord.Interaction[Desk]) -> None:
        """Note down what somebody else says, and leave the card as it is."""
        noted = await feedback.judge(interaction, self.subject, solved=self.solved)
        lang = self.subject.lang
        await tell(interaction, feedback.WORDS[lang].thanks if noted else WORDS[lang].no_desk)


class Solved(Verdict, name="solved", label="solved", style=discord.ButtonStyle.success):
    """Folds the card: whoever comes by with the same question opens a copy."""

    solved = True

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Fold it."""
        row = Row(Show.of(self.subject))
        if not under(interaction).flags.ephemeral:
            row.add_item(Dismiss.of(self.subject))
        await interaction.response.edit_message(view=render_solved(self.card(interaction), [row]))
        await feedback.settle(interaction, self.subject)
        await own_report.settle(interaction, self.subject.question_id, self.subject.lang)
        await post_tag.mark(interaction, self.subject, solved=True)


class NotSolved(Verdict, name="unsolved", label="not_solved"):
    """Leads on: to the other meanings that the error may have, and to support."""

    solved = False

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the way on the card itself, under an answer that can still be read; a solved one is open again."""
        await interaction.response.edit_message(view=self.lay_out(interaction))
        await reopen(interaction, self.subject)
        await feedback.miss(interaction, self.subject)
        await post_tag.mark(interaction, self.subject, solved=False)

    def card(self, interaction: discord.Interaction[Desk]) -> Card:
        """Return the card with the way that leads on."""
        card, words = super().card(interaction), feedback.WORDS[self.subject.lang]
        if card.state:
            return replace(card, onward=words.reported)
        return replace(card, onward=words.other_or_support if card.meanings else words.support)


class Show(Button, name="show", label="show_answer"):
    """Opens a folded card: for everybody a copy, and in private the card itself."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it."""
        if under(interaction).flags.ephemeral or interaction.context.dm_channel:
            await interaction.response.edit_message(view=self.lay_out(interaction))
        else:
            await self.give_copy(interaction)


class Dismiss(Button, name="dismiss", label="dismiss"):
    """Takes the card away for good."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Delete it, remember that it shall not come back, and say what that means for its asker."""
        desk, card_id = interaction.client, under(interaction).id
        by_asker = interaction.user.id == self.subject.asker_id
        if by_asker or not interaction.permissions.manage_messages:
            desk.handed_back.append(card_id)  # before Discord tells of the deletion, and not by whom
        await interaction.response.defer()
        try:
            await interaction.delete_original_response()
        except discord.NotFound:  # it is gone already, or the time of the interaction is over
            await take_away(under(interaction))
        if await desk.dismissed(card_id):
            await tell(interaction, left_alone(self.subject.lang, by_asker=by_asker))


class PostHere(Button, name="post", label="post_here"):
    """Posts a private card for everybody, without a word about who had it posted."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Post it once, where the channel has not got it already, and remember it like any other card."""
        from bot.chat.surfaces.slash import is_there, remember  # noqa: PLC0415 - it shows cards with these buttons

        card = replace(self.card(interaction), above="")
        desk, user, question = interaction.client, interaction.user.id, self.subject.question_id
        words = WORDS[self.subject.lang]
        if not may_post(interaction):
            await tell(interaction, words.not_addressed_silent)
        elif is_quiet_here(interaction):
            await tell(interaction, words.not_posted_quiet)
        elif there := await is_there(interaction, card.answer):
            await tell(interaction, there)
        elif wait := too_much_here(interaction):
            await tell(interaction, words.too_many.format(seconds=math.ceil(wait)))
        else:
            await interaction.response.edit_message(view=desk.view(card, user, question_id=question, private=True))
            view = desk.view(card, user, question_id=question)
            sent = await interaction.followup.send(view=view, wait=True)
            if card.answer.entry:
                await remember(interaction, question, user, card.answer, sent.id, view)


CONTROLS = (Menu, Solved, NotSolved, Show, Support, Dismiss, PostHere)


def rows(
    subject: Subject,
    labels: Mapping[Meaning, str],
    *,
    answers: bool,
    private: bool,
    postable: bool,
    unsolved: bool = False,
) -> list[Row]:
    """Return the controls of a card.

    Args:
        subject: what it is about.
        labels: the meanings to choose from; where there are none, there is no menu.
        answers: the card answers a question, be it that nothing is known; else it only warns of a key.
        private: only the reader sees the card.
        postable: it may be posted for everybody.
        unsolved: the answer did not help, so that support is the next to go to.
    """
    buttons: list[Control] = []
    if subject.meaning:
        buttons.append(Solved.of(subject, discord.ButtonStyle.secondary if unsolved else None))
        if not unsolved:
            buttons.append(NotSolved.of(subject))
    if answers:
        buttons.append(Support.of(subject, discord.ButtonStyle.primary if unsolved else None))
    if not private:
        buttons.append(Dismiss.of(subject))
    elif postable and subject.meaning:
        buttons.append(PostHere.of(subject))
    menu = [Row(Menu.of(subject, labels))] if labels else []
    return [*menu, Row(*buttons)]
