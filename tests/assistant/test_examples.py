from __future__ import annotations

from pathlib import Path

import pytest

from bot.assistant.assistant import Assistant
from bot.assistant.examples import Failure, run
from bot.knowledge.loading import load
from bot.knowledge.schema import Meaning
from tests.knowledge import small


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return small.write(tmp_path / "base")


def failures(base: Path, entry: str) -> list[Failure]:
    """What fails when `429.yaml` reads like this."""
    (base / "errors" / "429.yaml").write_text(entry, encoding="utf-8")
    return list(run(Assistant(load(base))))


def test_examples_that_resolve_are_no_failures(base: Path) -> None:
    assert failures(base, small.TOO_MANY) == []


def test_an_example_that_goes_to_another_entry_is_told(base: Path) -> None:
    wrong = small.TOO_MANY.replace("  - HTTP 429", "  - HTTP 429\n  - HTTP 500")
    assert failures(base, wrong) == [Failure(Meaning("429"), ("examples", 1), "HTTP 500", "500", "429")]


def test_an_example_that_goes_nowhere_is_told(base: Path) -> None:
    wrong = small.TOO_MANY.replace("  - HTTP 429", "  - good morning")
    assert failures(base, wrong) == [Failure(Meaning("429"), ("examples", 0), "good morning", "no entry", "429")]


def test_an_entrys_example_may_resolve_to_one_of_its_cases(base: Path) -> None:
    assert failures(base, small.TOO_MANY.replace("  - HTTP 429", "  - Daily limit of 7 reached")) == []


def test_a_cases_example_has_to_resolve_to_that_case(base: Path) -> None:
    wrong = small.TOO_MANY.replace("      - Daily limit of 20 reached", "      - HTTP 429")
    assert failures(base, wrong) == [
        Failure(Meaning("429", "daily"), ("cases", "daily", "examples", 0), "HTTP 429", "429", "429/daily")
    ]


def test_a_counterexample_that_resolves_to_the_entry_is_told(base: Path) -> None:
    wrong = small.TOO_MANY.replace("  - we have 429 users", "  - Daily limit of 7 reached\n  - HTTP 500")
    assert failures(base, wrong) == [
        Failure(Meaning("429"), ("not_examples", 0), "Daily limit of 7 reached", "429/daily", "anything but 429")
    ]
