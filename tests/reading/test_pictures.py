"""What a picture is, told from its header alone."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.reading.pictures import PictureError, Reason, inspect, kind


def saved(format_: str, size: tuple[int, int] = (320, 200), mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, format_, **options)
    return file.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes with a size of its own choosing."""
    header = struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def refusal(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(PictureError) as refused:
        inspect(data)
    return refused.value.reason, str(refused.value)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (saved("PNG"), "png"),
        (saved("JPEG"), "jpeg"),
        (saved("JPEG", progressive=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"), "jpeg"),
        (saved("GIF"), "gif"),
        (saved("WEBP"), "webp"),
        (saved("WEBP", lossless=True), "webp"),
        (saved("WEBP", mode="RGBA"), "webp"),
    ],
)
def test_a_picture_is_known_by_its_first_bytes_and_its_size_by_its_header(data: bytes, found: str) -> None:
    assert inspect(data) == (found, 320, 200)


@pytest.mark.parametrize("data", [b"", b"HTTP 429", b"%PDF-1.7", b"RIFF\0\0\0\0WAVEfmt ", saved("BMP"), saved("TIFF")])
def test_what_is_no_picture_of_the_four_formats_is_unknown(data: bytes) -> None:
    assert kind(data) is None
    assert refusal(data)[0] == "unknown"


@pytest.mark.parametrize("size", [(20_000, 30), (30, 20_000), (65_000, 65_000), (6_000, 5_000)])
def test_a_bomb_or_an_endless_strip_is_refused_by_its_header(size: tuple[int, int]) -> None:
    reason, why = refusal(png_that_says(*size))
    assert (reason, why) == (
        "large",
        f"{size[0]} × {size[1]} pixels; pictures of up to 25 million pixels, 12,000 on a side, are read",
    )


def test_a_file_above_ten_megabytes_is_refused() -> None:
    assert refusal(saved("PNG") + bytes(10_000_000)) == ("large", "10.0 MB; pictures of up to 10 MB are read")


def test_an_icon_holds_no_text() -> None:
    assert refusal(saved("PNG", (16, 16)))[0] == "small"


def test_two_wide_screens_and_a_long_page_are_within_the_limits() -> None:
    for size in ((7_680, 2_160), (1_080, 12_000)):
        assert inspect(png_that_says(*size)) == ("png", *size)


@pytest.mark.parametrize(
    ("format_", "shown_by", "whole_with"), [("PNG", 8, 24), ("JPEG", 3, 20), ("GIF", 6, 10), ("WEBP", 12, 30)]
)
def test_a_header_that_is_cut_off_is_broken(format_: str, shown_by: int, whole_with: int) -> None:
    data = saved(format_)
    for length in range(shown_by, whole_with):
        assert refusal(data[:length]) == ("broken", "the picture is not whole")


@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8X", b"RIFF\0\0\0\0WEBPVP8 "]
    ),
    st.binary(max_size=200),
)
def test_whatever_follows_the_first_bytes_is_judged_without_a_crash(start: bytes, rest: bytes) -> None:
    try:
        found = inspect(start + rest)
    except PictureError as refused:
        assert str(refused)  # noqa: PT017 - either way is right
    else:
        assert found.width * found.height <= 25_000_000
