"""Keeping cards true: an edit corrects, brings or takes away a card, and a deletion takes it along.

Of the warning of a key a line stays: whoever saw the key has it still. The card from which a report was sent stays as
long as that is open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord.utils import snowflake_time, utcnow

from bot.assistant.answer import Answer
from bot.chat.learning import feedback
from bot.chat.servers.quiet import hush_after
from bot.chat.surfaces.answering import Answering
from bot.chat.surfaces.authors import is_read
from bot.chat.surfaces.explain import explain
from bot.chat.surfaces.manners import Asking, warned
from bot.chat.surfaces.posted import without_the_desk
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.taking import question_in, speaks
from bot.chat.trouble import FAILED, report
from bot.desk.answers import DAY, Answers, Remembered
from bot.desk.database import DeskError

if TYPE_CHECKING:
    from bot.chat.client import Desk


def is_old(message_id: int) -> bool:
    """Tell whether a message is older than what the desk remembers of answers."""
    return snowflake_time(message_id) < utcnow() - DAY


class Upkeep:
    """Brings cards in line with what became of their questions.

    Args:
        desk: the bot.
        answering: who gave the cards.
    """

    def __init__(self, desk: Desk, answering: Answering) -> None:
        self._desk = desk
        self._answering = answering

    async def changed(self, answers: Answers, message: discord.Message) -> None:
        """Bring the answer to a message in line with what it says now."""
        if not is_read(self._desk, message):
            return
        self._answering.stop_reading([message.id])
        question = question_in(self._desk, message) or await self._once_a_question(answers, message)
        if question is None:
            return
        answer = self._answering.ask(question)
        if question.files:
            if (found := await self._answering.read(question, answer, typing=False)) is None:
                return
            question, answer = found
        await self.bring_in_line(answers, question, answer)

    async def bring_in_line(self, answers: Answers, question: Question, answer: Answer) -> None:
        """See to it that a question has this answer, or none where it needs none."""
        async with self._answering.turn(question.message.channel.id):
            try:
                if known := await answers.of_question(question.message.id):
                    if not await self._adds(answers, known):
                        await self._correct(answers, question, answer, known)
                elif not question.message.pinned:  # to pin it changes it, and is no question
                    await self._answering.catch_up(question, answer)
            except DeskError as error:
                self._again(answers, question.message, error)

    async def _once_a_question(self, answers: Answers, message: discord.Message) -> Question | None:
        """Return the question that a message was, which it would not be any more if it were new."""
        async with self._answering.turn(message.channel.id):
            try:
                known = await answers.of_question(message.id)
            except DeskError as error:
                self._again(answers, message, error)
                return None
        return Question.of(message, asked=known.asked) if known else None

    def _again(self, answers: Answers, message: discord.Message, error: DeskError) -> None:
        """Bring the answer to a message in line once the desk is back."""
        without_the_desk(error)
        self._desk.missed.note(partial(self.changed, answers, message))

    async def _adds(self, answers: Answers, known: Remembered) -> bool:
        """Look again at the card that a message was led back to, and tell whether it adds to that."""
        first = await self._answering.additions.added_to(answers, known)
        adding = await self._look_again(answers, first) if first else []
        return any(each.question_id == known.question_id for each in adding)

    async def _correct(
        self, answers: Answers, question: Question, answer: Answer, known: Remembered
    ) -> list[Remembered]:
        """Bring a card in line with what its question says now, and return the messages that add to it."""
        message = question.message
        if known.dismissed or known.card_id is None:
            await feedback.forget(self._desk, message.id)
            return []
        first, *added = await self._answering.additions.of(answers, known.card_id) or [known]
        if first.question_id != message.id:
            return await self._look_again(answers, first)
        question = replace(question, asked=question.asked or known.asked)
        if self._answering.manners.is_quiet(question) and not known.entry and known.had_key:
            question, answer = warned(question, answer)
        if not speaks(question, answer):
            await self._withdraw(answers, question, answer, known)
            await self._let_go(answers, (each for each in added if each.repeats is None))
            await self._lead_anew(answers, [known.card_id])
            return []
        if known.repeats is not None:
            await self._lead_on(answers, question, answer, known)
            return []
        answer, _, adding, others = await self._answering.additions.whole(question, answer, added)
        await self._answering.posted.show(answers, question, answer, known)
        await self._let_go(answers, others)
        if (known.entry, known.case, known.lang) != (answer.entry or "", answer.case, answer.lang):
            await self._lead_anew(answers, [known.card_id])
        return adding

    async def _lead_on(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Lead to the card that has the answer now; where none has, the answer takes the place of what led there."""
        manners = self._answering.manners
        earlier = await manners.earlier(answers, Asking.of(question), answer, led_to=known.repeats)
        if is_quiet := earlier is None and manners.is_quiet(question):
            question, answer = warned(question, answer)
        if earlier.known.dismissed if earlier else is_quiet and not answer.secrets:
            await self._withdraw(answers, question, answer, known)
        elif earlier is None or earlier.known.card_id != known.repeats:
            await self._answering.posted.show(answers, question, answer, known, earlier)

    async def _withdraw(self, answers: Answers, question: Question, answer: Answer, known: Remembered) -> None:
        """Take an answer away that nobody needs any more, but that there was a key, and unless support is at it."""
        if not await self._is_with_support(known.card_id):
            if known.had_key:
                await self._answering.posted.show(answers, *warned(question, answer), known)
            else:
                await answers.forget(known.question_id)
                await self._answering.posted.part_with(known)
        await feedback.forget(self._desk, known.question_id)

    async def _is_with_support(self, card_id: int | None) -> bool:
        """Tell whether a card tells of an open report: it is the asker's way to that, and staff's to the question."""
        if card_id is None or self._desk.records is None:
            return False
        report = await self._desk.records.reports.of_card(card_id)
        return report is not None and report.closed_at is None

    async def _look_again(self, answers: Answers, known: Remembered) -> list[Remembered]:
        """Bring a card in line whose question stayed as it is, after what else it hangs on was changed or deleted.

        Returns:
            The messages that add to it.
        """
        if (message := await self._answering.posted.message(known)) is None:
            return []
        question = question_in(self._desk, message) or Question.of(message, asked=known.asked)
        answer = self._answering.ask(question)
        if question.files:
            question, answer = await explain(self._desk, question, answer)
        return await self._correct(answers, question, answer, known)

    async def _let_go(self, answers: Answers, added: Iterable[Remembered]) -> None:
        """Answer messages by themselves that added to a card, where they are worth it."""
        for known in added:
            await answers.forget(known.question_id)
            message = await self._answering.posted.message(known)
            if message and (question := question_in(self._desk, message)):
                await self._answering.catch_up(question, self._answering.ask(question))

    async def _lead_anew(self, answers: Answers, card_ids: Collection[int]) -> None:
        """See to those who were led to cards that do not have their answer any more."""
        for known in await answers.repeats_of(*card_ids):
            await self._by_itself(known.channel_id, partial(self._look_again, answers, known))

    async def gone(self, channel_id: int, message_ids: Collection[int]) -> None:
        """Take cards away whose questions are gone, and remember those that are gone themselves as dismissed."""
        self._answering.stop_reading(message_ids)
        for id_ in message_ids:
            self._desk.files.forget(id_)
        gone = {id_ for id_ in message_ids if not is_old(id_)}
        self._answering.follow_ups.forget(gone)
        async with self._answering.turn(channel_id):
            await feedback.forget(self._desk, *message_ids)
            if not gone:
                return
            try:
                await self._take_along(channel_id, gone)
            except DeskError as error:
                without_the_desk(error)
                self._desk.missed.note(partial(self.gone, channel_id, gone))

    async def _take_along(self, channel_id: int, gone: set[int]) -> None:
        """Do so, each card by itself; nothing is forgotten before all is known that has to be."""
        if (answers := self._answering.answers) is None:
            raise DeskError("it has yet to be opened")
        questions = await answers.of_questions(gone)
        left = {
            known.card_id: (
                known,
                [one for one in await answers.all_of_card(known.card_id) if one.question_id not in gone],
            )
            for known in reversed(questions)
            if known.card_id and known.card_id not in gone and not known.dismissed
        }
        stays = {card_id for card_id in left if await self._is_with_support(card_id)}
        for card_id in (by_hand := gone.difference(known.question_id for known in questions)):
            await answers.dismiss(card_id)
            if len(gone) == 1:  # else it was the channel that was tidied
                is_card = await hush_after(self._desk, card_id)
                if is_card and card_id not in self._desk.handed_back:
                    self._answering.manners.remove(card_id)
        for known in questions:
            await answers.forget(known.question_id)
        for known, rest in left.values():
            if rest and rest[0].question_id < known.question_id:
                await self._by_itself(channel_id, partial(self._look_again, answers, rest[0]))
            else:
                if known.card_id not in stays:
                    await self._by_itself(channel_id, partial(self._answering.posted.part_with, known))
                await self._by_itself(channel_id, partial(self._let_go, answers, rest))
        for known in questions:
            if known.repeats in gone | left.keys():
                continue
            if first := await self._answering.additions.added_to(answers, known):
                await self._by_itself(channel_id, partial(self._look_again, answers, first))
        await self._by_itself(channel_id, partial(self._lead_anew, answers, by_hand | left.keys()))

    async def _by_itself(self, channel_id: int, work: Callable[[], Awaitable[object]]) -> None:
        """Do one thing of several, in a channel's turn: where it fails, the others are another matter."""
        try:
            await work()
        except DeskError as error:
            without_the_desk(error)
            self._desk.missed.note(partial(self._later, channel_id, work))
        except FAILED as error:
            report(error, "seeing to a card")

    async def _later(self, channel_id: int, work: Callable[[], Awaitable[object]]) -> None:
        async with self._answering.turn(channel_id):
            await self._by_itself(channel_id, work)
