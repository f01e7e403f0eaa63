from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
import pytest
import simcord.interactions

from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.spellings import LONGEST
from tests.chat.town import KEY, Town, private, public, shown

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = "`@everyone` **[gpt](https://evil.example)** <@1> \u202eog\n# gpt-4o"


@pytest.fixture
def live(town: Town) -> Town:
    """A town whose bot has the service's catalogue."""
    models = {"gpt-4o": frozenset({"default", "vip"}), "claude-sonnet-4-6": frozenset({"vip"})}
    town.desk.know(Catalogue(models, frozenset({"default", "vip"}), NOON))
    return town


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever uses a command has Discord in Chinese, as it is written in Taiwan."""
    original = simcord.interactions.base_payload

    def translated(*args: Any, **options: Any) -> Any:
        record, payload = original(*args, **options)
        return record, payload | {"locale": "zh-TW"}

    monkeypatch.setattr("simcord.interactions.base_payload", translated)


async def ask(town: Town, name: str) -> str:
    return shown(public(await town.maya.slash(town.support, "models", name=name)))


async def test_an_offered_model_is_told_with_its_groups_and_the_time_of_the_list(live: Town) -> None:
    told = await ask(live, "gpt-4o")
    assert "✅ `gpt-4o` is offered, by exactly this name." in told
    assert "`default`, `vip`" in told
    assert f"<t:{int(NOON.timestamp())}:R>" in told


async def test_another_spelling_is_told_the_exact_one(live: Town) -> None:
    told = await ask(live, "Claude Sonnet 4.6")
    assert "Copy this one: `claude-sonnet-4-6`" in told
    assert "Groups that serve it: `vip`" in told


async def test_a_retired_name_is_told_what_replaced_it(town: Town, knowledge: Knowledge) -> None:
    retired = {name: new for family in knowledge.families.families.values() for name, new in family.retired.items()}
    name, successor = next((name, new) for name, new in retired.items() if new)
    told = await ask(town, name)
    assert f"⛔ `{name}` has been retired." in told
    assert f"What replaced it: `{successor}`" in told


async def test_a_name_that_is_not_there_is_told_the_nearest(live: Town) -> None:
    told = await ask(live, "gpt-4p")
    assert "❌ `gpt-4p` is not in the service's list." in told
    assert "- `gpt-4o`" in told


async def test_without_a_catalogue_it_is_said_that_this_is_not_the_services_list(town: Town) -> None:
    for name in ("gpt-4o", "banana"):
        told = await ask(town, name)
        assert "not the service's live list" in told
        assert town.desk.assistant.knowledge.service.models_page["en"] in told


async def test_a_newer_catalogue_is_asked_at_once(town: Town) -> None:
    assert "not the service's live list" in await ask(town, "gpt-4o")
    town.desk.know(Catalogue({"o3": frozenset()}, frozenset(), NOON))
    assert "is not in the service's list" in await ask(town, "gpt-4o")
    town.desk.know(Catalogue({"gpt-4o": frozenset()}, frozenset(), NOON))
    assert "is offered" in await ask(town, "gpt-4o")


async def test_without_a_name_every_provider_is_counted(live: Town) -> None:
    told = shown(public(await live.maya.slash(live.support, "models")))
    assert told.startswith("### 2 models\nOpenAI\N{NO-BREAK SPACE}1 · Anthropic\N{NO-BREAK SPACE}1\n")
    assert WORDS["en"].look_up in told


async def test_elsewhere_the_answer_is_for_the_user_alone(live: Town) -> None:
    for result in (
        await live.maya.slash(live.general, "models", name="gpt-4o"),
        await live.maya.user.slash("models", name="gpt-4o"),
    ):
        assert "is offered" in shown(private(result))


async def test_where_the_user_may_not_write_the_answer_is_for_them_alone(live: Town) -> None:
    live.desk.settings = type(live.desk.settings)(support_channels=frozenset({"hall"}))
    denied = discord.PermissionOverwrite(send_messages=False)
    hall = live.guild.create_text_channel("hall", overwrites={live.guild.default_role: denied})
    private(await live.maya.slash(hall, "models", name="gpt-4o"))


async def test_a_key_in_place_of_a_name_is_shown_to_nobody(live: Town) -> None:
    told = shown(private(await live.maya.slash(live.support, "models", name=KEY)))
    assert WORDS["en"].key_given in told
    assert KEY not in told
    assert KEY[3:20] not in told


@pytest.mark.parametrize("name", [HOSTILE, "`" * 500, "@everyone", "x" * 6000, "\u202e", "{asked}", "\n# big"])
async def test_a_hostile_name_is_inert(live: Town, name: str) -> None:
    told = await ask(live, name)
    line = told.splitlines()[0]
    assert line.startswith("❌ ")
    assert line.endswith(" is not in the service's list.")
    assert line.count("`") in {0, 2}
    assert "\u202e" not in told
    assert len(told) < 1000


async def test_hostile_groups_and_models_of_a_catalogue_are_inert_and_fit_into_a_message(town: Town) -> None:
    groups = frozenset(f"`@everyone` {i} ".ljust(LONGEST, "`") for i in range(100))
    models = {f"`<@1>` gpt-4o {i} ".ljust(LONGEST, "x"): groups for i in range(100)}
    town.desk.know(Catalogue(models, groups, NOON))
    for name in (next(iter(models)), "<@1> gpt-4o 7".ljust(LONGEST - 3, "x")):
        result = public(await town.maya.slash(town.support, "models", name=name))
        assert len(shown(result)) <= 4000
        assert "``" not in shown(result)


async def test_letters_are_completed_from_the_catalogue(live: Town) -> None:
    choices = await live.maya.autocomplete(live.support, "models", "name", "sonnet")
    assert choices == [{"name": "claude-sonnet-4-6", "value": "claude-sonnet-4-6"}]


async def test_before_the_first_letter_there_is_a_model_of_each_provider(town: Town) -> None:
    names = [choice["value"] for choice in await town.maya.autocomplete(town.support, "models", "name", "")]
    assert len(names) == 25
    families = town.desk.assistant.knowledge.families.families.values()
    assert names == [family.models[0] for family in families][:25]


async def test_no_more_and_no_longer_choices_than_discord_takes(town: Town) -> None:
    names = [f"gpt-{i}" for i in range(50)] + ["gpt-" + "x" * 110]
    town.desk.know(Catalogue(dict.fromkeys(names, frozenset[str]()), frozenset(), NOON))
    for typed in ("", "gpt", "x" * 50, "gpt-" + "x" * 110):
        choices = await town.maya.autocomplete(town.support, "models", "name", typed)
        assert len(choices) <= 25
        assert all(len(choice["name"]) <= 100 for choice in choices)


async def test_completing_that_fails_offers_nothing_and_is_logged_without_the_letters(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object, typed: str, most: int) -> None:
        raise RuntimeError(typed)

    monkeypatch.setattr("bot.knowledge.spellings.Spellings.complete", broken)
    assert await town.maya.autocomplete(town.support, "models", "name", "secret words") == []
    assert "completing a model failed with RuntimeError" in caplog.text
    assert "secret words" not in caplog.text


@pytest.mark.usefixtures("chinese")
async def test_the_answer_is_in_the_language_of_the_users_discord(live: Town) -> None:
    told = await ask(live, "gpt-4o")
    assert "支持它的分组" in told
    assert "来自服务自己的模型列表" in told
