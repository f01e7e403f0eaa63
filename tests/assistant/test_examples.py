from __future__ import annotations

from pathlib import Path

import pytest

from bot.assistant.assistant import Assistant
from bot.assistant.examples import Failure, run
from bot.knowledge.loading import load
from bot.knowledge.schema import Meaning
from tests.knowledge import small

KEY = "sk-" + "a1B2c3D4" * 6
"""Shaped like a key, and nobody's."""


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
    assert failures(base, wrong) == [Failure(Meaning("429"), ("examples", 1), "resolves to 500, wanted 429: HTTP 500")]


def test_an_example_that_goes_nowhere_is_told(base: Path) -> None:
    wrong = small.TOO_MANY.replace("  - HTTP 429", "  - good morning")
    assert failures(base, wrong) == [
        Failure(Meaning("429"), ("examples", 0), "resolves to no entry, wanted 429: good morning")
    ]


def test_an_entrys_example_may_resolve_to_one_of_its_cases(base: Path) -> None:
    assert failures(base, small.TOO_MANY.replace("  - HTTP 429", "  - Daily limit of 7 reached")) == []


def test_a_cases_example_has_to_resolve_to_that_case(base: Path) -> None:
    wrong = small.TOO_MANY.replace("      - Daily limit of 20 reached", "      - HTTP 429")
    assert failures(base, wrong) == [
        Failure(
            Meaning("429", "daily"), ("cases", "daily", "examples", 0), "resolves to 429, wanted 429/daily: HTTP 429"
        )
    ]


def test_a_counterexample_that_resolves_to_the_entry_is_told(base: Path) -> None:
    wrong = small.TOO_MANY.replace("  - we have 429 users", "  - Daily limit of 7 reached\n  - HTTP 500")
    assert failures(base, wrong) == [
        Failure(
            Meaning("429"),
            ("not_examples", 0),
            "resolves to 429/daily, wanted anything but 429: Daily limit of 7 reached",
        )
    ]


@pytest.mark.parametrize(
    ("old", "place"),
    [
        ("  - HTTP 429", ("examples", 0)),
        ("  - we have 429 users", ("not_examples", 0)),
        ("      - Daily limit of 20 reached", ("cases", "daily", "examples", 0)),
    ],
)
def test_a_key_in_an_example_is_told_and_not_shown(base: Path, old: str, place: tuple[str | int, ...]) -> None:
    (failure,) = failures(base, small.TOO_MANY.replace(old, f"{old}, Bearer {KEY}"))
    assert failure.place == place
    assert failure.wrong == "holds an API key or a password, sk-a1…D4: put a placeholder there"


def test_an_example_with_a_key_that_goes_elsewhere_too_is_told_for_both(base: Path) -> None:
    wrong = failures(base, small.TOO_MANY.replace("  - HTTP 429", f"  - HTTP 500 for {KEY}"))
    assert [failure.wrong for failure in wrong] == [
        "holds an API key or a password, sk-a1…D4: put a placeholder there",
        "resolves to 500, wanted 429: HTTP 500 for sk-a1…D4",
    ]


@pytest.mark.parametrize("placeholder", ["sk-…", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "YOUR_API_KEY", "sk-ab***yz"])
def test_a_placeholder_in_an_example_is_no_key(base: Path, placeholder: str) -> None:
    assert not failures(base, small.TOO_MANY.replace("  - HTTP 429", f"  - HTTP 429 for Bearer {placeholder}"))
