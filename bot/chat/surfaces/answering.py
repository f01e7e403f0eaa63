"""Answering a message: what it asks, what the answer is, and the card that gives it.

Which card answers which message stands in the desk, for a day and across restarts. Without the desk, messages are
answered all the same, and their cards stay as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord
from discord.abc import Messageable
from discord.utils import utcnow

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest
from bot.chat.learning import feedback
from bot.chat.posting import correct, reply, take_away
from bot.chat.reports.reporting import keep_state
from bot.chat.surfaces.authors import is_read
from bot.chat.surfaces.direct import direct
from bot.chat.surfaces.explain import at_once, explain
from bot.chat.surfaces.follow_ups import FollowUps
from bot.chat.surfaces.heard import heard
from bot.chat.surfaces.mentioned import mentioned
from bot.chat.surfaces.question import Question
from bot.desk.answers import Answered, Answers, Remembered
from bot.desk.database import DeskError

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

SURFACES = (direct, mentioned, heard)
"""The first to take a message has it."""

SAME = timedelta(hours=1)
"""For how long the same error of the same person in the same channel is no new question."""


def question_in(desk: Desk, message: discord.Message) -> Question | None:
    """Return what a message asks or, in a support channel, may ask; None where it is nothing to the bot."""
    if not is_read(desk, message):
        return None
    surfaces = (heard,) if message.webhook_id else SURFACES
    return next(filter(None, (surface(desk, message) for surface in surfaces)), None)


def speaks(question: Question, answer: Answer) -> bool:
    """Tell whether a question gets this answer: what is only heard, where it is sure or there is a key in it."""
    return question.asked or answer.speaks or bool(answer.secrets)


class Answering:
    """Gives questions their answers.

    What happens in one channel is handled in its order, by whoever has its `turn`.

    Args:
        desk: the bot.

    Attributes:
        follow_ups: what people wrote lately, and what that has to do with what they write next.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.follow_ups = FollowUps(desk, utcnow)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._readings: dict[int, object] = {}

    @property
    def answers(self) -> Answers | None:
        """What was answered, as long as there is a desk."""
        return self.desk.records.answers if self.desk.records else None

    def ask(self, question: Question) -> Answer:
        """Return the answer to the words of a question, read with what its author wrote before."""
        answer = at_once(self.desk, question)
        if (lang := self.follow_ups.language(question, answer)) and lang != answer.lang:
            answer = at_once(self.desk, question, lang=lang)
        return self.follow_ups.in_its_row(question, answer)

    async def read(self, question: Question, answer: Answer, *, typing: bool) -> tuple[Question, Answer] | None:
        """Return a question with its files read, and its best answer; None where it was changed or deleted since.

        This takes its time, and what happens in the channel does not wait for it.
        """
        id_ = question.message.id
        reading = self._readings[id_] = object()
        try:
            lang = self.follow_ups.language(question, answer)
            question, answer = await explain(self.desk, question, answer, lang=lang, typing=typing)
            if self._readings.get(id_) is not reading:
                return None
            return question, self.follow_ups.in_its_row(question, answer)
        finally:
            if self._readings.get(id_) is reading:
                del self._readings[id_]

    def turn(self, channel_id: int) -> asyncio.Lock:
        """Return what is held while something is done about a channel's messages and cards."""
        return self._turns.setdefault(channel_id, asyncio.Lock())

    async def give(self, question: Question, answer: Answer) -> None:
        """Send the first card and remember it; where it only adds to one that is there, correct that one."""
        answers, empty, counters = self.answers, [], self.desk.counters
        try:
            if answers:
                if await self._follow(answers, question, answer):
                    return
                if not question.asked and await self._is_repeated(answers, question, answer):
                    counters.silent["repeated"] += 1
                    return
                empty = await self.follow_ups.unanswered(answers, question)
                if empty and question.is_private and not (answer.entry or answer.secrets or question.seen):
                    counters.silent["repeated"] += 1
                    return  # it was said a moment ago
        except DeskError as error:
            without_the_desk(error)
            answers = None
        view = self.view(question, answer)
        card_id = await reply(question.message, view)
        if card_id:
            counters.answer(question.surface, answer.entry, question.since)
        else:
            counters.silent["refused"] += 1
        if card_id and answers:
            try:
                await answers.remember(_answered(question, answer, digest(view), card_id))
            except DeskError as error:
                without_the_desk(error)
        if card_id:
            await self.note(question, answer)
        if card_id and answers and answer.entry:
            await self._give_way(answers, empty)

    async def add(self, question: Question, answer: Answer) -> bool:
        """Let a message that is not answered add to what its author was answered, and tell whether it does."""
        if (answers := self.answers) is None:
            return False
        async with self.turn(question.message.channel.id):
            try:
                return await self._follow(answers, question, answer)
            except DeskError as error:
                without_the_desk(error)
                return False

    async def _follow(self, answers: Answers, question: Question, answer: Answer) -> bool:
        """Correct the answer that a message adds to, and tell whether there is no more to say to it."""
        better = await self.follow_ups.better(answers, question, answer)
        if better is None or not better.adds:
            if said := better is not None and not question.asked:
                self.desk.counters.silent["repeated"] += 1
            return said
        first = await self.message(better.known)
        if first is None:
            return False
        whole = replace(Question.of(first, asked=better.known.asked), seen=better.seen)
        self.follow_ups.keep(whole, better.answer, better.answer.text)
        self.follow_ups.add(question)
        await answers.remember(_answered(question, better.answer, better.known.digest, better.known.card_id or 0))
        await self.show(answers, whole, better.answer, better.known)
        self.desk.counters.silent["added"] += 1
        return True

    async def _give_way(self, answers: Answers, empty: Iterable[Remembered]) -> None:
        """Take cards away that told that nothing is known: now there is an answer. What went to support stays."""
        try:
            for known in empty:
                if known.card_id and self.desk.records and not await self.desk.records.reports.of_card(known.card_id):
                    await answers.forget(known.question_id)
                    await take_away(self.card(known.channel_id, known.card_id))
                    await feedback.forget(self.desk, known.question_id)
        except DeskError as error:
            without_the_desk(error)

    async def catch_up(self, question: Question, answer: Answer) -> None:
        """Answer a message that an edit, or what stands in its files, made worth it."""
        if speaks(question, answer):
            await self.give(question, answer)

    async def show(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Show an answer on the card that is there, and remember it."""
        card, message = self.card(known.channel_id, known.card_id or 0), question.message
        if digest(view := self.view(question, answer)) != known.digest:
            try:
                if await correct(card, view):
                    self.desk.counters.corrected += 1
                    await answers.remember(_answered(question, answer, digest(view), card.id))
                    await keep_state(self.desk, card.id)
            except discord.NotFound:
                await answers.dismiss(message.id)
        await self.note(question, answer)

    async def _is_repeated(self, answers: Answers, question: Question, answer: Answer) -> bool:
        """Tell whether a message says once more what its author, or a thread, was answered a short while ago."""
        if answer.entry is None or answer.secrets:
            return False
        who, where = question.message.author.id, question.message.channel
        problem = answer.entry, answer.case, answer.evidence.model
        if isinstance(where, discord.Thread):
            return await answers.in_thread(where.id, *problem) is not None
        return await answers.latest(who, where.id, *problem, within=SAME) is not None

    async def message(self, known: Remembered) -> discord.Message | None:
        """Return a message that was answered; None where it is gone."""
        try:
            place = self.desk.get_channel(known.channel_id) or await self.desk.fetch_channel(known.channel_id)
            return await place.fetch_message(known.question_id) if isinstance(place, Messageable) else None
        except (discord.NotFound, discord.Forbidden):
            return None

    def card(self, channel_id: int, card_id: int) -> discord.PartialMessage:
        """Return a card that was sent, without asking for it."""
        return self.desk.get_partial_messageable(channel_id).get_partial_message(card_id)

    def view(self, question: Question, answer: Answer) -> discord.ui.LayoutView:
        """Lay out the card that gives a question its answer."""
        private = question.is_private
        card = self.desk.card(
            answer, guild_id=question.guild_id, asked=question.asked, private=private, seen=question.seen
        )
        return self.desk.view(card, question.message.author.id, question_id=question.message.id)

    async def note(self, question: Question, answer: Answer) -> None:
        """Note down what was asked, see `feedback.note`."""
        message = question.message
        await feedback.note(
            self.desk,
            answer,
            question_id=message.id,
            guild_id=question.guild_id,
            channel_id=message.channel.id,
            asker_id=message.author.id,
            asked=question.asked,
        )

    def pass_over(self, answer: Answer) -> None:
        """Count a message that is not worth an answer."""
        self.desk.counters.silent["unsure" if answer.entry else "no_error"] += 1

    def stop_reading(self, message_ids: Iterable[int]) -> None:
        """Let the files that are being read of these messages count for nothing: they were changed or deleted."""
        for id_ in message_ids:
            self._readings.pop(id_, None)


def _answered(question: Question, answer: Answer, digest: str, card_id: int) -> Answered:
    message = question.message
    return Answered(
        question_id=message.id,
        guild_id=message.guild.id if message.guild else None,
        channel_id=message.channel.id,
        card_id=card_id,
        asker_id=message.author.id,
        entry=answer.entry or "",
        case=answer.case,
        model=answer.evidence.model,
        lang=answer.lang,
        digest=digest,
        asked=question.asked,
    )


def without_the_desk(error: DeskError) -> None:
    """Log that an answer goes its way without the desk."""
    log.warning("going on without the desk: %s", error)
