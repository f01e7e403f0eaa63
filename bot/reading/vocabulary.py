"""The words that errors are written with: what a reading of a picture is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from bot.knowledge.base import Knowledge
from bot.knowledge.wording import STOP_WORDS, stem

_PLACEHOLDER = re.compile(r"\{\w+\}")
_RUN = re.compile(r"[A-Za-z0-9_]+(?: [A-Za-z0-9_]+)*")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Vocabulary(NamedTuple):
    """Words in lower case, and which of them follow each other with a space between them."""

    words: frozenset[str] = frozenset()
    pairs: frozenset[tuple[str, str]] = frozenset()

    def knows(self, word: str) -> bool:
        """Say whether a word is one of these, in whatever case and inflection."""
        word = word.lower()
        return word in self.words or stem(word) in self.words


def vocabulary(knowledge: Knowledge) -> Vocabulary:
    """Return the words of a knowledge base, whole and by their parts.

    `insufficient_quota` is there, and `insufficient`; `RateLimitError`, and `limit`. They come from what entries are
    found by, from their English texts and from the names of models; examples have no part in it.
    """
    text = _PLACEHOLDER.sub("\n", "\n".join(_texts(knowledge)).replace("`", ""))
    rows = [run.split(" ") for run in _RUN.findall(text)]
    written = {word for row in rows for word in row if not word.isdecimal()}
    parts = {part for word in written for piece in word.split("_") for part in _HUMP.findall(piece)}
    words = STOP_WORDS | {word.lower() for word in written | parts}
    return Vocabulary(words, frozenset(pair for row in rows for pair in pairwise(map(str.lower, row))))


def _texts(knowledge: Knowledge) -> Iterator[str]:
    for meaning in knowledge.meanings():
        part = knowledge.part(meaning)
        yield from (*part.match.codes, *part.match.types, *part.match.messages, *part.match.phrases)
        texts = part.texts["en"]
        yield from (texts.title, texts.cause, *texts.steps, texts.escalate)
    for family in knowledge.families.families.values():
        yield from (*family.models, *family.retired)
