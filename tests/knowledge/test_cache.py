"""A knowledge base that has been loaded once is not validated again while its files are as they were."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge import cache, loading
from bot.knowledge.base import Knowledge, KnowledgeError, default_directory
from tests.knowledge.small import write


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return write(tmp_path / "knowledge")


def kept(base: Path) -> Path:
    (file,) = (base.parent / "cache" / "error-desk").iterdir()
    return file


def says(knowledge: Knowledge) -> tuple[object, ...]:
    return (knowledge.service, knowledge.cues, knowledge.families, dict(knowledge.entries), knowledge.findings)


def test_what_comes_from_the_cache_is_what_the_files_say(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cache.load(base)
    monkeypatch.setattr(loading, "load", lambda _: pytest.fail("the files were read again"))
    assert says(cache.load(base)) == says(first)


def test_the_shipped_base_comes_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.load(default_directory())
    assert says(cache.load(default_directory())) == says(loading.load(default_directory()))


def test_a_changed_file_is_read_at_once(base: Path) -> None:
    cache.load(base)
    entry = base / "errors" / "429.yaml"
    entry.write_text(entry.read_text(encoding="utf-8").replace("acts: wait", "acts: you"), encoding="utf-8")
    assert cache.load(base).entries["429"].acts == "you"


def test_a_file_that_is_gone_is_gone(base: Path) -> None:
    cache.load(base)
    (base / "cues.yaml").unlink()
    assert cache.load(base).cues.trouble == ()


def test_a_file_that_goes_while_the_folder_is_looked_through_is_no_error(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "walk", lambda _: [(str(base), [], ["service.yaml", "gone.yaml"])])
    assert cache._state(base)


def test_a_mistake_is_told_however_good_the_base_was_before(base: Path) -> None:
    cache.load(base)
    (base / "errors" / "429.yaml").write_text("nonsense", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        cache.load(base)


@pytest.mark.parametrize("rubbish", ["", "{", "[]", '{"state": 1}', "null", "\udcff"])
def test_a_broken_cache_is_no_error(base: Path, rubbish: str) -> None:
    whole = says(cache.load(base))
    kept(base).write_text(rubbish, encoding="utf-8", errors="surrogateescape")
    assert says(cache.load(base)) == whole


def test_a_cache_of_another_shape_is_no_error(base: Path) -> None:
    whole = says(cache.load(base))
    held = json.loads(kept(base).read_text(encoding="utf-8"))
    kept(base).write_text(json.dumps({"state": held["state"], "service": {"colour": 1}}), encoding="utf-8")
    assert says(cache.load(base)) == whole


def test_after_a_change_of_the_program_the_files_are_read_again(
    base: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "program"
    shutil.copytree(Path(cache.__file__).parent, program)
    monkeypatch.setattr(cache, "__file__", str(program / "cache.py"))
    cache.load(base)
    monkeypatch.setattr(loading, "load", lambda _: pytest.fail("the files were read again"))
    cache.load(base)
    schema = program / "schema.py"
    schema.write_text(schema.read_text(encoding="utf-8").replace("Line(90", "Line(5"), encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match="read again"):
        cache.load(base)


def test_without_a_home_to_keep_it_in_the_files_are_read(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert cache.load(base).entries.keys() == loading.load(base).entries.keys()


def test_without_a_place_to_keep_it_the_files_are_read(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert cache.load(base).entries.keys() == loading.load(base).entries.keys()


def test_a_second_question_needs_neither_pydantic_nor_yaml(base: Path) -> None:
    told = "import sys; from bot.knowledge import cache; from pathlib import Path; cache.load(Path(sys.argv[1])); "
    told += "print(*{'pydantic', 'yaml'} & set(sys.modules))"
    for needed in ("pydantic yaml", ""):
        ran = subprocess.run(
            [sys.executable, "-c", told, str(base)], capture_output=True, text=True, check=True, env=dict(os.environ)
        )
        assert sorted(ran.stdout.split()) == needed.split()
