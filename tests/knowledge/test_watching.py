from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.watching import touched
from tests.knowledge import small

SOON = 8.0


class Watch:
    """Counts how often a folder was said to be touched."""

    def __init__(self) -> None:
        self.times = 0
        self._told = asyncio.Event()

    async def told(self, within: float = SOON) -> None:
        """Wait for the next time."""
        self._told.clear()
        await asyncio.wait_for(self._told.wait(), within)

    def note(self) -> None:
        self.times += 1
        self._told.set()


@asynccontextmanager
async def watching(directory: Path, every: float) -> AsyncIterator[Watch]:
    watch = Watch()

    async def go_on() -> None:
        async with aclosing(touched(directory, every=every)) as changing:
            async for _ in changing:
                watch.note()

    task = asyncio.create_task(go_on())
    await asyncio.sleep(0.5)
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


def swap(folder: Path, new: Path) -> None:
    """Put a folder in the place of another, as a release is."""
    folder.rename(folder.with_name("old"))
    new.rename(folder)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return small.write(tmp_path / "base")


async def test_an_edit_is_noticed_long_before_the_next_look(base: Path) -> None:
    async with watching(base, every=600) as watch:
        (base / "errors" / "429.yaml").write_text("half")
        await watch.told()
        (base / "errors" / "500.yaml").unlink()
        await watch.told()


async def test_many_writes_at_once_are_one_touch_or_a_few(base: Path) -> None:
    async with watching(base, every=600) as watch:
        for number in range(200):
            (base / "errors" / f"{number}.yaml").write_text("x")
        await watch.told()
        await asyncio.sleep(1)
        assert watch.times < 5


async def test_nothing_happens_and_it_is_looked_at_all_the_same(base: Path) -> None:
    async with watching(base, every=0.2) as watch:
        await watch.told()
        await watch.told()


async def test_a_folder_that_goes_and_comes_back_is_watched_again(base: Path, tmp_path: Path) -> None:
    async with watching(base, every=0.3) as watch:
        shutil.rmtree(base)
        await watch.told()
        await asyncio.sleep(1)
        small.write(base)
        await asyncio.sleep(1)
        before = watch.times
        await watch.told()
        assert watch.times > before


async def test_an_edit_is_noticed_at_once_in_a_folder_that_took_the_place_of_another(
    base: Path, tmp_path: Path
) -> None:
    new = small.write(tmp_path / "new")
    async with watching(base, every=2) as watch:
        swap(base, new)
        await asyncio.sleep(4.5)
        await watch.told()  # a look: it begins the next two seconds
        before = time.monotonic()
        (base / "errors" / "429.yaml").write_text("half")
        await watch.told()
        assert time.monotonic() - before < 1.5


async def test_a_link_that_is_exchanged_inside_the_folder_is_noticed_at_once(base: Path, tmp_path: Path) -> None:
    """As Kubernetes exchanges a ConfigMap."""
    (base / "errors" / "..2").mkdir()
    (base / "errors" / "..data").symlink_to("..1")
    async with watching(base, every=600) as watch:
        (base / "errors" / "..data_tmp").symlink_to("..2")
        (base / "errors" / "..data_tmp").rename(base / "errors" / "..data")
        await watch.told()


async def test_where_no_more_folders_can_be_watched_it_is_looked_at_and_the_operator_told_once(
    base: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("watchfiles.awatch", refuse)
    with caplog.at_level(logging.WARNING):
        async with watching(base, every=0.1) as watch:
            await watch.told()
            await watch.told()
    assert [record.getMessage().partition(" is ")[2] for record in caplog.records] == [
        "looked at every 0 s: it cannot be watched ([Errno 28] No space left on device)"
    ]
