"""What stands around a key: the facts that findings speak of when nobody sees the key any more.

Every function is pure and takes the text just before the key, just after it, or both.
"""

from __future__ import annotations

import re

INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Characters without width that come along when a key is copied, as the inside of a character class."""

_STICKS = re.compile(rf"[{INVISIBLE}\u00a0]")

_HEADER = r"(?:(?:proxy-)?authorization|(?:[\w-]{0,16}-)?api-key|mj-api-secret)"
_QUOTE = r"\\{0,3}[\"'`“”‘’]"

_TWO_BEARERS = re.compile(r"bearer[^\w\n]{0,8}bearer[^\w\n]{0,8}$", re.IGNORECASE)
_WIDE_BEARER = re.compile(r"bearer(?:[ \t]{2,}|\t)$", re.IGNORECASE)

_BEARER_THEN_QUOTE = re.compile(rf"bearer(?:\s{{1,4}}(?:{_QUOTE}){{1,2}}\s{{0,2}}|{_QUOTE})$", re.IGNORECASE)
_QUOTE_IN_QUOTED_HEADER = re.compile(rf"[\"'`]{_HEADER}\s{{0,2}}:\s{{0,4}}{_QUOTE}(?:bearer\s{{1,4}})?$", re.IGNORECASE)
_QUOTE_IN_HEADER_LINE = re.compile(rf"(?:^|\n){_HEADER}:[ \t]{{0,4}}{_QUOTE}(?:bearer[ \t]{{1,4}})?$", re.IGNORECASE)
_QUOTE_THEN_END_OF_LINE = re.compile(rf"{_QUOTE}[ \t]{{0,8}}(?:\n|$)")
_QUOTE_IN_QUOTE = re.compile(r"""(?<!["'])(?:"\\{0,3}'|'\\{0,3}"|"\\{1,3}"|'\\{1,3}'|["'][“‘])$""")
_TYPOGRAPHIC_VALUE = re.compile(
    r"(?:=|[_-](?:key|token|secret)[\"'”’]?[ \t]{0,2}:|authorization[\"'”’]?[ \t]{0,2}:)"
    r"[ \t]{0,4}[“”‘’](?:bearer\s{1,4})?$",
    re.IGNORECASE,
)

_OPENED = re.compile(
    rf"(?<![\w\"'“‘])\\{{0,3}}(?P<quote>[\"'“‘])(?P<space>(?:\s|\\[nrt]){{0,8}})"
    rf"(?:{_HEADER}\s{{0,4}}:\s{{0,4}})?(?:bearer\s{{1,8}})?(?P<late>(?:\\[nrt]){{0,4}})$",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"(?P<space>(?:\s|\\[nrt]){0,8})\\{0,3}(?P<quote>[\"'”’])")
_CLOSING = {"“": "”", "‘": "’"}

_WITHOUT_WIDTH = re.compile(f"[{INVISIBLE}]")

REACH = 96
"""How much text before and after a key these functions need, more than any of their patterns can take."""


def names_bearer_twice(before: str) -> bool:
    """Whether the scheme stands twice: `Bearer Bearer sk-…`."""
    return bool(_TWO_BEARERS.search(_WITHOUT_WIDTH.sub("", before)))


def quotes_belong_to_value(before: str, after: str) -> bool:
    """Whether quotes are sent along with the key.

    They are behind `Bearer`, around the value of a header that is itself quoted or a line of its own,
    inside other quotes, and where typographic ones stand for a literal's. The quotes of a literal in
    JSON or a program are not part of the value, and backticks in prose are Markdown.
    """
    before, after = _WITHOUT_WIDTH.sub("", before), _WITHOUT_WIDTH.sub("", after)
    return bool(
        _BEARER_THEN_QUOTE.search(before)
        or _QUOTE_IN_QUOTED_HEADER.search(before)
        or (_QUOTE_IN_HEADER_LINE.search(before) and _QUOTE_THEN_END_OF_LINE.match(after))
        or (_QUOTE_IN_QUOTE.search(before) and re.match(_QUOTE, after))
        or _TYPOGRAPHIC_VALUE.search(before)
    )


def space_belongs_to_value(before: str, after: str) -> bool:
    """Whether white space is sent along with the key.

    It is inside the quotes of a literal (`"sk-… "`), after `Bearer` beyond the one space that belongs
    there, and where it is a no-break space or a character without width right next to the key.
    """
    if _STICKS.match(after) or _STICKS.match(before[-1:]) or _WIDE_BEARER.search(before):
        return True
    opened, closed = _OPENED.search(before), _CLOSED.match(after)
    if not opened or not closed:
        return False
    same = _CLOSING.get(opened["quote"], opened["quote"]) == closed["quote"]
    return same and bool(opened["space"] or opened["late"] or closed["space"])
