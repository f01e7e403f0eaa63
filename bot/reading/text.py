"""The text of a file, whatever its encoding, if it is one of text."""

from __future__ import annotations

import codecs
import re
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_SAMPLE = 8192
"""How much of a file shows whether it is text, in bytes."""

_LAYOUT = "\t\n\v\f\r\b\x1b"
"""Control characters that logs and terminals use."""

_HIGH = re.compile(rb"[\x80-\xff]+")


def is_text(data: bytes) -> bool:
    """Say whether a file holds text: hardly any of its characters, one in twenty at most, is a control character.

    Text has next to none. Compressed data has one in nine, and what programs store is full of NUL bytes.
    """
    sample = data[:_SAMPLE]
    text = sample.decode(_encoding(sample), errors="replace")
    odd = sum(char not in _LAYOUT and unicodedata.category(char) == "Cc" for char in text)
    return odd * 20 <= len(text)


def decode(head: bytes, tail: bytes = b"") -> str:
    """Return the text of a file; bytes that are no text become U+FFFD, NUL bytes are dropped.

    Tried in this order: what a byte order mark says, UTF-16 without a mark (every other byte is NUL in
    Latin text), UTF-8, UTF-8 with some bytes spoilt (a log may begin or end inside a character), GB 18030
    (Chinese Windows) where bytes beyond ASCII come in pairs, Windows-1252.

    Args:
        head: The file, or how it begins.
        tail: Of a file that is not there in whole, how it ends; the encoding is the same. In UTF-16 and UTF-32 it
            begins with a character, otherwise it may begin inside one.
    """
    encoding = _encoding(head + tail)
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    return "\n".join(filter(None, (text, _end(tail, encoding)))).replace("\0", "")


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:4096]
    if sample.count(0) * 3 > len(sample):
        big = sample[::2].count(0) > sample[1::2].count(0)
        return "utf-16-be" if big else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if not _mostly_intact(data.decode("utf-8", errors="replace")):
            return "gb18030" if _in_pairs(data) else "cp1252"
    return "utf-8"


def _mostly_intact(text: str) -> bool:
    """Say whether more characters beyond ASCII came through than did not; text in GB 18030 has hardly any."""
    return _beyond_ascii(text) > 2 * text.count("\ufffd")


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", errors="ignore"))


def _in_pairs(data: bytes) -> bool:
    """Say whether bytes beyond ASCII stand beside each other, three in four of them at least.

    Those of Chinese characters do, all but a few; accents stand alone, and in `ção` and its like two together.
    """
    runs = [len(run) for run in _HIGH.findall(data)]
    return 4 * sum(length for length in runs if length > 1) >= 3 * sum(runs)


def _end(data: bytes, encoding: str) -> str:
    """Return the text of a file's end.

    What begins inside a character of GB 18030 reads as other ones up to the next sign of ASCII, and as one more of
    them: half a character is left over.
    """
    starts = (0, 1) if encoding == "gb18030" else (0,)
    return min((data[start:].decode(encoding, errors="replace") for start in starts), key=_beyond_ascii)
