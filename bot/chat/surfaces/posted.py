"""Posted: the cards that answer messages, as they are laid out, found again and changed."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord.abc import Messageable

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest, key_gone, render
from bot.chat.learning import feedback, incidents
from bot.chat.posting import correct, take_away
from bot.chat.reports.asker_card import keep_state
from bot.chat.surfaces.manners import Asking, Earlier, lead
from bot.chat.surfaces.question import Question
from bot.desk.answers import Answers, Remembered
from bot.desk.database import DeskError
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


class Posted:
    """The cards of messages.

    Args:
        desk: the bot.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def view(
        self, question: Question, answer: Answer, led_to: Remembered | None = None, *, had_key: bool = False
    ) -> discord.ui.LayoutView:
        """Lay out the card that gives a question its answer, or what leads to an earlier one.

        Args:
            question: what is asked.
            answer: the answer.
            led_to: the earlier card.
            had_key: the question showed a key to everybody; where it does no more, whoever saw it has it still.
        """
        if led_to:
            meaning, model = Meaning(led_to.entry, led_to.case), answer.evidence.model
            incident = incidents.others(self._desk, question.guild_id, meaning, model, answer.lang)
            return lead(led_to, answer, incident, own=led_to.asker_id == question.message.author.id)
        if not (answer.entry or answer.secrets or question.asked) and had_key:
            return self._key_gone(answer.lang)
        private = question.is_private
        card = self._desk.card(
            answer, guild_id=question.guild_id, asked=question.asked, private=private, seen=question.seen
        )
        if had_key and not card.warning:
            card = replace(card, warning=key_gone(answer.lang))
        return self._desk.view(card, question.message.author.id, question_id=question.message.id)

    def _key_gone(self, lang: Language) -> discord.ui.LayoutView:
        return render(replace(self._desk.card(self._desk.explain(None, lang)), warning=key_gone(lang)))

    async def show(
        self,
        answers: Answers,
        question: Question,
        answer: Answer,
        known: Remembered,
        earlier: Earlier | None = None,
    ) -> None:
        """Show an answer on the card that is there, or what leads to an earlier one, and remember it."""
        card, message = self.card(known.channel_id, known.card_id or 0), question.message
        led_to = earlier.known if earlier else None
        view = self.view(question, answer, led_to, had_key=known.had_key)
        if digest(view) != known.digest:
            try:
                if await correct(card, view):
                    self._desk.counters.corrected += 1
                    answered = Asking.of(question).answered(answer, card.id, digest(view), led_to)
                    await answers.remember(answered.with_key_before(known))
                    await keep_state(self._desk, card.id)
            except discord.NotFound:
                await answers.dismiss(message.id)
        await self.note(question, answer)

    async def part_with(self, known: Remembered) -> None:
        """Take a card away whose question is gone; that a key stood there stays, as whoever saw it has it still."""
        card = self.card(known.channel_id, known.card_id or 0)
        if not known.had_key:
            await take_away(card)
        elif digest(view := self._key_gone(known.lang)) != known.digest:
            with suppress(discord.NotFound):
                await correct(card, view)

    def card(self, channel_id: int, card_id: int) -> discord.PartialMessage:
        """Return a card that was sent, without asking for it."""
        return self._desk.get_partial_messageable(channel_id).get_partial_message(card_id)

    async def message(self, known: Remembered) -> discord.Message | None:
        """Return a message that was answered; None where it is gone."""
        try:
            place = self._desk.get_channel(known.channel_id) or await self._desk.fetch_channel(known.channel_id)
            return await place.fetch_message(known.question_id) if isinstance(place, Messageable) else None
        except (discord.NotFound, discord.Forbidden):
            return None

    async def note(self, question: Question, answer: Answer) -> None:
        """Note down what was asked, see `feedback.note`."""
        message = question.message
        await feedback.note(
            self._desk,
            answer,
            question_id=message.id,
            guild_id=question.guild_id,
            channel_id=message.channel.id,
            asker_id=message.author.id,
            asked=question.asked,
        )


def without_the_desk(error: DeskError) -> None:
    """Log that an answer goes its way without the desk; that the desk is away was told by itself."""
    log.debug("going on without the desk: %s", error)
