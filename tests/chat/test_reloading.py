from __future__ import annotations

import asyncio
import gc
import logging
import shutil
import time
import weakref
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import discord
import pytest

from bot.chat import reloading
from bot.chat.client import Desk
from bot.chat.reloading import ATTEMPTS, IN_ORDER, REFUSED
from bot.chat.surfaces.answering import Answering
from bot.desk.share import WHOLE, Share
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.loading import load
from bot.settings import Settings
from tests.chat.town import ERROR, Town, shown
from tests.knowledge import small
from tests.knowledge.test_changes import edit

OWNER = 77


def entry(base: Path, id_: str = "429") -> Path:
    return base / "errors" / f"{id_}.yaml"


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return small.write(tmp_path / "base")


async def at_once(_: float) -> None:
    """Nobody is writing: there is nothing to wait for."""


@pytest.fixture
def desk(base: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(Settings(knowledge_dir=base), load(base))
    desk.reloader._sleep = at_once
    return desk


@pytest.fixture
def direct(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """Direct messages with the bot's owner."""
    direct = AsyncMock()
    desk._application = Mock(team=None, owner=Mock(id=OWNER))
    monkeypatch.setattr(desk, "create_dm", AsyncMock(return_value=direct))
    return direct


def title(desk: Desk, asked: str = "429") -> str:
    return desk.assistant.ask(asked, lang="en").title


async def test_an_edit_is_answered_from_and_reported(desk: Desk, base: Path, caplog: pytest.LogCaptureFixture) -> None:
    edit(entry(base), "Too many requests", "Slow down")
    entry(base, "500").rename(entry(base, "broken"))
    with caplog.at_level(logging.INFO, "bot"):
        await desk.reloader.look()
    assert title(desk) == "Slow down"
    assert title(desk, "broken") == "Something broke"
    assert "the knowledge was reloaded: added broken; changed 429; removed 500" in caplog.text


async def test_what_did_not_change_is_not_read_again(desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "load", reads := Mock(side_effect=load))
    for name in (".429.yaml.swp", "429.yaml~", "4913", "#429.yaml#", ".#429.yaml"):
        (base / "errors" / name).write_text("half of")
        await desk.reloader.look()
    assert reads.call_count == 0
    entry(base).touch()
    await desk.reloader.look()
    await desk.reloader.look()
    assert reads.call_count == 1


async def test_a_bad_edit_keeps_the_old_and_tells_the_log_and_the_owner_where(
    desk: Desk, base: Path, direct: AsyncMock, caplog: pytest.LogCaptureFixture
) -> None:
    edit(entry(base), "acts: wait", "acts: pray")
    edit(entry(base, "500"), "status: 500", "status: 429")
    edit(entry(base, "500"), "title: Something broke", "title: It broke")
    await desk.reloader.look()
    assert title(desk) == "Too many requests"
    assert title(desk, "500") == "Something broke"
    (line,) = (line for line in caplog.text.splitlines() if line.startswith("base/errors/429.yaml:2: 429: "))
    (sent,) = direct.send.await_args.args
    assert sent.startswith(REFUSED)
    assert line in sent


async def test_the_same_bad_files_are_not_read_twice_and_the_owner_gets_one_message_until_all_is_well(
    desk: Desk, base: Path, direct: AsyncMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = direct.send.return_value
    edit(entry(base), "acts: wait", "acts: pray")
    await desk.reloader.look()
    monkeypatch.setattr(reloading, "load", reads := Mock(side_effect=load))
    await desk.reloader.look()
    assert reads.call_count == 0
    edit(entry(base), "acts: pray", "acts: hope")
    await desk.reloader.look()
    assert "hope" in alarm.edit.await_args.kwargs["content"]
    edit(entry(base), "acts: hope", "acts: wait")
    await desk.reloader.look()
    assert alarm.edit.await_args.kwargs == {"content": IN_ORDER}
    assert direct.send.await_count == 1
    edit(entry(base), "acts: wait", "acts: pray")
    await desk.reloader.look()
    assert direct.send.await_count == 2


async def test_an_owner_who_takes_no_messages_changes_nothing(desk: Desk, base: Path, direct: AsyncMock) -> None:
    direct.send.side_effect = discord.Forbidden(Mock(status=403, reason=""), {"code": 50007})
    edit(entry(base), "acts: wait", "acts: pray")
    await desk.reloader.look()
    edit(entry(base), "acts: pray", "acts: you")
    await desk.reloader.look()
    assert desk.assistant.ask("429").acts == "you"


@pytest.mark.parametrize(
    ("share", "told"),
    [(WHOLE, 1), (Share(16), 1), (Share(2, frozenset({1})), 0), (Share(4, frozenset({0, 1})), 1)],
)
async def test_of_several_processes_the_one_with_the_first_shard_tells_the_owner(
    desk: Desk, base: Path, direct: AsyncMock, share: Share, told: int
) -> None:
    desk.share = share
    entry(base).write_text("half")
    await desk.reloader.look()
    assert direct.send.await_count == told


async def test_of_a_team_its_owner_is_told(desk: Desk, base: Path, direct: AsyncMock) -> None:
    desk._application = Mock(team=SimpleNamespace(owner_id=OWNER + 1))
    entry(base).write_text("half")
    await desk.reloader.look()
    create: Any = desk.create_dm
    assert create.await_args.args[0].id == OWNER + 1


async def test_an_owner_that_the_bot_was_given_is_told_in_place_of_the_applications(
    desk: Desk, base: Path, direct: AsyncMock
) -> None:
    desk.owner_id = OWNER + 1
    entry(base).write_text("half")
    await desk.reloader.look()
    create: Any = desk.create_dm
    assert create.await_args.args[0].id == OWNER + 1


async def test_a_file_that_is_still_being_written_is_waited_for(desk: Desk, base: Path, direct: AsyncMock) -> None:
    whole = small.TOO_MANY.replace("Too many requests", "Slow down")
    parts = [whole[: len(whole) * share // 10] for share in range(1, 11)]

    async def write_on(_: float) -> None:
        if parts:
            entry(base).write_text(parts.pop(0), encoding="utf-8")

    desk.reloader._sleep = write_on
    entry(base).write_text("", encoding="utf-8")
    await desk.reloader.look()
    assert not parts
    assert title(desk) == "Slow down"
    assert direct.send.await_count == 0


async def test_files_that_change_while_they_are_read_are_read_again(
    desk: Desk, base: Path, direct: AsyncMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first reading meets one file of the old update and one of the new."""
    reads = 0

    def read(directory: Path) -> Knowledge:
        nonlocal reads
        reads += 1
        found = load(directory)
        if reads == 1:
            edit(entry(base, "500"), "Something broke", "It broke")
        return found

    monkeypatch.setattr(reloading, "load", read)
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    assert (reads, title(desk), title(desk, "500")) == (2, "Slow down", "It broke")


async def test_files_that_change_without_end_are_read_in_the_end(desk: Desk, base: Path) -> None:
    waited = 0

    async def write_on(_: float) -> None:
        nonlocal waited
        waited += 1
        entry(base).write_text(small.TOO_MANY.replace("Too many requests", f"Slow down {waited}"), encoding="utf-8")

    desk.reloader._sleep = write_on
    await desk.reloader.reload()
    assert waited == ATTEMPTS
    assert title(desk) == f"Slow down {ATTEMPTS}"


async def test_a_folder_that_is_gone_keeps_the_old_until_it_is_back(
    desk: Desk, base: Path, direct: AsyncMock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.move(base, tmp_path / "away")
    await desk.reloader.look()
    assert title(desk) == "Too many requests"
    assert "base: does not exist" in caplog.text
    edit(entry(tmp_path / "away"), "Too many requests", "Slow down")
    shutil.move(tmp_path / "away", base)
    await desk.reloader.look()
    assert title(desk) == "Slow down"


async def test_a_folder_that_comes_back_as_it_was_is_in_order_again(
    desk: Desk, base: Path, direct: AsyncMock, tmp_path: Path
) -> None:
    (base / "errors").rename(tmp_path / "away")
    await desk.reloader.look()
    (tmp_path / "away").rename(base / "errors")
    await desk.reloader.look()
    assert direct.send.return_value.edit.await_args.kwargs == {"content": IN_ORDER}


async def test_a_folder_that_may_not_be_entered_for_a_while_is_told_and_read_again_after_that(
    desk: Desk, base: Path, direct: AsyncMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        for look in ("stat", "is_dir", "iterdir"):
            patch.setattr(Path, look, forbidden)
        await desk.reloader.look()
    assert "may not be read" in direct.send.await_args.args[0]
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    assert title(desk) == "Slow down"
    assert direct.send.return_value.edit.await_args.kwargs == {"content": IN_ORDER}


async def test_files_that_cannot_be_looked_at_are_told_and_looked_at_again(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(reloading, "stamp", Mock(side_effect=PermissionError))
        await desk.reloader.look()
    assert "looking at the knowledge failed with PermissionError" in caplog.text
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    assert title(desk) == "Slow down"


async def test_trouble_that_nobody_foresaw_is_logged_once_and_the_next_edit_is_read(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reloading, "load", Mock(side_effect=RecursionError))
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    await desk.reloader.look()
    assert caplog.text.count("reloading the knowledge failed with RecursionError") == 1
    monkeypatch.setattr(reloading, "load", load)
    edit(entry(base), "Slow down", "Go slow")
    await desk.reloader.look()
    assert title(desk) == "Go slow"


async def test_a_catalogue_that_comes_while_files_are_read_is_not_lost(desk: Desk, base: Path) -> None:
    catalogue = Catalogue({"o3": frozenset()}, frozenset(), discord.utils.utcnow())

    async def know(_: float) -> None:
        desk.know(catalogue)

    desk.reloader._sleep = know
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    assert title(desk) == "Slow down"
    assert desk.assistant._diagnosis._catalogue is catalogue


async def test_two_who_call_at_once_are_served_one_after_the_other(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = most = 0

    def read(directory: Path) -> Knowledge:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        time.sleep(0.05)
        busy -= 1
        return load(directory)

    monkeypatch.setattr(reloading, "load", read)
    edit(entry(base), "Too many requests", "Slow down")
    found = await asyncio.gather(*(desk.reloader.reload() for _ in range(3)))
    assert most == 1
    assert [each.changed for each in found] == [("429",), (), ()]


async def test_knowledge_of_old_is_let_go_of(desk: Desk, base: Path) -> None:
    old = weakref.ref(desk.knowledge)
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    gc.collect()
    assert old() is None


async def test_the_loop_goes_on_while_all_of_it_is_read(knowledge: Knowledge) -> None:
    """The longest pause while the shipped knowledge is read, against the time that the reading takes; best of three."""
    desk = Desk(Settings(), knowledge)
    desk.reloader._sleep = at_once
    pauses: list[float] = []

    async def beat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            desk.assistant.ask("HTTP 429")
            pauses.append(time.perf_counter() - began)

    async def share() -> float:
        pauses.clear()
        began = time.perf_counter()
        await desk.reloader.reload()
        took = time.perf_counter() - began
        await asyncio.sleep(0.05)
        return max(pauses) / took

    beating = asyncio.create_task(beat())
    shares = [await share() for _ in range(3)]
    beating.cancel()
    assert min(shares) < 0.3


def without(knowledge: Knowledge, id_: str) -> Knowledge:
    return replace(knowledge, entries={other: entry for other, entry in knowledge.entries.items() if other != id_})


async def test_an_answer_under_way_is_finished_with_the_knowledge_it_began_with(
    town: Town, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entry is taken out of the knowledge after it was found, and before its card is drawn."""
    follow = Answering._follow

    async def reload_and_follow(self: Answering, *args: Any) -> bool:
        town.desk.learn(without(knowledge, "429"))
        return await follow(self, *args)

    monkeypatch.setattr(Answering, "_follow", reload_and_follow)
    await town.maya.send(town.support, ERROR)
    assert knowledge.entries["429"].texts["en"].title in shown(town.card())
    assert "429" not in town.desk.knowledge.entries
    await town.bob.send(town.support, ERROR)
    assert len(town.cards()) == 1


async def test_each_event_has_the_knowledge_of_its_moment(desk: Desk, base: Path) -> None:
    old = desk.knowledge
    seen: list[Knowledge] = []

    async def handle(go_on: asyncio.Event) -> None:
        desk.first_met(len(seen) + 1)
        await go_on.wait()
        seen.append(desk.assistant.knowledge)

    go_on = asyncio.Event()
    first = asyncio.create_task(handle(go_on))
    await asyncio.sleep(0)
    edit(entry(base), "Too many requests", "Slow down")
    await desk.reloader.look()
    second = asyncio.create_task(handle(go_on))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, second)
    assert seen == [old, desk.knowledge]
    assert desk.assistant.knowledge is desk.knowledge
