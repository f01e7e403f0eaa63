from __future__ import annotations

import time
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.schema import PLACEHOLDERS, Meaning
from bot.knowledge.templates import KEPT, TRIES, Template, TemplateHit, TemplateIndex, anchors
from bot.knowledge.wording import fold

OWNER = Meaning("429")


def search(text: str, *sources: str) -> list[TemplateHit]:
    """Search folded text, with the places of all its anchors."""
    index = TemplateIndex(Template(OWNER, source) for source in sources)
    folded, places = fold(text), defaultdict(list)
    for anchor in set(anchors(folded)) & set(index.by_anchor):
        start = folded.find(anchor)
        while start >= 0:
            places[anchor].append(start)
            start = folded.find(anchor, start + 1)
    return index.search(folded, places)


def found(text: str, source: str) -> bool:
    return bool(search(text, source))


def captured(text: str, source: str) -> dict[str, str]:
    (hit,) = search(text, source)
    return {name: text[start:end] for name, (start, end) in hit.captured.items()}


def test_a_template_is_found_anywhere_and_says_where() -> None:
    text = "2026-01-01 ERROR Rate limit reached for gpt-4o in org"
    (hit,) = search(text, "Rate limit reached for {model}")
    assert text[hit.start : hit.end] == "Rate limit reached for gpt-4o"
    assert hit.template.owner == OWNER


@pytest.mark.parametrize(
    "text",
    [
        "RATE LIMIT reached",
        "rate  limit\n  reached",
        "rate\\n\\tlimit reached",
        "rate\u00a0limit reached!",
        "(rate limit reached)",
    ],
)
def test_case_and_white_space_do_not_matter(text: str) -> None:
    assert found(text, "Rate limit reached")


@pytest.mark.parametrize(
    "text", ["invalid 'key'", 'invalid "key"', "invalid `key`", 'invalid \\"key\\"', "invalid “key”"]
)
def test_the_style_of_quotes_does_not_matter(text: str) -> None:
    assert found(text, "Invalid 'key'")


def test_full_width_punctuation_and_spaces_between_chinese_do_not_matter() -> None:
    assert found("令牌额度不足,请 充值", "令牌额度不足，请充值") is False
    assert found("令牌额度不足,请充值", "令牌额度不足，请充值")
    assert found("模型gpt-4无可用渠道", "模型 {model} 无可用渠道")


@pytest.mark.parametrize("text", ["corporate limit reached", "rate limit reachedness"])
def test_a_template_never_begins_or_ends_inside_a_word(text: str) -> None:
    assert not found(text, "rate limit reached")


def test_what_stands_in_a_placeholder_is_kept_as_evidence() -> None:
    text = "Limit 30000, Used 29000, Requested 1500 for model `gpt-4o`. Please try again in 1.2s"
    source = "Limit {limit}, Used {used}, Requested {requested} for model '{model}'. {any}try again in {seconds}"
    assert captured(text, source) == {
        "limit": "30000",
        "used": "29000",
        "requested": "1500",
        "model": "gpt-4o",
        "seconds": "1.2",
    }


def test_a_gap_is_bridged_and_forgotten() -> None:
    assert captured("read tcp 10.0.0.1:5->1.1.1.1:443: i/o timeout", "read tcp {any}: i/o timeout") == {}
    assert not found("read tcp " + "x" * 400 + ": i/o timeout", "read tcp {any}: i/o timeout")


def test_a_placeholder_that_stands_twice_is_kept_once() -> None:
    assert captured("model a is not model b", "model {model} is not model {model}") == {"model": "a"}


def test_a_placeholder_behind_a_gap_is_found_where_the_gap_meets_more_than_one_beginning() -> None:
    text = "please wait in line and try again in 20 seconds"
    assert captured(text, "please wait {any}in {seconds} seconds") == {"seconds": "20"}


def test_every_placeholder_compiles_and_all_but_the_gaps_are_evidence() -> None:
    for name in PLACEHOLDERS:
        template = Template(OWNER, f"the word {{{name}}} stands here")
        assert set(template.regex.groupindex) == ({name} & KEPT)


@pytest.mark.parametrize("source", ["错 误 令 牌", "{model} 错 {model}", "—— …… {model}"])
def test_a_template_with_nothing_to_find_it_by_has_no_anchor(source: str) -> None:
    assert Template(OWNER, source).anchors == ()


def test_letters_count_what_is_fixed_and_a_chinese_character_is_worth_two() -> None:
    assert Template(OWNER, "Limit {limit} hit!").letters == len("Limithit")
    assert Template(OWNER, "额度不足 {model}").letters == 8


def test_each_template_is_looked_for_by_the_word_it_shares_with_the_fewest() -> None:
    pool = [Template(OWNER, source) for source in ("invalid scope", "invalid cursor", "invalid header")]
    assert set(TemplateIndex(pool).by_anchor) == {"scope", "cursor", "header"}


def test_no_template_is_looked_for_by_a_word_that_most_texts_have_if_it_has_another() -> None:
    pool = [Template(OWNER, source) for source in ("invalid model", "invalid header", "try again")]
    assert set(TemplateIndex(pool).by_anchor) == {"invalid", "header", "again"}


def test_of_many_occurrences_the_first_and_the_last_are_found() -> None:
    text = "rate limit reached; " * 50
    spans = [hit.start for hit in search(text, "rate limit reached")]
    assert spans[0] == 0
    assert spans[-1] == text.rindex("rate")
    assert len(spans) <= 2 * TRIES


def test_a_text_that_comes_back_after_another_is_found_both_times() -> None:
    text = "invalid token x; rate limit reached; invalid token y"
    hits = [text[hit.start : hit.end] for hit in search(text, "invalid token {token}", "rate limit reached")]
    assert sorted(hits) == ["invalid token x;", "invalid token y", "rate limit reached"]


def test_a_text_made_to_wander_through_the_gaps_costs_little() -> None:
    source = "Invalid {any}signature{any} in {any}thinking{any} block {group} of {group}"
    text = "invalid signature in thinking " * 300
    begun = time.process_time()
    assert not found(text, source)
    assert time.process_time() - begun < 1


@given(st.text())
def test_no_text_makes_a_search_raise_and_every_span_lies_in_it(text: str) -> None:
    sources = ("Rate limit reached for {model}", "令牌 {token} 无效", "{any}quota {limit}", "分组 {group} 不存在")
    for hit in search(text + " rate limit reached for x " + text, *sources):
        assert 0 <= hit.start < hit.end <= 2 * len(text) + 26
        assert all(hit.start <= start <= end <= hit.end for start, end in hit.captured.values())


@given(
    st.lists(
        st.sampled_from(["rate", "limit", "令牌", "分组", "quota", "12", " ", "\\", "'", ":", "x", "{"]), max_size=60
    )
)
def test_no_rubble_of_templates_makes_a_search_raise(pieces: list[str]) -> None:
    search("".join(pieces), "rate '{model}' limit", "分组 {group} quota {limit}", "令牌 {any}: {error}")
