from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.assistant import Assistant
from bot.assistant.evaluation import (
    GROUPS,
    LabelledFileError,
    Result,
    Row,
    as_json,
    by,
    confusion,
    figures,
    judge,
    misses,
    read_rows,
)
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import load
from tests.knowledge import small

PUBLISHED = ("429", "500")


def result(label: str, first: str | None, *, speaks: bool = True, **more: Any) -> Result:
    """A message with this label that was answered with `first`."""
    row = Row("1", "text", label, tuple(more.get("also", ())), more.get("lang", ""), "", more.get("wanted"))
    return Result(
        row, first, more.get("top", (first,) if first else ()), speaks and first is not None, more.get("model")
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    return load(small.write(tmp_path_factory.mktemp("eval") / "base"))


def rows_of(tmp_path: Path, content: str | bytes) -> list[Row]:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_rows(file)


def test_rows_are_read_with_what_is_left_out_filled_in(tmp_path: Path) -> None:
    full = {"id": "a", "text": "x", "label": "429", "also": ["500"], "lang": "zh", "kind": "log", "model": "gpt-4o"}
    rows = rows_of(tmp_path, f"{json.dumps(full)}\n\n" + '{"text": "y", "label": "none"}')
    assert rows == [Row("a", "x", "429", ("500",), "zh", "log", "gpt-4o"), Row("3", "y", "none")]


def test_a_message_may_hold_what_other_programs_take_for_a_line_end(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, '{"text": "a\u2028b\u0085c", "label": "none"}\r\n')
    assert row.text == "a\u2028b\u0085c"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "Expecting value"),
        ("[]", 'expected an object such as {"text": "…", "label": "429"}'),
        ('{"text": "a"}', "'label' is missing"),
        ('{"text": 5, "label": "429"}', "'text' is not a string"),
        ('{"text": "a", "label": "429", "also": "500"}', "'also' is not a list of strings"),
        ('{"text": "a", "label": "429", "also": [500]}', "'also' is not a list of strings"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_a_line_that_is_no_labelled_message_is_told_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(LabelledFileError) as caught:
        rows_of(tmp_path, f'{{"text": "a", "label": "none"}}\n{line}\n')
    assert str(caught.value).startswith(f"{tmp_path / 'rows.jsonl'}:2: not a labelled message: ")
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00\x00"])
def test_a_file_without_labelled_messages_is_told(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(LabelledFileError):
        rows_of(tmp_path, content)


def test_a_row_is_asked_once_and_read_off_the_answer(base: Knowledge) -> None:
    rows = [
        Row("1", "HTTP 429: Rate limit reached for gpt-4o", "429", model="gpt-4o"),
        Row("2", "HTTP 500 and then HTTP 429", "500"),
        Row("3", "good morning", "none"),
    ]
    first, second, third = judge(Assistant(base), rows)
    assert (first.first, first.heard, first.model) == ("429", "429", "gpt-4o")
    assert set(second.top) == {"429", "500"}
    assert (third.first, third.heard, third.top) == (None, None, ())


def test_the_label_and_what_is_as_good_count_as_right() -> None:
    found = result("other:network", "network", also=("502", "other:web-page"))
    assert [entry for entry in ("network", "502", "web-page", "429", None) if found.right(entry)] == [
        "network",
        "502",
        "web-page",
    ]


def test_the_figures_are_those_worked_out_by_hand() -> None:
    results = [
        result("429", "429", wanted="gpt-4o", model="gpt-4o"),
        result("429", "429", speaks=False, wanted="gpt-4o", model="gpt-4"),
        result("429", "500", top=("500", "429")),
        result("500", "429", also=("429",)),
        result("500", None, wanted="o1"),
        result("none", None),
        result("none", "429", speaks=False),
        result("none", "network"),
        result("other:network", "429"),
        result("other:network", "network"),
        result("other:billing", "500", speaks=False),
    ]
    assert figures(results, PUBLISHED) == {
        "heard": 40.0,
        "wrong": 20.0,
        "asked": 60.0,
        "top3": 80.0,
        "false": 33.3,
        "stray": 33.3,
        "model": 33.3,
    }


def test_a_figure_that_no_row_can_tell_is_none_not_zero() -> None:
    only = figures([result("429", "429")], PUBLISHED)
    assert {name for name, share in only.items() if share is None} == {"false", "stray", "model"}
    assert set(figures([], PUBLISHED).values()) == {None}


def test_rows_are_grouped_by_label_language_and_kind() -> None:
    results = [result("500", "500", lang="zh"), result("429", "429", lang="en"), result("429", None, lang="en")]
    groups = by(results, GROUPS["label"])
    assert {label: len(found) for label, found in groups.items()} == {"429": 2, "500": 1}
    assert list(groups) == ["429", "500"]
    assert list(by(results, GROUPS["lang"])) == ["en", "zh"]


def test_confusion_counts_what_was_answered_instead() -> None:
    results = [
        result("429", "500"),
        result("429", "500", speaks=False),
        result("429", None),
        result("429", "429"),
        result("none", "429"),
    ]
    assert confusion(results) == {("429", "500"): 2, ("429", "silent"): 1}


def test_misses_are_wrong_answers_silence_where_one_was_due_and_speaking_out_of_turn(base: Knowledge) -> None:
    wrong = [
        result("429", "500"),
        result("429", "429", speaks=False),
        result("none", "429"),
        result("other:network", "429"),
    ]
    right = [result("429", "429"), result("none", None), result("none", "429", speaks=False), result("none", "500")]
    assert list(misses([*right, *wrong], base)) == wrong


def test_all_figures_fit_one_object_that_is_json(base: Knowledge) -> None:
    results = [result("429", "429", lang="en"), result("429", "500", lang="zh")]
    found = json.loads(json.dumps(as_json(results, base)))
    assert found["rows"] == 2
    assert found["figures"]["asked"] == 50.0
    assert found["lang"]["en"] == {
        **found["figures"],
        "rows": 1,
        "heard": 100.0,
        "wrong": 0.0,
        "asked": 100.0,
        "top3": 100.0,
    }
    assert found["confusion"] == [["429", "500", 1]]
