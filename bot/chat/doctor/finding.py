"""What a check finds, and what every check is held to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["well", "wrong", "open"]
"""`open` is what nobody asked for or what could not be told: no fault by itself."""

LIMIT = 20.0
"""Seconds that a check may take. To read a picture for the first time takes ten of them on a busy machine."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's.

    Attributes:
        check: what was looked at.
        state: whether it is as it has to be.
        told: what was found.
        todo: what to do about it; empty where there is nothing to do.
        server: the Discord server that it is about.
    """

    check: str
    state: State
    told: str
    todo: str = ""
    server: int | None = None


class FaultError(Exception):
    """A check cannot go on: what was found, and what to do about it."""

    def __init__(self, told: str, todo: str) -> None:
        super().__init__(f"{told}: {todo}")
        self.told, self.todo = told, todo


def slow() -> FaultError:
    """Tell of a check that takes too long."""
    return FaultError(f"no answer within {LIMIT:g} seconds", "run the doctor again; if it stays so, look there first")


async def checked(
    check: str,
    work: Awaitable[list[Finding]],
    *,
    server: int | None = None,
    slow: Callable[[], FaultError] = slow,
) -> list[Finding]:
    """Return what a check finds, in `LIMIT` seconds at most and whatever happens to it.

    Args:
        check: its name.
        work: the check; it may raise `FaultError`.
        server: the Discord server that it is about.
        slow: tells of a check that takes too long.
    """
    try:
        async with asyncio.timeout(LIMIT):
            return await work
    except TimeoutError:
        fault = slow()
    except FaultError as error:
        fault = error
    except Exception as error:  # a check that fails must not take the others along, and its text may quote anything
        fault = FaultError(
            f"the check itself failed: {type(error).__name__}", "report this, with the version of the bot"
        )
    return [Finding(check, "wrong", fault.told, fault.todo, server)]
