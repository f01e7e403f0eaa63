"""How a command ends, and how it counts what it found."""

from __future__ import annotations

from typing import NoReturn

import typer

FAILED = 1
"""Exit code for a no: nothing fits, something is wrong, or what was to be done could not be done."""

UNUSABLE = 2
"""Exit code for input that cannot be used: a file, a setting, a knowledge base, and for Click a wrong option."""


def complain(text: str, code: int = FAILED) -> int:
    """Say on standard error, in one line and without keys and tokens, why a command ends; return its exit code."""
    from bot.assistant.secrets import mask  # noqa: PLC0415 - the pattern of every key, and most commands end well

    typer.echo(f"error: {mask(text).text}", err=True)
    return code


def fail(text: str, code: int = UNUSABLE) -> NoReturn:
    """End a command with one line on standard error."""
    raise typer.Exit(complain(text, code))


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number of things in words: `1 row`, `2 rows`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
