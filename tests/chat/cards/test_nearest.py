from __future__ import annotations

import pytest

from bot.assistant.assistant import Assistant
from bot.chat.cards.choices import others
from bot.chat.cards.nearest import MOST, nearest
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Meaning


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("HTTP 430", Meaning("400")),
        ("HTTP 599", Meaning("500")),
        ("trafic limit hit", Meaning("429")),
        ("what about certificates?", Meaning("526")),
    ],
)
def test_the_nearest_comes_first(assistant: Assistant, knowledge: Knowledge, text: str, first: Meaning) -> None:
    found = assistant.ask(text)
    assert found.entry is None
    assert nearest(knowledge, found)[0] == first
    assert others(knowledge, found) == tuple(nearest(knowledge, found))


@pytest.mark.parametrize("text", ["what about quota?", "怎么回事，额度"])
def test_titles_that_share_a_rarer_word_are_near_in_either_language(
    assistant: Assistant, knowledge: Knowledge, text: str
) -> None:
    found = nearest(knowledge, assistant.ask(text))
    assert {Meaning("401", "used-up"), Meaning("403", "token-quota")} <= set(found)
    assert len(found) <= MOST


@pytest.mark.parametrize(
    "text", ["", "hello", "thanks a lot", "what is the best model for coding?", "今天天气怎么样？", "quota " * 100]
)
def test_talk_and_long_texts_come_near_to_nothing(assistant: Assistant, knowledge: Knowledge, text: str) -> None:
    assert nearest(knowledge, assistant.ask(text)) == []
