"""Answering a message: what it asks, what the answer is, and the card that gives it.

Which card answers which message stands in the desk, for a day and across restarts. Without the desk, messages are
answered all the same, and their cards stay as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from discord.utils import utcnow

from bot.assistant.answer import Answer
from bot.assistant.dialogue.together import says_still
from bot.chat.cards.card import digest
from bot.chat.counters import Silence
from bot.chat.learning import feedback, incidents
from bot.chat.limits import Buckets
from bot.chat.posting import reply, take_away
from bot.chat.surfaces.additions import Additions
from bot.chat.surfaces.explain import at_once, explain
from bot.chat.surfaces.follow_ups import FollowUps
from bot.chat.surfaces.manners import Asking, Earlier, Manners, lead_to_added, warned
from bot.chat.surfaces.posted import Posted, without_the_desk
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.taking import speaks
from bot.chat.trouble import FAILED
from bot.desk.answers import Answered, Answers, Remembered
from bot.desk.database import DeskError
from bot.knowledge.schema import Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

WAIT = "⏳"
"""What tells in a direct message that it was too many; of very many, not each is told."""


class Answering:
    """Gives questions their answers.

    What happens in one channel is handled in its order, by whoever has its `turn`.

    Args:
        desk: the bot.

    Attributes:
        follow_ups: what people wrote lately, and what that has to do with what they write next.
        additions: what was added to the cards.
        manners: what becomes of an answer that is ready.
        posted: the cards that it gave.
        waiting: the messages that call the bot and have no answer yet.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.posted = Posted(desk)
        self.follow_ups = FollowUps(desk, utcnow)
        self.additions = Additions(desk, self.posted, self.follow_ups)
        self.manners = Manners(desk, utcnow)
        self._waits = Buckets(desk.settings.answers_per_person)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._readings: dict[int, object] = {}
        self.waiting: set[int] = set()

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
        """Answer a question as manners have it: with a card, by leading to the one that is there, or not at all.

        What only adds to a card of its author corrects that one.
        """
        answers, empty, earlier = self.answers, [], None
        if self.manners.is_quiet(question):
            if not answer.secrets:
                await self._keep_silent(question, answer, "quiet")
                return
            if answer.speaks:
                await self.posted.note(question, answer)
            question, answer = warned(question, answer)
        try:
            if answers:
                if await self._follow(answers, question, answer):
                    return
                earlier = await self.manners.earlier(answers, Asking.of(question), answer)
                if earlier and await self._add_late(answers, question, answer, earlier):
                    return
                empty = await self.follow_ups.unanswered(answers, question)
        except DeskError as error:
            without_the_desk(error)
        is_empty = not (answer.entry or answer.secrets or question.seen)
        if (earlier and not earlier.led) or (empty and is_empty and question.is_private):  # it was said a moment ago
            await self._keep_silent(question, answer, "repeated", earlier)
        elif self.manners.too_many(question, answer):
            await self._keep_silent(question, answer, "limited")
        elif await self._send(answers, question, answer, earlier) and answers and answer.entry:
            await self._give_way(answers, empty)

    async def _send(self, answers: Answers | None, question: Question, answer: Answer, earlier: Earlier | None) -> bool:
        """Send a card, or what leads to an earlier one, and tell whether that was possible."""
        counters, led_to = self.desk.counters, earlier.known if earlier else None
        meaning = Meaning(answer.entry, answer.case) if answer.entry else None
        counts = await incidents.may_begin(self.desk, question.guild_id, meaning, answer.evidence.model)
        if counts:  # then the answer says so itself
            await self.posted.note(question, answer)
        view = self.posted.view(question, answer, led_to)
        card_id = await reply(question.message, view)
        self.waiting.discard(question.message.id)
        if card_id is None:
            counters.silent["refused"] += 1
            return False
        if led_to:
            counters.silent["repeated"] += 1
        else:
            counters.answer(question.surface, answer.entry, question.since)
        answered = Asking.of(question).answered(answer, card_id, digest(view), led_to)
        if answers:
            await answers.remember(answered)
        else:
            self.desk.missed.note(partial(self._remember, answered))
        if not counts:
            await self.posted.note(question, answer)
        return True

    async def _remember(self, answered: Answered) -> None:
        """Remember an answer that was given before the desk was opened."""
        if self.answers:
            await self.answers.remember(answered)

    async def _keep_silent(
        self, question: Question, answer: Answer, why: Silence, earlier: Earlier | None = None
    ) -> None:
        """Count a question that gets no answer; that somebody has an error counts, unless it counted for them."""
        self.desk.counters.silent[why] += 1
        if answer.speaks and not (earlier and earlier.known.asker_id == question.message.author.id):
            await self.posted.note(question, answer)
        author, now = question.message.author.id, utcnow()
        if why == "limited" and question.is_private and not self._waits.lacks(author, now):
            self._waits.take(author, now)
            with suppress(*FAILED):
                await question.message.add_reaction(WAIT)

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
        if better is None:
            return False
        if not better.adds:
            # Who calls the bot with an error wants it answered, and a file may hold one that the words do not name.
            wants_more = question.asked if answer.entry else question.files
            if says_still(answer) and not wants_more:
                await self._lead_back(answers, question, answer, better.known)
                return True
            if question.asked or better.again:
                return False
            self.desk.counters.silent["repeated"] += 1
            return True
        try:
            first = await self.posted.message(better.known)
        except FAILED:  # then it is answered by itself
            first = None
        if first is None:
            return False
        whole = replace(Question.of(first, asked=better.known.asked), seen=better.seen)
        leads = not self.follow_ups.is_next_to(question, better.known)
        await self._add_to(answers, question, whole, better.answer, better.known, leads=leads)
        return True

    async def _add_late(self, answers: Answers, question: Question, answer: Answer, earlier: Earlier) -> bool:
        """Correct a card that its asker repeats later on with an id for support that it lacks, and tell whether so."""
        known, message, read = earlier.known, question.message, answer.evidence
        here = (known.asker_id, known.channel_id) == (message.author.id, message.channel.id)
        if not here or known.dismissed or not (read.ray_id or read.request_id):
            return False
        added = await self.additions.late(answers, answer, known)
        if added is None or not await self.follow_ups.is_untouched(added.known):
            return False
        await self._add_to(answers, question, *added, leads=earlier.led)
        return True

    async def _add_to(
        self, answers: Answers, question: Question, whole: Question, answer: Answer, known: Remembered, *, leads: bool
    ) -> None:
        """Correct a card by what a message adds to it, and lead the asker there once, where that is not before them."""
        asking, card_id = Asking.of(question), known.card_id or 0
        self.follow_ups.keep(whole, answer, answer.text)
        self.follow_ups.add(question)
        await answers.remember(asking.answered(answer, card_id, known.digest))
        await self.posted.show(answers, whole, answer, known)
        self.desk.counters.silent["added"] += 1
        led = {each.asker_id for each in await answers.repeats_of(card_id)}
        if not leads or (asking.asker_id in led and not question.asked) or self.manners.is_quiet(question):
            return
        view = lead_to_added(known, answer.lang)
        if not self.manners.too_many(question, answer) and (line_id := await reply(question.message, view)):
            await answers.remember(asking.answered(answer, line_id, digest(view), known))

    async def _lead_back(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Lead whoever says that it is still the same back to their card: what is on it leads on.

        It is done once, but as often as they call the bot.
        """
        led = await answers.repeats_of(known.card_id) if known.card_id else []
        if self.manners.is_quiet(question):
            await self._keep_silent(question, answer, "quiet")
        elif known.repeats is not None or (not question.asked and known.asker_id in {each.asker_id for each in led}):
            self.desk.counters.silent["repeated"] += 1
        elif self.manners.too_many(question, answer):
            await self._keep_silent(question, answer, "limited")
        else:
            same = replace(answer, entry=known.entry, case=known.case)
            await self._send(answers, question, same, Earlier(known, led=True))

    async def _give_way(self, answers: Answers, empty: Iterable[Remembered]) -> None:
        """Take cards away that told that nothing is known: now there is an answer. What went to support stays."""
        try:
            for known in empty:
                if known.card_id and self.desk.records and not await self.desk.records.reports.of_card(known.card_id):
                    await answers.forget(known.question_id)
                    await take_away(self.posted.card(known.channel_id, known.card_id))
                    await feedback.forget(self.desk, known.question_id)
        except DeskError as error:
            without_the_desk(error)

    async def catch_up(self, question: Question, answer: Answer) -> None:
        """Answer a message that an edit, or what stands in its files, made worth it."""
        if speaks(question, answer):
            await self.give(question, answer)

    def pass_over(self, answer: Answer) -> None:
        """Count a message that is not worth an answer."""
        self.desk.counters.silent["unsure" if answer.entry else "no_error"] += 1

    def stop_reading(self, message_ids: Iterable[int]) -> None:
        """Let the files that are being read of these messages count for nothing: they were changed or deleted."""
        for id_ in message_ids:
            self._readings.pop(id_, None)
