"""Whatever stands in the files of a knowledge base: it is loaded or its mistakes are told, and nothing else happens."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.assistant.assistant import Assistant
from bot.knowledge import strict_yaml
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import KnowledgeError, load
from bot.knowledge.schema import PLACEHOLDERS
from tests.knowledge import small

MODELS = """\
families:
  acme:
    provider: Acme
    prefixes: [acme]
    models: [acme-1, acme-2]
    aliases: {acme-latest: acme-2}
    retired: {acme-0: acme-1, acme-old: null}
"""
FINDINGS = """\
findings:
  key-quoted:
    en: Quotes are sent as part of the key.
    zh: 引号被当成密钥的一部分发出去了。
  address-doubled:
    en: "`{sent}` holds `/v1` twice. Set the Base URL to `{put}`."
    zh: "`{sent}` 里有两个 `/v1`。Base URL 请填 `{put}`。"
"""
FILES = {
    "service.yaml": small.SERVICE,
    "cues.yaml": small.CUES,
    "models.yaml": MODELS,
    "findings.yaml": FINDINGS,
    "errors/429.yaml": small.TOO_MANY,
    "errors/500.yaml": small.BROKEN,
}
KEYS = sorted({key for text in FILES.values() for key in re.findall(r"[\w-]+(?=:)", text)})
HOLES = [f"{{{name}}}" for name in PLACEHOLDERS]
CLUTTER = [
    *":-#&*!|>'\"%@`{}[],?~\\ \n\t\0\x07\ufeff\u2028\ud800é错", "  ", "- ", ": ", "? ", "---\n", "...\n", "<<: *a",
    "&a ", "!!python/name:os.system ", "null", "true", "0x10", "1e999", "9" * 50, "{" * 40, "[" * 40, "- " * 40, "{}",
    "(a+)+$", ".*" * 9, *HOLES,
]  # fmt: skip

file_names = st.sampled_from(sorted(FILES))
words = st.sampled_from(CLUTTER) | st.sampled_from(KEYS) | st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


def take(name: str, text: str) -> None:
    """Load a base in which one file says something else, and answer from it; where it does not load, it says why."""
    with tempfile.TemporaryDirectory() as place:
        base = Path(place)
        (base / "errors").mkdir()
        for file, original in FILES.items():
            (base / file).write_bytes((text if file == name else original).encode("utf-8", "surrogatepass"))
        knowledge, told = loaded(base)
    if knowledge is None:
        assert told
        assert all(line.startswith(str(base)) for line in told)
        return
    assistant = Assistant(knowledge)
    for entry in knowledge.entries.values():
        for example in (*entry.examples, *entry.match.messages):
            assistant.ask(example)


def loaded(base: Path) -> tuple[Knowledge | None, list[str]]:
    """Return the knowledge, or what is wrong with it, line by line."""
    try:
        return load(base), []
    except KnowledgeError as error:
        return None, str(error).split("\n")


def dumped(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True)


@given(st.binary() | st.lists(words).map(lambda some: "".join(some).encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_document_or_mistakes_with_their_lines(data: bytes) -> None:
    document = strict_yaml.load(data)
    assert document.root is not None or document.mistakes
    assert all(1 <= mistake.line <= len(data) + 1 and mistake.text for mistake in document.mistakes)


@st.composite
def edited(draw: st.DrawFn, name: str) -> str:
    """A file with some of it cut out, doubled, or something else in its place."""
    text = FILES[name]
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(st.integers(0, len(text))), draw(st.integers(0, 40))
        old = text[start : start + length]
        text = text[:start] + draw(st.sampled_from(["", old * 2]) | words) + text[start + length :]
    return text


@given(file_names.flatmap(lambda name: st.tuples(st.just(name), edited(name))))
def test_a_slip_of_the_pen_is_told_or_does_no_harm(file: tuple[str, str]) -> None:
    take(*file)


@st.composite
def grafted(draw: st.DrawFn, name: str) -> str:
    """A file in which something else stands in the place of a value, or beside it."""
    root = node = yaml.safe_load(FILES[name])
    while True:
        step = draw(st.sampled_from(list(node) if isinstance(node, dict) else list(range(len(node)))))
        inner = node[step]
        if not inner or not isinstance(inner, dict | list) or draw(st.booleans()):
            break
        node = inner
    node[step] = draw(values)
    if isinstance(node, dict) and draw(st.booleans()):
        node[draw(words)] = draw(values)
    return dumped(root)


@given(file_names.flatmap(lambda name: st.tuples(st.just(name), grafted(name))))
def test_anything_in_the_place_of_a_value_is_told_or_does_no_harm(file: tuple[str, str]) -> None:
    take(*file)


shreds = st.lists(st.sampled_from([*HOLES, "Error", "错误", " ", ".", "*", "(", "a", "429", "é", "_"]), min_size=1)


@given(shreds.map("".join), shreds.map("".join), st.integers(1, 50))
def test_any_template_that_is_taken_is_looked_for_in_any_text(template: str, text: str, times: int) -> None:
    entry = yaml.safe_load(small.TOO_MANY)
    entry["match"]["messages"] = [template]
    take("errors/429.yaml", dumped(entry | {"examples": ["429", text * times]}))
