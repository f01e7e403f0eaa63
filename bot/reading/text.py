"""The text of a file, whatever its encoding."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> str:
    """Return the text of a file; bytes that are no text become U+FFFD, NUL bytes are dropped.

    Tried in this order: what a byte order mark says, UTF-8, UTF-16 without a mark (every other byte is
    NUL in Latin text), GB 18030 (Chinese Windows), Windows-1252.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").replace("\0", "")
    sample = data[:4096]
    if sample.count(0) * 3 > len(sample):
        encoding = "utf-16-be" if sample[:1] == b"\0" else "utf-16-le"
        return data.decode(encoding, errors="replace").replace("\0", "")
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace").replace("\0", "")
