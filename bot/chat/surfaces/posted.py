"""Posted: the cards that answer messages, as they are laid out, found again and changed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord.abc import Messageable

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest
from bot.chat.learning import feedback, incidents
from bot.chat.posting import correct
from bot.chat.reports.asker_card import keep_state
from bot.chat.surfaces.manners import Asking, Earlier, lead
from bot.chat.surfaces.question import Question
from bot.desk.answers import Answers, Remembered
from bot.desk.database import DeskError
from bot.knowledge.schema import Meaning

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

    def view(self, question: Question, answer: Answer, led_to: Remembered | None = None) -> discord.ui.LayoutView:
        """Lay out the card that gives a question its answer, or what leads to an earlier one."""
        if led_to:
            meaning, model = Meaning(led_to.entry, led_to.case), answer.evidence.model
            incident = incidents.others(self._desk, question.guild_id, meaning, model, answer.lang)
            return lead(led_to, answer, incident, own=led_to.asker_id == question.message.author.id)
        private = question.is_private
        card = self._desk.card(
            answer, guild_id=question.guild_id, asked=question.asked, private=private, seen=question.seen
        )
        return self._desk.view(card, question.message.author.id, question_id=question.message.id)

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
        if digest(view := self.view(question, answer, led_to)) != known.digest:
            try:
                if await correct(card, view):
                    self._desk.counters.corrected += 1
                    await answers.remember(Asking.of(question).answered(answer, card.id, digest(view), led_to))
                    await keep_state(self._desk, card.id)
            except discord.NotFound:
                await answers.dismiss(message.id)
        await self.note(question, answer)

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
