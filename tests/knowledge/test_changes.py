from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.knowledge.changes import changes
from bot.knowledge.loading import KnowledgeError, load, stamp
from tests.knowledge import small


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return small.write(tmp_path / "base")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_entries_that_came_changed_and_went_are_named_and_so_is_a_file_beside_them(base: Path) -> None:
    old = load(base)
    errors = base / "errors"
    edit(errors / "429.yaml", "Too many requests", "Far too many requests")
    (errors / "500.yaml").rename(errors / "broken.yaml")
    edit(base / "cues.yaml", "please help", "help me")
    found = changes(old, load(base))
    assert (found.added, found.changed, found.removed) == (("broken",), ("429", "cues.yaml"), ("500",))
    assert str(found) == "added broken; changed 429, cues.yaml; removed 500"


def test_a_comment_or_another_way_to_write_the_same_is_no_change(base: Path) -> None:
    old = load(base)
    edit(base / "errors" / "429.yaml", "acts: wait", "acts: 'wait' # for now")
    found = changes(old, load(base))
    assert not found
    assert str(found) == "nothing changed"


@pytest.mark.parametrize(
    "do",
    [
        lambda base: edit(base / "errors" / "429.yaml", "a minute", "an hour"),
        lambda base: (base / "errors" / "500.yaml").unlink(),
        lambda base: (base / "errors" / "500.yaml").rename(base / "errors" / "501.yaml"),
        lambda base: (base / "errors" / "New.YAML").touch(),
        lambda base: edit(base / "service.yaml", "Example", "Another"),
        lambda base: (base / "model.yaml").touch(),
        lambda base: (base / "errors").rename(base / "gone"),
        lambda base: base.rename(base.with_name("gone")),
    ],
)
def test_whatever_is_read_otherwise_after_it_changes_the_stamp(base: Path, do: Callable[[Path], object]) -> None:
    before = stamp(base)
    assert before == stamp(base)
    do(base)
    assert stamp(base) != before


def test_a_file_of_the_same_length_and_time_put_in_the_place_of_another_changes_the_stamp(base: Path) -> None:
    file, before = base / "errors" / "429.yaml", stamp(base)
    stat, other = file.stat(), base / "other"
    other.write_text(small.TOO_MANY.replace("a minute", "a decade"), encoding="utf-8")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)
    assert file.stat().st_size == stat.st_size
    assert stamp(base) != before


@pytest.mark.parametrize(
    "name",
    [".429.yaml.swp", ".429.yaml.swo", "4913", "429.yaml~", "#429.yaml#", ".#429.yaml", "429.yaml.tmp", "sedXb1"],
)
def test_what_editors_put_beside_a_file_changes_nothing(base: Path, name: str) -> None:
    before = stamp(base)
    for folder in (base, base / "errors"):
        (folder / name).write_text("half of it", encoding="utf-8")
    (base / "errors" / ".git").mkdir()
    (base / "errors" / ".git" / "1.yaml").touch()
    assert stamp(base) == before
    assert load(base).stamp == before


def test_knowledge_tells_the_state_of_its_files_and_a_folder_that_is_missing_has_one_too(base: Path) -> None:
    missing = base / "missing"
    assert load(base).stamp == stamp(base)
    with pytest.raises(KnowledgeError):
        load(missing)
    before = stamp(missing)
    missing.mkdir()
    assert stamp(missing) != before
