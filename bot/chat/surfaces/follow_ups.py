"""Follow-ups: what messages in a row have to do with each other, by who wrote them, when, where and to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import discord

from bot.assistant.answer import Answer
from bot.assistant.dialogue.another_model import with_another_model
from bot.assistant.dialogue.telling import points
from bot.assistant.dialogue.together import (
    language_before,
    with_one_after,
    with_those_before,
    worded,
)
from bot.assistant.secrets import mask
from bot.chat.cards.buttons import Solved
from bot.chat.cards.control import Subject
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.row import FOLLOW_UP, LONGEST, Rows, Written
from bot.chat.trouble import FAILED
from bot.desk.answers import Answers, Remembered
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

READ = 50_000
"""How long a text may be that is read once more with what was written before it, in characters."""


@dataclass(frozen=True, slots=True)
class Better:
    """What a follow-up makes of an answer that was given.

    Attributes:
        known: that answer.
        answer: what it should be.
        seen: what the card says of the files.
        adds: it is another than that which was given.
        again: the follow-up is the very same message once more.
    """

    known: Remembered
    answer: Answer
    seen: str
    adds: bool
    again: bool


class FollowUps:
    """Reads messages with their rows.

    Args:
        desk: the bot.
        clock: tells the time, with its time zone.
    """

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._rows = Rows(clock)

    def overhear(self, question: Question) -> None:
        """Keep a message that is answered nowhere, but which a call for the bot may point to."""
        self._rows.write(self._written(question, mask(question.whole).text))

    def pass_by(self, message_id: int, channel_id: int, author_id: int, text: str) -> None:
        """Keep chat as well, masked, from before it is made a `discord.Message`."""
        text = text if len(text) <= LONGEST else ""
        self._rows.write(Written(message_id, channel_id, author_id, text))

    def may_go_on(self, channel_id: int, author_id: int, *, chat: bool = True) -> bool:
        """Tell whether what somebody writes in a channel may have to do with what they wrote there lately.

        Chat only goes on with what the bot was asked there, or answered; a hint of an error with all else, too.
        """
        return self._rows.has(channel_id, author_id, called=chat)

    def forget(self, message_ids: Collection[int]) -> None:
        """Forget messages that are gone."""
        self._rows.forget(message_ids)

    def goes_on(self, question: Question) -> bool:
        """Tell whether the author of a message called the bot within the last minute."""
        return any(each.asked for each in self._recent(self._written(question)))

    def still_asks(self, question: Question) -> bool:
        """Tell whether the author of a message called the bot within the last minute and got no answer yet."""
        called = [each.answer for each in self._recent(self._written(question)) if each.asked]
        return bool(called) and not any(answer and answer.entry for answer in called)

    def language(self, question: Question, answer: Answer) -> Language | None:
        """Return the language in which the author of a question wrote before, where the question does not tell.

        A language that the server chose comes first.
        """
        row = self._rows.before(self._written(question))
        return self._desk.language_of(question.guild_id) or language_before([each.text for each in row], answer)

    def in_its_row(self, question: Question, alone: Answer) -> Answer:
        """Return the answer to a question with what its author wrote before, and keep the question.

        Args:
            question: what is asked.
            alone: the answer to its words.
        """
        written = self._written(question, alone.text)
        row = self._rows.before(written)
        called = question.asked and not question.is_private and not question.about
        since = max((place for place, each in enumerate(row, 1) if each.answer and each.answer.entry), default=0)
        before = [each.text for each in (row if called and points(alone.text) else row[since:]) if each.text]
        answer = alone
        if before and not written.apart and not alone.secrets and len(alone.text) <= READ:
            nobody_else = self._rows.is_alone(written)
            answer = with_those_before(self._desk.assistant, before, alone, called=called, nobody_else=nobody_else)
        answered = [each.answer for each in row if each.answer and each.answer.entry]
        if answered and not answer.speaks and not written.apart:
            answer = with_another_model(self._desk.assistant, answered[-1], answer) or answer
        self.keep(question, answer)
        return answer

    def keep(self, question: Question, answer: Answer, text: str | None = None) -> None:
        """Keep a question with what it is answered with, if it is.

        Args:
            question: what is asked.
            answer: the answer.
            text: its words and those that were added to them; without it, those that were answered.
        """
        written = self._written(question, worded(answer) if text is None else text)
        tells = question.asked or answer.speaks or bool(answer.secrets)
        self._rows.write(written._replace(answer=answer if tells else None))

    def add(self, question: Question) -> None:
        """Keep a message whose words were added to those of one before."""
        self._rows.write(self._written(question))

    async def better(self, answers: Answers, question: Question, answer: Answer) -> Better | None:
        """Return what a message makes of what its author was answered within the last minute.

        Args:
            answers: what was answered.
            question: the message.
            answer: what it is answered with alone.

        Returns:
            None where it is no follow-up, or somebody has taken that answer in hand since.

        Raises:
            DeskError: the desk cannot tell.
        """
        written = self._written(question, answer.text)
        if written.apart or (question.asked and not question.is_private):
            return None
        answered = [each for each in self._recent(written) if each.answer and each.answer.entry]
        if not answered:
            return None
        known = {each.question_id: each for each in await answers.of_questions(each.message_id for each in answered)}
        known = {id_: each for id_, each in known.items() if _stands(each)}
        cards = {each.card_id for each in known.values()}  # what only leads to one of these is no answer beside it
        given = [each for each in answered if (its := known.get(each.message_id)) and its.repeats not in cards]
        if answer.entry:
            given = [each for each in given if each.answer and each.answer.entry == answer.entry]
        if len(given) != 1 or (first := given[0].answer) is None:  # of several it cannot be told which one is meant
            return None
        nobody_else = self._rows.is_alone(written)
        made = with_one_after(self._desk.assistant, given[0].text, first, answer, nobody_else=nobody_else)
        lead = known[given[0].message_id]
        if made is None or (made is not first and not await self.is_untouched(lead)):
            return None
        return Better(lead, made, given[0].seen, made is not first, worded(answer) == given[0].text)

    def is_next_to(self, question: Question, known: Remembered) -> bool:
        """Tell whether nobody else wrote between an answer and what its author wrote within a minute of it."""
        return self._rows.is_alone(self._written(question), behind=known.card_id or 0)

    async def unanswered(self, answers: Answers, question: Question) -> list[Remembered]:
        """Return the cards of the last minute that told the author of a message that nothing is known.

        Raises:
            DeskError: the desk cannot tell.
        """
        row = self._recent(self._written(question))
        empty = [each.message_id for each in row if each.answer and not (each.answer.entry or each.answer.secrets)]
        found = await answers.of_questions(empty) if empty else []
        return [known for known in found if _stands(known) and not (known.entry or known.had_key)]

    def _recent(self, written: Written) -> list[Written]:
        return [each for each in self._rows.before(written) if each.at >= written.at - FOLLOW_UP]

    def _written(self, question: Question, text: str = "") -> Written:
        message = question.message
        return Written(
            message_id=message.id,
            channel_id=message.channel.id,
            author_id=message.author.id,
            text=text if len(text) <= LONGEST else "",
            asked=question.asked,
            apart=self._is_apart(message),
            seen=question.seen,
        )

    def _is_apart(self, message: discord.Message) -> bool:
        """Tell whether a message is addressed to another person, by a reply or a mention, or is no person's."""
        if message.webhook_id is not None:
            return True
        own = {message.author.id, self._desk.user.id if self._desk.user else 0}
        if any(user.id not in own for user in message.mentions):
            return True
        reference = message.reference
        if reference is None or reference.type is not discord.MessageReferenceType.reply:
            return False
        resolved = reference.resolved
        return not isinstance(resolved, discord.Message) or resolved.author.id not in own

    async def is_untouched(self, known: Remembered) -> bool:
        """Tell whether a card shows what it was sent with: nobody chose another meaning or took it for solved."""
        if known.repeats is not None:
            return True
        card = self._desk.get_partial_messageable(known.channel_id).get_partial_message(known.card_id or 0)
        try:
            shown = discord.ui.LayoutView.from_message(await card.fetch())
        except FAILED:  # it is gone, or nobody can tell
            return False
        shown.stop()
        subject = Subject(known.asker_id, Meaning(known.entry, known.case), known.lang, known.question_id)
        ids = {item.custom_id for item in shown.walk_children() if isinstance(item, discord.ui.Button)}
        return f"{Solved.name}:{subject}" in ids


def _stands(known: Remembered | None) -> bool:
    return known is not None and known.card_id is not None and not known.dismissed
