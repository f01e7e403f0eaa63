"""Whatever somebody writes is read and answered: no exception, no hang, and a card that Discord takes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import source_code
from bot.assistant.dialogue.together import language_before, with_one_after, with_those_before
from bot.assistant.evidence import Reader
from bot.chat.cards.choices import complete, label
from bot.chat.client import Desk
from bot.chat.surfaces.explain import best
from bot.knowledge.schema import LANGUAGES, Language
from bot.reading.text import decode, is_text
from bot.settings import Settings
from tests.shipped import KNOWLEDGE

DESK = Desk(Settings(), KNOWLEDGE)
READER = Reader(KNOWLEDGE)

parts = [KNOWLEDGE.part(meaning) for meaning in KNOWLEDGE.meanings()]
ERRORS = [text for entry in KNOWLEDGE.entries.values() for text in entry.examples]
SAID = [text for part in parts for text in (*part.match.messages, *part.match.codes, *part.match.phrases)]
RUBBLE = [
    *'{}[]()"\'`\\:,;=<>|/@#*_~.!?…，。：；（）“”\n\t\r\0\u200b\ufeff\u202e\ud800',
    "```", "```json\n", "\\n", "\\u0022", "://", "https://api.4allapi.com", "/v1/chat/completions", "?key=", "%20",
    "HTTP/1.1 ", "status code ", "Error code: ", "报错", "错误码", "429", "4o4", "５０３", "-1", "1e9", "0x1F4",
    "model", "gpt-4o", "claude-3-5-sonnet", "request id: ", "{model}", "{'error': {'message': '", "', 'code': None}}",
    "Traceback (most recent call last):\n", '  File "a.py", line 429, in b\n', "İ", "ﬀ", "é", "👩‍👩‍👧", "ｅｒｒｏｒ",
]  # fmt: skip

pieces = st.sampled_from(RUBBLE) | st.sampled_from(ERRORS) | st.sampled_from(SAID) | st.text(max_size=12)
cut = st.builds(lambda text, start, length: text[start : start + length], st.sampled_from(ERRORS), st.integers(0, 80),
                st.integers(0, 200))  # fmt: skip
many = st.builds(lambda piece, times: piece * times, pieces, st.integers(2, 60))
texts = st.lists(pieces | cut | many, max_size=12).map("".join) | st.text()
langs = st.sampled_from(LANGUAGES)


@given(texts)
def test_all_that_is_read_stands_in_the_text_and_signs_do_not_leave_it(text: str) -> None:
    evidence = READER.read(text)
    for start, end in evidence.pasted:
        assert 0 <= start <= end <= len(text)
    assert evidence.status is None or 100 <= evidence.status <= 599


@given(texts)
def test_no_sign_is_passed_over_in_chat(text: str) -> None:
    evidence = READER.read(text)
    assert READER.may_read(text) or not (evidence.signs or evidence.name)


@given(texts)
def test_no_line_is_source_code_that_is_not_looked_at(text: str) -> None:
    for line in text.lower().splitlines():
        assert source_code._MARKS.search(line) or not source_code._WITHIN.search(line)


@given(texts)
def test_what_is_heard_is_what_is_answered(text: str) -> None:
    answer = DESK.assistant.ask(text)
    assert (DESK.assistant.hear(text) == "sure") == (answer.speaks or bool(answer.secrets))


@given(texts, langs, st.booleans(), st.booleans())
def test_every_message_has_an_answer_whose_card_discord_takes(
    text: str, lang: Language, asked: bool, private: bool
) -> None:
    answer = DESK.assistant.ask(text, lang=lang)
    assert 0 <= answer.confidence <= 1
    assert all(0 <= sign.start <= sign.end <= len(answer.text) for sign in answer.why)
    json.dumps(answer.as_json())
    asked = asked or not (answer.speaks or answer.secrets)
    card = DESK.card(answer, asked=asked, private=private)
    view = DESK.view(card, 2**63 - 1, question_id=2**63 - 1, private=private, postable=asked)
    assert view.content_length() <= 4000
    assert len(list(view.walk_children())) <= 40
    assert all(item.content.strip() for item in view.walk_children() if hasattr(item, "content"))
    components: list[Any] = view.to_components()  # type: ignore[no-untyped-call]
    json.dumps(components)


@given(texts, texts, langs, st.booleans(), st.booleans())
def test_any_two_messages_can_be_read_together(
    before: str, later: str, lang: Language, called: bool, nobody_else: bool
) -> None:
    ask = DESK.assistant.ask
    first, second = ask(before, lang=lang), ask(later, lang=lang)
    language_before([first.text], second)
    both = with_those_before(DESK.assistant, [first.text], second, called=called, nobody_else=nobody_else)
    better = with_one_after(DESK.assistant, first.text, first, second, nobody_else=nobody_else)
    best(first, second, both, *([better] if better else []))


@given(texts)
def test_what_is_typed_into_a_command_is_completed_with_what_discord_takes(typed: str) -> None:
    for meaning in complete(KNOWLEDGE, typed, DESK.assistant.ask(typed, lang="en")):
        assert 1 <= len(label(KNOWLEDGE, meaning, "en")) <= 100
        assert 1 <= len(str(meaning)) <= 100


@given(st.binary() | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_file_is_text_or_is_not_and_what_it_says_is_answered(data: bytes) -> None:
    if is_text(data):
        DESK.assistant.ask(decode(data))
