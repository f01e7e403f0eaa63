"""The plain ways of doing the same, to be measured beside ours on the same messages.

A number by regular expression, and the phrases of the same knowledge base by RapidFuzz's `extractOne`.
Their thresholds are tuned on the very file that they are then measured on, which flatters them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz, process

from bot.assistant.evaluation import Result, Row, figures
from bot.knowledge.base import Knowledge

THRESHOLDS = range(50, 101, 2)
"""Scores of RapidFuzz, 0 to 100, from which a phrase may count as found."""


class Guess(NamedTuple):
    """An entry and how sure the plain way is of it, 0 to 100."""

    entry: str | None
    score: float


class Measured(NamedTuple):
    """A plain way, the threshold that suits it best (None where it has none) and its figures."""

    name: str
    threshold: int | None
    figures: dict[str, float | None]


def measure(rows: Sequence[Row], knowledge: Knowledge) -> Iterator[Measured]:
    """Measure every plain way on labelled messages.

    Args:
        rows: The messages.
        knowledge: Whose statuses and phrases they may use.
    """
    phrases = {
        phrase: meaning.entry for meaning in knowledge.meanings() for phrase in knowledge.part(meaning).match.phrases
    }
    by_number = [_number(row.text, knowledge) for row in rows]
    yield Measured("a code by regex", None, _figures(rows, by_number, 100, knowledge))
    for name, scorer in (("WRatio", fuzz.WRatio), ("partial_ratio", fuzz.partial_ratio)):
        guesses = [_nearest(row.text, phrases, scorer) for row in rows]
        yield _tuned(name, rows, guesses, knowledge)
        both = [number if number.entry else guess for number, guess in zip(by_number, guesses, strict=True)]
        yield _tuned(f"regex, else {name}", rows, both, knowledge)


def _number(text: str, knowledge: Knowledge) -> Guess:
    for match in re.finditer(r"\b[45]\d\d\b", text):
        if entry := knowledge.statuses.get(int(match[0])):
            return Guess(entry, 100)
    return Guess(None, 0)


def _nearest(text: str, phrases: dict[str, str], scorer: Callable[..., float]) -> Guess:
    found = process.extractOne(text.lower(), phrases.keys(), scorer=scorer)
    return Guess(phrases[found[0]], found[1]) if found else Guess(None, 0)


def _tuned(name: str, rows: Sequence[Row], guesses: Sequence[Guess], knowledge: Knowledge) -> Measured:
    """Choose the threshold at which the most is right and the least is wrong or out of turn."""

    def merit(threshold: int) -> float:
        shares = _figures(rows, guesses, threshold, knowledge)
        return (shares["heard"] or 0) - (shares["wrong"] or 0) - (shares["false"] or 0)

    best = max(THRESHOLDS, key=merit)
    return Measured(name, best, _figures(rows, guesses, best, knowledge))


def _figures(
    rows: Sequence[Row], guesses: Sequence[Guess], threshold: int, knowledge: Knowledge
) -> dict[str, float | None]:
    results = [
        Result(row, guess.entry, (guess.entry,) if guess.entry else (), guess.score >= threshold, None)
        for row, guess in zip(rows, guesses, strict=True)
    ]
    return {name: share for name, share in figures(results, knowledge.service.published).items() if name != "model"}
