"""Rows: what each person wrote last in each channel, for the two minutes in which it may be one question.

It is kept in memory alone, masked and bounded.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from discord.utils import snowflake_time, time_snowflake

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


class Written(NamedTuple):
    """One message of a row.

    Attributes:
        message_id: the message.
        channel_id: where it is.
        author_id: who wrote it.
        text: its words, masked, with those that were added later; empty where they are too many, or were added to
            those of a message before.
        asked: the bot was asked, not only heard.
        apart: it is addressed to another person, or a webhook's, so that nothing may be joined to it.
        seen: what its card says of its files.
        answer: what it is answered with, where it is.
    """

    message_id: int
    channel_id: int
    author_id: int
    text: str
    asked: bool = False
    apart: bool = False
    seen: str = ""
    answer: Answer | None = None

    @property
    def at(self) -> datetime:
        """When it was written."""
        return snowflake_time(self.message_id)


class Rows:
    """The latest messages, oldest first.

    Args:
        clock: tells the time, with its time zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        # To find its first key, a plain dict goes through all that were deleted before it.
        self._written: OrderedDict[int, Written] = OrderedDict()
        self._rows: dict[tuple[int, int], list[int]] = {}

    def __len__(self) -> int:
        return len(self._written)

    def write(self, written: Written) -> None:
        """Keep a message, in place of what was kept of it, and forget those whose time is over."""
        since = time_snowflake(self._clock() - CONTEXT)
        if written.message_id >= since or written.message_id in self._written:
            self._written[written.message_id] = written
            row = self._rows.setdefault(_row(written), [])
            if written.message_id not in row:
                row.append(written.message_id)
        while self._written and (len(self._written) > KEPT or next(iter(self._written)) < since):
            self.forget([next(iter(self._written))])

    def forget(self, message_ids: Iterable[int]) -> None:
        """Forget messages."""
        for id_ in message_ids:
            if written := self._written.pop(id_, None):
                row = self._rows[_row(written)]
                row.remove(id_)
                if not row:
                    del self._rows[_row(written)]

    def before(self, written: Written) -> list[Written]:
        """Return what the author wrote in the channel in the two minutes before a message, oldest first."""
        since = written.at - CONTEXT
        row = self._of(*_row(written))
        found = [each for each in row if each.message_id < written.message_id and each.at >= since and not each.apart]
        return found[-MOST:]

    def has(self, channel_id: int, author_id: int, *, called: bool) -> bool:
        """Tell whether anything is kept of what somebody wrote in a channel; `called`, that asked or was answered."""
        row = self._rows.get((channel_id, author_id))
        if not row or not called:
            return bool(row)
        return any(each.asked or each.answer for each in map(self._written.__getitem__, row))

    def is_alone(self, written: Written, behind: int = 0) -> bool:
        """Tell whether nobody else wrote in the channel in the two minutes before a message, and behind another."""
        since = written.at - CONTEXT
        return not any(
            each.channel_id == written.channel_id
            and each.author_id != written.author_id
            and behind < each.message_id < written.message_id
            and each.at >= since
            for each in self._written.values()
        )

    def _of(self, channel_id: int, author_id: int) -> list[Written]:
        return [self._written[id_] for id_ in self._rows.get((channel_id, author_id), ())]


def _row(written: Written) -> tuple[int, int]:
    return written.channel_id, written.author_id
