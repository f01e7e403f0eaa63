"""What a picture is, and whether it may be decoded: told from its first bytes, with nothing decoded."""

from __future__ import annotations

import struct
from typing import Literal, NamedTuple

Kind = Literal["png", "jpeg", "webp", "gif"]
"""The formats that are read."""

Reason = Literal["unknown", "large", "small", "broken", "slow"]
"""Why a picture is not read: no format of ours, too large, too small, not whole, not read in time."""

BYTES = 10_000_000
"""How large a file may be. Discord takes 10 MB from those who do not pay for more."""

PIXELS = 25_000_000
"""How many pixels a picture may have: two 4K screens side by side have 16.6 million, a telephone's camera 12.
Decoded they take 75 MB."""

SIDE = 12_000
"""How long a side may be, in pixels: a long page put together by a telephone has about that many."""

LEAST = (24, 8)
"""The least width and height that hold a word."""


class PictureError(Exception):
    """A picture that is not read.

    Attributes:
        reason: Why not, in one word.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


class Picture(NamedTuple):
    """What a picture's header says."""

    kind: Kind
    width: int
    height: int


def kind(data: bytes) -> Kind | None:
    """Return the format that the first bytes of a file show, or None where they show none of ours."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return None


def inspect(data: bytes) -> Picture:
    """Return what a picture is, if it may be decoded.

    Raises:
        PictureError: It is no picture of ours, its header is not whole, or it is too large or too small.
    """
    found = kind(data)
    if found is None:
        raise PictureError("unknown", "not a PNG, JPEG, WebP or GIF picture")
    if len(data) > BYTES:
        raise PictureError("large", f"{len(data) / 1e6:.1f} MB; pictures of up to {BYTES // 1_000_000} MB are read")
    try:
        width, height = _SIZES[found](data)
    except (struct.error, IndexError):
        raise PictureError("broken", "the picture is not whole") from None
    if max(width, height) > SIDE or width * height > PIXELS:
        most = f"{PIXELS // 1_000_000} million pixels, {SIDE:,} on a side, are read"
        raise PictureError("large", f"{width} × {height} pixels; pictures of up to {most}")
    if width < LEAST[0] or height < LEAST[1]:
        raise PictureError("small", f"{width} × {height} pixels hold no text")
    return Picture(found, width, height)


def _png(data: bytes) -> tuple[int, int]:
    """IHDR comes first: length and name, then width and height (PNG specification, 11.2.1)."""
    width, height = struct.unpack_from(">8x4x4xII", data)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    """Return the logical screen's size (GIF89a, 18); a frame that leaves it is refused when it is decoded."""
    width, height = struct.unpack_from("<6xHH", data)
    return width, height


_NO_SIZE = {0xC4, 0xC8, 0xCC}
"""Markers among JPEG's start-of-frame markers, C0 to CF, that begin no frame: tables and an extension."""


def _jpeg(data: bytes) -> tuple[int, int]:
    """Return the first frame's size: segments are skipped by their lengths (ITU T.81, B.1.1)."""
    place = 2
    while True:
        if data[place] != 0xFF:
            raise IndexError
        marker = data[place + 1]
        if marker == 0xFF:  # a fill byte
            place += 1
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:  # markers that stand alone
            place += 2
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            height, width = struct.unpack_from(">5xHH", data, place)
            return width, height
        elif marker in {0xD9, 0xDA}:  # the picture's data, or its end, before any frame
            raise IndexError
        else:
            place += 2 + max(2, struct.unpack_from(">H", data, place + 2)[0])


def _webp(data: bytes) -> tuple[int, int]:
    """Return the canvas' size, which each of the three kinds of first chunk holds in its own way (RFC 9649, 2)."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(_exactly(data, 24, 3), "little"), 1 + int.from_bytes(_exactly(data, 27, 3), "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(_exactly(data, 21, 4), "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<26xHH", data)
        return width & 0x3FFF, height & 0x3FFF
    raise IndexError


def _exactly(data: bytes, start: int, length: int) -> bytes:
    found = data[start : start + length]
    if len(found) < length:
        raise IndexError
    return found


_SIZES = {"png": _png, "jpeg": _jpeg, "gif": _gif, "webp": _webp}
