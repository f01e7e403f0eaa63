"""The words around what was pasted: whose language they are in, and what the writer says of the error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.knowledge.schema import Language

ENDS = 2000
"""How much of either end of a long text is looked at: people write around a paste, not inside it."""

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_MACHINE = re.compile(
    r"\{.*\}|<.*>|(?:https?://|[{}<>;]|Traceback|File \"|\[(?:ERROR|INFO|WARN|DEBUG)|\d\d:\d\d:\d\d|"
    r"[a-z]\w*Error\b|Exception|^\s*at \S+ |^\s*#).*"
)
"""Where in a line software speaks: to the end of what it puts in brackets, else of the line."""

_FULL_WIDTH = "？"
"""What only Chinese and Japanese are typed with."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER_CJK = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN_WORD = re.compile(r"[^\W\d_\u3040-\uffff]{2,}")
_OPENS_IN_HAN = re.compile(r"[\W\d_]*[\u3400-\u9fff]")


def around(text: str, pasted: Iterable[tuple[int, int]]) -> str:
    """Return what a person wrote at both ends of a message, without what software wrote.

    Args:
        text: The message.
        pasted: Spans that software wrote.
    """
    spans = tuple(pasted)
    if len(text) <= 2 * ENDS:
        return _own(text, 0, spans)
    tail = len(text) - ENDS
    return _own(text[:ENDS], 0, spans) + "\n" + _own(text[tail:], tail, spans)


def _own(part: str, offset: int, spans: Sequence[tuple[int, int]]) -> str:
    own = list(part)
    for start, end in spans:
        low, high = max(start - offset, 0), min(end - offset, len(part))
        if low < high:
            own[low:high] = " " * (high - low)
    return "\n".join(_MACHINE.sub("", line) for line in _CODE.sub(" ", "".join(own)).splitlines())


def ends(text: str) -> str:
    """Return both ends of a text, which is all of a short one."""
    return text if len(text) <= 2 * ENDS else text[:ENDS] + "\n" + text[-ENDS:]


def spoken(own: str) -> Language | None:
    """Return the language that the writer of a message uses, or None where nothing tells.

    Args:
        own: What `around` returned.

    Returns:
        `zh` where the words around the paste are Chinese, or nothing but a question mark of theirs; `en` where
        they are in another language. Errors are mostly in English, and who begins in Chinese reads it.
    """
    han, others, latin = (len(script.findall(own)) for script in (_HAN, _OTHER_CJK, _LATIN_WORD))
    if han and han >= others and (han * 2 >= latin or _OPENS_IN_HAN.match(own)):
        return "zh"
    if latin or others:
        return "en"
    return "zh" if _FULL_WIDTH in own else None
