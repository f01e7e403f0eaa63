from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.knowledge.strict_yaml import DEEPEST, LARGEST, Document, load

QUOTE = "put the text in quotes"
YAML_LOOKING = st.text("abc:-#&*!|>'\"%@`{}[],?~ \n\t\\0é错\ufeff\u2028\x07", max_size=60)


def mistakes(text: str) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.text) for mistake in load(text.encode()).mistakes]


def test_a_mapping_is_read_with_its_lists_text_and_numbers() -> None:
    document = load(b"status: 429\nshare: 0.5\nok: true\nnone:\ntexts:\n  steps: [one, 'two']\n")
    assert document.mistakes == ()
    assert document.content == {
        "status": 429,
        "share": 0.5,
        "ok": True,
        "none": None,
        "texts": {"steps": ["one", "two"]},
    }


@pytest.mark.parametrize(
    "plain", ["no", "yes", "on", "12:30:45", "2026-01-31", "2026-13-45", "0x1F", "1_000", ".inf", "9" * 5000]
)
def test_what_only_old_yaml_takes_for_something_else_is_text(plain: str) -> None:
    assert load(f"- {plain}".replace("- ", "said: ").encode()).content == {"said": plain}


def test_quotes_make_text_of_a_number() -> None:
    assert load(b"code: '1113'").content == {"code": "1113"}


def test_keys_are_text_even_where_they_look_like_numbers() -> None:
    assert load(b"429: a\nno: b").content == {"429": "a", "no": "b"}


def test_windows_line_ends_and_a_byte_order_mark_are_no_mistake() -> None:
    assert load(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").content == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "the file is empty"),
        (" \n\n", 1, "the file is empty"),
        ("# only\n# comments\n", 1, "the file holds nothing but comments"),
        ("# first\n- a\n- b\n", 2, "expected lines such as 'key: value', found a list"),
        ("just words", 1, "expected lines such as 'key: value', found text"),
        ("a: 1\nb: 2\na: 3\n", 3, "key 'a' is given twice"),
        ("a:\n  b: 1\n  b: 2\n", 3, "key 'b' is given twice"),
        ("? [a, b]\n: c\n", 1, "a key has to be text; put text that begins with [ or { in quotes"),
        ("a: wei\0rd", 1, "the invisible character U+0000 cannot stand in YAML; delete it"),
        ("a: 1\nb: \x07\n", 2, "the invisible character U+0007 cannot stand in YAML; delete it"),
        ("a: 1\n---\nb: 2\n", 2, "--- begins a second document; one file holds one"),
        ("a:\n\tb: 1\n", 2, "indent with spaces, not with a tab"),
        ("a:\n  - b\n\t- c\n", 3, "indent with spaces, not with a tab"),
        ("错: 误\na: @here\n", 2, "text cannot begin with @: put the text in quotes"),
        ("a: `code` is wrong\n", 1, "text cannot begin with `: put the text in quotes"),
        ("a: **bold** words\n", 1, "text cannot begin with * or &: put the text in quotes"),
        ("title: Wait: then retry\n", 1, f"': ' makes a key of what is before it: {QUOTE}, or mend the indentation"),
        ('a: 1\nb: "never closed\nc: 3\n', 2, "the quote that opens here is never closed"),
        ("a: [b, c\nd: 1\n", 1, "the [ that opens here is never closed; or put the text in quotes"),
        ('a: "C:\\Users"\n', 1, "inside \"…\" a backslash is written twice; or use '…'"),
        ("a: 'it's'\n", 1, f"this does not fit the lines above: {QUOTE} as a whole, or mend the indentation"),
        (
            "a:\n  - {model} is gone\n",
            2,
            f"this does not fit the list above: {QUOTE} as a whole, or mend the indentation",
        ),
        ("a: 1\nb 2\nc: 3\n", 2, "this is neither 'key: value' nor text that is indented under its key"),
        ("a: - b\n", 1, "a list begins on a line of its own; or put the text in quotes"),
        ("a: &b text\n", 1, "&b is an anchor: write it out, or put text that begins so in quotes"),
        ("a: !loud text\n", 1, "!loud is a tag: leave it out, or put text that begins so in quotes"),
        ("a: ! text\n", 1, "! is a tag: leave it out, or put text that begins so in quotes"),
        ('a: {"b":&c text}\n', 1, "&c is an anchor: write it out, or put text that begins so in quotes"),
        ("a:\n  - [?&c text]\n", 2, "&c is an anchor: write it out, or put text that begins so in quotes"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_line(text: str, line: int, told: str) -> None:
    assert mistakes(text) == [(line, told)]


def test_python_tags_are_refused_and_nothing_runs() -> None:
    assert mistakes("a: !!python/object/apply:os.system ['exit 1']") == [
        (1, "!!python/object/apply:os.system is a tag: leave it out, or put text that begins so in quotes")
    ]


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    document = load("\n".join(lines).encode())
    assert document.content == {}
    assert (2, "*a0 is an alias: write it out, or put text that begins so in quotes") in document.mistakes


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_that_would_end_the_process_is_a_mistake(opening: str) -> None:
    (mistake,) = load((opening * 100_000).encode()).mistakes
    assert mistake == (1, f"lists or keys more than {DEEPEST} levels deep")


def test_bytes_that_are_no_utf8_are_told_with_their_line() -> None:
    (mistake,) = load("a: 1\nb: 错误\n".encode("gb18030")).mistakes
    assert mistake == (2, "byte 0xb4 is no UTF-8; save the file as UTF-8")


def test_a_file_beyond_all_measure_is_not_parsed() -> None:
    (mistake,) = load(b"a: " + b"x" * LARGEST).mistakes
    assert "too long" in mistake.text


def test_the_place_of_a_value_and_its_spelling_can_be_looked_up() -> None:
    document = load(b"a:\n  - one\n  - 007\nb:\n  c: 1\n")
    assert document.line_of(("a", 1)) == 3
    assert document.line_of(("b", "c")) == 5
    assert document.written(("a", 1)) == "007"
    assert document.written(("a",)) is None


def test_the_line_of_what_is_missing_is_that_of_its_nearest_parent() -> None:
    document = load(b"a: 1\nb:\n  c: 1\n")
    assert document.line_of(("b", "gone", "further")) == 2
    assert document.line_of(("a", 3)) == 1
    assert Document({}, ()).line_of(("anything",)) == 1


@given(st.binary(max_size=200) | YAML_LOOKING.map(str.encode))
@example(b"? ? ? a")
@example(b"!<tag:yaml.org,2002:int> x: &a *a")
@example(b"a: !!timestamp soon")
@example(b"%YAML 9.9\n---\na: 1")
@example("a: \ufffe".encode())
def test_no_bytes_make_it_raise_and_content_always_has_text_keys(data: bytes) -> None:
    document = load(data)
    assert document.content or document.mistakes or document.root is not None
    assert all(isinstance(key, str) for key in document.content)
    assert all(mistake.line >= 1 and mistake.text and "\n" not in mistake.text for mistake in document.mistakes)
