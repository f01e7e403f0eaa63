from __future__ import annotations

from pathlib import Path

import pytest
from simcord.actors import MemberActor

from bot.chat.client import Desk
from bot.chat.reloading import Reloader
from bot.chat.servers.reload import WORDS
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import Town, private, shown
from tests.knowledge import small
from tests.knowledge.test_changes import edit

EN, ZH = WORDS["en"], WORDS["zh"]


@pytest.fixture
async def base(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bot has a folder of its own; the server lets everybody see `/desk`."""
    (command,) = (each for each in await town.desk.tree.fetch_commands() if each.name == "desk")
    town.guild.set_command_permissions(command, {town.guild.default_role: True})
    base = small.write(tmp_path / "base")
    monkeypatch.chdir(tmp_path)
    town.desk.settings = Settings(knowledge_dir=base)
    town.desk.reloader = Reloader(town.desk, sleep=at_once)
    return base


async def at_once(_: float) -> None:
    """Nobody is writing."""


@pytest.fixture
async def owner(town: Town, base: Path) -> MemberActor:
    """Owns the bot, and has no rights in the server."""
    await town.desk.reloader.reload()
    town.desk.owner_id = town.maya.id
    return town.maya


async def reload(town: Town, who: MemberActor) -> str:
    return shown(private(await who.slash(town.general, "desk reload")))


async def test_the_owner_is_told_what_is_different(town: Town, owner: MemberActor, base: Path) -> None:
    edit(base / "errors" / "429.yaml", "a minute", "an hour")
    (base / "errors" / "500.yaml").rename(base / "errors" / "broken.yaml")
    assert await reload(town, owner) == f"{EN.done}\nAdded: `broken`\nChanged: `429`\nRemoved: `500`"
    assert await reload(town, owner) == EN.same
    assert town.desk.assistant.ask("429", lang="en").steps[0] == "Wait an hour."


async def test_a_bad_edit_is_shown_with_file_and_line_and_the_old_stays(
    town: Town, owner: MemberActor, base: Path
) -> None:
    edit(base / "errors" / "429.yaml", "acts: wait", "acts: '```@everyone'")
    said = await reload(town, owner)
    assert said.startswith(EN.refused)
    assert "base/errors/429.yaml:2: 429: " in said
    assert said.count("```") == 2
    assert town.desk.assistant.ask("429", lang="en").acts == "wait"


async def test_a_hundred_mistakes_fit_into_one_message(town: Town, owner: MemberActor, base: Path) -> None:
    for number in range(100):
        (base / "errors" / f"new-{number}.yaml").write_text("x: " + "long " * 200)
    assert len(said := await reload(town, owner)) <= 2000
    assert said.count("base/errors/new-") > 1


async def test_five_hundred_changes_fit_into_one_message(town: Town, owner: MemberActor, base: Path) -> None:
    broken = small.BROKEN.replace("status: 500\n", "")
    for number in range(120):
        text = broken.replace("internal_error", f"error_{number}").replace("server broke", f"it is broken by {number}")
        text = text.replace("The server had an error", f"The server had error {number}")
        (base / "errors" / f"new-{number}.yaml").write_text(text.replace("HTTP 500", f"error_{number}"))
    assert len(said := await reload(town, owner)) <= 2000
    assert said.startswith(f"{EN.done}\nAdded: `new-0`, ")
    assert len(town.desk.knowledge.entries) == 122


async def test_whoever_manages_the_server_without_owning_the_bot_is_refused(
    town: Town, owner: MemberActor, base: Path
) -> None:
    edit(base / "errors" / "429.yaml", "a minute", "an hour")
    for who in (town.sam, town.bob):
        assert await reload(town, who) == EN.not_owner
    assert town.desk.assistant.ask("429", lang="en").steps[0] == "Wait a minute."


@pytest.mark.usefixtures("chinese")
async def test_it_is_told_in_chinese(town: Town, owner: MemberActor, base: Path) -> None:
    assert await reload(town, owner) == ZH.same
    assert await reload(town, town.sam) == ZH.not_owner
    (base / "service.yaml").unlink()
    assert (await reload(town, owner)).startswith(ZH.refused)


async def test_where_discord_does_not_tell_who_the_owner_is_the_user_gets_a_reference(
    town: Town, base: Path, monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge
) -> None:
    async def fail(*_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(Desk, "is_owner", fail)
    assert "`" in await reload(town, town.maya)
    assert len(town.env.errors) == 1
    assert town.desk.knowledge is knowledge
