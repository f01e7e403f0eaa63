"""Names that people half remember: the exact one, the nearest, and what may follow the letters typed so far."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

LONGEST = 128
"""Characters; a longer name is nobody's."""

LIKE = 70
"""From this likeness on, in percent, a name may be a misspelt one."""

MOST = 5


class Spellings:
    """Exact names, found by what people make of them.

    Args:
        names: the exact ones; where two are written alike, the first is meant.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(dict.fromkeys(names))
        self._bare = {name: (bare(name), bare(_model(name))) for name in self.names}
        self._meant: dict[str, str] = {}
        for name in self.names:
            self._meant.setdefault(name.casefold(), name)
        for name, (whole, _) in self._bare.items():
            self._meant.setdefault(whole, name)

    def __contains__(self, name: object) -> bool:
        """Tell whether a name is exact."""
        return name in self._bare

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


def _likeness(wanted: str, given: str) -> float:
    alike = fuzz.ratio(wanted, given, score_cutoff=LIKE)
    # Who leaves out the date or the size at the end is near all the same.
    return max(alike, 90.0) if len(wanted) > 3 and given.startswith(wanted) else alike
