"""What the bot counts for its operator: plain numbers, which cost nothing where nobody reads them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

import discord
from discord import app_commands

Surface = Literal["heard", "mentioned", "direct", "command", "menu"]

Silence = Literal["author", "elsewhere", "no_error", "unsure", "repeated", "added", "limited", "quiet", "refused"]
"""Why a message got no card of its own: its author is none whose messages are read; it is in no support channel; there
is no error in it; the answer would not be sure; it was answered a moment ago; it added to an answer that is there;
there were too many; somebody wanted quiet; Discord does not let the bot write."""

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: what feels immediate, what people wait for, and what a screenshot or a slow Discord takes."""


ARRIVED = "arrived"


@dataclass
class Durations:
    """How long something took, in classes with upper `BOUNDS` and one above them all."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


@dataclass
class Counters:
    """Since the bot began, see `metrics` for what each means to its reader.

    Attributes:
        heard: messages that came by, whoever wrote them and wherever.
        asked: questions to the bot, by where.
        answered: answers that were posted, by where and by the entry; without one, nothing was known.
        corrected: answers that were changed, because of an edit or a message that adds to its author's question.
        silent: messages without an answer, by the reason.
        took: seconds from a question's arrival to Discord's word that the answer is there, by where.
    """

    heard: int = 0
    asked: Counter[Surface] = field(default_factory=Counter)
    answered: Counter[tuple[Surface, str]] = field(default_factory=Counter)
    corrected: int = 0
    silent: Counter[Silence] = field(default_factory=Counter)
    took: defaultdict[Surface, Durations] = field(default_factory=lambda: defaultdict(Durations))

    def answer(self, surface: Surface, entry: str | None, since: float) -> None:
        """Count an answer that was posted just now.

        Args:
            surface: where it was asked.
            entry: what it explains.
            since: when the question arrived, as `perf_counter` tells.
        """
        self.answered[surface, entry or ""] += 1
        self.took[surface].add(perf_counter() - since)


def begin(interaction: discord.Interaction[Any]) -> None:
    """Remember when a command arrived."""
    interaction.extras[ARRIVED] = perf_counter()


def arrival(interaction: discord.Interaction[Any]) -> float:
    """Return when a command arrived, as `perf_counter` tells."""
    since: float = interaction.extras.get(ARRIVED) or perf_counter()
    return since


def surface_of(interaction: discord.Interaction[Any]) -> Surface:
    """Return which kind of command it is."""
    return "menu" if isinstance(interaction.command, app_commands.ContextMenu) else "command"
