from __future__ import annotations

from dataclasses import replace

import discord
import pytest

from bot.assistant.answer import Answer, Finding
from bot.assistant.assistant import Assistant
from bot.assistant.findings import MOST
from bot.chat.cards.card import COLOURS, DANGER, DONE, UNKNOWN, Card, digest, render, render_solved
from bot.chat.client import Desk
from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Acts, Language, Meaning
from bot.settings import Settings
from tests.chat.town import KEY, wrote
from tests.shipped import KNOWLEDGE

MEANINGS = list(KNOWLEDGE.meanings())
HUMAN = "Write to a human."


def colours(view: discord.ui.LayoutView) -> list[discord.Colour | int | None]:
    return [box.accent_colour for box in view.children if isinstance(box, discord.ui.Container)]


def texts(view: discord.ui.LayoutView) -> str:
    return "\n".join(wrote(view))


def laid_out(answer: Answer, *, asked: bool = False, private: bool = False) -> discord.ui.LayoutView:
    return render(Card.of(answer, asked=asked, private=private), human=HUMAN)


@pytest.fixture
def answer(assistant: Assistant) -> Answer:
    return assistant.ask("429", lang="en")


@pytest.fixture
def unknown(assistant: Assistant) -> Answer:
    found = assistant.ask("the weather is nice", lang="en")
    assert found.entry is None
    return found


@pytest.fixture(scope="module")
def desk(knowledge: Knowledge) -> Desk:
    return Desk(Settings(), knowledge)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("meaning", MEANINGS, ids=str)
def test_every_answer_with_its_controls_fits_one_message_uncut(desk: Desk, meaning: Meaning, lang: Language) -> None:
    found = desk.assistant.ask(str(meaning), lang=lang)
    assert (found.entry, found.case) == meaning
    found = replace(
        found,
        confidence=0.5,
        findings=tuple(Finding(str(n), f"`{'x' * 80}` " + "y" * 200) for n in range(MOST)),
        evidence=replace(
            found.evidence, model="m" * 99, group="g" * 60, request_id="r" * 64, url=f"https://{'u' * 300}"
        ),
        secrets=desk.assistant.ask(KEY).secrets,
    )
    view = desk.view(desk.card(found, asked=True, above=f"<@{2**63}>"), 2**63, private=True, postable=True)
    said = texts(view)
    known = desk.assistant.knowledge.texts(meaning, lang)
    assert view.content_length() <= 4000
    assert len(list(view.walk_children())) <= 40
    assert all(wrote(view))
    for text in (known.title, known.cause, known.escalate, *known.steps):
        assert text in said


def test_texts_of_any_length_are_cut_to_fit(answer: Answer) -> None:
    long = replace(answer, cause="c " * 2000, steps=tuple("s" * 320 for _ in range(30)), escalate="e " * 3000)
    view = laid_out(long)
    assert view.content_length() <= 4000
    assert answer.title in texts(view)
    assert "…" in texts(view)


@pytest.mark.parametrize("acts", COLOURS)
def test_the_colour_says_who_acts_next_and_words_say_it_too(answer: Answer, acts: Acts) -> None:
    view = laid_out(replace(answer, acts=acts))
    assert colours(view) == [COLOURS[acts]]
    assert WORDS["en"].acts[acts] in texts(view)


def test_the_reader_sees_status_title_findings_cause_and_numbered_steps_in_this_order(answer: Answer) -> None:
    seen = (Finding("model", "`gpt-4` is misspelt"), Finding("group", "`vip` is refused"))
    said = texts(laid_out(replace(answer, findings=seen, steps=("First.", "Second."))))
    points = f"**{WORDS['en'].noticed}**\n- `gpt-4` is misspelt\n- `vip` is refused"
    order = ["### 429 · ", answer.title, points, answer.cause, "1. First.\n2. Second.", answer.escalate]
    places = [said.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_card_is_headed_by_the_status_that_the_message_shows(assistant: Assistant, lang: Language) -> None:
    body = "{'error': {'message': 'no such model', 'code': 'model_not_found'}}"
    shown = [
        f"Error code: 404 - {body}",
        f"HTTP 404 {body}",
        f"HTTP 503 {body}",
        body,
        f"it retried after a 404. HTTP 503 {body}",
        "HTTP 503 {'error': {'message': 'no such model', 'type': 'model_not_found', 'code': 404}}",
    ]
    for text, status in zip(shown, [404, 404, 503, 503, 503, 503], strict=True):
        answer = assistant.ask(text, lang=lang)
        assert (answer.entry, answer.case) == ("503", "no-channel")
        assert f"### {status} · {answer.title}" in texts(laid_out(answer))


def test_a_status_is_said_to_be_read_only_where_the_heading_has_it_from_the_message(assistant: Assistant) -> None:
    body = "{'error': {'message': 'no such model', 'code': 'model_not_found'}}"
    said = [texts(laid_out(assistant.ask(f"Error code: {status} - {body}"))) for status in (404, 503)]
    assert ["status `404`" in said[0], "status `" in said[1]] == [True, False]


def test_a_number_that_no_entry_has_heads_no_card(assistant: Assistant) -> None:
    answer = assistant.ask("status code 439 {'error': {'message': 'no such model', 'code': 'model_not_found'}}")
    assert answer.evidence.status == 439
    assert answer.heading.startswith("503 · ")


def test_an_entry_without_a_status_is_headed_by_its_title(assistant: Assistant) -> None:
    found = assistant.ask("network", lang="en")
    for answer in (found, replace(found, met=404)):  # as somebody chose it on a card that shows a status
        assert wrote(laid_out(answer))[0].startswith(f"### {found.title}")


def test_what_was_read_is_shown_as_code_that_it_cannot_leave(answer: Answer) -> None:
    hostile = "x` **bold** @everyone <@1> [a](https://evil.example)"
    said = texts(laid_out(replace(answer, evidence=replace(answer.evidence, model=hostile, request_id="2025"))))
    assert "model `xˋ **bold** @everyone <@1> [a](https://evil.example)`" in said
    assert "request id `2025`" in said


def test_a_finding_cannot_format_mention_or_link(answer: Answer) -> None:
    said = texts(laid_out(replace(answer, findings=(Finding("x", "[a](https://b.example) <@1> **c**"),))))
    assert r"\[a\]\(https\:\/\/b\.example\) \<\@1\> \*\*c\*\*" in said


def test_doubt_is_told_when_asked_and_only_then(answer: Answer) -> None:
    unsure = replace(answer, confidence=0.62)
    assert "62 %" in texts(laid_out(unsure, asked=True))
    assert "62 %" not in texts(laid_out(unsure))
    assert "%" not in texts(laid_out(replace(unsure, confidence=0.97), asked=True))


def test_not_knowing_is_said_plainly_with_a_way_to_a_human(unknown: Answer) -> None:
    view = laid_out(unknown, asked=True)
    assert colours(view) == [UNKNOWN]
    assert WORDS["en"].unknown in texts(view)
    assert HUMAN in texts(view)


def test_nothing_is_said_unasked_where_nothing_is_known(unknown: Answer) -> None:
    assert not laid_out(unknown).children


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_posted_key_is_warned_of_above_everything_else(assistant: Assistant, lang: Language) -> None:
    found = assistant.ask(f"HTTP 429 with {KEY}", lang=lang)
    view = laid_out(found)
    assert colours(view) == [DANGER, COLOURS[found.acts]]
    assert WORDS[lang].key_posted in wrote(view)[0]
    assert KEY not in texts(view)
    assert WORDS[lang].key_given in wrote(laid_out(found, private=True))[0]


def test_a_key_alone_gets_the_warning_alone(assistant: Assistant) -> None:
    assert colours(laid_out(assistant.ask(KEY, lang="en"))) == [DANGER]


def test_a_solved_card_is_short_and_still_warns_of_a_key(assistant: Assistant) -> None:
    found = assistant.ask(f"HTTP 429, model: gpt-5 with {KEY}", lang="en")
    view = render_solved(Card.of(found))
    assert colours(view) == [DANGER, DONE]
    assert WORDS["en"].is_solved in texts(view)
    assert "`gpt-5`" in texts(view)
    assert found.cause not in texts(view)


def test_two_cards_share_a_fingerprint_only_when_they_look_alike(answer: Answer, assistant: Assistant) -> None:
    same = laid_out(assistant.ask("429", lang="en"))
    assert digest(laid_out(answer)) == digest(same)
    other = replace(answer, evidence=replace(answer.evidence, model="gpt-5"))
    assert digest(laid_out(answer)) != digest(laid_out(other))


def test_both_languages_fill_every_blank() -> None:
    for lang in LANGUAGES:
        words = WORDS[lang]
        assert words.unsure.format(percent=50) != words.unsure
        assert words.trouble.format(reference="abc123").count("abc123") == 1
        assert set(words.acts) == set(COLOURS)
        assert set(words.evidence) == set(WORDS["en"].evidence)
        assert {*words.evidence, "error", "time"} == set(words.report_names)
        assert set(words.report_wanted) == set(WORDS["en"].report_wanted)
