from __future__ import annotations

from typing import Any

import pytest

from bot.chat.translations import TEXTS
from tests.chat.town import Town


@pytest.fixture
def commands(town: Town) -> dict[str, dict[str, Any]]:
    """What was put, by name."""
    (put,) = (call for call in town.env.http_requests if call.method == "PUT" and call.path.endswith("/commands"))
    assert isinstance(put.json, list)
    return {command["name"]: command for command in put.json}


def test_commands_can_be_installed_to_a_server_or_a_user_and_used_anywhere(commands: dict[str, dict[str, Any]]) -> None:
    assert set(commands) == {"error", "models", "Explain this error"}
    for command in commands.values():
        assert sorted(command["integration_types"]) == [0, 1]
        assert sorted(command["contexts"]) == [0, 1, 2]


@pytest.mark.parametrize(("locale", "place"), [("zh-CN", 0), ("zh-TW", 1)])
def test_names_and_descriptions_are_shown_in_chinese(
    commands: dict[str, dict[str, Any]], locale: str, place: int
) -> None:
    slash = [commands["error"], commands["models"]]
    parts = [*slash, *(option for command in slash for option in command["options"]), commands["Explain this error"]]
    for part in parts:
        assert part["name_localizations"][locale] == TEXTS[part["name"]][place]
        if part.get("description"):
            assert part["description_localizations"][locale] == TEXTS[part["description"]][place]


def test_every_other_language_gets_the_english_ones(commands: dict[str, dict[str, Any]]) -> None:
    assert set(commands["error"]["name_localizations"]) == {"zh-CN", "zh-TW"}


def test_texts_fit_into_discords_limits() -> None:
    for english, chinese in TEXTS.items():
        for text in (english, *chinese):
            assert 1 <= len(text) <= (100 if " " in english else 32)
