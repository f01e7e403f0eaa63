"""Messages that say the same in other words, put together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

ALIKE = 70.0
"""How alike two messages have to be, of 100: above it the same question retyped, below it the same greeting around
another question."""

LENGTH = 200
"""Characters of a message that are compared: what it is about stands at its beginning, and logs follow."""

_IDS = re.compile(r"\b(?=\w*\d)\w{9,}\b", re.ASCII)
"""Request ids and their like differ from message to message; statuses and model names, which matter, are shorter."""


def clusters(texts: Sequence[str]) -> list[list[int]]:
    """Put texts together by likeness: order of words, case, punctuation and ids do not count.

    Each text joins the cluster whose first text it is most like, or begins one.

    Args:
        texts: the texts.

    Returns:
        The clusters as places in `texts`, which are in order in each; the biggest cluster first, and of two that are
        as big the one that begins earlier.
    """
    firsts: dict[int, str] = {}
    found: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        said = " ".join(sorted(default_process(_IDS.sub(" ", text[: LENGTH * 2]))[:LENGTH].split()))
        like = process.extractOne(said, firsts, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if like is None:
            firsts[place] = said
            found[place] = [place]
        else:
            found[like[2]].append(place)
    return sorted(found.values(), key=lambda cluster: (-len(cluster), cluster[0]))
