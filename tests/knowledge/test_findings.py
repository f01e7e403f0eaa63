"""The words for findings are loaded as strictly as everything else, and may be left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.assistant import findings
from bot.assistant.assistant import Assistant
from bot.assistant.findings import key, sender
from bot.knowledge import cache
from bot.knowledge.base import Knowledge, KnowledgeError
from bot.knowledge.loading import load
from bot.knowledge.schema import Meaning
from tests.knowledge.small import write

WORDS = """\
findings:
  limiter:
    en: "`{count}` requests in `{minutes}` minutes"
    zh: "`{minutes}` 分钟 `{count}` 次"
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    directory = write(tmp_path / "knowledge")
    (directory / "findings.yaml").write_text(WORDS, encoding="utf-8")
    return directory


def wrong(base: Path, old: str, new: str) -> list[str]:
    assert old in WORDS
    (base / "findings.yaml").write_text(WORDS.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        load(base)
    return [f"{problem.line}: {problem.text}" for problem in raised.value.problems]


def test_without_the_file_nothing_is_told(base: Path) -> None:
    text = "HTTP 429 您已达到请求数限制：1分钟内最多请求20次"
    assert [found.text for found in Assistant(load(base)).ask(text, lang="en").findings] == [
        "`20` requests in `1` minutes"
    ]
    (base / "findings.yaml").unlink()
    assert Assistant(load(base)).ask(text).findings == ()


def test_a_finding_without_words_is_not_told(base: Path) -> None:
    text = "HTTP 429 您已达到请求数限制：1分钟内最多请求20次. Please retry after 20 seconds."
    assert [found.id for found in Assistant(load(base)).ask(text).findings] == ["limiter"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("limiter", "limitter", "2: there is no finding 'limitter' (did you mean 'limiter'?)"),
        ('    zh: "`{minutes}` 分钟 `{count}` 次"\n', "", "2: language 'zh' is missing"),
        (
            "{count}` requests",
            "{number}` requests",
            "3: unknown placeholder {number}; 'limiter' has {count}, {minutes}",
        ),
        (
            "{count}` 次",
            "{count.real}` 次",
            "4: 'findings.limiter.zh': write a placeholder as a name in braces, such as {model}",
        ),
        (
            "{count}` requests",
            "{count` requests",
            "3: 'findings.limiter.en': write a placeholder as a name in braces, such as {model}",
        ),
        ("findings:", "finding:", "1: unknown key 'finding' (did you mean 'findings'?)"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(base: Path, old: str, new: str, told: str) -> None:
    assert wrong(base, old, new) == [told]


def test_a_file_by_another_name_is_told(base: Path) -> None:
    (base / "findings.yaml").rename(base / "finding.yaml")
    with pytest.raises(KnowledgeError, match=r"did you mean 'findings\.yaml'"):
        load(base)


def test_the_words_come_back_from_the_cache(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cache.load(base)
    assert cache.load(base).findings == load(base).findings


def named_by_findings() -> Iterator[Meaning]:
    """Yield the entries and cases that findings name in their code."""
    rows: list[Sequence[str]] = [("401", *key._RECOGNISED)]
    for file in Path(findings.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="means"), args=[ast.Starred(value=ast.Name(id="meaning"))]):
                    rows += sender._OWN
                case ast.Call(func=ast.Attribute(attr="means") | ast.Name(id="Meaning"), args=words):
                    rows.append([ast.literal_eval(word) for word in words])
    for entry, *cases in rows:
        yield Meaning(entry)
        yield from (Meaning(entry, case) for case in cases)


def test_what_findings_name_is_in_the_base_that_comes_with_the_bot(knowledge: Knowledge) -> None:
    """Another service's may do without; what is told of it is not told there."""
    named = set(named_by_findings())
    assert {Meaning("503", "no-channel"), Meaning("413", "body"), Meaning("401", "used-up")} <= named
    assert not sorted(map(str, named.difference(knowledge.meanings())))
