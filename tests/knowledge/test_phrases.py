from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.phrases import PhraseHit, PhraseIndex
from bot.knowledge.schema import Meaning
from bot.knowledge.wording import fold, phrase_words, words

OWNER = Meaning("429")


def search(text: str, *phrases: str) -> list[PhraseHit]:
    index = PhraseIndex((OWNER, phrase) for phrase in phrases)
    return index.search(words(fold(text)))


def found(text: str, phrase: str) -> bool:
    return bool(search(text, phrase))


def test_a_phrase_is_found_as_written_with_its_span() -> None:
    text = "why am I being rate limited today"
    (hit,) = search(text, "rate limited")
    assert text[hit.start : hit.end] == "rate limited"
    assert (hit.likeness, hit.phrase.owner, hit.phrase.source) == (1, OWNER, "rate limited")


@pytest.mark.parametrize("text", ["the KEY is not working", "keys not worked", "my key ... not working"])
def test_inflection_case_and_small_words_are_forgiven(text: str) -> None:
    assert found(text, "key not working") or found(text, "keys not working")


@pytest.mark.parametrize(
    "text", ["connecton refused", "connnection refused", "conection refused", "conenction refused"]
)
def test_a_slip_in_a_long_word_is_forgiven_and_costs_likeness(text: str) -> None:
    (hit,) = search(text, "connection refused")
    assert 0.7 <= hit.likeness < 1


@pytest.mark.parametrize("text", ["kez expired", "quotas gone", "connection confused"])
def test_another_word_is_not_a_slip(text: str) -> None:
    assert not found(text, "key expired")
    assert not found(text, "connection refused")


def test_a_letter_too_many_and_one_too_few_are_forgiven_in_a_long_word_only() -> None:
    assert found("connnectin refused", "connection refused")
    assert not found("cooset failed", "socket failed")


def test_a_word_between_is_forgiven_in_a_longer_phrase_only() -> None:
    assert found("model does absolutely not exist", "model not exist")
    assert not found("quota nearly gone", "quota gone")


def test_chinese_is_found_without_spaces_and_with_a_character_between() -> None:
    text = "请问我的额度已经用完了怎么办"
    (hit,) = search(text, "额度用完了")
    assert text[hit.start : hit.end] == "额度已经用完"[: hit.end - hit.start]
    assert not found("额外的温度用得完", "额度用完了")


def test_word_order_matters() -> None:
    assert not found("limit rate", "rate limit")


def test_a_longer_phrase_hides_the_shorter_one_inside_it_but_not_another() -> None:
    hits = search("rate limit exceeded and no quota", "rate limit", "rate limit exceeded", "no quota")
    assert [hit.phrase.source for hit in hits] == ["rate limit exceeded", "no quota"]


def test_hits_come_in_the_order_of_the_text() -> None:
    hits = search("no quota, then rate limit, then no quota", "rate limit", "no quota")
    assert [hit.phrase.source for hit in hits] == ["no quota", "rate limit", "no quota"]


def test_words_that_every_sentence_has_give_nothing_to_be_found_by() -> None:
    assert phrase_words("is it the") == ()
    assert phrase_words("Is the key expired?") == ("key", "expir")


@pytest.mark.parametrize("phrase", ["求助", "报错了", "rate limit"])
def test_a_text_that_repeats_one_phrase_costs_little(phrase: str) -> None:
    text = words(fold(f"{phrase} " * 2000))
    index = PhraseIndex([(OWNER, phrase)])
    begun = time.process_time()
    assert len(index.search(text)) == 2000
    assert time.process_time() - begun < 1


PHRASES = ("rate limit exceeded", "额度用完了", "connection refused by host", "key", "无效 key")


@given(st.text())
def test_no_text_makes_a_search_raise(text: str) -> None:
    for hit in search(text, *PHRASES):
        assert 0 <= hit.start < hit.end <= len(text)


@given(
    st.lists(
        st.sampled_from(
            "rate limit exceeded exceded 额 度 用 完 了 connection conection refused by host key 无效".split()
        )
    )
)
def test_no_rubble_of_phrases_makes_a_search_raise(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for hit in search(text, *PHRASES):
        assert 0.7 <= hit.likeness <= 1
        assert 0 <= hit.start < hit.end <= len(text)
