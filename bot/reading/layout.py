"""Lines found in a picture, put into the order in which a person reads them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

APART = 2.0
"""How far apart two pieces of one row may stand, in heights of a line; further apart are columns."""

BELOW = 0.8
"""How much space may be between two lines of one paragraph, in heights of a line."""


class Line(NamedTuple):
    """One piece of text, how sure the reading is (0 to 1), and its corners clockwise from the upper left one."""

    text: str
    confidence: float
    corners: Sequence[Sequence[float]]


class _Box(NamedTuple):
    """Where a line stands once the picture is turned straight."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def arranged(lines: Sequence[Line]) -> str:
    """Return the text of a picture, one row a line.

    Pieces that stand near each other are one block, such as a paragraph, a terminal's output or a list at the side;
    blocks follow each other from top to bottom, so that what stands in two columns is not mixed.
    """
    boxes = _straightened(lines)
    blocks = sorted(_blocks(boxes), key=lambda block: (block[0].top, block[0].left))
    return "\n".join(" ".join(box.text for box in row) for block in blocks for row in _rows(block))


def certainty(lines: Sequence[Line]) -> float:
    """Return how sure a reading is on the whole, 0 to 1: every character counts the same."""
    count = sum(len(line.text) for line in lines)
    return sum(line.confidence * len(line.text) for line in lines) / count if count else 0.0


def _straightened(lines: Sequence[Line]) -> list[_Box]:
    """Return the lines with the lean taken out that a photograph gives them, from top to bottom."""
    sizes = [(math.dist(a, b), math.dist(a, d)) for a, b, _, d in (line.corners for line in lines)]
    # A short line's lean is an accident of its first and last letters.
    leans = [
        math.atan2(line.corners[1][1] - line.corners[0][1], line.corners[1][0] - line.corners[0][0])
        for line, (width, height) in zip(lines, sizes, strict=True)
        if width > 4 * height
    ]
    lean = statistics.median(leans) if leans else 0.0
    cos, sin = math.cos(lean), math.sin(lean)
    boxes = []
    for line, (width, height) in zip(lines, sizes, strict=True):
        x, y = (sum(corner[axis] for corner in line.corners) / 4 for axis in (0, 1))
        x, y = x * cos + y * sin, y * cos - x * sin
        boxes.append(_Box(line.text, x - width / 2, x + width / 2, y - height / 2, y + height / 2))
    return sorted(boxes, key=lambda box: (box.middle, box.left))


def _blocks(boxes: Sequence[_Box]) -> Iterator[list[_Box]]:
    """Yield the boxes that stand together, each block from top to bottom."""
    block = list(range(len(boxes)))

    def found(i: int) -> int:
        while block[i] != i:
            block[i] = i = block[block[i]]
        return i

    for i, box in enumerate(boxes):
        for j in range(i):
            if _together(boxes[j], box):
                block[found(i)] = found(j)
    together: dict[int, list[_Box]] = {}
    for i, box in enumerate(boxes):
        together.setdefault(found(i), []).append(box)
    yield from together.values()


def _together(one: _Box, other: _Box) -> bool:
    height = min(one.height, other.height)
    if _same_row(one, other):
        return max(one.left, other.left) - min(one.right, other.right) < APART * height
    beside = min(one.right, other.right) > max(one.left, other.left)
    return beside and max(one.top, other.top) - min(one.bottom, other.bottom) < BELOW * height


def _same_row(one: _Box, other: _Box) -> bool:
    return abs(one.middle - other.middle) < 0.5 * min(one.height, other.height)


def _rows(block: Sequence[_Box]) -> Iterator[list[_Box]]:
    """Yield the rows of a block, each from left to right."""
    row: list[_Box] = []
    for box in block:
        if row and not _same_row(row[-1], box):
            yield sorted(row, key=lambda box: box.left)
            row = []
        row.append(box)
    if row:
        yield sorted(row, key=lambda box: box.left)
