"""The nearest entries to a text that means none of them for sure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from rapidfuzz import fuzz

from bot.assistant.answer import Answer
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Meaning
from bot.knowledge.wording import IS_CJK, Word, fold, words

MOST = 5
LIKE = 75
"""From this likeness on, in percent, a short text may be a misspelt title."""

SHORT, LONG = 60, 300
"""Characters up to which a text may be a title, and up to which its words tell what it is about."""


def nearest(knowledge: Knowledge, answer: Answer) -> list[Meaning]:
    """Return the entries and cases that a text without an answer comes nearest to, best first; often none.

    An unknown status is taken for its class, as RFC 9110, section 15, has it (430 is to be taken for 400). Titles
    count in every language: first those that the text is like, then those that share their rarer words with it.
    """
    classes = (knowledge.statuses.get(status.code // 100 * 100) for status in answer.evidence.statuses)
    found = [Meaning(entry) for entry in classes if entry]
    text = answer.text.strip()
    if 3 <= len(text) <= SHORT:
        found += _alike(knowledge, text)
    if len(text) <= LONG:
        found += _about(knowledge, text)
    return list(dict.fromkeys(found))[:MOST]


def _alike(knowledge: Knowledge, text: str) -> Iterator[Meaning]:
    likeness = {meaning: likeness_to(knowledge, meaning, text.casefold()) for meaning in knowledge.meanings()}
    yield from sorted(filter(likeness.get, likeness), key=lambda meaning: -likeness[meaning])


def likeness_to(knowledge: Knowledge, meaning: Meaning, typed: str) -> float:
    """Return how like the title of a meaning is to what was typed, in percent; 0 where it is not."""
    titles = (knowledge.texts(meaning, lang).title.casefold() for lang in LANGUAGES)
    return max(fuzz.partial_ratio(typed, title, score_cutoff=LIKE) for title in titles)


def _about(knowledge: Knowledge, text: str) -> Iterator[Meaning]:
    titles = {
        meaning: set[str]().union(*(_terms(knowledge.texts(meaning, lang).title) for lang in LANGUAGES))
        for meaning in knowledge.meanings()
    }
    times = Counter(term for terms in titles.values() for term in terms)
    asked = {term for term in _terms(text) if 0 < times[term] <= len(titles) / 6}
    score = {
        meaning: sum(math.log(len(titles) / times[term]) for term in terms & asked) for meaning, terms in titles.items()
    }
    yield from sorted(filter(score.get, score), key=lambda meaning: -score[meaning])


def _terms(text: str) -> set[str]:
    """Return the words of a text, stemmed; of Chinese every two characters that stand together."""
    found = words(fold(text))
    terms = {word.stem for word in found if not IS_CJK.match(word.stem) and len(word.stem) > 2}
    return terms | {one.stem + two.stem for one, two in pairwise(found) if _is_pair(one, two)}


def _is_pair(one: Word, two: Word) -> bool:
    return one.end == two.start and bool(IS_CJK.match(one.stem) and IS_CJK.match(two.stem))
