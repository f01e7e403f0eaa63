"""Mends what reading a picture gets wrong, before the text is matched.

Two things make a slip certain: the words that errors are written with (`vocabulary`), where what was read is none of
them and one small change makes it one; and the place, where a letter cannot stand: `4O4` after `HTTP`, `/vl/` in an
address. Nothing else is touched, so a text that was read well stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate, pairwise

from bot.knowledge.wording import CJK
from bot.reading.vocabulary import Vocabulary

SHORTEST = 4
"""Fewer letters than that are mistaken for one another too easily to be mended by the vocabulary."""

ROUNDS = 6
"""How often the rules are gone through at most: one slip that is mended may show another."""

MANY = 8
"""How many ways to split a run of letters are kept in mind; more than one already tells nothing."""

LONGEST = 60
"""How long a word may be that is looked into, in characters; keys, ids and data are longer."""

STRING = 800
"""How long a quoted string may be whose lines are joined, in characters."""


def mend(text: str, vocabulary: Vocabulary = Vocabulary()) -> str:  # noqa: B008 - it never changes
    """Return a text as it stood in the picture, as far as that is certain.

    Args:
        text: What was read, one row a line.
        vocabulary: The words that are known; with none, only the place of a character tells.
    """
    known = Known(vocabulary)
    for _ in range(ROUNDS):
        before = text
        for step in (_places, known.join_rows, known.spell, known.part):
            text = step(text)
        if text == before:
            break
    return text


# What a status stands behind, or before.
_SAID = r"(?:status(?:[ _]?code)?|code|error|http(?:/[\d.]+)?|returned|状态码?|错误码?|代码|报错|错误|返回)"
_STATUS = r"[45][0-9OoQDlI|]{2}"
_FIGURES = str.maketrans("OoQDlI|", "0000111")

_AS_STATUS = re.compile(rf"(?<![a-z0-9])({_SAID}[\"']?\s?[:=(（：]?\s?[\"']?)({_STATUS})(?![\w|])", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?m)^({_STATUS})(?=[ :-]{{1,3}}(?:bad|unauthorized|payment|forbidden|not found|method|request|conflict|"
    r"too many|internal|service|gateway|error|status)\b)",
    re.IGNORECASE,
)
_PROTOCOL = re.compile(r"\b(https?)\s?/\s?([lI|1])\s?\.\s?([lI|01O])(?!\w)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(https?)\s?[:：]\s?/\s?/\s?(?=[\w\[])", re.IGNORECASE)
_VERSION = re.compile(r"(?<![A-Za-z0-9_-])v[lI|](?=beta\b|(?![A-Za-z0-9_-]))")
_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)(?=/(?:v[1lI|]|api)\b)")
_LETTER_IN_NUMBER = re.compile(r"(?<=[0-9.])(?<![A-Za-z][0-9.])[OolI](?=[0-9.]{2})(?![0-9.]{1,20}[A-Za-z])")
_DOUBLED_QUOTE = re.compile(r"(?<=[{\[,:(\s])''(?=\w)|(?<=\w)''(?=\s?[}\],:)])")


def _places(text: str) -> str:
    """Mend what cannot stand where it stands: letters in statuses and numbers, gaps in addresses, doubled quotes."""
    text = _AS_STATUS.sub(lambda found: found[1] + found[2].translate(_FIGURES), text)
    text = _LEADING.sub(lambda found: found[1].translate(_FIGURES), text)
    text = _PROTOCOL.sub(lambda found: f"{found[1]}/{'.'.join(found.group(2, 3)).translate(_FIGURES)}", text)
    text = _SCHEME.sub(lambda found: f"{found[1]}://", text)
    text = _VERSION.sub("v1", text)
    text = _METHOD.sub(r"\1 ", text)
    text = _LETTER_IN_NUMBER.sub(lambda found: found[0].translate(_FIGURES), text)
    return _DOUBLED_QUOTE.sub('"', text)


_QUOTED = re.compile(
    rf"(?<=[{{\[:,(])(\s{{0,9}})([\"'])((?:(?!\2\s{{0,9}}[,:}}\])])[^\\]|\\.){{1,{STRING}}}+)\2(?=\s{{0,9}}[,:}}\])])",
    re.DOTALL,
)
_BEFORE_COMMA = re.compile(r"([\"'}\]])\n(?=[,:])")
_BREAK = re.compile(r"[^\S\n]?\n[^\S\n]?")
_ROW_END = re.compile(rf"(?<![A-Za-z0-9_])([A-Za-z0-9_]{{1,{LONGEST}}})\n([A-Za-z0-9_]{{1,{LONGEST}}})(?![A-Za-z0-9_])")
_GLUED = re.compile(r"[-_/\\@=&\"']")

# A word with nothing at its sides that would make it part of a name, a path, an address or a key.
_STANDS = rf"(?<![^\s\"'`(\[{{:,;!?>，。：；（、{CJK}])"
_ENDS = rf"(?![^\s\"'`)\]}}:,;.!?<，。：；）、{CJK}]|\.\w|:[A-Za-z_])"
_TOKEN = re.compile(r"[A-Za-z0-9|]{4,60}")
_ALONE = re.compile(rf"{_STANDS}[A-Za-z0-9_]{{6,{LONGEST}}}{_ENDS}")
_HUMP = re.compile(r"[a-z][A-Z]")
_PIECES = re.compile(r"([45]\d\d)([A-Za-z]\w*)|(\w*[A-Za-z])([45]\d\d)")


class Known:
    """What the words that are known say about the ones that were read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._knows = vocabulary.knows
        self._words, self._pairs = vocabulary
        self._alike = _by_shape(vocabulary.words)

    def join_rows(self, text: str) -> str:
        """Join what a narrow window broke: a word that is known, and a quoted string of JSON, which has no rows."""
        text = _BEFORE_COMMA.sub(r"\1", _ROW_END.sub(self._rejoined, text))
        return _QUOTED.sub(lambda found: f"{found[1]}{found[2]}{self._in_one_row(found[3])}{found[2]}", text)

    def _rejoined(self, found: re.Match[str]) -> str:
        first, second = found.groups()
        whole = first + second
        if self._knows(whole) and not (self._knows(first) and self._knows(second)):
            return whole
        return found[0]

    def _in_one_row(self, string: str) -> str:
        rows = [row for row in _BREAK.split(string) if row]
        text = rows[0] if rows else ""
        for row in rows[1:]:
            text += row if _belongs(text, row) else f" {row}"
        return text

    def spell(self, text: str) -> str:
        """Mend letters that look alike: `intemal`, `ETIMED0UT`, `Iatest`."""
        return _TOKEN.sub(self._spelt, text)

    def _spelt(self, found: re.Match[str]) -> str:
        read = found[0]
        if read.isdecimal() or self._knows(read):
            return read
        meant = self._alike.get(_shape(read), ())
        if len(meant) != 1:
            return read
        (word,) = meant
        return _in_the_case_of(read, word)

    def part(self, text: str) -> str:
        """Put the space back between two words, or a word and a status: `headervalue`, `code500`."""
        return _ALONE.sub(self._parted, text)

    def _parted(self, found: re.Match[str]) -> str:
        read = found[0]
        if self._knows(read) or _HUMP.search(read):
            return read
        if glued := _PIECES.fullmatch(read):
            first, second = filter(None, glued.groups())
            word = second if first.isdecimal() else first
            return f"{first} {second}" if self._knows(word) else read
        return " ".join(self._split(read)) or read

    def _split(self, read: str) -> Sequence[str]:
        """Return the words that a run of letters is made of, none where there is no way to split it, or more than one.

        Each two that follow each other have to be known to do so: `any one` are two words, `anyone` is not.
        """
        low = read.lower()
        ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in low)]
        for end in range(1, len(low) + 1):
            for start in range(end):
                word = low[start:end]
                if ways[start] and word in self._words:
                    ways[end] += [(*way, word) for way in ways[start] if not way or self._follows(way[-1], word)]
            del ways[end][MANY:]
        if len(ways[-1]) != 1:
            return ()
        lengths = [0, *accumulate(map(len, ways[-1][0]))]
        return [read[start:end] for start, end in pairwise(lengths)]

    def _follows(self, first: str, second: str) -> bool:
        """Say whether two words are known to follow each other; a name is taken for its last word."""
        return (first, second) in self._pairs or (first.rpartition("_")[2], second) in self._pairs


def _belongs(before: str, after: str) -> bool:
    """Say whether nothing stood between the end of one row and the beginning of the next, inside a string."""
    last, first = before[-1], after[0]
    both = last + first
    return bool(
        both.isdecimal()
        or _GLUED.match(last)
        or _GLUED.match(first)
        or re.fullmatch(f"[{CJK}]{{2}}", both)
        or first in ".,:;)]}，。：；）"
    )


_LOOKS = str.maketrans("01i|5", "ollls")


def _shape(word: str) -> str:
    """Return a word with every letter as the one that it is mistaken for: `0` is `o`, `1`, `I` and `l` are one."""
    return word.lower().translate(_LOOKS).replace("rn", "m").replace("vv", "w")


def _by_shape(words: Collection[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word in words:
        if len(word) >= SHORTEST and word.isalnum():
            found.setdefault(_shape(word), set()).add(word)
    return found


def _in_the_case_of(read: str, word: str) -> str:
    """Return a known word written as what was read: capitals stay where both have the letter."""
    if sum(map(str.isupper, read)) > sum(map(str.islower, read)):
        return word.upper()
    if len(read) != len(word):
        return word
    return "".join(old if old.lower() == new else new for old, new in zip(read, word, strict=True))
