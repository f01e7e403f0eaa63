"""How a command ends, and how it counts what it found."""

from __future__ import annotations

from typing import NoReturn

import typer

UNUSABLE = 2
"""Exit code for input that cannot be used, as for a wrong option."""


def fail(text: str, code: int = UNUSABLE) -> NoReturn:
    """End a command with one line on standard error."""
    typer.echo(f"error: {text}", err=True)
    raise typer.Exit(code)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number of things in words: `1 row`, `2 rows`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
