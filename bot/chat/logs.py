"""Where the log goes and what its lines look like. No line holds a message's text, a key or a token."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from types import TracebackType

import aiohttp
import discord

from bot.assistant.secrets import mask
from bot.settings import LogFormat

NETWORK = (OSError, aiohttp.ClientError, discord.ConnectionClosed)

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

MASK = "[secret]"

SHORTEST = 6
"""Characters that a secret of the operator's has to have to be looked for: a shorter one is part of too many words."""

IN_PATHS = re.compile(r"(/(?:interactions|webhooks)/\d+/)[\w.~%-]+")
"""Who knows the token in such a path may answer the interaction:
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages"""

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What a record always has; the rest is what a line gave in `extra`."""


class Masking(logging.Filter):
    """Takes keys and tokens out of whatever a record brings: its words with their arguments, exception and extra.

    Args:
        secrets: the operator's own, which are known by heart.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        known = sorted((secret for secret in set(secrets) if len(secret) >= SHORTEST), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask a record for this handler and all that come after it, and let it pass."""
        try:
            words = record.getMessage()
        except Exception:  # arguments that do not fit would be lost with the line
            words = str(record.msg)
        record.msg, record.args = self.masked(words), None
        if record.exc_info:
            record.exc_text, record.exc_info = outline(record.exc_info), None
        record.exc_text = record.exc_text and self.masked(record.exc_text)
        record.stack_info = record.stack_info and self.masked(record.stack_info)
        for name, value in extra(record).items():
            if not isinstance(value, int | float | None):
                setattr(record, name, self.masked(str(value)))
        return True

    def masked(self, text: str) -> str:
        """Return a text without what nobody may read."""
        if self._known:
            text = self._known.sub(MASK, text)
        return mask(IN_PATHS.sub(rf"\1{MASK}", text)).text


class Lines(logging.Formatter):
    """Lines for people. An exception is its type and its place in the code: its text may quote a message."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the base class's name
        """Return the frames and the type; of trouble with the network, the type says it all."""
        return outline(ei)


class JsonLines(Lines):
    """One JSON object a line, with what the line gave in `extra` under its own names."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if exception := record.exc_text or (self.formatException(record.exc_info) if record.exc_info else ""):
            line["exception"] = exception
        more = {name: value for name, value in extra(record).items() if name not in line}
        return json.dumps(line | more, ensure_ascii=False, default=str)


def outline(raised: Raised) -> str:
    """Return an exception without its words: its frames and its type; for trouble with the network, the type."""
    kind, error, frames = raised
    name = kind.__qualname__ if kind else ""
    return name if isinstance(error, NETWORK) else "".join(traceback.format_tb(frames)) + name


def extra(record: logging.LogRecord) -> dict[str, object]:
    """Return what a line gave in `extra`, by its names."""
    return {name: value for name, value in vars(record).items() if name not in OWN}


def configure(level: str, style: LogFormat, secrets: Iterable[str] = ()) -> None:
    """Send the log to standard output, and mask it there and wherever else a library writes it.

    Args:
        level: the least serious level of our own lines to show.
        style: `text` for people, `json` for machines.
        secrets: what must not be in it, besides all that looks like a key.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    # Otherwise a line that cannot be written is put on standard error, with all that it was made of.
    logging.raiseExceptions = False
    handler = logging.StreamHandler(sys.stdout)
    text = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"
    handler.setFormatter(JsonLines() if style == "json" else Lines(text))
    root = logging.getLogger()
    root.handlers = [handler]
    masking = Masking(secrets)
    for each in _handlers():
        each.addFilter(masking)
    least = logging.getLevelNamesMapping()[level]
    root.setLevel(max(logging.WARNING, least))
    # At DEBUG discord.py writes whole messages and the tokens of interactions.
    logging.getLogger("discord").setLevel(max(logging.INFO, least))
    logging.getLogger("bot").setLevel(level)


def _handlers() -> Iterator[logging.Handler]:
    """Every handler that there is."""
    yield from logging.getLogger().handlers
    for logger in logging.getLogger().manager.loggerDict.values():
        yield from logger.handlers if isinstance(logger, logging.Logger) else ()
    if logging.lastResort:
        yield logging.lastResort
