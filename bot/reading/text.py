"""The text of a file, whatever its encoding, if it is one of text."""

from __future__ import annotations

import codecs
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SAMPLE = 8192
"""How much of a file shows whether it is text, in bytes."""

_LAYOUT = "\t\n\v\f\r\b\x1b"
"""Control characters that logs and terminals use."""


def is_text(data: bytes) -> bool:
    """Say whether a file holds text: hardly any of its characters, one in twenty at most, is a control character.

    Text has next to none. Compressed data has one in nine, and what programs store is full of NUL bytes.
    """
    text = _decoded(data[:_SAMPLE])
    odd = sum(char not in _LAYOUT and unicodedata.category(char) == "Cc" for char in text)
    return odd * 20 <= len(text)


def decode(data: bytes) -> str:
    """Return the text of a file; bytes that are no text become U+FFFD, NUL bytes are dropped.

    Tried in this order: what a byte order mark says, UTF-16 without a mark (every other byte is NUL in
    Latin text), UTF-8, UTF-8 with some bytes spoilt (a log may begin or end inside a character), GB 18030
    (Chinese Windows), Windows-1252.
    """
    return _decoded(data).replace("\0", "")


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:4096]
    if sample.count(0) * 3 > len(sample):
        big = sample[::2].count(0) > sample[1::2].count(0)
        return data.decode("utf-16-be" if big else "utf-16-le", errors="replace")
    spoilt = data.decode("utf-8", errors="replace")
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            if encoding == "utf-8" and _mostly_intact(spoilt):
                break
    return spoilt


def _mostly_intact(text: str) -> bool:
    """Say whether more characters beyond ASCII came through than did not; text in GB 18030 has hardly any."""
    beyond, lost = sum(not char.isascii() for char in text), text.count("\ufffd")
    return beyond > 2 * lost
