"""The line that the answers hold on the project's own messages (`tests/data/messages.jsonl`)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.assistant.assistant import Assistant
from bot.assistant.evaluation import NONE, figures, judge, read_rows

MESSAGES = Path(__file__).parents[1] / "data" / "messages.jsonl"


@pytest.fixture(scope="module")
def measured(assistant: Assistant) -> dict[str, float | None]:
    return figures(list(judge(assistant, read_rows(MESSAGES))), assistant.knowledge.service.published)


@pytest.mark.parametrize(("name", "line"), [("heard", 95.3), ("asked", 95.6), ("top3", 95.9), ("model", 95.0)])
def test_what_should_be_high_stays_high(measured: dict[str, float | None], name: str, line: float) -> None:
    assert (measured[name] or 0) >= line


@pytest.mark.parametrize(("name", "line"), [("wrong", 1.3), ("false", 4.5), ("stray", 3.9)])
def test_what_should_be_low_stays_low(measured: dict[str, float | None], name: str, line: float) -> None:
    assert (measured[name] or 0) <= line


def test_the_set_is_large_enough_to_tell() -> None:
    labels = Counter(row.label for row in read_rows(MESSAGES))
    assert labels.total() >= 250
    assert labels[NONE] * 3 >= labels.total()


def test_no_message_stands_in_the_set_twice() -> None:
    rows = read_rows(MESSAGES)
    assert len({row.text for row in rows}) == len({row.id for row in rows}) == len(rows)
