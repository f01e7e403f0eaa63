"""Additions: what the asker of a card wrote in its channel after it, as the desk remembers, and what it adds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bot.assistant.answer import Answer
from bot.assistant.dialogue.together import joined, with_one_after, worded
from bot.chat.surfaces.explain import at_once, explain
from bot.chat.surfaces.follow_ups import FollowUps
from bot.chat.surfaces.manners import brings
from bot.chat.surfaces.posted import Posted
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.taking import question_in
from bot.chat.trouble import FAILED
from bot.desk.answers import Answers, Remembered

if TYPE_CHECKING:
    from bot.chat.client import Desk


class Whole(NamedTuple):
    """A question with what was added to it.

    Attributes:
        answer: its answer.
        text: its words and those that were added, as far as they count.
        adding: the messages that add to it.
        others: those that do not, and have no answer of their own.
    """

    answer: Answer
    text: str
    adding: list[Remembered]
    others: list[Remembered]


class Added(NamedTuple):
    """What an addition makes of a question.

    Attributes:
        question: the question.
        answer: its answer now.
        known: what is remembered of it.
    """

    question: Question
    answer: Answer
    known: Remembered


class Additions:
    """Reads questions with what was added to them.

    Args:
        desk: the bot.
        posted: the cards.
        follow_ups: what people wrote lately.
    """

    def __init__(self, desk: Desk, posted: Posted, follow_ups: FollowUps) -> None:
        self._desk = desk
        self._posted = posted
        self._follow_ups = follow_ups

    async def of(self, answers: Answers, card_id: int) -> list[Remembered]:
        """Return the question of a card, then what may add to it, oldest first; empty where it has none.

        That is also what was led back to it: the line may tell that something was added.

        Raises:
            DeskError: the desk cannot tell.
        """
        added = await answers.all_of_card(card_id)
        if not added:
            return []
        first = added.pop(0)
        led = [each for each in await answers.repeats_of(card_id) if _is_of(each, first)]
        return [first, *sorted([*added, *led], key=lambda each: each.question_id)]

    async def added_to(self, answers: Answers, known: Remembered) -> Remembered | None:
        """Return the question that a message may add to which was led back to its card; None for all others.

        Raises:
            DeskError: the desk cannot tell.
        """
        first = next(iter(await answers.all_of_card(known.repeats)), None) if known.repeats else None
        return first if first and _is_of(known, first) and not first.dismissed else None

    async def late(self, answers: Answers, answer: Answer, known: Remembered) -> Added | None:
        """Return what a repetition adds to a card long after, when nothing is kept of what was written before.

        The question is read again with all that was added to it. What was only said before it is not, and where the
        card knows by that, it stays as it is.

        Args:
            answers: what was answered.
            answer: the answer to the repetition.
            known: the card of the same person.

        Raises:
            DeskError: the desk cannot tell.
        """
        first, *added = await self.of(answers, known.card_id or 0) or [known]
        try:
            message = await self._posted.message(first)
        except FAILED:
            message = None
        if message is None:
            return None
        question = question_in(self._desk, message) or Question.of(message, asked=first.asked)
        alone = at_once(self._desk, question, lang=first.lang)
        question, alone = await explain(self._desk, question, alone, lang=first.lang)
        before = await self.whole(question, alone, added)
        made = with_one_after(self._desk.assistant, before.text, before.answer, answer, nobody_else=True)
        if made is None or made is before.answer or not first.brings <= brings(made):
            return None
        return Added(replace(question, asked=question.asked or first.asked), made, first)

    async def whole(self, question: Question, answer: Answer, added: Iterable[Remembered]) -> Whole:
        """Read a question with what may add to it.

        Args:
            question: the question.
            answer: its answer without that.
            added: what may add to it.
        """
        text, adding, others = worded(answer), [], []
        for known in added:
            message = await self._posted.message(known)
            later = at_once(self._desk, Question.of(message, asked=False)) if message else None
            better = later and with_one_after(self._desk.assistant, text, answer, later, nobody_else=True)
            is_led = known.repeats is not None
            if message and better and later and not (is_led and better is answer):
                self._follow_ups.add(Question.of(message, asked=False))
                answer, text = better, joined([text, worded(later)])
                adding.append(known)
            elif not is_led:
                others.append(known)
        self._follow_ups.keep(question, answer, text)
        return Whole(answer, text, adding, others)


def _is_of(led: Remembered, first: Remembered) -> bool:
    return (led.asker_id, led.channel_id) == (first.asker_id, first.channel_id)
