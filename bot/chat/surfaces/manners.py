"""Manners: one answer per problem, no more than anybody can read, and quiet where quiet is wanted."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import discord
from discord import ui

from bot.assistant.answer import Answer
from bot.assistant.dialogue.together import model_of
from bot.chat.cards.card import INCIDENT
from bot.chat.cards.control import Subject
from bot.chat.limits import Limits
from bot.chat.servers.quiet import is_quiet
from bot.chat.surfaces.question import Question
from bot.chat.trouble import FAILED
from bot.desk.answers import DAY, KEY, Answered, Answers, Remembered
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

LED = 5
"""How many who did not ask are led to one card: whoever is next has it and them before their eyes, and a hundred
accounts that paste the same must not get a hundred lines."""

UNKNOWN = frozenset({10003, 10008})
"""The codes of Discord's errors where a channel or a message is gone: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json"""

KEYS = {"person": 3, "channel": 20, "server": 60}
"""How many keys are warned of in a minute, apart from all other answers: whoever leaks one is told so where the others
used theirs up, and a raid of false keys makes no flood."""

REMOVED = 1_000
"""How many of the cards that moderators took away are remembered."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's lines that lead to a card; `{…}` is filled in.

    Attributes:
        line: to anybody's.
        own: to the reader's own.
        added: to the reader's own, which their message added to.
    """

    line: str
    own: str
    added: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        line="-# ↪ {title}, see {link}",
        own="-# ↪ Still there? Your card leads on, to a human as well, see {link}",
        added="-# ↪ Added to your card, see {link}",
    ),
    "zh": Words(
        line="-# ↪ {title}，见 {link}",
        own="-# ↪ 还没解决？请从你那张卡片继续，也可以转交人工，见 {link}",
        added="-# ↪ 已补充到你那张卡片，见 {link}",
    ),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks where.

    Attributes:
        question_id: the message, or the command.
        asker_id: who.
        channel_id: the channel, thread, forum post or direct messages.
        guild_id: the server; None for direct messages.
        in_thread: it is a thread or forum post.
        asked: the bot was asked, not only heard.
        is_person: somebody would follow a link: it is no webhook.
    """

    question_id: int
    asker_id: int
    channel_id: int
    guild_id: int | None
    in_thread: bool
    asked: bool
    is_person: bool = True

    @classmethod
    def of(cls, question: Question) -> Self:
        """Return who asks a question."""
        message = question.message
        place = message.channel
        in_thread = isinstance(place, discord.Thread)
        return cls(
            message.id,
            message.author.id,
            place.id,
            question.guild_id,
            in_thread=in_thread,
            asked=question.asked,
            is_person=message.webhook_id is None,
        )

    def answered(self, answer: Answer, card_id: int, digest: str, led_to: Remembered | None = None) -> Answered:
        """Return what is remembered of an answer.

        Args:
            answer: what was explained.
            card_id: the message that does so.
            digest: a fingerprint of what it shows.
            led_to: the card that it leads to, if that is all it does.
        """
        return Answered(
            question_id=self.question_id,
            guild_id=self.guild_id,
            channel_id=self.channel_id,
            card_id=card_id,
            asker_id=self.asker_id,
            entry=answer.entry or "",
            case=answer.case,
            model=answer.evidence.model,
            lang=answer.lang,
            digest=digest,
            asked=self.asked,
            brings=brings(answer) | ({KEY} if answer.secrets and self.guild_id else set()),
            repeats=led_to.card_id if led_to else None,
        )

    def sees(self, known: Remembered) -> bool:
        """Tell whether a card is at hand: in the thread, or at the message that it began from."""
        return self.in_thread and self.channel_id in {known.channel_id, known.question_id}

    def is_about(self, known: Remembered) -> bool:
        """Tell whether a card that was taken away was the asker's, or in the thread that is about it."""
        return self.in_thread or known.asker_id == self.asker_id


@dataclass(frozen=True, slots=True)
class Earlier:
    """A problem that was explained before.

    Attributes:
        known: the explanation. Where it was taken away, whoever it was for wants no other.
        led: whether there is any use in leading there once more.
    """

    known: Remembered
    led: bool


def brings(answer: Answer) -> frozenset[str]:
    """Return what a question tells besides its error, as short names: its model, its address, what was found in it."""
    read = answer.evidence
    told = {f"finding={finding.id}" for finding in answer.findings}
    if model := model_of(answer):
        told.add(f"model={model.casefold()}")
    if read.url:  # it may be a private one
        told.add(f"url={hashlib.sha256(read.url.casefold().encode()).hexdigest()[:12]}")
    return frozenset(told)


def warned(question: Question, answer: Answer) -> tuple[Question, Answer]:
    """Return what is left of a question and its answer where it is quiet: that there is a key in it."""
    alone = replace(answer, entry=None, case=None, confidence=0.0, speaks=False, findings=())
    return replace(question, asked=False, seen=""), alone


class Manners:
    """Tells what becomes of an answer that is ready.

    Args:
        desk: the bot.
        clock: tells the time, with its time zone.
    """

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._clock = clock
        self._keys = Limits(clock, **KEYS)
        self._removed: deque[int] = deque(maxlen=REMOVED)

    def is_quiet(self, question: Question) -> bool:
        """Tell whether somebody wants no answer there; a key is warned of all the same, see `warned`."""
        message, quiet = question.message, self._desk.server(question.guild_id).quiet
        return is_quiet(quiet, self._clock(), message.author.id, message.channel, asked=question.asked)

    def too_many(self, question: Question, answer: Answer) -> bool:
        """Tell whether an answer would be more than the author, the channel or the server may have by now.

        That there is a key in a message is told within limits of its own.
        """
        message, limits = question.message, self._keys if answer.secrets else self._desk.limits
        channel = None if question.is_private else message.channel.id
        return limits.take(person=message.author.id, channel=channel, server=question.guild_id) > 0

    def remove(self, card_id: int) -> None:
        """Remember that a moderator took a card away: its channel wants none about it, whoever is next."""
        self._removed.append(card_id)

    def _is_unwanted(self, known: Remembered, asking: Asking) -> bool:
        """Tell whether a card that was taken away was the asker's, of their thread, or one that moderators removed."""
        here = known.channel_id == asking.channel_id
        return asking.is_about(known) or (here and known.card_id in self._removed)

    async def earlier(
        self, answers: Answers, asking: Asking, answer: Answer, *, led_to: int | None = None
    ) -> Earlier | None:
        """Return where the same was explained to somebody, or in the channel, a short while ago.

        What brings another model, another address or other findings is no repetition.

        Args:
            answers: what was answered.
            asking: who asks where.
            answer: what there is to explain.
            led_to: the card that they were led to before. As long as it is remembered they stay with it, and where it
                is gone, with whoever was led there too.

        Raises:
            DeskError: the desk cannot tell.
        """
        minutes = self._desk.server(asking.guild_id).repeat_minutes
        if answer.entry is None or answer.secrets or not (minutes or led_to):
            return None
        new = brings(answer)
        found = await answers.lately(
            entry=answer.entry,
            case=answer.case,
            lang=answer.lang,
            channel_id=asking.channel_id,
            asker_id=asking.asker_id,
            guild_id=asking.guild_id,
            within=DAY if led_to else timedelta(minutes=minutes),
            thread=asking.in_thread,
        )
        same = [each for each in found if new <= each.brings and each.question_id != asking.question_id]
        same.sort(key=lambda each: (each.card_id != led_to, each.channel_id != asking.channel_id))
        dismissed = [each for each in same if each.dismissed and self._is_unwanted(each, asking)]
        for known in same:
            if known.dismissed or known.card_id is None:
                continue
            if known.card_id == led_to:
                return Earlier(known, led=True)
            if dismissed and not asking.asked:
                break
            repeats = await answers.repeats_of(known.card_id)
            led = {each.asker_id for each in repeats if each.question_id != asking.question_id}
            is_new = len(led) < LED and asking.asker_id not in led and not asking.sees(known)
            if not (asking.asked or (is_new and asking.is_person)):
                return Earlier(known, led=False)
            if await self._stands(answers, known, known.card_id):
                return Earlier(known, led=True)
        return Earlier(dismissed[0], led=False) if dismissed and not asking.asked else None

    async def _stands(self, answers: Answers, known: Remembered, card_id: int) -> bool:
        """Tell whether a card is there and explains what it was sent for.

        Somebody may have chosen another meaning on it, and nobody tells of what is deleted while we are away.
        """
        try:
            card = await self._desk.get_partial_messageable(known.channel_id).fetch_message(card_id)
        except FAILED as error:
            if gone := isinstance(error, discord.NotFound) and error.code in UNKNOWN:
                await answers.dismiss(card_id)
            return not gone  # nothing else says so
        view = ui.LayoutView.from_message(card)
        view.stop()  # its buttons are no controls, and discord.py would keep them
        meaning = Meaning(known.entry, known.case)
        subject = str(Subject(known.asker_id, meaning, known.lang, known.question_id))
        buttons = (item for item in view.walk_children() if isinstance(item, ui.Button))
        return any((button.custom_id or "").partition(":")[2] == subject for button in buttons)


def link(known: Remembered) -> str:
    """Return the address of a card."""
    return f"https://discord.com/channels/{known.guild_id or '@me'}/{known.channel_id}/{known.card_id}"


def lead(known: Remembered, answer: Answer, incident: str = "", *, own: bool = False) -> ui.LayoutView:
    """Lay out the line that leads to a card.

    Args:
        known: where it is.
        answer: what it explains.
        incident: that others see it too, see `incidents`: the card may be from before that was known.
        own: it is the reader's own card, and they are told that it leads on.
    """
    words = WORDS[answer.lang]
    line = words.own if own else words.line
    view = ui.LayoutView(timeout=None)
    if incident:
        view.add_item(ui.TextDisplay(incident, id=INCIDENT))
    return view.add_item(ui.TextDisplay(line.format(title=answer.heading, link=link(known))))


def lead_to_added(known: Remembered, lang: Language) -> ui.LayoutView:
    """Lay out the line that tells its readers that what they wrote stands on their card."""
    return ui.LayoutView(timeout=None).add_item(ui.TextDisplay(WORDS[lang].added.format(link=link(known))))
