"""Keys by the thousand, each of a format that is known; none was ever valid."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st

from bot.assistant.secret_formats import FORMATS, Format
from tests.assistant.test_secrets import FORMATS as EXAMPLES

ALPHABET = string.ascii_letters + string.digits

WINDOW = 8
"""So many characters of a key in a row, and somebody could begin to guess."""


def row_of(key: str) -> Format:
    """The row of the table that knows a key, whole."""
    return next(row for row in FORMATS if takes(row, key))


def takes(row: Format, key: str) -> bool:
    if row.sign not in key:
        return False
    start = 0
    if row.before:
        start = key.rindex(row.sign) if row.sign != "." else key.index(row.sign)
        if not (half := row.before.search(key, 0, start)) or half.start() != 0:
            return False
    match = row.pattern.match(key, start)
    if match is None or match.end() != len(key):
        return False
    head = match["head"] if "head" in match.re.groupindex else ""
    return row.is_key(key[len(head) :])


@cache
def loose_places(key: str) -> dict[int, str]:
    """The places of a key where its format takes other letters and digits as well, and which."""
    row = row_of(key)
    taken = {
        place: "".join(char for char in ALPHABET if takes(row, key[:place] + char + key[place + 1 :]))
        for place in range(len(key))
        if key[place] in ALPHABET
    }
    return {place: chars for place, chars in taken.items() if len(chars) > 1}


@dataclass(frozen=True)
class Key:
    """A key.

    Attributes:
        text: the key.
        pieces: `WINDOW` characters in a row each, which no other key has.
    """

    text: str
    pieces: frozenset[str]

    def __repr__(self) -> str:
        return repr(self.text)

    def seen_in(self, text: str) -> list[str]:
        """What of it stands in a text."""
        return sorted(piece for piece in self.pieces if piece in text)


def another(prefix: str, example: str, seed: int) -> Key:
    """Make another key of an example's format; `prefix` is what all of them begin with."""
    old, dice = prefix + example, random.Random(seed)
    loose = {place: chars for place, chars in loose_places(old).items() if place >= len(prefix)}
    made = "".join(dice.choice(loose.get(place, char)) for place, char in enumerate(old))
    if not takes(row_of(old), made):
        made = old
    starts = (start for start in range(len(prefix), len(made) - WINDOW + 1))
    own = (start for start in starts if sum(place in loose for place in range(start, start + WINDOW)) > WINDOW // 2)
    return Key(made, frozenset(made[start : start + WINDOW] for start in own))


def split(prefix: str, example: str) -> tuple[str, str]:
    """Say what of a key is public: a webhook's number is, and only what stands behind it opens it."""
    public, slash, secret = example.rpartition("/") if "/webhooks/" in example else ("", "", example)
    return prefix + public + slash, secret


KINDS = [split(prefix, example) for _, prefix, example, _ in EXAMPLES]

keys = st.builds(lambda kind, seed: another(kind[0], kind[1], seed), st.sampled_from(KINDS), st.integers(0, 2**32))
