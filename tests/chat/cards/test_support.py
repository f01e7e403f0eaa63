from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.answer import Finding
from bot.assistant.assistant import Assistant
from bot.assistant.findings import LONGEST, MOST
from bot.chat.cards import noticed
from bot.chat.cards.support import report
from bot.chat.markup import code
from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.town import wrote
from tests.shipped import ASSISTANT

WHEN = datetime(2026, 1, 8, 9, 30, 15, tzinfo=UTC)


def block(texts: list[str]) -> list[str]:
    """The lines to copy."""
    (fenced,) = (text for text in texts if text.startswith("```"))
    assert fenced.endswith("\n```")
    return fenced.removeprefix("```\n").removesuffix("\n```").splitlines()


def test_what_is_known_stands_in_a_block_to_copy_and_the_rest_is_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("503/no-channel", lang="en")
    texts = wrote(report(answer, {"model": "gpt-5", "request_id": "2026abc"}, (), WHEN, "Write to us."))
    assert block(texts) == [
        f"Error: 503/no-channel · {answer.title}",
        "Model: gpt-5",
        "Request ID: 2026abc",
        "Time (UTC): 2026-01-08 09:30",
        WORDS["en"].report_wanted["group"],
    ]
    assert texts[-1] == "Write to us."


def test_of_an_unknown_error_support_needs_the_whole_text(assistant: Assistant) -> None:
    lines = block(wrote(report(assistant.ask("what is this", lang="en"), {"model": "gpt-5"}, (), WHEN, "here")))
    assert lines == [
        "Model: gpt-5",
        "Time (UTC): 2026-01-08 09:30",
        WORDS["en"].report_text,
        WORDS["en"].report_wanted["request_id"],
    ]


@pytest.mark.parametrize(("lang", "label"), [("en", "Seen in the message:"), ("zh", "从消息中看出：")])
def test_what_was_noticed_comes_last_a_line_each(assistant: Assistant, lang: Language, label: str) -> None:
    lines = block(wrote(report(assistant.ask("429", lang=lang), {}, ("one", "two"), WHEN, "here")))
    assert lines[-3:] == [label, "- one", "- two"]
    assert all("←" in line for line in lines[2:-3])


def test_findings_are_copied_as_they_would_be_written_without_markup() -> None:
    texts = ("`gpt-4o` has 2 * 3 [a](https://b.example) <@1> **c**.", "第 `1` 行：`a_b`、`c\\_d`。")
    found = noticed.lines([Finding("x", text) for text in texts], WORDS["en"])
    assert noticed.read(found) == tuple(text.replace("`", "") for text in texts)


def test_as_many_and_as_long_findings_as_there_can_be_are_all_copied(assistant: Assistant) -> None:
    found = [Finding(str(n), "y" * 240 + f" `{'x' * LONGEST}`" * 4) for n in range(MOST)]
    seen = noticed.read(noticed.lines(found, WORDS["en"]))
    read = dict.fromkeys(WORDS["en"].evidence, "v" * 160)
    view = report(assistant.ask("403/ip", lang="en"), read, seen, WHEN, "here")
    assert view.content_length() <= 4000
    assert len([line for line in block(wrote(view)) if line.startswith("- ")]) == MOST


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_and_case_asks_for_what_it_lists(
    assistant: Assistant, knowledge: Knowledge, lang: Language
) -> None:
    for meaning in knowledge.meanings():
        view = report(assistant.ask(str(meaning), lang=lang), {}, (), WHEN, knowledge.service.support[lang])
        assert view.content_length() <= 4000
        names = [name for names in knowledge.ask_for(meaning) for name in names if name != "time"]
        lines = [line.removeprefix(WORDS[lang].or_else) for line in block(wrote(view)) if "←" in line]
        assert lines == [WORDS[lang].report_wanted[name] for name in names]


def test_of_a_request_id_and_a_ray_id_either_is_enough(assistant: Assistant) -> None:
    answer, wanted = assistant.ask("502", lang="en"), WORDS["en"].report_wanted
    lines = block(wrote(report(answer, {"model": "gpt-5"}, (), WHEN, "here")))
    assert lines[-2:] == [wanted["request_id"], f"or {wanted['ray_id']}"]
    lines = block(wrote(report(answer, {"model": "gpt-5", "ray_id": "6e38aaae2b924b8c"}, (), WHEN, "here")))
    assert not [line for line in lines if "←" in line]


@given(st.text() | st.sampled_from(["```", "a```\n@everyone", "`" * 9]))
def test_no_value_ends_the_block(value: str) -> None:
    shown = code(value).strip("`")
    seen = noticed.read(noticed.lines([Finding("x", value)], WORDS["en"]))
    (_, fenced, _) = wrote(report(ASSISTANT.ask("429"), {"model": shown}, seen, WHEN, "here"))
    assert fenced.count("`") == 6
