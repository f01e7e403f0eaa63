from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from simcord.results import ResponseMessage

from bot.chat.client import Desk
from bot.chat.privacy.privacy import BUTTONS, WORDS
from bot.chat.words import WORDS as CARD
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.desk.reports import NewReport
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES
from bot.settings import Settings
from tests.chat.conftest import Start
from tests.chat.reports.test_reporting import send
from tests.chat.town import ERROR, Town, labels, private, shown

EN = WORDS["en"]


def records_of(town: Town) -> Records:
    assert isinstance(town.env.bot, Desk)
    assert town.env.bot.records is not None
    return town.env.bot.records


async def privacy(town: Town, who: Any = None) -> ResponseMessage:
    return private(await (who or town.maya).slash(town.general, "privacy"))


async def kept(town: Town, who: Any) -> int:
    """How many records there are of somebody."""
    return sum(map(len, (await records_of(town).people.export(who.id)).values()))


async def reported(town: Town) -> int:
    """Send a report of Maya's, and return its number."""
    new = NewReport(
        guild_id=town.guild.id,
        question_id=1,
        origin_guild_id=town.guild.id,
        channel_id=town.support.id,
        card_id=None,
        asker_id=town.maya.id,
        entry="429",
        case=None,
        model=None,
        facts={},
        findings="",
        tried="",
        text="it does not work",
        lang="en",
    )
    report, _ = await records_of(town).reports.open(new)
    return report.id


async def test_anybody_is_told_what_is_kept_and_for_how_long(town: Town) -> None:
    await records_of(town).servers.change(town.guild.id, retention_days=14)
    told = await privacy(town)
    assert EN.kept in shown(told)
    assert "**14 days**" in shown(told)
    assert labels(told) == [EN.file, EN.delete]


async def test_in_a_direct_message_it_is_the_usual_time(town: Town) -> None:
    assert EN.usual.format(days=30) in shown(private(await town.maya.user.slash("privacy")))


async def test_the_file_has_all_that_is_kept_of_whoever_asks_and_nothing_of_others(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    result = await town.maya.click(await privacy(town), label=EN.file)
    (file,) = private(result).attachments
    assert file.filename == f"error-desk-{town.maya.id}.json"
    content = json.loads(await file.read())
    assert [question["asker_id"] for question in content["questions"]] == [town.maya.id]
    assert str(town.bob.id) not in json.dumps(content)


async def test_nothing_is_deleted_before_it_is_confirmed(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    before = await kept(town, town.maya)
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    assert EN.sure in shown(card)
    assert await kept(town, town.maya) == before > 0
    await town.maya.click(card, label=EN.no)
    assert labels(card) == [EN.file, EN.delete]
    assert await kept(town, town.maya) == before


@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "after a restart"])
async def test_what_is_kept_of_whoever_confirms_is_deleted_and_nothing_of_others(
    town: Town, start: Start, restarted: bool
) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    count, others = await kept(town, town.maya), await kept(town, town.bob)
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    if restarted:
        await town.env.restart_bot(start())
    await town.maya.click(card, label=EN.yes)
    assert shown(card) == EN.deleted.format(count=count)
    assert labels(card) == []
    assert await kept(town, town.maya) == 0
    assert await kept(town, town.bob) == others > 0


async def test_who_has_nothing_kept_is_told_so(town: Town) -> None:
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    await town.maya.click(card, label=EN.yes)
    assert shown(card) == EN.nothing


async def test_an_open_report_is_withdrawn_and_the_staffs_card_says_so_at_once(town: Town) -> None:
    staff = town.guild.create_text_channel("team")
    await records_of(town).servers.change(town.guild.id, staff_channel_id=staff.id)
    number = await reported(town)
    await town.desk.deliverer.once()
    assert "it does not work" in town.reply(staff)
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    await town.maya.click(card, label=EN.yes)
    report = await records_of(town).reports.of(number)
    assert report is not None
    assert (report.state, report.asker_id) == ("withdrawn", 0)
    assert "it does not work" not in town.reply(staff)
    assert str(town.maya.id) not in town.reply(staff)


async def test_cards_that_everybody_sees_tell_nothing_of_a_deleted_report_any_more(town: Town) -> None:
    team = town.guild.create_text_channel("team")
    await records_of(town).servers.change(town.guild.id, staff_channel_id=team.id)
    await town.maya.send(town.support, ERROR)
    before, buttons = shown(town.card()), labels(town.card())
    await send(town, town.card())
    assert "**Report #1**" in town.reply()
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    await town.maya.click(card, label=EN.yes)
    assert shown(town.card()) == before
    assert labels(town.card()) == buttons


async def test_a_card_that_cannot_be_changed_keeps_nobody_from_having_their_data_deleted(town: Town) -> None:
    team = town.guild.create_text_channel("team")
    await records_of(town).servers.change(town.guild.id, staff_channel_id=team.id)
    await town.maya.send(town.support, ERROR)
    await send(town, town.card())
    town.env.inject_error("GET", f"/channels/{town.support.id}/messages/{town.card().id}", status=500, times=None)
    card = await privacy(town)
    await town.maya.click(card, label=EN.delete)
    await town.maya.click(card, label=EN.yes)
    assert shown(card).startswith("### ✅ Deleted")
    assert await kept(town, town.maya) == 0


@pytest.mark.usefixtures("chinese")
async def test_it_is_told_in_chinese(town: Town) -> None:
    zh = WORDS["zh"]
    await town.maya.send(town.support, ERROR)
    card = await privacy(town)
    assert zh.kept in shown(card)
    assert zh.here.format(days=30) in shown(card)
    await town.maya.click(card, label=zh.delete)
    await town.maya.click(card, label=zh.yes)
    assert shown(card).startswith("### ✅ 已删除")


@pytest.mark.parametrize("step", ["export", "erase"])
async def test_a_database_that_does_not_answer_is_told_and_nothing_is_said_to_be_deleted(
    town: Town, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async def broken(_: int) -> None:
        raise DeskError("it is away")

    monkeypatch.setattr(records_of(town).people, step, broken)
    card = await privacy(town)
    if step == "export":
        told = private(await town.maya.click(card, label=EN.file))
    else:
        await town.maya.click(card, label=EN.delete)
        (told,) = (await town.maya.click(card, label=EN.yes)).followups
        assert EN.sure in shown(card)
    assert shown(told) == CARD["en"].no_desk


async def test_without_a_desk_that_is_told(town: Town, knowledge: Knowledge, tmp_path: Path) -> None:
    nowhere = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/nowhere/desk.db")
    await town.env.restart_bot(Desk(nowhere, knowledge))
    assert shown(await privacy(town)) == CARD["en"].no_desk
    assert len(town.env.errors) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_and_custom_ids_fit(lang: Any) -> None:
    words = WORDS[lang]
    assert all(len(label) <= 80 for label in (words.file, words.delete, words.yes, words.no))
    assert all(len(button.of(2**63, lang, "x").custom_id) <= 100 for button in BUTTONS)
