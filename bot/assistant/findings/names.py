"""The names of models, as they are written right and wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from bot.knowledge.schema import Models

NEAR = 82
"""From this likeness on, of 100, a name may be what another one was meant to be."""

MOST = 3
"""How many names are proposed."""

APART = 8
"""How much less like than the best one a name may be that is proposed beside it."""

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_DATE = re.compile(r"-(?:20\d{2}-?[01]\d-?[0-3]\d|[01]\d[0-3]\d)(?=-|$)")
_NUMBERS = re.compile(r"\d+")


class Names:
    """Every name that a knowledge base knows."""

    def __init__(self, models: Models) -> None:
        self._families = tuple(models.families.values())

    @cached_property
    def exact(self) -> frozenset[str]:
        """The names in use today."""
        return frozenset(name for family in self._families for name in family.models)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Another spelling in lower case -> the exact name."""
        return {other.lower(): name for family in self._families for other, name in family.aliases.items()}

    @cached_property
    def retired(self) -> dict[str, str | None]:
        """A name that is gone, in lower case -> what replaced it."""
        return {gone.lower(): name for family in self._families for gone, name in family.retired.items()}

    @cached_property
    def _plain(self) -> dict[str, str]:
        return {_plain(name): name for name in self.exact}

    def same(self, name: str) -> str | None:
        """Return the exact name that differs in nothing but case and separators."""
        return self._plain.get(_plain(name))

    def near(self, name: str) -> Sequence[str]:
        """Return the exact names that a misspelt one may stand for, the likeliest first.

        Letters and the order of words are forgiven. A version or a date that does not exist is not: the
        names beside it would be a guess. A date too many, on a name that exists, leaves the name.
        """
        from rapidfuzz import fuzz  # noqa: PLC0415 - only what is misspelt needs it

        plain = _plain(name)
        if same := self._plain.get(plain) or self._plain.get(_DATE.sub("", plain)):
            return (same,)
        numbers, squeezed, words = sorted(_NUMBERS.findall(plain)), plain.replace("-", ""), plain.replace("-", " ")
        scored: list[tuple[float, str]] = []
        for other, right in self._plain.items():
            if sorted(_NUMBERS.findall(other)) != numbers:
                continue
            letters = fuzz.ratio(squeezed, other.replace("-", ""), score_cutoff=NEAR)
            order = fuzz.token_sort_ratio(words, other.replace("-", " "), score_cutoff=NEAR)
            if likeness := max(letters, order):
                scored.append((likeness, right))
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return tuple(right for likeness, right in scored if likeness >= scored[0][0] - APART)[:MOST]


def _plain(name: str) -> str:
    """Return a name in lower case with one kind of separator: `GPT_4.1` is `gpt-4-1`."""
    return _SEPARATORS.sub("-", name.lower()).strip("-")
