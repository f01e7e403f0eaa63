from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.cards.buttons import CONTROLS, Menu, rows
from bot.chat.cards.control import Control, Subject
from bot.chat.words import WORDS
from bot.knowledge.schema import LANGUAGES, Language, Meaning
from tests.shipped import KNOWLEDGE

MEANINGS = list(KNOWLEDGE.meanings())
LONGEST = 2**63 - 1

subjects = st.builds(
    Subject,
    asker_id=st.integers(1, LONGEST),
    meaning=st.sampled_from([*MEANINGS, None]),
    lang=st.sampled_from(LANGUAGES),
    question_id=st.integers(0, LONGEST),
)


def read(custom_id: str) -> list[tuple[type[Control], re.Match[str]]]:
    """Which controls would take a custom id."""
    found = ((control, control.__discord_ui_compiled_template__.fullmatch(custom_id)) for control in CONTROLS)
    return [(control, match) for control, match in found if match]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_custom_id_fits_for_every_entry_and_case_and_whoever_asks(control: type[Control], lang: Language) -> None:
    for meaning in MEANINGS:
        assert len(f"{control.name}:{Subject(LONGEST, meaning, lang, LONGEST)}") <= 100


@given(st.sampled_from(CONTROLS), subjects)
def test_a_custom_id_leads_to_one_control_and_says_all_that_went_into_it(
    control: type[Control], subject: Subject
) -> None:
    ((found, match),) = read(f"{control.name}:{subject}")
    assert found is control
    assert Subject.of(match) == subject


def test_a_custom_id_from_a_time_when_it_named_no_question_is_still_known() -> None:
    ((_, match),) = read("solved:1456074443980800010:403:ip:zh")
    assert Subject.of(match) == Subject(1456074443980800010, Meaning("403", "ip"), "zh", 0)


def test_no_control_has_a_prefix_of_anothers() -> None:
    names = [control.name for control in CONTROLS]
    assert all(names)
    assert not any(one.startswith(other) or other.startswith(one) for one, other in combinations(names, 2))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_fit_into_discords_limits(lang: Language) -> None:
    subject = Subject(1, Meaning("429"), lang)
    for row in rows(subject, {Meaning("429"): "429"}, answers=True, private=True, postable=True):
        for item in row.children:
            assert isinstance(item, Control)
            shown = item.item.to_component_dict()
            assert len(shown.get("label", "")) <= 80
            assert len(shown.get("placeholder", "")) <= 150
    assert len(WORDS[lang].shown_now) <= 100


def test_the_menu_marks_what_is_shown_now() -> None:
    menu = Menu.of(Subject(1, Meaning("403"), "en"), {Meaning("403"): "a", Meaning("403", "ip"): "b"})
    options = menu.item.to_component_dict()["options"]
    assert [option.get("description") for option in options] == [WORDS["en"].shown_now, None]
