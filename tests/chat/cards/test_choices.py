from __future__ import annotations

from dataclasses import replace

import pytest

from bot.assistant.assistant import Assistant
from bot.chat.cards.choices import MOST, POPULAR, complete, label, others, suggest
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language, Meaning


def test_nothing_typed_offers_the_published_entries_by_popularity_then_others_and_no_cases(
    knowledge: Knowledge,
) -> None:
    offered = suggest(knowledge, "")
    assert [str(meaning) for meaning in offered[: len(POPULAR)]] == list(POPULAR)
    assert set(POPULAR) == set(knowledge.service.published)
    rest = [meaning.entry for meaning in offered[len(POPULAR) :]]
    assert rest == sorted(rest)
    assert not any(meaning.case for meaning in offered)
    assert len(offered) == min(MOST, len(knowledge.entries))


def test_an_entry_that_is_published_later_comes_after_the_popular_ones(knowledge: Knowledge) -> None:
    published = ("402", *knowledge.service.published)
    later = replace(knowledge, service=replace(knowledge.service, published=published))
    assert [meaning.entry for meaning in suggest(later, "")[:11]] == [*POPULAR, "402"]


def test_a_number_offers_what_begins_with_it_first(knowledge: Knowledge) -> None:
    begun = [str(meaning).startswith("40") for meaning in suggest(knowledge, "40")]
    assert begun[0]
    assert begun == sorted(begun, reverse=True)


def test_all_entries_that_begin_with_a_digit_come_before_any_case(knowledge: Knowledge) -> None:
    offered = suggest(knowledge, "4")
    entries = {entry for entry in knowledge.entries if entry.startswith("4")}
    assert {meaning.entry for meaning in offered[: len(entries)]} == entries
    assert not any(meaning.case for meaning in offered[: len(entries)])


def test_a_whole_code_offers_its_entry_first_and_its_cases_next(knowledge: Knowledge) -> None:
    first, *rest = suggest(knowledge, "403")
    assert first == Meaning("403")
    cases = [Meaning("403", case) for case in sorted(knowledge.entries["403"].cases)]
    assert rest[: len(cases)] == cases


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_and_case_is_offered_for_its_title_in_either_language(knowledge: Knowledge, lang: Language) -> None:
    for meaning in knowledge.meanings():
        title = knowledge.texts(meaning, lang).title
        assert meaning in suggest(knowledge, title)


def test_a_part_of_a_title_comes_before_what_is_only_like_it(knowledge: Knowledge) -> None:
    offered = suggest(knowledge, "model")
    titles = [knowledge.texts(meaning, "en").title.casefold() for meaning in offered]
    holds = ["model" in title for title in titles]
    assert holds[0]
    assert holds == sorted(holds, reverse=True)


def test_a_misspelt_title_is_still_found(knowledge: Knowledge) -> None:
    title = knowledge.entries["429"].texts["en"].title
    assert Meaning("429") in suggest(knowledge, title.replace("traffic", "trafic"))


def test_letters_that_fit_nothing_offer_nothing(knowledge: Knowledge) -> None:
    assert suggest(knowledge, "qqqqqqqqqq") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_and_values_fit_into_discords_limits(knowledge: Knowledge, lang: Language) -> None:
    for meaning in knowledge.meanings():
        assert 0 < len(label(knowledge, meaning, lang)) <= 100
        assert len(str(meaning)) <= 100


def test_a_pasted_error_offers_what_it_means_first(assistant: Assistant, knowledge: Knowledge) -> None:
    pasted = (
        '{"error":{"message":"该令牌额度已用尽 (request id: 20260108101207331846221Yb7rTnLs)","type":"new_api_error"}}'
    )
    assert complete(knowledge, pasted, assistant.ask(pasted)) == [Meaning("401", "used-up")]


def test_what_a_text_means_is_offered_once(assistant: Assistant, knowledge: Knowledge) -> None:
    offered = complete(knowledge, "429", assistant.ask("429"))
    assert offered[0] == Meaning("429")
    assert len(offered) == len(set(offered))


def test_a_guess_does_not_come_before_what_was_typed(assistant: Assistant, knowledge: Knowledge) -> None:
    guess = assistant.ask("unauthorised")
    assert guess.entry == "401"
    assert complete(knowledge, "unauthorised", guess) == suggest(knowledge, "unauthorised")


def test_a_card_offers_its_own_meaning_the_runners_up_and_its_cases(assistant: Assistant, knowledge: Knowledge) -> None:
    found = assistant.ask("HTTP 403, before that it was HTTP 500")
    assert found.case is None
    own = Meaning(found.entry or "")
    offered = others(knowledge, found)
    runners_up = [Meaning(other.entry, other.case) for other in found.alternatives]
    assert runners_up
    assert list(offered[: 1 + len(runners_up)]) == [own, *runners_up]
    assert set(offered) >= {Meaning(own.entry, case) for case in knowledge.entries[own.entry].cases}
    assert len(offered) <= MOST


def test_a_card_without_another_meaning_has_no_menu(assistant: Assistant, knowledge: Knowledge) -> None:
    assert others(knowledge, assistant.ask("403/balance")) == ()
