from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.markup import clip, code, plain

HOSTILE = [
    "**bold** __under__ ~~gone~~ ||hidden||",
    "[click](https://evil.example)",
    "https://evil.example/x",
    "<https://evil.example>",
    "@everyone <@123> <@&123> <#123> </ban:123> <t:0>",
    "# title\n> quote\n- item\n1. item\n-# small",
    "`closed` early` **bold** ```fence\nhttps://evil.example```",
    "\\*escaped\\*",
]
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[!-/:-@\[\]-`{-~]")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_survives_inside_inline_code(text: str) -> None:
    shown = code(text)
    assert shown[0] == shown[-1] == "`"
    assert "`" not in shown[1:-1]
    assert "\n" not in shown


@given(st.text() | st.sampled_from(HOSTILE))
def test_outside_code_every_mark_is_escaped_and_inside_it_none_closes_it(text: str) -> None:
    shown = plain(text)
    outside = re.sub(r"(?<!\\)`[^`]*`", "", shown)
    assert not UNESCAPED.search(outside)
    assert "\n" not in shown


@given(st.from_regex(r"[a-z ,.!*_<>@:/()#-]*", fullmatch=True))
def test_an_escaped_text_reads_as_it_was_written(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)) == re.sub(r"\s+", " ", text)


def test_inline_code_of_the_knowledge_stays_inline_code() -> None:
    assert plain("Add `/v1` to *it*") == r"Add `/v1` to \*it\*"


def test_what_turns_the_reading_direction_or_hides_is_dropped() -> None:
    assert code("gpt\u202e4o\u200b\x00") == "`gpt4o`"
    assert code("\u200b \n") == ""


@given(st.text(), st.integers(1, 50))
def test_a_clipped_text_is_never_longer_than_allowed(text: str, limit: int) -> None:
    assert len(clip(text, limit)) <= limit


def test_a_text_is_cut_between_words_and_says_so() -> None:
    assert clip("one two three four five", 21) == "one two three four…"


@pytest.mark.parametrize("words", ["it says `an `unended", "`", "\\` and `code` and more"])
def test_inline_code_is_not_cut_into(words: str) -> None:
    text = plain(f"{words} `run this [now](https://example.com) and then that` and so on")
    for limit in range(1, len(text)):
        shown = clip(text, limit)
        assert len(shown) <= limit
        assert "](" not in re.sub(r"\\.|`[^`]*`", "", shown)
