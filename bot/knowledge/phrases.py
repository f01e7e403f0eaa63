"""What people type, found in spite of typos, inflection and a word in between.

A phrase is a sequence of words. It is found by the word, or the pair of CJK characters, that tells most, and then read
outwards from there, so the cost follows the text, not the number of phrases. A misspelt word is first brought back to
the word of the vocabulary that it is one slip away from, by its deletions: what is left of a word when a letter is
taken out is indexed, as in Garbe's symmetric delete spelling.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, combinations
from operator import attrgetter
from typing import NamedTuple

from rapidfuzz.distance import OSA

from bot.knowledge.schema import Meaning
from bot.knowledge.wording import (
    COMMON,
    FIRST_CJK,
    IS_CJK,
    Word,
    fold,
    pairs,
    phrase_words,
    stem,
    without_particles,
    words,
)

LONGEST = 40
"""How long a word may be that is taken for a slip, in letters; few words of any language are longer."""

REMEMBERED = 1_024
"""For how many words it is remembered what they are a slip of: people use few words again and again."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase and what it means."""

    owner: Meaning
    source: str
    words: tuple[str, ...]
    anchor: int


_words_of = attrgetter("words")


class PhraseHit(NamedTuple):
    """A phrase found in a text; `likeness` is 1 for the phrase as written and falls to 0.7."""

    phrase: Phrase
    start: int
    end: int
    likeness: float


def _shorter(word: str) -> list[str]:
    """Return a word, and what is left of it without its first letter, its second and so on: the first to fit wins."""
    return [*map("".join, combinations(word, len(word) - 1)), word][::-1]


class Spelling:
    """The words of phrases, and what a word of a text may be a slip of.

    Args:
        stems: The stems of the words.
        sources: The phrases as they are written.
    """

    def __init__(self, stems: frozenset[str], sources: Sequence[str]) -> None:
        self._stems = stems
        self._sources = sources

    @cached_property
    def _shortened(self) -> Mapping[str, tuple[str, ...]]:
        """What is left of the words without one letter -> the words; made for the first unknown word."""
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted({word.text for source in self._sources for word in words(fold(source))}):
            if len(word) >= 5 and word.isalpha() and not IS_CJK.match(word):
                for short in _shorter(word):
                    found[short].append(word)
        return {short: tuple(known) for short, known in found.items()}

    def correct(self, word: str) -> str:
        """Return the stem of the phrases' word that `word` is a slip of, else its own.

        One slip (a letter too many, too few, another, or two swapped) from five letters on; from nine on
        also a letter too many in one place with one too few in another.
        """
        own = stem(word)
        if own in self._stems or not 4 <= len(word) <= LONGEST or not word.isalpha():
            return own
        shorter = _shorter(word)
        if self._shortened.keys().isdisjoint(shorter):  # most words
            return own
        best, distance = own, 3
        for likes in filter(None, map(self._shortened.get, shorter)):
            for known in likes:
                far = OSA.distance(word, known, score_cutoff=2)
                if far <= (2 if len(known) >= 9 else 1) and far < distance:
                    best, distance = stem(known), far
        return best


class PhraseIndex:
    """All phrases of a knowledge base, by the word that tells most, and the spelling of their vocabulary."""

    def __init__(
        self,
        phrases: Iterable[tuple[Meaning, str]],
        *,
        split: Callable[[str], tuple[str, ...]] = phrase_words,
        gaps: bool = True,
    ) -> None:
        """Index (meaning, phrase as written) pairs; every phrase has words to be found by.

        Args:
            phrases: What each phrase means, and the phrase.
            split: What makes words of a phrase; the texts that are searched are split alike.
            gaps: Whether other words may stand in between.
        """
        pool = [(owner, source, split(source)) for owner, source in phrases]
        self._gaps = gaps
        shared = Counter(word for _, _, found in pool for word in set(found))
        self._by_anchor: dict[str, list[Phrase]] = defaultdict(list)
        self._by_pair: dict[str, list[Phrase]] = defaultdict(list)
        for owner, source, found in pool:
            if len(found) > 1 and all(map(IS_CJK.match, found)):
                pair, at = _rarest_pair(found, shared)
                self._by_pair[pair].append(Phrase(owner, source, found, at))
            else:
                word = _rarest(found, shared)
                self._by_anchor[word].append(Phrase(owner, source, found, found.index(word)))
        self._anchors = frozenset(self._by_anchor)
        spelling = Spelling(frozenset(shared), [source for _, source, _ in pool])
        self._correct = lru_cache(maxsize=REMEMBERED)(spelling.correct)

    def search(self, text: Sequence[Word]) -> list[PhraseHit]:
        """Find phrases in the words of a text; a longer phrase at the same place hides a shorter one."""
        spelt = [self._correct(word.text) for word in text]
        hits: list[PhraseHit] = []
        for i, phrase in self._candidates(spelt):
            hits.extend(_read_outwards(phrase, i, text, spelt, gaps=self._gaps))
        return list(_unhidden(hits))

    def may_find(self, latin: Sequence[str], cjk: str) -> bool:
        """Tell whether all words of any phrase are among those of a text; where they are not, `search` finds none.

        Args:
            latin: The words of the folded text.
            cjk: Its CJK characters, see `by_script`.
        """
        there = set(map(self._correct, latin))
        phrases: list[Sequence[Phrase]] = []
        if cjk:
            plain = without_particles(cjk)
            there.update(plain)
            phrases += [self._by_pair[pair] for pair in self._by_pair.keys() & set(pairs(plain))]
        phrases += [self._by_anchor[word] for word in self._anchors & there]
        return any(map(there.issuperset, map(_words_of, chain.from_iterable(phrases))))

    def _candidates(self, spelt: Sequence[str]) -> Iterator[tuple[int, Phrase]]:
        """Yield the phrases whose words are all there, in whatever order, with the place of their anchor."""
        there = frozenset(spelt)
        for i, word in enumerate(spelt):
            for phrase in self._by_anchor.get(word, ()):
                if there.issuperset(phrase.words):
                    yield i, phrase
            if word >= FIRST_CJK and i + 1 < len(spelt):
                for phrase in self._by_pair.get(word + spelt[i + 1], ()):
                    if there.issuperset(phrase.words):
                        yield i, phrase


def _rarest(found: Sequence[str], shared: Mapping[str, int]) -> str:
    """Return the word to find a phrase by: rather no common one, no single character, and in few other phrases."""
    return min(found, key=lambda word: (word in COMMON, bool(IS_CJK.match(word)), shared[word], -len(word)))


def _rarest_pair(found: Sequence[str], shared: Mapping[str, int]) -> tuple[str, int]:
    """Return the pair of characters to find a phrase by, and its place: rather not two common ones."""

    def commonness(place: int) -> tuple[bool, int]:
        one, two = found[place : place + 2]
        return one in COMMON and two in COMMON, shared[one] + shared[two]

    place = min(range(len(found) - 1), key=commonness)
    return found[place] + found[place + 1], place


def _unhidden(hits: Iterable[PhraseHit]) -> Iterator[PhraseHit]:
    """Yield the hits in the order of the text, compared only with those they overlap."""
    overlapping: list[PhraseHit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -len(hit.phrase.words))):
        overlapping = [other for other in overlapping if other.end > hit.start]
        if not any(_hides(other, hit) for other in overlapping):
            yield hit
        overlapping.append(hit)


def _hides(other: PhraseHit, hit: PhraseHit) -> bool:
    covers = other.start <= hit.start and hit.end <= other.end
    return covers and len(other.phrase.words) > len(hit.phrase.words)


def _read_outwards(
    phrase: Phrase, at: int, text: Sequence[Word], spelt: Sequence[str], *, gaps: bool
) -> Iterator[PhraseHit]:
    """Yield the hit around the anchor word `at`, if the rest of the phrase stands around it in order."""
    count = len(phrase.words)
    spare = count // 3 if any(map(IS_CJK.match, phrase.words)) else (count - 1) // 2
    spare = spare if gaps else 0
    skipped, places = 0, [at]
    for step, wanted in ((-1, phrase.words[: phrase.anchor][::-1]), (1, phrase.words[phrase.anchor + 1 :])):
        place = at
        for word in wanted:
            place += step
            while 0 <= place < len(spelt) and spelt[place] != word and skipped < spare:
                place, skipped = place + step, skipped + 1
            if not 0 <= place < len(spelt) or spelt[place] != word:
                return
            places.append(place)
    slips = sum(spelt[place] != text[place].stem for place in places)
    # One long word may be misspelt (a cue that is one word of five letters, too); of several, about half.
    if slips * 2 > count + 2 or (count == slips == 1 and len(spelt[at]) < (8 if gaps else 5)):
        return
    likeness = max(0.7, 1 - 0.06 * slips - 0.04 * skipped)
    yield PhraseHit(phrase, text[min(places)].start, text[max(places)].end, likeness)
