"""What is done to one report, one thing after the other, and none of them twice."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from bot.desk.reports import NoteKind, Report, Reports

_turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()


def turn(number: int) -> asyncio.Lock:
    """Return what makes the presses on one report come one after the other."""
    return _turns.setdefault(number, asyncio.Lock())


async def note_once(reports: Reports, number: int, kind: NoteKind, author_id: int, text: str) -> Report | None:
    """Add what was said to a report, unless it was the last thing said: that is a form which was sent again.

    Discord keeps a form open whose taking it did not hear of in time.

    Args:
        reports: the desk's.
        number: the report's; the caller has its `turn`.
        kind: as `Reports.note` takes it.
        author_id: who said it.
        text: what was said, masked.

    Returns:
        The report; None where it is closed or gone.

    Raises:
        DeskError: the desk cannot do it.
    """
    last = (await reports.notes(number))[-1:]
    if any((note.kind, note.author_id, note.text) == (kind, author_id, text) for note in last):
        report = await reports.of(number)
        return None if report is None or report.closed_at else report
    return await reports.note(number, kind, author_id, text)
