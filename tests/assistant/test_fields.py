"""Key-value pairs are read in every notation, complete or not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import fields
from bot.knowledge.wording import fold


def values(text: str, key: str) -> list[str]:
    folded = fold(text)
    found = [fields.read(fields.KEYS[key], match.end(), folded) for match in re.finditer(rf"\b{key}\b", folded)]
    return [text[field.start : field.end] for field in found if field]


@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"message": "No such model"}}',
        "{'error': {'message': 'No such model', 'type': None}}",
        '{"log": "{\\"message\\":\\"No such model\\",\\"code\\":1}"}',
        '{"log": "{\\\\\\"message\\\\\\": \\\\\\"No such model\\\\\\"}"}',
        'message="No such model" code=404',
        'b\'{"message":"No such model"}\'',
        "{ “message”: “No such model” }",
        'message: "No such model"',
    ],
)
def test_a_quoted_value_is_read_in_any_notation(text: str) -> None:
    assert values(text, "message") == ["No such model"]


@pytest.mark.parametrize("text", ["model: flux-1", "model=flux-1", 'model=f"flux-1"', "model: u'flux-1'"])
def test_a_letter_before_a_quote_is_no_part_of_a_value_and_any_other_is(text: str) -> None:
    assert values(text, "model") == ["flux-1"]


def test_a_value_that_is_cut_off_is_read_to_the_end() -> None:
    assert values('{"error":{"message":"You exceeded your curr', "message") == ["You exceeded your curr"]


def test_an_escaped_quote_does_not_end_a_value() -> None:
    assert values(r'{"message":"say \"hi\" now"}', "message") == [r"say \"hi\" now"]


def test_a_bare_value_ends_at_the_next_mark() -> None:
    assert values("{message: x, type: invalid_request_error, param: None}", "type") == ["invalid_request_error"]


def test_a_word_without_a_value_is_no_field() -> None:
    assert values("the message was nice", "message") == []


def test_a_missing_quote_does_not_swallow_a_log() -> None:
    (value,) = values('"message": "' + "x" * 100_000, "message")
    assert len(value) == fields.LONGEST


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    folded = fold("message" + text)
    field = fields.read("message", len("message"), folded)
    assert field is None or 0 <= field.start <= field.end <= len(folded)
