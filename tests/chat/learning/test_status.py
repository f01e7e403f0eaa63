from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.chat.client import Desk
from bot.chat.learning.incident_words import WORDS as INCIDENTS
from bot.chat.learning.status import MOST, WORDS
from bot.chat.words import WORDS as CARD
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import ERROR, Town, private, shown

EN = WORDS["en"]


def records_of(town: Town) -> Records:
    assert town.desk.records is not None
    return town.desk.records


async def begin(town: Town, entry: str = "503", model: str | None = "gpt-5", people: int = 5) -> None:
    """Let several people meet the same."""
    assert town.desk.ongoing is not None
    assert await town.desk.ongoing.seen(town.guild.id, entry, model, people)


async def status(town: Town) -> str:
    return shown(private(await town.maya.slash(town.general, "status")))


async def test_whoever_asks_is_told_what_others_have_trouble_with_and_since_when(town: Town) -> None:
    await begin(town)
    now = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    told = await status(town)
    assert told.startswith(f"### {EN.several}\n**503 · The model is not available** · `gpt-5`\n")
    assert f"5 people at once, since <t:{now}:t>." in told
    assert EN.team not in told


async def test_the_team_is_said_to_know_once_it_has_its_notice(town: Town) -> None:
    staff = town.guild.create_text_channel("team")
    await records_of(town).servers.change(town.guild.id, staff_channel_id=staff.id)
    await begin(town)
    await town.desk.deliverer.once()
    assert INCIDENTS["en"].several in town.reply(staff)
    assert EN.team in await status(town)


async def test_an_incident_of_yesterday_has_its_date(town: Town) -> None:
    await begin(town)
    for _ in range(50):
        await town.env.advance_time(20 * 60)
        await town.desk.ongoing.seen(town.guild.id, "503", "gpt-5", 5)  # type: ignore[union-attr]
    assert ":f>" in await status(town)


async def test_it_is_only_the_asker_when_nothing_is_known(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    told = await status(town)
    assert told.startswith(f"### {EN.quiet}\n")
    assert "last hour: **2**." in told
    assert "None of" not in told
    assert EN.try_this in told


async def test_questions_of_longer_ago_and_of_other_servers_are_not_counted(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(61 * 60)
    elsewhere = town.env.create_guild()
    await elsewhere.add_member(town.env.create_user("far")).send(elsewhere.create_text_channel("support"), ERROR)
    assert EN.nobody_asked in await status(town)


async def test_another_servers_trouble_is_not_told(town: Town) -> None:
    assert town.desk.ongoing is not None
    await town.desk.ongoing.seen(town.guild.id + 1, "503", "gpt-5", 5)
    assert EN.quiet in await status(town)


async def test_what_is_over_is_not_told(town: Town) -> None:
    await begin(town)
    await town.env.advance_time(31 * 60)
    assert EN.quiet in await status(town)


@pytest.mark.parametrize("by_staff", [True, False])
async def test_what_ended_within_the_hour_is_told_as_over_and_by_whose_word(town: Town, by_staff: bool) -> None:
    assert town.desk.ongoing is not None
    await town.maya.send(town.support, ERROR)
    await begin(town, people=12)
    (incident,) = town.desk.ongoing.of(town.guild.id)
    await records_of(town).incidents.close(incident.id, town.sam.id if by_staff else None)
    await town.desk.ongoing.refresh()
    told = await status(town)
    assert told.startswith(f"### {EN.ended}\n**503 · The model is not available** · `gpt-5`\n")
    assert "12 people at once" in told
    assert ("the team says" in told) == by_staff
    assert "last hour: **1**." in told
    assert "None of" not in told
    assert EN.quiet not in told
    await town.env.advance_time(61 * 60)
    assert EN.quiet in await status(town)


async def test_in_a_direct_message_the_server_of_the_staff_is_meant(town: Town) -> None:
    object.__setattr__(town.desk.settings, "staff_channel", "general")
    await begin(town)
    elsewhere = town.env.create_guild()
    assert town.desk.ongoing is not None
    await town.desk.ongoing.seen(elsewhere.id, "429", None, 5)
    told = shown(private(await town.maya.user.slash("status")))
    assert "503 · " in told
    assert "429 · " not in told


async def test_in_a_direct_message_to_a_bot_of_no_one_staff_every_server_counts(town: Town) -> None:
    await begin(town)
    assert "503 · " in shown(private(await town.maya.user.slash("status")))


async def test_a_long_list_ends_with_how_many_more_there_are(town: Town) -> None:
    for number in range(MOST + 3):
        await begin(town, model=f"model-{number}-" + "x" * 200)
    told = await status(town)
    assert EN.more.format(count=3) in told
    assert len(told) <= 4000
    for incident in await records_of(town).incidents.open_in(None):
        await town.desk.ongoing.close(incident.id, town.sam.id)  # type: ignore[union-attr]
    told = await status(town)
    assert EN.more.format(count=3) in told
    assert len(told) <= 4000


async def test_an_entry_that_the_knowledge_no_longer_has_is_named_by_its_id(town: Town) -> None:
    await begin(town, entry="599", model=None)
    assert "`599`\n" in await status(town)


@pytest.mark.usefixtures("chinese")
async def test_it_is_told_in_chinese(town: Town) -> None:
    zh = WORDS["zh"]
    assert zh.nobody_asked in await status(town)
    await begin(town)
    told = await status(town)
    assert f"### {zh.several}\n**503 · 模型不可用** · `gpt-5`\n" in told
    assert "同时最多有 5 人遇到" in told


async def test_a_database_that_does_not_answer_is_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise DeskError("it is away")

    monkeypatch.setattr(records_of(town).questions, "stats", broken)
    assert await status(town) == CARD["en"].no_desk
    assert len(town.env.errors) == 1


async def test_without_a_desk_that_is_told(town: Town, knowledge: Knowledge, tmp_path: Path) -> None:
    nowhere = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/nowhere/desk.db")
    await town.env.restart_bot(Desk(nowhere, knowledge))
    assert await status(town) == CARD["en"].no_desk
    assert len(town.env.errors) == 1
