"""What the desk raises."""

from __future__ import annotations


class DeskError(Exception):
    """The database cannot do it: locked, gone, read-only, full, slow or too new.

    The text is one line without addresses, statements and values; the cause is chained.
    """


class BehindError(DeskError):
    """There is no schema yet, or an older one: the bot brings it up to date at its start."""


class RefusedError(DeskError):
    """The database is there and does not take these values, now or later."""
