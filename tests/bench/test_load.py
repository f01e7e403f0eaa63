"""A measurement that is small: what it is made of works, whatever comes of it on a machine that is busy."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.bench import clients, load
from tests.bench.chat import ERROR, SUPPORT, People, sayings
from tests.bench.ratio import Ratio, p99

SMALL = load.Size(starts=1, messages=600, rounds=1, life=200)


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "SETTLED", 0.5)
    monkeypatch.setattr(clients, "CALM", 0.1)
    monkeypatch.setattr(clients, "PORTION", 50)


async def test_each_measure_compares_real_processes_and_finds_something(tmp_path: Path) -> None:
    found: dict[str, float] = {}
    for measure in (load.chat, load.errors, load.life):
        found |= {ratio.what: ratio.found async for ratio in measure(SMALL, tmp_path)}
    assert len(found) == 10
    assert all(0 < ratio < math.inf for ratio in found.values())
    assert not any(" 0 answers" in what for what in found)


def test_a_ratio_above_its_limit_is_marked_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    told = [Ratio("chat", found, most).tell() for found, most in ((1.4, 1.5), (1.6, 1.5), (9, math.inf))]
    assert told == [True, False, True]
    assert capsys.readouterr().out.splitlines() == [
        "✓ chat: 1.40 (at most 1.5)",
        "✗ chat: 1.60 (at most 1.5)",
        "· chat: 9.00",
    ]


def test_the_99th_percentile_is_what_one_in_a_hundred_is_above() -> None:
    assert p99([*range(1000)]) == pytest.approx(990, abs=1)


def test_people_write_the_same_in_every_run_and_never_the_same_twice() -> None:
    said, again = ([each["content"] for each in People().talk(500, SUPPORT, 0.05)] for _ in range(2))
    assert said == again
    assert len(set(said)) == len(said)


def test_one_message_in_twenty_has_an_error_where_that_is_wanted() -> None:
    errors = set(sayings()[ERROR])
    said = [each["content"].rpartition(" ")[0] for each in People().talk(5000, SUPPORT, 0.05)]
    assert 0.04 < sum(text in errors for text in said) / len(said) < 0.06
    assert not any(each["content"].rpartition(" ")[0] in errors for each in People().talk(500, SUPPORT))
