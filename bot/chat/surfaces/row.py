"""Rows: what each person wrote last in each channel, for the two minutes in which it may be one question.

It is kept in memory alone, masked and bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.assistant.answer import Answer

CONTEXT = timedelta(minutes=2)
"""For how long what somebody wrote belongs to what they write next."""

FOLLOW_UP = timedelta(minutes=1)
"""For how long what somebody writes next belongs to what they were answered."""

MOST = 5
"""How many messages before it a message is read with."""

LONGEST = 4000
"""How long a message in a row may be, in characters: as long as Discord lets people type. Longer are only files."""

KEPT = 1000
"""How many messages are kept, of all people in all channels."""


@dataclass(frozen=True, slots=True)
class Written:
    """One message of a row.

    Attributes:
        message_id: the message.
        channel_id: where it is.
        author_id: who wrote it.
        at: when it was written, with its time zone.
        text: its words, masked, with those that were added later; empty where they are too many, or were added
            to those of a message before.
        asked: the bot was asked, not only heard.
        apart: it is addressed to another person, or a webhook's, so that nothing may be joined to it.
        seen: what its card says of its files.
        answer: what it is answered with, where it is.
    """

    message_id: int
    channel_id: int
    author_id: int
    at: datetime
    text: str
    asked: bool = False
    apart: bool = False
    seen: str = ""
    answer: Answer | None = None


class Rows:
    """The latest messages, oldest first.

    Args:
        clock: tells the time, with its time zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._written: deque[Written] = deque(maxlen=KEPT)

    def write(self, written: Written) -> None:
        """Keep a message, in place of what was kept of it, and forget those whose time is over."""
        since = self._clock() - CONTEXT
        while self._written and self._written[0].at < since:
            self._written.popleft()
        for place, kept in enumerate(self._written):
            if kept.message_id == written.message_id:
                self._written[place] = written
                return
        if written.at >= since:
            self._written.append(written)

    def forget(self, message_ids: Collection[int]) -> None:
        """Forget messages."""
        if any(written.message_id in message_ids for written in self._written):
            self._written = deque((each for each in self._written if each.message_id not in message_ids), KEPT)

    def before(self, written: Written) -> list[Written]:
        """Return what the author wrote in the channel in the two minutes before a message, oldest first."""
        since = written.at - CONTEXT
        row = [each for each in self._written if _precedes(each, written) and each.author_id == written.author_id]
        return [each for each in row if each.at >= since and not each.apart][-MOST:]

    def is_alone(self, written: Written) -> bool:
        """Tell whether nobody else wrote in the channel in the two minutes before a message."""
        since = written.at - CONTEXT
        return not any(
            _precedes(each, written) and each.at >= since and each.author_id != written.author_id
            for each in self._written
        )


def _precedes(one: Written, other: Written) -> bool:
    return one.channel_id == other.channel_id and one.message_id < other.message_id
