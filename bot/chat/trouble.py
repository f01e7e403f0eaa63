"""What went wrong, told to the log and never with anybody's words in it."""

from __future__ import annotations

import logging
import secrets
import traceback

import discord

log = logging.getLogger(__name__)


def report(error: BaseException, where: str) -> str:
    """Log an exception by its type and its place in the code.

    The exception's own text is left out: it may quote a message, and with it a key.

    Args:
        error: what was raised.
        where: the callback it was raised in, such as `/error` or `on_message`.

    Returns:
        A short reference that stands in the log line, to give to whoever met the error.
    """
    reference = secrets.token_hex(3)
    kind = type(error).__qualname__
    if isinstance(error, discord.HTTPException):
        kind += f" (HTTP {error.status}, code {error.code})"
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed with %s, reference %s\n%s", where, kind, reference, frames.rstrip())
    return reference
