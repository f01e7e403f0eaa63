"""Replies that live with their questions: an edit corrects, brings or takes away a card, and a deletion takes it along.

Which card answers which message stands in the desk, for a day and across restarts. Without the desk, messages are
answered all the same, and their cards stay as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

import discord
from discord.ext import commands, tasks
from discord.utils import snowflake_time, utcnow

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest
from bot.chat.client import Desk
from bot.chat.learning import feedback
from bot.chat.posting import correct, reply, take_away
from bot.chat.reports.reporting import keep_state
from bot.chat.surfaces.direct import direct
from bot.chat.surfaces.heard import heard
from bot.chat.surfaces.mentioned import mentioned
from bot.chat.surfaces.question import Question, said
from bot.desk.answers import DAY, Answered, Answers, Remembered
from bot.desk.database import DeskError

log = logging.getLogger(__name__)

SURFACES = (direct, mentioned, heard)
"""The first to take a message has it."""

SAME = timedelta(hours=1)
"""For how long the same error of the same person in the same channel is no new question."""


class Replies(commands.Cog):
    """Answers messages, and keeps the answers true.

    What happens in one channel is handled in its order: an edit waits for the answer that is on its way.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @property
    def _answers(self) -> Answers | None:
        return self.desk.records.answers if self.desk.records else None

    async def cog_load(self) -> None:
        """Begin to forget what is too old."""
        if self._answers:
            self.purge.start()

    async def cog_unload(self) -> None:
        """Stop, and wait for what is under way: the desk is closed next."""
        under_way = self.purge.get_task()
        self.purge.cancel()
        if under_way:
            await asyncio.wait([under_way])

    @tasks.loop(hours=1)
    async def purge(self) -> None:
        """Forget answers whose time is over."""
        if answers := self._answers:
            try:
                await answers.purge()
            except DeskError as error:
                _note(error)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a new message."""
        question = self._question(message)
        if question and _speaks(question, answer := self._ask(question)):
            async with self._turn(message.channel.id):
                await self._answer(question, answer)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer a message anew whose author changed it; without a time of an edit, only a link was unfurled."""
        answers, message = self._answers, payload.message
        if (
            answers is None
            or not payload.data.get("edited_timestamp")
            or _is_old(message.id)
            or _is_no_persons(message)
        ):
            return
        async with self._turn(payload.channel_id):
            try:
                known = await answers.of_question(message.id)
                await self._correct(answers, message, known) if known else await self._catch_up(message)
            except DeskError as error:
                _note(error)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take an answer away with its question; remember a card that was deleted by hand as dismissed."""
        await self._gone(payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Do so for many."""
        await self._gone(payload.channel_id, payload.message_ids)

    def _question(self, message: discord.Message) -> Question | None:
        if _is_no_persons(message):
            return None
        return next(filter(None, (surface(self.desk, message) for surface in SURFACES)), None)

    def _ask(self, question: Question) -> Answer:
        return self.desk.assistant.ask(
            question.text, lang=self.desk.language_of(question.guild_id), fallback=question.fallback
        )

    async def _log(self, question: Question, answer: Answer) -> None:
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

    def _card(self, channel_id: int, card_id: int) -> discord.PartialMessage:
        return self.desk.get_partial_messageable(channel_id).get_partial_message(card_id)

    def _turn(self, channel_id: int) -> asyncio.Lock:
        return self._turns.setdefault(channel_id, asyncio.Lock())

    async def _answer(self, question: Question, answer: Answer) -> None:
        """Send the first card and remember it."""
        answers = self._answers
        try:
            if answers and not question.asked and await self._is_repeated(answers, question, answer):
                return
        except DeskError as error:
            _note(error)
            answers = None
        view = self._view(question, answer)
        card_id = await reply(question.message, view)
        if card_id and answers:
            try:
                await answers.remember(_answered(question, answer, digest(view), card_id))
            except DeskError as error:
                _note(error)
        if card_id:
            await self._log(question, answer)

    async def _catch_up(self, message: discord.Message) -> None:
        """Answer a message that an edit made worth it."""
        question = self._question(message)
        if question and _speaks(question, answer := self._ask(question)):
            await self._answer(question, answer)

    async def _correct(self, answers: Answers, message: discord.Message, known: Remembered) -> None:
        """Bring a card in line with what its question says now."""
        if known.dismissed or known.card_id is None:
            await feedback.forget(self.desk, message.id)
            return
        question = self._question(message) or Question(message, said(message), asked=known.asked)
        question = replace(question, asked=question.asked or known.asked)
        answer, card = self._ask(question), self._card(message.channel.id, known.card_id)
        if not _speaks(question, answer):
            await answers.forget(message.id)
            await take_away(card)
            await feedback.forget(self.desk, message.id)
            return
        if digest(view := self._view(question, answer)) != known.digest:
            try:
                if await correct(card, view):
                    await answers.remember(_answered(question, answer, digest(view), card.id))
                    await keep_state(self.desk, card.id)
            except discord.NotFound:
                await answers.dismiss(message.id)
        await self._log(question, answer)

    async def _gone(self, channel_id: int, message_ids: Iterable[int]) -> None:
        answers, gone = self._answers, {id_ for id_ in message_ids if not _is_old(id_)}
        async with self._turn(channel_id):
            await feedback.forget(self.desk, *message_ids)
            if answers is None or not gone:
                return
            try:
                questions = await answers.of_questions(gone)
                for known in questions:
                    await answers.forget(known.question_id)
                for card_id in gone.difference(known.question_id for known in questions):
                    await answers.dismiss(card_id)
            except DeskError as error:
                _note(error)
                return
            for known in questions:
                if known.card_id and known.card_id not in gone and not known.dismissed:
                    await take_away(self._card(channel_id, known.card_id))

    async def _is_repeated(self, answers: Answers, question: Question, answer: Answer) -> bool:
        """Tell whether a message says once more what its author was answered a short while ago."""
        if answer.entry is None or answer.secrets:
            return False
        who, where = question.message.author.id, question.message.channel.id
        last = await answers.latest(who, where, answer.entry, answer.case, answer.evidence.model, within=SAME)
        return last is not None

    def _view(self, question: Question, answer: Answer) -> discord.ui.LayoutView:
        private = question.is_private
        card = self.desk.card(answer, guild_id=question.guild_id, asked=question.asked, private=private)
        return self.desk.view(card, question.message.author.id, question_id=question.message.id)


def _speaks(question: Question, answer: Answer) -> bool:
    return question.asked or answer.speaks or bool(answer.secrets)


def _is_no_persons(message: discord.Message) -> bool:
    return message.author.bot or message.webhook_id is not None or message.is_system()


def _is_old(message_id: int) -> bool:
    """Tell whether a message is older than what the desk remembers."""
    return snowflake_time(message_id) < utcnow() - DAY


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


def _note(error: DeskError) -> None:
    log.warning("going on without the desk: %s", error)
