"""Whatever is attached: it is read or refused, and the process that looks at it is there for the next picture."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading.layout import Line, arranged, certainty
from bot.reading.pictures import Picture, PictureError, inspect
from bot.reading.screenshots import Screenshots
from bot.reading.slips import mend
from bot.reading.vocabulary import vocabulary
from tests.fuzz.test_messages import texts
from tests.reading.test_screenshots import ERROR, PICTURE, animated, drawn, saved, turned_and_marked
from tests.shipped import KNOWLEDGE

WORDS = vocabulary(KNOWLEDGE)

SIZE = (96, 32)
"""Of what is drawn as seed: as small as it can be read."""

SHOWN = drawn("429").resize(SIZE)


def several() -> bytes:
    """A PNG of three frames."""
    file = io.BytesIO()
    SHOWN.save(file, "PNG", save_all=True, append_images=[drawn("500").resize(SIZE), SHOWN], duration=40)
    return file.getvalue()


SEEDS = [
    *(saved(SHOWN.convert(mode), "PNG") for mode in ("1", "L", "P", "LA", "RGBA", "I;16")),
    *(saved(SHOWN.convert(mode), "JPEG") for mode in ("L", "RGB", "CMYK")),
    saved(SHOWN, "JPEG", progressive=True, comment=b"x" * 500),
    *(saved(SHOWN.convert(mode), "WEBP", lossless=lossless) for mode in ("RGB", "RGBA") for lossless in (True, False)),
    saved(SHOWN, "GIF"),
    animated(),
    several(),
    turned_and_marked(),
]
PNG = b"\x89PNG\r\n\x1a\n"
HEADS = [PNG, b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\x10JFIF", b"GIF89a", b"RIFF\xff\0\0\0WEBPVP8X", b"BM"]

any_size = st.sampled_from([0, 7, 8, 23, 24, 12_000, 12_001, 65_535, 2**31 - 1, 2**32 - 1]) | st.integers(0, 2**32 - 1)
some_size = st.integers(24, 300) | st.integers(24, 300) | st.sampled_from([24, 2_000, 5_000, 12_000])


@cache
def bomb() -> bytes:
    """A hundred megabytes of nothing."""
    return zlib.compress(bytes(100_000_000))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@st.composite
def pngs(draw: st.DrawFn, sizes: st.SearchStrategy[int]) -> bytes:
    """A PNG that is well-formed as a file and may say anything, a hundred megabytes of nothing included."""
    width, height, *ways = draw(st.tuples(sizes, sizes, *[st.integers(0, 17)] * 5))
    names = st.sampled_from([b"IDAT", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"zTXt", b"eXIf", b"IEND"])
    blank = zlib.compress(bytes(min((1 + width // 8) * height, 1_000_000)))
    data = st.binary(max_size=60) | st.binary(max_size=60).map(zlib.compress) | st.sampled_from([blank, bomb()])
    if width * height < 100_000 and draw(st.booleans()):  # black and white, and sound
        ways, chunks = [1, 0, 0, 0, 0], [chunk(b"IDAT", blank)]
    else:
        chunks = draw(st.lists(st.builds(chunk, names, data), max_size=5))
    head = struct.pack(">IIBBBBB", width, height, *ways)
    return PNG + chunk(b"IHDR", head) + b"".join(chunks) + draw(st.sampled_from([b"", chunk(b"IEND", b"")]))


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A picture that was sound: cut off, with some of it overwritten, or with something put in between."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        # What stands at the beginning says how the rest is to be read.
        place = draw(st.integers(0, 60) | st.integers(0, len(data)))
        new = draw(st.binary(min_size=1, max_size=4) | st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff"]))
        data[place : place + draw(st.sampled_from([0, len(new)]))] = new
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


rubble = st.builds(bytes.__add__, st.sampled_from([b"", *HEADS]), st.binary())
files = spoilt() | pngs(any_size) | pngs(some_size) | rubble


@given(files)
def test_a_picture_is_judged_by_its_beginning_or_refused(data: bytes) -> None:
    found = judged(data)
    if not isinstance(found, str):
        assert 24 <= found.width <= 12_000
        assert 8 <= found.height <= 12_000


def judged(data: bytes) -> Picture | str:
    """What a file says it is, or why it is not looked at."""
    try:
        return inspect(data)
    except PictureError as error:
        return error.reason


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def reader(runner: asyncio.Runner) -> Iterator[Screenshots]:
    """One process for all pictures. It is the same to the end, and still reads."""
    screenshots = Screenshots(lambda: WORDS, seconds=60)
    assert runner.run(screenshots.read(PICTURE)).text == ERROR
    first = screenshots.pid
    yield screenshots
    assert runner.run(screenshots.read(PICTURE)).text == ERROR
    assert screenshots.pid == first
    runner.run(screenshots.close())


async def outcome(reader: Screenshots, data: bytes) -> str:
    """What was read, or why it was not."""
    try:
        return (await reader.read(data)).text
    except PictureError as error:
        return error.reason


# Each takes as long as fifty of the others.
@settings(max_examples=settings().max_examples // 4, deadline=None)
@given((spoilt() | pngs(some_size)).filter(lambda data: isinstance(judged(data), Picture)))
def test_no_picture_harms_the_process_that_reads_it(reader: Screenshots, runner: asyncio.Runner, data: bytes) -> None:
    before = reader.pid
    assert runner.run(outcome(reader, data)) != "slow"
    assert reader.pid == before


numbers = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e-9, 12_000.0])
points = st.tuples(numbers, numbers)
lines = st.builds(Line, texts, st.floats(0, 1), st.tuples(points, points, points, points))


@given(st.lists(lines, max_size=12))
def test_lines_that_stand_anywhere_are_put_in_some_order_and_none_is_lost(found: list[Line]) -> None:
    before, after = ("".join(text.split()) for text in ("".join(line.text for line in found), arranged(found)))
    assert sorted(before) == sorted(after)
    assert 0 <= certainty(found) <= 1 + 1e-9


@given(texts)
def test_any_text_can_be_mended_and_once_is_enough(text: str) -> None:
    once = mend(text, WORDS)
    assert mend(once, WORDS) == once
