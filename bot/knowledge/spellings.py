"""Names that people half remember: the exact one, the nearest, and what may follow the letters typed so far.

There are two ways to be near. Who looks for a name is offered whatever is like it, and chooses (`nearest`). Who sent
a wrong one is told only what it must have been meant to be (`misspelt`, `instead`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from rapidfuzz import fuzz

LONGEST = 128
"""Characters; a longer name is nobody's."""

LIKE = 70
"""From this likeness on, in percent, a name may be a misspelt one."""

MOST = 5

MISSPELT = 82
"""From this likeness on, in percent, a name is what a wrong one may have been meant to be."""

APART = 8
"""How much less like than the best one a name may be that is named beside it, in percent."""

FEW = 3
"""How many names a wrong one is said to stand for."""

_MARKS = re.compile(r"[\W_]+")
_NUMBERS = re.compile(r"\d+")
_DATE = re.compile(r"-(?:20\d{2}-?[01]\d-?[0-3]\d|[01]\d[0-3]\d)(?=-|$)")
_STRANGE = re.compile(r"[^\x00-\x7f]+")


class Spellings:
    """Exact names, found by what people make of them.

    Args:
        names: the exact ones; where two are written alike, the first is meant.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(names))
        self._exact = frozenset(self.names)

    def __contains__(self, name: object) -> bool:
        """Tell whether a name is exact."""
        return name in self._exact

    @cached_property
    def _bare(self) -> Mapping[str, tuple[str, str]]:
        return {name: (bare(name), bare(_model(name))) for name in self.names}

    @cached_property
    def _meant(self) -> Mapping[str, str]:
        folded = _first((name.casefold(), name) for name in self.names)
        return _first((whole, name) for name, (whole, _) in self._bare.items()) | folded

    @cached_property
    def _plain(self) -> Mapping[str, str]:
        return _first((plain, name) for name in self.names if (plain := _hyphened(name)))

    @cached_property
    def _by_numbers(self) -> Mapping[Sequence[str], Sequence[tuple[str, str]]]:
        """The numbers in a name -> the names with the same ones, plain and exact."""
        found = defaultdict(list)
        for plain, name in self._plain.items():
            found[_numbers(plain)].append((plain, name))
        return found

    @cached_property
    def _stems(self) -> Mapping[str, Sequence[str]]:
        """A plain name without its provider, with and without its date -> the names."""
        found = defaultdict(list)
        for name in self.names:
            plain = _hyphened(_model(name))
            for stem in filter(None, {plain, _DATE.sub("", plain)}):
                found[stem].append(name)
        return found

    def exact(self, asked: str) -> str | None:
        """Return the name that is meant: `GPT 4o` and `openai/gpt-4o` mean `gpt-4o`; None where it is none of these."""
        name = asked.strip()
        if len(name) > LONGEST or name in self:
            return name if name in self else None
        folded = name.casefold()
        wanted = (folded, bare(folded), bare(_model(folded)))
        return next((self._meant[each] for each in wanted if each in self._meant), None)

    def nearest(self, asked: str, most: int = MOST) -> tuple[str, ...]:
        """Return the names that are most like what was asked, best first; often none."""
        wanted = bare(_model(asked.strip()[:LONGEST]))
        if len(wanted) < 2:
            return ()
        likeness = {name: _likeness(wanted, model) for name, (_, model) in self._bare.items()}
        found = sorted(filter(likeness.get, likeness), key=lambda name: (-likeness[name], len(name), name))
        return tuple(found[:most])

    def same(self, asked: str) -> str | None:
        """Return the exact name that differs in nothing but case and the marks between its words."""
        return asked if asked in self else self._plain.get(_hyphened(asked))

    def misspelt(self, asked: str) -> tuple[str, ...]:
        """Return the names that a wrong one may have been meant to be, best first; often none.

        Letters and the order of words are forgiven. A version or a date that does not exist is not: the names beside
        it are other models. A date too many, on a name that exists, leaves the name.
        """
        if len(asked) > LONGEST:
            return ()
        # Letters of other alphabets may be there by mistake: `о` for `o`.
        written = dict.fromkeys((_hyphened(asked), _hyphened(_STRANGE.sub("", asked))))
        for plain in written:
            if same := self._plain.get(plain) or self._plain.get(_DATE.sub("", plain)):
                return (same,)
        return next(filter(None, map(self._like, written)), ())

    def _like(self, plain: str) -> tuple[str, ...]:
        squeezed, words = plain.replace("-", ""), plain.replace("-", " ")
        scored: list[tuple[float, str]] = []
        for other, name in self._by_numbers.get(_numbers(plain), ()):
            letters = fuzz.ratio(squeezed, other.replace("-", ""), score_cutoff=MISSPELT)
            order = fuzz.token_sort_ratio(words, other.replace("-", " "), score_cutoff=MISSPELT)
            if likeness := max(letters, order):
                scored.append((likeness, name))
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return tuple(name for likeness, name in scored if likeness >= scored[0][0] - APART)[:FEW]

    def instead(self, asked: str) -> tuple[str, ...]:
        """Return what to take in place of a name that is not there, best first; often nothing.

        Besides what it may be misspelt for, that is the same model from another provider, or with its date.
        """
        stems = self._stems.get(_hyphened(_model(asked)), ())
        return tuple(stems[:FEW]) or self.misspelt(asked) or self.misspelt(_model(asked))

    def complete(self, typed: str, most: int) -> list[str]:
        """Return what to offer for the letters so far: names that begin with them, contain them, are like them.

        Nothing typed gives the first names.
        """
        wanted = bare(typed.strip()[:LONGEST])
        exact = self.exact(typed)
        begin = [name for name, bares in self._bare.items() if any(each.startswith(wanted) for each in bares)]
        within = [name for name, (whole, _) in self._bare.items() if wanted in whole]
        return list(dict.fromkeys((*([exact] if exact else ()), *begin, *within, *self.nearest(typed, most))))[:most]


def bare(name: str) -> str:
    """Return a name without case, spaces and the marks that people leave out or change."""
    return re.sub(r"[\s._:/-]+", "", name.casefold())


def _model(name: str) -> str:
    """Return a name without the provider before it."""
    return name.rpartition("/")[2]


def _hyphened(name: str) -> str:
    """Return a name in lower case with one kind of mark between its words: `GPT_4.1` is `gpt-4-1`."""
    return _MARKS.sub("-", name.casefold()).strip("-")


def _numbers(plain: str) -> Sequence[str]:
    return tuple(sorted(_NUMBERS.findall(plain)))


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return a table in which the first of two stays."""
    found: dict[str, str] = {}
    for key, name in pairs:
        found.setdefault(key, name)
    return found


def _likeness(wanted: str, given: str) -> float:
    alike = fuzz.ratio(wanted, given, score_cutoff=LIKE)
    # Who leaves out the date or the size at the end is near all the same.
    return max(alike, 90.0) if len(wanted) > 3 and given.startswith(wanted) else alike
