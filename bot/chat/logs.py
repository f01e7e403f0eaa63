"""Where the log goes and what its lines look like. No line holds a message's text, a key or a token."""

from __future__ import annotations

import io
import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

import aiohttp
import discord

from bot.settings import LogFormat

NETWORK = (OSError, aiohttp.ClientError, discord.ConnectionClosed)

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """Lines for people. An exception is its type and its place in the code: its text may quote a message."""

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - the base class's name
        """Return the frames and the type; of trouble with the network, the type says it all."""
        kind, error, frames = ei
        name = kind.__qualname__ if kind else ""
        return name if isinstance(error, NETWORK) else "".join(traceback.format_tb(frames)) + name


class JsonLines(Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(level: str, style: LogFormat) -> None:
    """Send the log to standard output.

    Args:
        level: the least serious level of our own lines to show.
        style: `text` for people, `json` for machines.
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
    least = logging.getLevelNamesMapping()[level]
    root.setLevel(max(logging.WARNING, least))
    # At DEBUG discord.py writes whole messages and the tokens of interactions.
    logging.getLogger("discord").setLevel(max(logging.INFO, least))
    logging.getLogger("bot").setLevel(level)
