from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import discord
import pytest

from bot.chat.translations import TEXTS
from tests.chat.town import Town

ANYWHERE = {"error", "models", "status", "privacy", "Explain this error"}
"""What works without the bot's being in the server."""


@pytest.fixture
def commands(town: Town) -> dict[str, dict[str, Any]]:
    """What was put, by name."""
    (put,) = (call for call in town.env.http_requests if call.method == "PUT" and call.path.endswith("/commands"))
    assert isinstance(put.json, list)
    return {command["name"]: command for command in put.json}


def test_commands_can_be_installed_to_a_server_or_a_user_and_used_anywhere(commands: dict[str, dict[str, Any]]) -> None:
    assert set(commands) == ANYWHERE | {"desk"}
    for name in ANYWHERE:
        assert sorted(commands[name]["integration_types"]) == [0, 1]
        assert sorted(commands[name]["contexts"]) == [0, 1, 2]


def test_desk_is_for_servers_and_for_those_who_moderate_them(commands: dict[str, dict[str, Any]]) -> None:
    desk = commands["desk"]
    assert (desk["integration_types"], desk["contexts"]) == ([0], [0])
    assert desk["default_member_permissions"] == discord.Permissions(manage_messages=True).value


def parts(commands: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All that has a name: commands, their subcommands, options and choices."""
    for command in commands:
        yield command
        yield from parts([*command.get("options", ()), *command.get("choices", ())])


@pytest.mark.parametrize(("locale", "place"), [("zh-CN", 0), ("zh-TW", 1)])
def test_names_and_descriptions_are_shown_in_chinese(
    commands: dict[str, dict[str, Any]], locale: str, place: int
) -> None:
    for part in parts(commands.values()):
        assert part["name_localizations"][locale] == TEXTS[part["name"]][place]
        if part.get("description"):
            assert part["description_localizations"][locale] == TEXTS[part["description"]][place]


def test_every_other_language_gets_the_english_ones(commands: dict[str, dict[str, Any]]) -> None:
    assert set(commands["error"]["name_localizations"]) == {"zh-CN", "zh-TW"}


def test_texts_fit_into_discords_limits() -> None:
    for english, chinese in TEXTS.items():
        for text in (english, *chinese):
            assert 1 <= len(text) <= (100 if " " in english else 32)
