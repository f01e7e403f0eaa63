"""The order in which a person reads the lines of a picture."""

from __future__ import annotations

import math

import pytest

from bot.reading.layout import Line, arranged, certainty


def line(text: str, x: float, y: float, *, size: float = 20, lean: float = 0, confidence: float = 1) -> Line:
    """A line whose upper left corner is at (x, y), in a picture that is turned by `lean` degrees."""
    width = len(text) * size / 2
    turn = math.radians(lean)
    corners = [(x, y), (x + width, y), (x + width, y + size), (x, y + size)]
    turned = [(a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)) for a, b in corners]
    return Line(text, confidence, turned)


def test_nothing_is_an_empty_text() -> None:
    assert (arranged([]), certainty([])) == ("", 0)


def test_pieces_of_one_row_are_read_from_left_to_right_and_rows_from_top_to_bottom() -> None:
    found = [line("not found", 150, 42), line("second", 0, 66), line("Error code: 404", 0, 40), line("first", 0, 15)]
    assert arranged(found) == "first\nError code: 404 not found\nsecond"


@pytest.mark.parametrize("lean", [-4, 3, 8])
def test_a_photograph_that_leans_is_read_row_by_row(lean: float) -> None:
    rows = ["SyntaxError: Unexpected token", "in JSON at position 0", "me@laptop:~$"]
    found = [line(row, 0, 28 * i, lean=lean) for i, row in enumerate(rows)]
    found.insert(0, line("'<', \"<!DOCTYPE \"...", 300, 0, lean=lean))
    assert (
        arranged(found) == "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"...\nin JSON at position 0\nme@laptop:~$"
    )


def test_what_stands_in_a_column_at_the_side_is_not_mixed_with_the_message() -> None:
    side = [line(name, 0, 31 * i) for i, name in enumerate(["# rules", "# support", "# off-topic"])]
    message = [line(row, 300, 4 + 26 * i) for i, row in enumerate(["{'error': {'message':", "'Invalid token'}}"])]
    assert arranged([*side, *message]) == "# rules\n# support\n# off-topic\n{'error': {'message':\n'Invalid token'}}"


def test_certainty_counts_every_character_the_same() -> None:
    assert certainty([line("x" * 30, 0, 0), line("y" * 10, 0, 30, confidence=0.6)]) == pytest.approx(0.9)
