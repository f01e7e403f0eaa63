from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.assistant import Assistant
from bot.chat.markup import code
from bot.chat.support import report
from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, load
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.town import wrote

WHEN = datetime(2026, 1, 8, 9, 30, 15, tzinfo=UTC)
ASSISTANT = Assistant(load(default_directory()))


def block(texts: list[str]) -> list[str]:
    """The lines to copy."""
    (fenced,) = (text for text in texts if text.startswith("```"))
    assert fenced.endswith("\n```")
    return fenced.removeprefix("```\n").removesuffix("\n```").splitlines()


def test_what_is_known_stands_in_a_block_to_copy_and_the_rest_is_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("503/no-channel", lang="en")
    texts = wrote(report(answer, {"model": "gpt-5", "request_id": "2026abc"}, WHEN, "Write to us."))
    assert block(texts) == [
        f"Error: 503/no-channel · {answer.title}",
        "Model: gpt-5",
        "Request ID: 2026abc",
        "Time (UTC): 2026-01-08 09:30",
        WORDS["en"].report_wanted["group"],
    ]
    assert texts[-1] == "Write to us."


def test_of_an_unknown_error_support_needs_the_whole_text(assistant: Assistant) -> None:
    lines = block(wrote(report(assistant.ask("what is this", lang="en"), {"model": "gpt-5"}, WHEN, "here")))
    assert lines == [
        "Model: gpt-5",
        "Time (UTC): 2026-01-08 09:30",
        WORDS["en"].report_text,
        WORDS["en"].report_wanted["request_id"],
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_and_case_asks_for_what_it_lists(
    assistant: Assistant, knowledge: Knowledge, lang: Language
) -> None:
    for meaning in knowledge.meanings():
        view = report(assistant.ask(str(meaning), lang=lang), {}, WHEN, knowledge.service.support[lang])
        assert view.content_length() <= 4000
        wanted = [WORDS[lang].report_wanted[name] for name in knowledge.ask_for(meaning) if name != "time"]
        assert [line for line in block(wrote(view)) if "←" in line] == wanted


@given(st.text() | st.sampled_from(["```", "a```\n@everyone", "`" * 9]))
def test_no_value_ends_the_block(value: str) -> None:
    shown = code(value).strip("`")
    (_, fenced, _) = wrote(report(ASSISTANT.ask("429"), {"model": shown}, WHEN, "here"))
    assert fenced.count("`") == 6
