"""Documented error texts with placeholders, compiled once and found by the word that tells most.

Only templates whose anchor occurs in a text are tried, and only around it: the cost of a search
follows the text, not the number of templates.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import MappingProxyType

from bot.knowledge.schema import PLACEHOLDERS, Meaning
from bot.knowledge.wording import CJK, COMMON, IS_CJK, WORD, fold, pairs

REACH = 700
"""How far from its anchor a template may stretch, in characters."""

TRIES = 3
"""How many occurrences of an anchor are tried from either end of a text: the first and last errors count."""

KEPT = frozenset(PLACEHOLDERS) - {"any", "error", "number", "value"}
"""Placeholders whose text is evidence; the others only bridge a gap."""

GAPS = frozenset({"any", "error"})
"""Placeholders that stretch over anything, spaces included."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_PIECE = re.compile(rf"(?P<space>\s+)|(?P<quote>[\"'`])|(?P<cjk>[{CJK}])|(?P<other>.)", re.DOTALL)
_LATIN = re.compile(r"[a-z0-9]+")
_SPACE = r"(?:\s|\\+[nrt]){1,40}"
_MAYBE_SPACE = r"(?:\s|\\+[nrt]){0,40}"
_QUOTE = r"\\{0,3}[\"'`]"


@dataclass(frozen=True)
class Template:
    """One error text and what it means."""

    owner: Meaning
    source: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """What finds it in folded text; made when a text first holds its anchor, which most runs never do."""
        folded = fold(self.source.strip())
        # A word must not begin or end in the middle of a longer one.
        head = r"(?<![a-z0-9])" if folded[0].isascii() and folded[0].isalnum() else ""
        tail = r"(?![a-z0-9])" if folded[-1].isascii() and folded[-1].isalnum() else ""
        texts = _PLACEHOLDER.split(folded)
        literals = [*map(_literal, texts[:-1:2]), _literal(texts[-1]) + tail]
        return re.compile(head + literals[0] + _variable(texts[1::2], literals[1:]))

    @cached_property
    def letters(self) -> int:
        """How many letters are fixed in it; a Chinese character counts as two."""
        fixed = _PLACEHOLDER.split(fold(self.source))[::2]
        return sum(2 if IS_CJK.match(char) else char.isalnum() for text in fixed for char in text)

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """What it may be found by: words and pairs of characters that are no part of something longer."""
        folded = fold(self.source.strip())
        fixed = re.sub(r"[a-z0-9_]*\{\w+\}[a-z0-9_]*", " ", folded)
        return tuple(anchors(fixed)) or tuple(anchors(_PLACEHOLDER.sub(" ", folded)))

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Those of its anchors that stand in every text which holds it.

        What is fixed between two placeholders may begin and end in the middle of a longer word, and where underscores
        stand in one or around it, only its parts are sure to be there.
        """
        literals = _PLACEHOLDER.split(fold(self.source.strip()))[::2]
        found: set[str] = set()
        for i, literal in enumerate(literals):
            parts = WORD.findall(literal)
            whole = parts[i > 0 : len(parts) - (i + 1 < len(literals))]
            found.update(chain.from_iterable(_LATIN.findall(part) for part in whole if part.isascii()))
            found.update(pair for part in parts if IS_CJK.match(part) for pair in anchors(part))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class TemplateHit:
    """A template found in a text: where, and what stood in its placeholders (spans of the text)."""

    template: Template
    start: int
    end: int
    captured: Mapping[str, tuple[int, int]]


def _literal(text: str) -> str:
    """Return a regex for fixed text: white space and quote style do not matter, nor escapes before them."""
    parts: list[str] = []
    cjk = False
    for piece in _PIECE.finditer(text):
        match piece.lastgroup:
            case "space":
                following = text[piece.end() : piece.end() + 1]
                loose = cjk or not following or not piece.start() or IS_CJK.match(following)
                parts.append(_MAYBE_SPACE if loose else _SPACE)
            case "quote":
                parts.append(_QUOTE)
            case _:
                parts.append(re.escape(piece.group()))
        cjk = piece.lastgroup == "cjk"
    return "".join(parts)


def _variable(names: Sequence[str], literals: Sequence[str]) -> str:
    """Return a regex for placeholders, each followed by fixed text.

    What a placeholder holds is settled by the text behind it, what a gap bridges by all that follows
    up to the next gap, and neither is tried again: parts that can all wander would take seconds on a
    text made for it.
    """
    spans = [""]
    for i, (name, literal) in enumerate(zip(names, literals, strict=True)):
        pattern = PLACEHOLDERS[name] if literal or i + 1 < len(names) else PLACEHOLDERS[name].removesuffix("?")
        if name in GAPS:
            spans.append(pattern + literal)
        elif name in KEPT and name not in names[:i]:
            spans[-1] += f"(?>(?P<{name}>{pattern}){literal})"
        else:
            spans[-1] += f"(?>{pattern}{literal})"
    return spans[0] + "".join(f"(?>{span})" for span in spans[1:])


def anchors(fixed: str) -> Iterator[str]:
    """Yield what may serve to find folded text: its words, and the character pairs of CJK runs."""
    for match in WORD.finditer(fixed):
        text = match.group()
        if not IS_CJK.match(text):
            yield text
        elif len(text) == 1:
            continue
        else:
            yield from pairs(text)


def pieces(latin: Sequence[str], cjk: str) -> set[str]:
    """Return the words of folded text, also without underscores and in Latin parts; and the pairs of CJK characters.

    Args:
        latin: Its words.
        cjk: Its CJK characters, see `by_script`.
    """
    units, whole = {*latin, *pairs(cjk)}, "".join(latin)
    if whole.isascii() and "_" not in whole:  # most texts
        return units
    for word in latin:
        if "_" in word or not word.isascii():
            units.update((word.replace("_", ""), word.strip("_"), *_LATIN.findall(word)))
    return units


class TemplateIndex:
    """All templates of a knowledge base, by anchor."""

    def __init__(self, templates: Iterable[Template]) -> None:
        """Choose for each template the anchor that the fewest templates share, a common word only where it must be."""
        pool = list(templates)
        candidates = [template.anchors for template in pool]
        shared = Counter(anchor for found in candidates for anchor in set(found))
        by_anchor: dict[str, list[Template]] = defaultdict(list)
        for template, found in zip(pool, candidates, strict=True):
            anchor = min(found, key=lambda word: (word in COMMON, shared[word], -len(word)))
            by_anchor[anchor].append(template)
        self.by_anchor: Mapping[str, tuple[Template, ...]] = MappingProxyType(
            {anchor: tuple(found) for anchor, found in by_anchor.items()}
        )

    def prepare(self) -> None:
        """Compile all regexes, each of which else waits for the first text that has its anchor."""
        for templates in self.by_anchor.values():
            for template in templates:
                template.regex  # noqa: B018 - it is made when it is first looked at

    def may_find(self, units: set[str]) -> bool:
        """Tell whether there are all words and pairs of any template; where there are not, `search` finds none.

        Args:
            units: the `pieces` of a folded text.
        """
        found = [self.by_anchor[unit] for unit in self.by_anchor.keys() & units]
        return any(units.issuperset(template.needs) for templates in found for template in templates)

    def search(self, folded: str, positions: Mapping[str, list[int]]) -> list[TemplateHit]:
        """Find templates in folded text.

        Args:
            folded: The text.
            positions: Anchor -> where it stands in `folded`, as the reader's scan collected it.

        Returns:
            The hits; of two that overlap for the same owner both are kept.
        """
        hits: list[TemplateHit] = []
        for anchor, places in positions.items():
            chosen = places if len(places) <= 2 * TRIES else places[:TRIES] + places[-TRIES:]
            for template in self.by_anchor[anchor]:
                done = 0
                for place in chosen:
                    if place < done:
                        continue
                    done = max(done, place - REACH)
                    while (match := template.regex.search(folded, done, place + REACH)) and match.end() <= place:
                        done = match.end()
                    if match is None:
                        continue
                    done = match.end()
                    captured = {name: match.span(name) for name in match.groupdict() if match.start(name) >= 0}
                    hits.append(TemplateHit(template, match.start(), match.end(), captured))
        return hits
