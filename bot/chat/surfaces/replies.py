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
from discord.abc import Messageable
from discord.ext import commands, tasks
from discord.utils import snowflake_time, utcnow

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest
from bot.chat.client import Desk
from bot.chat.learning import feedback
from bot.chat.posting import correct, reply, take_away
from bot.chat.reports.reporting import keep_state
from bot.chat.surfaces.authors import is_read
from bot.chat.surfaces.direct import direct
from bot.chat.surfaces.explain import at_once, explain
from bot.chat.surfaces.follow_ups import FollowUps
from bot.chat.surfaces.heard import heard
from bot.chat.surfaces.mentioned import mentioned
from bot.chat.surfaces.posts import Early
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.together import joined, with_one_after, worded
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
        self._early = Early()
        self._follow_ups = FollowUps(desk, utcnow)
        self._readings: dict[int, object] = {}

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
        if self._early.keep(message):
            return
        counters = self.desk.counters
        counters.heard += 1
        question = self._question(message) or await self._going_on(message)
        if question is None:
            return
        if question.asked:
            counters.asked[question.surface] += 1
        answer = self._ask(question)
        if told := answer.speaks or bool(answer.secrets) or (question.asked and not question.files):
            async with self._turn(message.channel.id):
                await self._answer(question, answer)
        elif not question.asked and not await self._add(question, answer) and not question.files:
            self._pass_over(answer)
        if question.files:
            await self._read_on(question, answer, told=told)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer the message that begins a post, where it came before Discord told of the post."""
        if message := self._early.take(thread):
            await self.on_message(message)

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Answer the message that begins a post anew where the post was given another title."""
        answers = self._answers
        if before.name == after.name or answers is None or _is_old(after.id) or not self.desk.is_support(after):
            return
        if not isinstance(after.parent, discord.ForumChannel):
            return
        try:
            message = await after.fetch_message(after.id)
        except (discord.NotFound, discord.Forbidden):
            return
        await self._changed(answers, message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer a message anew whose author changed it; without a time of an edit, only a link was unfurled."""
        answers, message = self._answers, payload.message
        if answers is None or not payload.data.get("edited_timestamp") or _is_old(message.id):
            return
        await self._changed(answers, message)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take an answer away with its question; remember a card that was deleted by hand as dismissed."""
        await self._gone(payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Do so for many."""
        await self._gone(payload.channel_id, payload.message_ids)

    def _question(self, message: discord.Message) -> Question | None:
        if not is_read(self.desk, message):
            return None
        surfaces = (heard,) if message.webhook_id else SURFACES
        return next(filter(None, (surface(self.desk, message) for surface in surfaces)), None)

    async def _going_on(self, message: discord.Message) -> Question | None:
        """Return a message that is only heard as it goes on with a call; any other adds to an answer, or is kept."""
        silent = self.desk.counters.silent
        if not is_read(self.desk, message) or message.webhook_id:
            silent["author"] += 1
            return None
        question = Question.of(message, asked=False)
        if self._follow_ups.still_asks(question):
            return question
        if not self._follow_ups.goes_on(question):
            self._follow_ups.overhear(question)
            silent["elsewhere"] += 1
        elif not await self._add(question, self._ask(question)):
            silent["elsewhere"] += 1
        return None

    def _ask(self, question: Question) -> Answer:
        answer = at_once(self.desk, question)
        if (lang := self._follow_ups.language(question, answer)) and lang != answer.lang:
            answer = at_once(self.desk, question, lang=lang)
        return self._follow_ups.in_its_row(question, answer)

    async def _read(self, question: Question, answer: Answer, *, typing: bool) -> tuple[Question, Answer] | None:
        """Return a question with its files read, and its best answer; None where it was changed or deleted since.

        This takes its time, and what happens in the channel does not wait for it.
        """
        id_ = question.message.id
        reading = self._readings[id_] = object()
        try:
            lang = self._follow_ups.language(question, answer)
            question, answer = await explain(self.desk, question, answer, lang=lang, typing=typing)
            if self._readings.get(id_) is not reading:
                return None
            return question, self._follow_ups.in_its_row(question, answer)
        finally:
            if self._readings.get(id_) is reading:
                del self._readings[id_]

    async def _read_on(self, question: Question, answer: Answer, *, told: bool) -> None:
        """Answer what the files of a message say; `told`, its words were answered already."""
        if (found := await self._read(question, answer, typing=question.asked and not told)) is None:
            return
        question, answer = found
        if not told:
            async with self._turn(question.message.channel.id):
                await self._catch_up(question, answer)
            if not _speaks(question, answer):
                self._pass_over(answer)
        elif self._answers:
            await self._bring_in_line(self._answers, question, answer)

    def _pass_over(self, answer: Answer) -> None:
        """Count a message that is not worth an answer."""
        self.desk.counters.silent["unsure" if answer.entry else "no_error"] += 1

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
        """Send the first card and remember it; where it only adds to one that is there, correct that one."""
        answers, empty, counters = self._answers, [], self.desk.counters
        try:
            if answers:
                if await self._follow(answers, question, answer):
                    return
                if not question.asked and await self._is_repeated(answers, question, answer):
                    counters.silent["repeated"] += 1
                    return
                empty = await self._follow_ups.unanswered(answers, question)
                if empty and question.is_private and not (answer.entry or answer.secrets or question.seen):
                    counters.silent["repeated"] += 1
                    return  # it was said a moment ago
        except DeskError as error:
            _note(error)
            answers = None
        view = self._view(question, answer)
        card_id = await reply(question.message, view)
        if card_id:
            counters.answer(question.surface, answer.entry, question.since)
        else:
            counters.silent["refused"] += 1
        if card_id and answers:
            try:
                await answers.remember(_answered(question, answer, digest(view), card_id))
            except DeskError as error:
                _note(error)
        if card_id:
            await self._log(question, answer)
        if card_id and answers and answer.entry:
            await self._give_way(answers, empty)

    async def _add(self, question: Question, answer: Answer) -> bool:
        """Let a message that is not answered add to what its author was answered, and tell whether it does."""
        if (answers := self._answers) is None:
            return False
        async with self._turn(question.message.channel.id):
            try:
                return await self._follow(answers, question, answer)
            except DeskError as error:
                _note(error)
                return False

    async def _follow(self, answers: Answers, question: Question, answer: Answer) -> bool:
        """Correct the answer that a message adds to, and tell whether there is no more to say to it."""
        better = await self._follow_ups.better(answers, question, answer)
        if better is None or not better.adds:
            if said := better is not None and not question.asked:
                self.desk.counters.silent["repeated"] += 1
            return said
        first = await self._message(better.known)
        if first is None:
            return False
        whole = replace(Question.of(first, asked=better.known.asked), seen=better.seen)
        self._follow_ups.keep(whole, better.answer, better.answer.text)
        self._follow_ups.add(question)
        await answers.remember(_answered(question, better.answer, better.known.digest, better.known.card_id or 0))
        await self._show(answers, whole, better.answer, better.known)
        self.desk.counters.silent["added"] += 1
        return True

    async def _give_way(self, answers: Answers, empty: Iterable[Remembered]) -> None:
        """Take cards away that told that nothing is known: now there is an answer. What went to support stays."""
        try:
            for known in empty:
                if known.card_id and self.desk.records and not await self.desk.records.reports.of_card(known.card_id):
                    await answers.forget(known.question_id)
                    await take_away(self._card(known.channel_id, known.card_id))
                    await feedback.forget(self.desk, known.question_id)
        except DeskError as error:
            _note(error)

    async def _message(self, known: Remembered) -> discord.Message | None:
        """Return a message that was answered; None where it is gone."""
        try:
            place = self.desk.get_channel(known.channel_id) or await self.desk.fetch_channel(known.channel_id)
            return await place.fetch_message(known.question_id) if isinstance(place, Messageable) else None
        except (discord.NotFound, discord.Forbidden):
            return None

    async def _changed(self, answers: Answers, message: discord.Message) -> None:
        """Bring the answer to a message in line with what it says now."""
        if not is_read(self.desk, message):
            return
        self._readings.pop(message.id, None)
        question = self._question(message) or await self._once_a_question(answers, message)
        if question is None:
            return
        answer = self._ask(question)
        if question.files:
            if (found := await self._read(question, answer, typing=False)) is None:
                return
            question, answer = found
        await self._bring_in_line(answers, question, answer)

    async def _once_a_question(self, answers: Answers, message: discord.Message) -> Question | None:
        """Return the question that a message was, which it would not be any more if it were new."""
        async with self._turn(message.channel.id):
            try:
                known = await answers.of_question(message.id)
            except DeskError as error:
                _note(error)
                return None
        return Question.of(message, asked=known.asked) if known else None

    async def _bring_in_line(self, answers: Answers, question: Question, answer: Answer) -> None:
        """See to it that a question has this answer, or none where it needs none."""
        async with self._turn(question.message.channel.id):
            try:
                if known := await answers.of_question(question.message.id):
                    await self._correct(answers, question, answer, known)
                else:
                    await self._catch_up(question, answer)
            except DeskError as error:
                _note(error)

    async def _catch_up(self, question: Question, answer: Answer) -> None:
        """Answer a message that an edit, or what stands in its files, made worth it."""
        if _speaks(question, answer):
            await self._answer(question, answer)

    async def _correct(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Bring a card in line with what its question says now."""
        message = question.message
        if known.dismissed or known.card_id is None:
            await feedback.forget(self.desk, message.id)
            return
        first, *added = await answers.all_of_card(known.card_id)
        if first.question_id != message.id:
            await self._correct_first(answers, first)
            return
        question = replace(question, asked=question.asked or known.asked)
        card = self._card(message.channel.id, known.card_id)
        if not _speaks(question, answer):
            await answers.forget(message.id)
            await take_away(card)
            await feedback.forget(self.desk, message.id)
            await self._let_go(answers, added)
            return
        answer, others = await self._with_added(question, answer, added)
        await self._show(answers, question, answer, known)
        await self._let_go(answers, others)

    async def _correct_first(self, answers: Answers, first: Remembered) -> None:
        """Bring a card in line after a message that added to it was changed or deleted."""
        if (message := await self._message(first)) is None:
            return
        question = self._question(message) or Question.of(message, asked=first.asked)
        answer = self._ask(question)
        if question.files:
            question, answer = await explain(self.desk, question, answer)
        await self._correct(answers, question, answer, first)

    async def _with_added(
        self, question: Question, answer: Answer, added: Iterable[Remembered]
    ) -> tuple[Answer, list[Remembered]]:
        """Return an answer with what later messages add to it, and those that add nothing any more."""
        text, others = worded(answer), []
        for known in added:
            message = await self._message(known)
            later = at_once(self.desk, Question.of(message, asked=False)) if message else None
            better = later and with_one_after(self.desk.assistant, text, answer, later, nobody_else=True)
            if message and better and later:
                self._follow_ups.add(Question.of(message, asked=False))
                answer, text = better, joined([text, worded(later)])
            else:
                others.append(known)
        self._follow_ups.keep(question, answer, text)
        return answer, others

    async def _let_go(self, answers: Answers, added: Iterable[Remembered]) -> None:
        """Answer messages by themselves that added to a card, where they are worth it."""
        for known in added:
            await answers.forget(known.question_id)
            message = await self._message(known)
            if message and (question := self._question(message)):
                await self._catch_up(question, self._ask(question))

    async def _show(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Show an answer on the card that is there, and remember it."""
        card, message = self._card(known.channel_id, known.card_id or 0), question.message
        if digest(view := self._view(question, answer)) != known.digest:
            try:
                if await correct(card, view):
                    self.desk.counters.corrected += 1
                    await answers.remember(_answered(question, answer, digest(view), card.id))
                    await keep_state(self.desk, card.id)
            except discord.NotFound:
                await answers.dismiss(message.id)
        await self._log(question, answer)

    async def _gone(self, channel_id: int, message_ids: Iterable[int]) -> None:
        for id_ in message_ids:
            self._readings.pop(id_, None)
            self.desk.files.forget(id_)
        answers, gone = self._answers, {id_ for id_ in message_ids if not _is_old(id_)}
        self._follow_ups.forget(gone)
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
                left = {
                    known.card_id: (known, await answers.all_of_card(known.card_id))
                    for known in reversed(questions)
                    if known.card_id and known.card_id not in gone and not known.dismissed
                }
                for card_id, (known, rest) in left.items():
                    if rest and rest[0].question_id < known.question_id:
                        await self._correct_first(answers, rest[0])
                    else:
                        await take_away(self._card(channel_id, card_id))
                        await self._let_go(answers, rest)
            except DeskError as error:
                _note(error)

    async def _is_repeated(self, answers: Answers, question: Question, answer: Answer) -> bool:
        """Tell whether a message says once more what its author, or a thread, was answered a short while ago."""
        if answer.entry is None or answer.secrets:
            return False
        who, where = question.message.author.id, question.message.channel
        problem = answer.entry, answer.case, answer.evidence.model
        if isinstance(where, discord.Thread):
            return await answers.in_thread(where.id, *problem) is not None
        return await answers.latest(who, where.id, *problem, within=SAME) is not None

    def _view(self, question: Question, answer: Answer) -> discord.ui.LayoutView:
        private = question.is_private
        card = self.desk.card(
            answer, guild_id=question.guild_id, asked=question.asked, private=private, seen=question.seen
        )
        return self.desk.view(card, question.message.author.id, question_id=question.message.id)


def _speaks(question: Question, answer: Answer) -> bool:
    return question.asked or answer.speaks or bool(answer.secrets)


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
