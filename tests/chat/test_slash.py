from __future__ import annotations

import re

import pytest

from bot.chat.slash import suggest
from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.town import Town, shown

KEY = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5tU8"


async def test_error_is_answered_for_everybody_in_a_support_channel(town: Town) -> None:
    result = await town.maya.slash(town.support, "error", code="429")
    assert result.response is not None
    assert not result.response.ephemeral
    assert "### 429 · " in shown(result.response.message)


async def test_error_is_answered_for_the_user_alone_elsewhere(town: Town) -> None:
    result = await town.maya.slash(town.general, "error", code="429")
    assert result.response is not None
    assert result.response.ephemeral


async def test_error_with_a_key_is_answered_for_the_user_alone_even_in_a_support_channel(town: Town) -> None:
    result = await town.maya.slash(town.support, "error", code=f"429 with {KEY}")
    assert result.response is not None
    assert result.response.ephemeral
    said = shown(result.response.message)
    assert WORDS["en"].key_given in said
    assert KEY not in said


async def test_an_unknown_code_is_said_to_be_unknown(town: Town) -> None:
    result = await town.maya.slash(town.support, "error", code="no such thing")
    assert result.response is not None
    assert WORDS["en"].unknown in shown(result.response.message)


async def test_every_choice_leads_to_its_own_answer(town: Town, knowledge: Knowledge) -> None:
    (choice, *_) = await town.maya.autocomplete(town.support, "error", "code", "429")
    assert choice["value"] == "429"
    assert choice["name"] == f"429 · {knowledge.entries['429'].texts['en'].title}"
    result = await town.maya.slash(town.support, "error", code=choice["value"])
    assert result.response is not None
    assert knowledge.entries["429"].texts["en"].title in shown(result.response.message)


async def test_a_failing_command_tells_its_user_alone_a_reference_that_stands_in_the_log(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, **_: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr(town.desk.assistant, "ask", broken)
    result = await town.maya.slash(town.support, "error", code="secret words")
    assert len(town.env.errors) == 1
    assert result.response is not None
    assert result.response.ephemeral
    reference = re.search(r"`([0-9a-f]{6})`", result.response.content)
    assert reference is not None
    assert f"/error failed with RuntimeError, reference {reference[1]}" in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_typed_offers_entries_by_number_and_no_cases(knowledge: Knowledge, lang: Language) -> None:
    offered = suggest(knowledge, "", lang)
    assert 0 < len(offered) <= 25
    assert [value for value, _ in offered] == sorted(value for value, _ in offered)
    assert not any("/" in value for value, _ in offered)


def test_a_number_offers_the_entries_that_begin_with_it_first(knowledge: Knowledge) -> None:
    offered = [value for value, _ in suggest(knowledge, "40", "en")]
    begun = [value.startswith("40") for value in offered]
    assert begun[0]
    assert begun == sorted(begun, reverse=True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_and_case_is_offered_for_its_title_in_either_language(knowledge: Knowledge, lang: Language) -> None:
    for meaning in knowledge.meanings():
        title = knowledge.texts(meaning, lang).title
        assert str(meaning) in [value for value, _ in suggest(knowledge, title, lang)]


def test_a_misspelt_title_is_still_found(knowledge: Knowledge) -> None:
    title = knowledge.entries["429"].texts["en"].title
    misspelt = title.replace("s", "z", 1) if "s" in title else title[1:]
    assert "429" in [value for value, _ in suggest(knowledge, misspelt, "en")]


def test_letters_that_fit_nothing_offer_nothing(knowledge: Knowledge) -> None:
    assert suggest(knowledge, "qqqqqqqqqq", "en") == []
