"""The ways in which an edit reaches a knowledge base: nobody is told of a mistake that is none."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.chat.client import Desk
from bot.knowledge.loading import load
from bot.settings import Settings
from tests.knowledge import small

OLD, NEW = "Too many requests", "Slow down"

EDITED = small.TOO_MANY.replace(OLD, NEW)

Way = Callable[[Path], Iterator[None]]
"""Writes an edited entry over that of a base, and yields in between."""


def vim(base: Path) -> Iterator[None]:
    """See `:help backup-table` in Vim."""
    errors = base / "errors"
    (errors / ".429.yaml.swp").write_bytes(b"b0VIM 9.0\0\0\xff")
    yield
    (errors / "4913").touch()
    (errors / "4913").unlink()
    (errors / "429.yaml").rename(errors / "429.yaml~")
    yield
    (errors / "429.yaml").write_text(EDITED[:100], encoding="utf-8")
    yield
    (errors / "429.yaml").write_text(EDITED, encoding="utf-8")
    yield
    (errors / "429.yaml~").unlink()
    (errors / ".429.yaml.swp").unlink()


def emacs(base: Path) -> Iterator[None]:
    errors = base / "errors"
    (errors / ".#429.yaml").symlink_to("me@here.1234:1700000000")
    (errors / "#429.yaml#").write_text(EDITED[:200], encoding="utf-8")
    yield
    (errors / "429.yaml").write_text("", encoding="utf-8")
    yield
    (errors / "429.yaml").write_text(EDITED, encoding="utf-8")
    (errors / ".#429.yaml").unlink()
    (errors / "#429.yaml#").unlink()


def another_file_in_its_place(base: Path) -> Iterator[None]:
    """As rsync does it, and every editor that saves in one go."""
    new = base / "errors" / ".429.yaml.Xy12ab"
    new.write_text(EDITED[:50], encoding="utf-8")
    yield
    new.write_text(EDITED, encoding="utf-8")
    yield
    new.rename(base / "errors" / "429.yaml")


def git(base: Path) -> Iterator[None]:
    """A checkout takes each file away and writes it anew."""
    (base / ".git").mkdir()
    (base / ".git" / "index.lock").touch()
    for file in sorted(base.rglob("*.yaml")):
        text = EDITED if file.stem == "429" else file.read_text(encoding="utf-8")
        file.unlink()
        yield
        file.write_text(text, encoding="utf-8")
    yield
    (base / ".git" / "index.lock").unlink()


def the_folder_removed_and_made_anew(base: Path) -> Iterator[None]:
    shutil.rmtree(base / "errors")
    yield
    shutil.rmtree(base)
    yield
    base.mkdir()
    yield
    base.rmdir()
    small.write(base)
    yield
    (base / "errors" / "429.yaml").write_text(EDITED, encoding="utf-8")


WAYS = (vim, emacs, another_file_in_its_place, git, the_folder_removed_and_made_anew)


def title(desk: Desk) -> str:
    return desk.assistant.ask("429", lang="en").title


async def write(desk: Desk, steps: Iterator[None]) -> None:
    """Take the steps, each while the files are waited for to be left alone."""
    under_way = True

    async def go_on(_: float = 0) -> None:
        nonlocal under_way
        under_way = next(steps, True) is None

    desk.reloader._sleep = go_on
    while under_way:
        await go_on()
        await desk.reloader.look()
        assert title(desk) in {OLD, NEW}


@pytest.mark.parametrize("way", WAYS)
async def test_an_edit_is_answered_from_whichever_way_it_comes(
    way: Way, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    base = small.write(tmp_path / "base")
    desk = Desk(Settings(knowledge_dir=base), load(base))
    caplog.set_level(logging.INFO, "bot")
    await write(desk, way(base))
    assert title(desk) == NEW
    assert [record.getMessage() for record in caplog.records] == ["the knowledge was reloaded: changed 429"]


def mounted(base: Path, *releases: Path) -> Path:
    """Make a base as Kubernetes mounts a ConfigMap: links to links, one of which is exchanged.

    https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
    """
    for folder in (Path(), Path("errors")):
        place = base / folder
        place.mkdir(parents=True)
        for number, release in enumerate(releases):
            files = [file for file in (release / folder).iterdir() if file.is_file()]
            (place / f"..{number}").mkdir()
            for file in files:
                shutil.copy(file, place / f"..{number}")
                link = place / file.name
                if not link.is_symlink():
                    link.symlink_to(Path("..data", file.name))
        (place / "..data").symlink_to("..0")
    return base


def exchange(link: Path, target: str) -> None:
    new = link.with_name("..data_tmp")
    new.symlink_to(target)
    new.rename(link)


async def test_a_config_map_that_is_exchanged_is_answered_from(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = small.write(tmp_path / "old"), small.write(tmp_path / "new")
    (new / "errors" / "429.yaml").write_text(EDITED, encoding="utf-8")
    base = mounted(tmp_path / "base", old, new)
    desk = Desk(Settings(knowledge_dir=base), load(base))
    caplog.set_level(logging.INFO, "bot")
    assert title(desk) == OLD

    def update() -> Iterator[None]:
        for place in (base, base / "errors"):
            exchange(place / "..data", "..1")
            yield
            shutil.rmtree(place / "..0")
            yield

    await write(desk, update())
    assert title(desk) == NEW
    assert [record.getMessage() for record in caplog.records][-1] == "the knowledge was reloaded: changed 429"
    assert all(record.levelno == logging.INFO for record in caplog.records)


async def test_a_link_that_leads_to_another_release_is_answered_from(tmp_path: Path) -> None:
    small.write(tmp_path / "1")
    (small.write(tmp_path / "2") / "errors" / "429.yaml").write_text(EDITED, encoding="utf-8")
    current = tmp_path / "current"
    current.symlink_to("1")
    desk = Desk(Settings(knowledge_dir=current), load(current))
    await write(desk, iter(()))
    assert title(desk) == OLD
    exchange(current, "2")
    await write(desk, iter(()))
    assert title(desk) == NEW
