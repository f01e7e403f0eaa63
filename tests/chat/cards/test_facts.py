from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.evidence import Evidence, Kind, Sign
from bot.chat.cards.facts import LONGEST, line, read
from bot.chat.words import WORDS
from bot.knowledge.schema import LANGUAGES, Language, Meaning
from tests.shipped import ASSISTANT

NOTHING = ASSISTANT.ask("").evidence
HOSTILE = st.sampled_from(
    ["` **b** `", "```\nfence", "x`\n# big", "[a](https://b.example)", "@everyone", "<@1> <#2> </x:3>", "· model `y"]
)
values = st.none() | st.text(max_size=200) | HOSTILE | st.lists(HOSTILE, max_size=3).map("".join)
evidences = st.builds(
    lambda **read: replace(NOTHING, **read),
    **dict.fromkeys(WORDS["en"].evidence, values),
)


def test_nothing_read_is_no_line() -> None:
    assert line(NOTHING, WORDS["en"]) == ""
    assert read("", WORDS["en"]) == {}


@pytest.mark.parametrize(("kind", "told"), [("message", "an error text I know"), ("status", "a status")])
def test_a_line_says_in_a_few_words_what_decided(kind: Kind, told: str) -> None:
    weak = Sign("phrase", Meaning("429"), 0.7, "rate limit", 0, 4)
    strong = Sign(kind, Meaning("429"), 0.9, "whatever it says", 0, 4)
    shown = line(replace(NOTHING, model="gpt-4o"), WORDS["en"], (strong, weak))
    assert shown == f"-# Read from the message: {told} · model `gpt-4o`"
    assert read(shown, WORDS["en"]) == {"model": "gpt-4o"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_line_shows_is_read_back_from_it(lang: Language) -> None:
    evidence = replace(NOTHING, model="gpt-5", group="vip", request_id="2026", url="https://a.example/v1", ray_id="9e1")
    facts = {"model": "gpt-5", "group": "vip", "request_id": "2026", "url": "https://a.example/v1", "ray_id": "9e1"}
    assert read(line(evidence, WORDS[lang]), WORDS[lang]) == facts


def test_an_address_too_long_for_a_card_is_cut() -> None:
    shown = read(line(replace(NOTHING, url="https://" + "u" * 300), WORDS["en"]), WORDS["en"])["url"]
    assert len(shown) == LONGEST
    assert shown.endswith("…")


@given(evidences, st.sampled_from(LANGUAGES))
def test_whatever_was_read_stays_inside_its_code_on_one_small_line(evidence: Evidence, lang: Language) -> None:
    shown = line(evidence, WORDS[lang])
    assert "\n" not in shown
    assert shown.count("`") % 2 == 0
    outside = re.sub(r"`[^`]+`", "", shown)
    own = {WORDS[lang].read, WORDS[lang].colon, "-# ", " · ", " ", *WORDS[lang].evidence.values()}
    assert re.fullmatch("|".join(map(re.escape, sorted(own, key=len, reverse=True))).join(("(?:", ")*")), outside)


@given(evidences, st.sampled_from(LANGUAGES))
def test_no_value_can_pass_for_another(evidence: Evidence, lang: Language) -> None:
    back = read(line(evidence, WORDS[lang]), WORDS[lang])
    assert set(back) <= {name for name in WORDS[lang].evidence if getattr(evidence, name)}
