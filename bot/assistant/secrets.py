"""Find API keys, tokens and passwords in a text, and mask them, before anything else reads it.

Which ones is `secret_formats`' table; what it means when quotes or spaces stand around one is
`secret_surroundings`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.assistant.secret_formats import FORMATS, PLACES, Format
from bot.assistant.secret_surroundings import (
    INVISIBLE,
    REACH,
    names_bearer_twice,
    quotes_belong_to_value,
    space_belongs_to_value,
)

_FIRST_HALF = 64  # more than any row's `before` can take
_SIGNS = "|".join(re.escape(row.sign) for row in FORMATS if len(row.sign) > 2)
_HIDDEN = re.compile(rf"[{INVISIBLE}]++(?!{_SIGNS})")
"""Characters without width, save where they part a key from what stands before it."""


def _by_mark(ranked: Iterable[tuple[int, Format]]) -> tuple[tuple[str, tuple[tuple[str, int, Format], ...]], ...]:
    """Group rows by the first character of their signs that is neither letter nor digit."""
    groups: dict[str, list[tuple[str, int, Format]]] = defaultdict(list)
    for rank, row in ranked:
        groups[next((char for char in row.sign if not char.isalnum()), "")].append((row.sign, rank, row))
    return tuple((mark, tuple(rows)) for mark, rows in groups.items())


_RANKED = tuple(enumerate(FORMATS + PLACES))
_BY_LETTERS, _BY_PLACE = _by_mark(_RANKED[: len(FORMATS)]), _by_mark(_RANKED[len(FORMATS) :])
"""Most signs are ruled out at once by a mark that a text does not have."""

_LEAST = re.compile(rf"[\w+/-]{{16}}|[:=：{INVISIBLE}]|[\"'],|--|bearer", re.ASCII)
"""What there is, in lower case, wherever a row finds a key: a long run, or what parts a value from its name.

Most texts have none of it; a character without width may stand in the middle of any.
"""


@dataclass(frozen=True, slots=True)
class Secret:
    """A key that was found, as far as anybody may still know it.

    Attributes:
        kind: The provider's format (`gateway`, `openai`, `openai-project`, `anthropic`, `google`, …), `sk`
            for one that only begins like a key, or, where the value says nothing, the place it was
            found in: `header`, `bearer`, `query`, `assignment`, `password`.
        start: Where the mask begins in the masked text.
        end: Where it ends.
        shown: The mask: enough to recognise the key by, at most its format's prefix and two characters
            at each end, or a word such as `[private key]`.
        bearer_twice: `Bearer Bearer sk-…`.
        quoted: Quotes are part of the value where none belong: `Authorization: Bearer "sk-…"`.
        spaced: White space, or a character nobody sees, is part of the value: `"sk-… "`.
        tail: Text is glued to the key's end, such as the number of a channel: `sk-…-123`.
    """

    kind: str
    start: int
    end: int
    shown: str
    bearer_twice: bool
    quoted: bool
    spaced: bool
    tail: bool


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its keys, and what is known about each, in the order of the text."""

    text: str
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A key in the text that was searched; of two that overlap, the lower rank says what it is."""

    start: int
    end: int
    rank: int
    kind: str
    shown: str
    tail: bool


class _Visible(NamedTuple):
    """A text without its hidden characters, which remembers where they stood."""

    text: str
    cuts: tuple[int, ...]
    shifts: tuple[int, ...]

    def place(self, index: int) -> int:
        """Where the character at `index` stands in the text as it was written."""
        return index + self.shifts[bisect_right(self.cuts, index)]


def mask(text: str) -> Masked:
    """Replace every key in `text` by a mask.

    Placeholders (`your-api-key`, `$OPENAI_API_KEY`) and keys that someone masked already stay as they
    are, so masking a masked text changes nothing. Takes time linear in the text, whatever it holds.

    Args:
        text: Any text, as a person wrote or pasted it.

    Returns:
        The text with masks in place of keys, everything else as it was, and the facts about each key;
        all spans are of that masked text.
    """
    if not _LEAST.search(_lower(text)):
        return Masked(text, ())
    visible = _without_hidden(text)
    keys = _without_overlaps(_candidates(visible.text))
    if not keys:
        return Masked(text, ())
    pieces: list[str] = []
    secrets: list[Secret] = []
    copied = length = 0
    for found in keys:
        start, end = visible.place(found.start), visible.place(found.end - 1) + 1
        pieces += (text[copied:start], found.shown)
        masked_start = length + start - copied
        copied, length = end, masked_start + len(found.shown)
        before, after = text[max(0, start - REACH) : start], text[end : end + REACH]
        hidden_inside = end - start > found.end - found.start
        secrets.append(
            Secret(
                kind=found.kind,
                start=masked_start,
                end=length,
                shown=found.shown,
                bearer_twice=names_bearer_twice(before),
                quoted=quotes_belong_to_value(before, after),
                spaced=hidden_inside or space_belongs_to_value(before, after),
                tail=found.tail,
            )
        )
    pieces.append(text[copied:])
    return Masked("".join(pieces), tuple(secrets))


def _candidates(text: str) -> Iterator[_Found]:
    """Every place in `text` where a row of the tables finds a key; they may overlap."""
    for searched, groups in ((text, _BY_LETTERS), (_lower(text), _BY_PLACE)):
        for mark, rows in groups:
            if mark in searched:
                yield from _found(rows, searched, text)


def _lower(text: str) -> str:
    return text.replace("İ", "I").lower()  # the one letter whose small form is longer


def _found(rows: Iterable[tuple[str, int, Format]], searched: str, text: str) -> Iterator[_Found]:
    for sign, rank, row in rows:
        if sign in searched:
            for match in row.pattern.finditer(searched):
                found = _read(row, rank, match, text)
                if found:
                    yield found


def _read(row: Format, rank: int, match: re.Match[str], text: str) -> _Found | None:
    """What `row` makes of its match, or None where it is no key after all."""
    groups = match.re.groupindex
    start, end = match.span("key" if "key" in groups else 0)
    while end > start and text[end - 1] in "._":  # the sentence's or Markdown's
        end -= 1
    if row.before:
        first_half = row.before.search(text, max(0, start - _FIRST_HALF), start)
        if not first_half:
            return None
        start = first_half.start()
    head = match["head"] if "head" in groups else ""
    tail = "tail" in groups and match["tail"] is not None
    value = text[start + len(head) : match.start("tail") if tail else end]
    if not row.is_key(value):
        return None
    shown = f"[{row.word}]" if row.word else _abridged(head, value)
    return _Found(start, end, rank, row.kind, shown, tail)


def _abridged(head: str, value: str) -> str:
    """The mask for a key whose format may be shown: `sk-ab…yz`, and `sk-…` for a short one."""
    return f"{head}{value[:2]}…{value[-2:]}" if len(value) >= 16 else f"{head}…"


def _without_overlaps(candidates: Iterable[_Found]) -> list[_Found]:
    """One key for each stretch of text, as long as all that were found there together."""
    apart: list[_Found] = []
    for found in sorted(candidates, key=lambda found: found.start):
        if apart and found.start < apart[-1].end:
            other = apart.pop()
            surer = min(found, other, key=lambda found: found.rank)
            apart.append(replace(surer, start=other.start, end=max(found.end, other.end)))
        else:
            apart.append(found)
    return apart


def _without_hidden(text: str) -> _Visible:
    """Take the characters without width out of `text`, which may stand in the middle of a key."""
    if text.isascii() or not _HIDDEN.search(text):
        return _Visible(text, (), (0,))
    pieces: list[str] = []
    cuts: list[int] = []
    shifts = [0]
    copied = 0
    for hidden in _HIDDEN.finditer(text):
        pieces.append(text[copied : hidden.start()])
        cuts.append(hidden.start() - shifts[-1])
        shifts.append(shifts[-1] + len(hidden[0]))
        copied = hidden.end()
    pieces.append(text[copied:])
    return _Visible("".join(pieces), tuple(cuts), tuple(shifts))
