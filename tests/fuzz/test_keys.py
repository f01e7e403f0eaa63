"""No key gets out: neither by what is said, nor by what is stored, nor by the log."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.assistant import secrets
from bot.assistant.dialogue.together import joined, worded
from bot.assistant.secret_formats import FORMATS
from bot.assistant.secrets import mask
from bot.chat.cards import facts, noticed
from bot.chat.cards.card import render_solved
from bot.chat.cards.support import report
from bot.chat.client import Desk
from bot.chat.logs import JsonLines, Lines, Masking
from bot.chat.surfaces.explain import excerpt
from bot.chat.words import WORDS
from bot.knowledge.schema import LANGUAGES, Language
from bot.settings import Settings
from tests.assistant.test_secrets import LITTER, litter, separator
from tests.fuzz.keys import KINDS, Key, keys, row_of
from tests.shipped import KNOWLEDGE

DESK = Desk(Settings(), KNOWLEDGE)
WHEN = datetime(2026, 3, 1, tzinfo=UTC)

errors = st.sampled_from([text for entry in KNOWLEDGE.entries.values() for text in entry.examples])
rest = litter | errors | st.lists(errors | st.sampled_from(LITTER), max_size=3).map(" ".join)


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, list[Key]]:
    """A message with keys in it, each of which stands by itself, and the keys."""
    text, given_away = draw(rest), draw(st.lists(keys, min_size=1, max_size=2))
    for key in given_away:
        text += draw(separator) + key.text + draw(separator) + draw(rest)
    return text, given_away


def test_every_format_that_is_known_is_tried() -> None:
    assert {row_of(prefix + example).kind for prefix, example in KINDS} == {row.kind for row in FORMATS} - {"password"}


@given(messages())
def test_no_key_stays_readable_in_a_masked_text(message: tuple[str, list[Key]]) -> None:
    text, given_away = message
    masked = mask(text)
    assert masked.secrets
    assert not [key.seen_in(masked.text) for key in given_away if key.seen_in(masked.text)]
    assert mask(masked.text).text == masked.text


@given(messages(), st.integers(0, 200), st.integers(8, 60))
def test_no_key_is_in_a_text_in_which_none_is_looked_for(
    message: tuple[str, list[Key]], start: int, length: int
) -> None:
    text = message[0][start : start + length]
    assert secrets._LEAST.search(secrets._lower(text)) or not [*secrets._candidates(text)]


@given(messages(), st.sampled_from(LANGUAGES), st.booleans())
def test_no_key_is_in_anything_that_an_answer_leads_to(
    message: tuple[str, list[Key]], lang: Language, private: bool
) -> None:
    text, given_away = message
    answer = DESK.assistant.ask(text, lang=lang)
    card = DESK.card(answer, asked=True, private=private, seen=answer.text[:200])
    views = [
        DESK.view(card, 1, question_id=2, private=private, postable=True),
        render_solved(card),
        report(answer, facts.read(card.read, WORDS[lang]), noticed.read(card.noticed), WHEN, "here"),
    ]
    told = [
        json.dumps(answer.as_json(), ensure_ascii=False),
        repr(answer),
        excerpt(answer),
        DESK.assistant.ask(joined([worded(answer), answer.text]), lang=lang).text,
        *(json.dumps(view.to_components(), ensure_ascii=False) for view in views),  # type: ignore[no-untyped-call]
    ]
    assert not [(key, each) for key in given_away for each in told if key.seen_in(each)]


@given(messages())
def test_no_key_is_in_a_line_of_the_log(message: tuple[str, list[Key]]) -> None:
    text, given_away = message
    for formatter in (Lines("%(message)s"), JsonLines()):
        record = logging.makeLogRecord({"msg": "%s failed", "args": (text,), "levelname": "ERROR", "where": text})
        assert Masking().filter(record)
        line = formatter.format(record)
        assert not [key for key in given_away if key.seen_in(line)]
