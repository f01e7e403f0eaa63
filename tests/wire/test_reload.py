from __future__ import annotations

import asyncio
import os
import pty
import re
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.chat.reloading import IN_ORDER, REFUSED
from bot.knowledge.loading import default_directory
from tests.knowledge.test_changes import edit
from tests.wire.events import MAYA, Event, member, new_id, slash_elsewhere
from tests.wire.loopback import TOKEN, Loopback, loopback
from tests.wire.process import Running, bot, bot_anew

TITLE = "The model has hit its traffic limit"
CAUSE = "Upstream rate limit"


def few(base: Path, *entries: str) -> Path:
    """Make a folder with a copy of the knowledge that has only a few entries, and return it."""
    shutil.copytree(default_directory(), base)
    for file in (base / "errors").iterdir():
        if file.stem not in entries:
            file.unlink()
    service = base / "service.yaml"
    text = service.read_text(encoding="utf-8")
    service.write_text(re.sub("^published: .*", f"published: {list(entries)}", text, flags=re.MULTILINE), "utf-8")
    return base


@dataclass
class Place:
    """A bot that is connected and watches its knowledge, and the entry to be edited."""

    there: Loopback
    running: Running
    base: Path

    @property
    def entry(self) -> Path:
        return self.base / "errors" / "429.yaml"

    async def title(self) -> str:
        return str(await self.there.ask(asked())).partition("429 · ")[2].partition("\\n")[0].partition("'")[0]


def asked() -> Event:
    """`/error 429`, each time by somebody else, in another place."""
    who = member(MAYA | {"id": new_id()}) | {"permissions": "2147483647"}
    return slash_elsewhere("429") | {"member": who, "guild_id": new_id(), "channel_id": new_id()}


@asynccontextmanager
async def serving(base: Path) -> AsyncIterator[Place]:
    async with loopback() as there, bot(there.address, KNOWLEDGE_DIR=str(base), LOG_LEVEL="DEBUG") as running:
        await running.logs("is watched")
        await asyncio.sleep(0.2)
        yield Place(there, running, base)
        ended = await running.end(signalled=signal.SIGTERM, within=5)
        assert (ended.code, ended.err) == (0, "")
        assert "Traceback" not in ended.out


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(few(tmp_path / "base", "429")) as place:
        assert await place.title() == TITLE
        yield place


async def test_an_edit_is_answered_from_without_a_restart(place: Place) -> None:
    edit(place.entry, TITLE, "Slow down")
    await place.running.logs("the knowledge was reloaded: changed 429")
    assert await place.title() == "Slow down"
    assert place.there.count("IDENTIFY") == 1


async def test_a_bad_edit_keeps_the_old_and_the_log_and_the_owner_are_told_where(place: Place) -> None:
    direct = {"id": new_id(), "type": 1, "recipients": [MAYA], "last_message_id": None}
    place.there.fail("POST", "/users/@me/channels", 200, direct)
    edit(place.entry, "acts: ", "act: ")
    await place.running.logs("the knowledge stays as it was")
    told = await place.there.seen("POST", f"/channels/{direct['id']}/messages")
    assert told.json["content"].startswith(REFUSED)
    assert re.search(r"/base/errors/429\.yaml:\d+: 429: ", told.json["content"])
    assert await place.title() == TITLE
    edit(place.entry, "act: ", "acts: ")
    mended = await place.there.seen("PATCH", f"/channels/{direct['id']}/messages")
    assert mended.json["content"] == IN_ORDER


async def test_sighup_reloads_and_nothing_else(place: Place) -> None:
    for _ in range(2):
        place.running.process.send_signal(signal.SIGHUP)
        await place.running.logs("the knowledge was reloaded: nothing changed")
    assert await place.title() == TITLE


async def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(place: Place) -> None:
    whole = place.entry.read_bytes().replace(TITLE.encode(), b"Slow down")
    with place.entry.open("wb", buffering=0) as file:
        for start in range(0, len(whole), len(whole) // 8 + 1):
            file.write(whole[start : start + len(whole) // 8 + 1])
            assert await place.title() == TITLE
            await asyncio.sleep(0.2)
    await place.running.logs("the knowledge was reloaded: changed 429")
    assert await place.title() == "Slow down"


async def test_half_a_file_is_refused_and_the_whole_one_after_it_is_read(place: Place) -> None:
    text = place.entry.read_text(encoding="utf-8").replace(TITLE, "Slow down")
    place.entry.write_text(text[: len(text) // 2], encoding="utf-8")
    await place.running.logs("the knowledge stays as it was")
    assert await place.title() == TITLE
    place.entry.write_text(text, encoding="utf-8")
    await place.running.logs("the knowledge was reloaded")
    assert await place.title() == "Slow down"


async def test_a_folder_that_disappears_and_comes_back_with_an_edit_is_answered_from(
    place: Place, tmp_path: Path
) -> None:
    shutil.move(place.base, tmp_path / "away")
    await place.running.logs("base: does not exist")
    assert await place.title() == TITLE
    shutil.rmtree(tmp_path / "away")
    few(place.base, "429")
    edit(place.entry, TITLE, "Slow down")
    await place.running.logs("the knowledge was reloaded: changed 429")
    assert await place.title() == "Slow down"


async def test_under_load_everybody_is_answered_once_and_every_answer_is_of_one_edition(place: Place) -> None:
    """Four editions, each with its number in the title and in the cause, one of them bad, while people ask."""
    source = place.entry.read_text(encoding="utf-8")
    answers: list[str] = []
    asking = True

    async def ask_on() -> None:
        while asking:
            answers.append(str(await place.there.ask(asked())))
            await asyncio.sleep(0.02)

    people = [asyncio.create_task(ask_on()) for _ in range(3)]
    for edition in range(1, 5):
        text = source.replace(TITLE, f"Title {edition}.").replace(CAUSE, f"Cause {edition}.")
        place.entry.write_text("acts: [" if edition == 3 else text, encoding="utf-8")
        await place.running.logs("stays as it was" if edition == 3 else "was reloaded")
    asking = False
    await asyncio.gather(*people)
    answers.append(str(await place.there.ask(asked())))
    editions = [(set(re.findall(r"Title (\d)", answer)), set(re.findall(r"Cause (\d)", answer))) for answer in answers]
    assert all(titles == causes and len(titles) <= 1 for titles, causes in editions)
    assert set().union(*(titles for titles, _ in editions)) == {"1", "2", "4"}
    assert place.there.count("POST", "/interactions/") == len(answers) + 1


async def test_a_terminal_that_is_closed_ends_the_bot_and_a_signal_from_elsewhere_does_not(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    base = few(tmp_path / "base", "429")
    async with (
        loopback() as there,
        bot_anew(there.address, TOKEN, its, KNOWLEDGE_DIR=str(base), LOG_LEVEL="DEBUG") as running,
    ):
        os.close(its)
        await running.logs("is watched")
        running.process.send_signal(signal.SIGHUP)
        await running.logs("the knowledge was reloaded")
        os.close(ours)
        began = time.monotonic()
        assert (await running.end(within=5)).code == 0
        assert time.monotonic() - began < 5
