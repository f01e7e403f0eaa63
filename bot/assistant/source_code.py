"""Source code and configuration: what stands there is what a program would do, not what happened."""

from __future__ import annotations

import re

AROUND = 300
"""How far of a long line is looked at, in characters to either side."""

_NUMBER = r"[\"']?[45]\d\d\b[\"']?"

_MARKS = re.compile(r"[=!(\[{;]|case|throw new")
"""What there is in every line that `_WITHIN` is found in: hardly any sentence, which is soon seen."""

_WITHIN = re.compile(
    "|".join(
        (
            # comparisons, membership, branches and tests of a status
            rf"[=!]==?\s{{0,2}}{_NUMBER}|{_NUMBER}\s{{0,2}}[=!]==?|\bcase\s{{1,2}}{_NUMBER}|\bin\s{{0,2}}[\[({{]\s?{_NUMBER}",
            rf"[\[({{]\s?{_NUMBER},\s?{_NUMBER}|=~",
            r"\.(?:status|sendstatus|tobe|toequal|sleep)\(|\b(?:expect|abort|httpexception|showtoast)\(|\bthrow new\b",
            r"=>|;\s{0,4}$",
        )
    )
)
_OPENING = re.compile(
    "|".join(
        (
            # a keyword, and further on a program's punctuation
            r"\s{0,40}(?:[+-]\s{0,8})?(?:def|class|const|let|var|function|async|await|export|return|raise|try|catch|except|if|elif|"
            r"else|for|while|with|public|private|fn|func)\b[^\n]{0,200}[({=;:]\s{0,4}[^\s]{0,200}$",
            r"\s{0,40}(?:from\s\S{1,80}\s)?import\s|\s{0,40}@\w+\(|\s{0,40}(?://|/\*|\*\s|diff --git)|[+-]\s{2,}",
            # a table of statuses and their texts
            rf"\s{{0,40}}{_NUMBER}\s?:\s?(?:[\"']|\{{\s?description)",
            # a web server's configuration
            r"\s{0,40}(?:error_page|proxy_\w+|location|server|deny|allow|listen)\s[^\n]{0,200}[;{]",
        )
    )
)
"""How lines of source code and configuration open."""


class SourceLines:
    """Which lines of a text are source code or configuration; each is looked at once."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self._known: dict[int, bool] = {}

    def hold(self, place: int) -> bool:
        """Say whether the line around a place of the text is source code."""
        start = max(self._folded.rfind("\n", 0, place) + 1, place - AROUND)
        if start not in self._known:
            end = self._folded.find("\n", place)
            stop = min(end if end >= 0 else len(self._folded), place + AROUND)
            self._known[start] = _is_source(self._folded[start:stop])
        return self._known[start]


def _is_source(line: str) -> bool:
    return bool(_OPENING.match(line) or (_MARKS.search(line) and _WITHIN.search(line)))
