from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.knowledge.wording import IS_CJK, PARTICLES, STOP_WORDS, WORD, by_script, fold, stem, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Rate LIMIT", "rate limit"),
        ("ＨＴＴＰ　４２９：（错误）", "http 429:(错误)"),
        ("“quoted” ‘too’", "\"quoted\" 'too'"),
        ("Accès refusé, señor", "acces refuse, senor"),
        ("當前分組上游負載已飽和", "当前分组上游负载已饱和"),
        ("令牌驗證失敗，請稍後再試。", "令牌验证失敗,请稍后再试."),
        ("zero\u200bwidth\ufeff", "zero width "),
        ("line\u2028break", "line\nbreak"),
    ],
)
def test_folding_brings_spellings_together(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
@example("İstanbul")
@example("\N{ANGSTROM SIGN}ΑΣ ẞ ŉ ﬁ")
def test_folding_keeps_the_length_of_any_text(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
@example("İ\N{ANGSTROM SIGN}\N{KELVIN SIGN}ΑΣ")
def test_folding_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_character_folds_to_one_that_stays() -> None:
    every = "".join(map(chr, range(0x11_0000)))
    once = fold(every)
    assert len(once) == len(every)
    assert fold(once) == once


@pytest.mark.parametrize("inflected", ["limit", "limits", "limited", "limiting"])
def test_inflection_is_taken_off(inflected: str) -> None:
    assert stem(inflected) == "limit"


@pytest.mark.parametrize("short", ["used", "key", "timed", "keys"])
def test_a_word_that_would_become_too_short_stays(short: str) -> None:
    assert stem(short) == short


def test_words_carry_their_place_in_the_text() -> None:
    text = "the keys expired, 请重试"
    found = words(fold(text))
    assert [word.stem for word in found] == ["keys", "expir", "请", "重", "试"]
    assert [text[word.start : word.end] for word in found] == ["keys", "expired", "请", "重", "试"]
    assert [word.start for word in words("keys", offset=100)] == [100]


def test_words_that_carry_nothing_are_left_out() -> None:
    assert words("is it the") == []
    assert words("的了吗") == []
    assert {"the", "is"} <= STOP_WORDS
    assert "的" in PARTICLES


@given(st.text())
def test_every_word_of_any_text_lies_inside_it(text: str) -> None:
    ends = 0
    for word in words(fold(text)):
        assert ends <= word.start < word.end <= len(text)
        ends = word.end


@given(st.text() | st.text("ab _é中文テ한１."))
@example("ошибка 报错timeout超时")
def test_the_words_of_any_text_and_its_characters_are_all_that_it_is_made_of(text: str) -> None:
    latin, cjk = by_script(text)
    assert [*latin] == [word for word in WORD.findall(text) if not IS_CJK.match(word)]
    assert cjk == "".join(filter(IS_CJK.match, text))
