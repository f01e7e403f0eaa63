"""The program that reads pictures, in a process of its own: `python -m bot.reading.ocr SECONDS`.

What decodes and reads pictures is large, and what it is given comes from strangers: it must be able to run out of
memory, to hang or to crash without harm to the bot. It says `{"ready": true}` when it can read. Then it takes
pictures on standard input, each behind its length (four bytes, big-endian), and answers each with one line of JSON:
`{"lines": [[text, confidence, corners], …]}`, or `{"refused": reason, "why": …}`. It ends with its standard input.
SECONDS is how long it goes on with one picture: what it has read by then is the answer.
"""

from __future__ import annotations

import io
import json
import logging
import math
import os
import statistics
import struct
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import TextDetOutput
from rapidocr.ch_ppocr_rec import TextRecOutput

from bot.reading.pictures import LEAST, PIXELS, SIDE, PictureError, inspect

if sys.platform != "win32":
    import resource

MEMORY = 1_500_000_000
"""How much memory the process may take for itself, in bytes (RLIMIT_DATA). A usual screenshot takes 0.3 to 0.6 GB,
the worst that is let through (25 million pixels, transparent, in small type) 1.2."""

THREADS = 1
"""A second one saves a fifth of the time and takes the processor from everybody else."""

FIRST = 1_500_000
"""In how many pixels lines are looked for at first: the time and the memory that takes grow with them."""

SECOND = 3_000_000
"""The same where the type turned out too small at first."""

TYPE = 15
"""How high a line has to be for all of them to be found, in pixels of the picture that is looked through: below, they
begin to be missed."""

LARGER = 1.6

MARGIN = 16
"""Added around a picture, in pixels: lines that touch the edge are not found."""

SURE = 0.5
"""How sure the reading of a line has to be: icons and lines drawn on the screen are read as letters, too."""

WIDEST = 100
"""How many times its height a line may be wide; a longer one is cut off. The memory it takes grows with the square."""

Corners = NDArray[np.float64]
"""Four points, clockwise from the upper left one."""


class Eyes:
    """Finds lines in a picture and reads them."""

    def __init__(self) -> None:
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_preprocess_img": False,
                "Global.use_vertical_padding": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": SIDE,
                # Lines that are read together are all made as wide as the widest.
                "Rec.rec_batch_num": 1,
            }
        )

    def read(self, image: Image.Image, seconds: float) -> Iterator[tuple[str, float, Corners]]:
        """Yield the lines of a picture, how sure each is, and where it stands; first and last lines first."""
        end = time.monotonic() + seconds
        corner = image.crop((0, 0, 1, 1)).tobytes()
        image = ImageOps.expand(image, MARGIN, (corner[0], corner[1], corner[2]))
        for corners in _ends_first(self._lines(image)):
            text, confidence = self._text(_cut(image, corners))
            if text.strip() and confidence >= SURE:
                yield text, confidence, corners - MARGIN
            if time.monotonic() > end:
                return

    def _lines(self, image: Image.Image) -> Sequence[Corners]:
        pixels = image.width * image.height
        scale = min(1.0, math.sqrt(FIRST / pixels))
        found = self._found(image, scale)
        heights = [math.dist(corners[0], corners[3]) * scale for corners in found]
        small = statistics.median(heights) < TYPE if heights else scale < 1
        larger = min(scale * LARGER, math.sqrt(SECOND / pixels))
        if small and larger > scale:
            # Whatever the first look missed, the second sees; where it sees less, it was too much.
            return max(found, self._found(image, larger), key=len)
        return found

    def _found(self, image: Image.Image, scale: float) -> Sequence[Corners]:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        looked = image if scale == 1 else image.resize(size, Image.Resampling.LANCZOS)
        found = self._engine(_pixels(looked), use_det=True, use_cls=False, use_rec=False)
        if not isinstance(found, TextDetOutput) or found.boxes is None:
            return []
        return [np.asarray(box, float) * (image.width / size[0], image.height / size[1]) for box in found.boxes]

    def _text(self, line: Image.Image) -> tuple[str, float]:
        read = self._engine(_pixels(line), use_det=False, use_cls=False, use_rec=True)
        if not isinstance(read, TextRecOutput) or not read.txts or not read.scores:
            return "", 0.0
        return str(read.txts[0]), float(read.scores[0])


def _ends_first(lines: Sequence[Corners]) -> Iterator[Corners]:
    """Yield the first, the last, the second, the last but one: an error stands at an end of what was output."""
    order = sorted(lines, key=lambda corners: float(corners[:, 1].mean()))
    for i in range((len(order) + 1) // 2):
        yield order[i]
        if i != len(order) - 1 - i:
            yield order[-1 - i]


def _cut(image: Image.Image, corners: Corners) -> Image.Image:
    """Return a line by itself, turned straight."""
    a, b, c, d = corners
    height = max(1, round(max(math.dist(a, d), math.dist(b, c))))
    width = max(1, round(max(math.dist(a, b), math.dist(d, c))))
    if width > WIDEST * height:
        width, b, c = WIDEST * height, a + (b - a) * WIDEST * height / width, d + (c - d) * WIDEST * height / width
    quad = tuple(float(x) for corner in (a, d, c, b) for x in corner)
    return image.transform((width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def decoded(data: bytes) -> Image.Image:
    """Return a picture as a person sees it: its first frame, the right way up, on a plain background.

    Raises:
        PictureError: It may not be decoded, or cannot be.
    """
    format_ = inspect(data).kind.upper()
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=[format_])
        _measured(image)
        image.load()
        _measured(image)
        ImageOps.exif_transpose(image, in_place=True)
        return _on_plain_ground(image)
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError, Warning) as error:
        raise PictureError("broken", f"the picture cannot be decoded ({type(error).__name__})") from error


def _measured(image: Image.Image) -> None:
    """Hold the size that the decoder found against the limits: it may have believed another part of the file."""
    fits = image.width * image.height <= PIXELS and max(image.size) <= SIDE
    if not fits or image.width < LEAST[0] or image.height < LEAST[1]:
        raise PictureError("broken", "the picture is not of the size that it says")


def _on_plain_ground(image: Image.Image) -> Image.Image:
    """Return a picture without transparency: light drawings on dark, dark ones on white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    small = image.reduce(max(1, min(image.size) // 200))
    light = np.average(np.asarray(small.convert("L")), weights=np.asarray(small.getchannel("A"), float) + 1e-9)
    ground = Image.new("RGB", image.size, "#1e1e1e" if light > 128 else "#ffffff")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _answer(eyes: Eyes, data: bytes, seconds: float) -> dict[str, Any]:
    try:
        read = eyes.read(decoded(data), seconds)  # nobody else holds the picture: `read` soon has its own copy
    except PictureError as error:
        return {"refused": error.reason, "why": str(error)}
    return {"lines": [[text, round(sure, 4), corners.round(1).tolist()] for text, sure, corners in read]}


def _sample() -> Image.Image:
    image = Image.new("RGB", (120, 40), "white")
    ImageDraw.Draw(image).text((20, 12), "ready", fill="black")
    return image


def _requests(stream: BinaryIO) -> Iterator[bytes]:
    while len(head := stream.read(4)) == 4:
        yield stream.read(int.from_bytes(head, "big"))


def _confine() -> None:
    """Take little: memory up to the limit, the processor when nobody else wants it."""
    if sys.platform != "win32":
        with suppress(OSError, ValueError):  # macOS does not take all of these
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)
    cv2.setNumThreads(THREADS)
    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def main(seconds: float) -> None:
    """Read pictures until standard input ends."""
    _confine()
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.disable(logging.CRITICAL)
    eyes = Eyes()
    list(eyes.read(_sample(), seconds))  # the models are loaded by the first picture
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for data in _requests(sys.stdin.buffer):
        print(json.dumps(_answer(eyes, data, seconds)), file=answers, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]))
