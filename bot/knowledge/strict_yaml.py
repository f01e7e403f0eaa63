"""YAML without surprises: every mistake is a line number and a sentence, never a traceback.

What is read is the part of YAML 1.2 that people write by hand: mappings with text as keys, lists, text,
numbers, `true`, `false` and nothing. `no`, `12:30` and `2026-01-31` are text, as in every editor.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

LARGEST = 1_000_000
"""The most bytes a file may have; a long entry has some thirty thousand."""

DEEPEST = 30
"""The most levels of lists and mappings: libyaml crashes the process on some ten thousand of them."""

_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}\.[0-9]{0,18}")
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


_SUSPECT = (
    re.compile(r"[&*!](?<![^\s,\[{:?].)(?:(?<=!)|[^\s*])"),  # an anchor, an alias or a tag, and not `**`
    re.compile(rf"^[ ]{{{DEEPEST}}}", re.MULTILINE),  # or deep nesting in blocks
    re.compile(rf"[-?:][ \t](?:[-?:][ \t]){{{DEEPEST - 1}}}"),
)
_BRACKET = re.compile(r"[\[\]{}]")


class Mistake(NamedTuple):
    """What is wrong and in which line (1-based) of the file."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, every mistake in its notation, and where in it things stand."""

    content: dict[str, Any]
    mistakes: tuple[Mistake, ...]
    root: yaml.Node | None = None

    def line_of(self, location: Sequence[int | str]) -> int:
        """Return the line (1-based) of a place.

        Args:
            location: Keys and list positions from the top, e.g. `("texts", "en", "steps", 0)`. Where the
                place itself is missing, the line of its nearest parent is returned.
        """
        return self._find(location)[0]

    def written(self, location: Sequence[int | str]) -> str | None:
        """Return the text or number at a place as the file has it, or None where neither stands there."""
        node = self._find(location)[1]
        return node.value if isinstance(node, yaml.ScalarNode) else None

    def _find(self, location: Sequence[int | str]) -> tuple[int, yaml.Node | None]:
        line, node = 1, self.root
        for step in location:
            if isinstance(node, yaml.MappingNode):
                pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
                if pair is None:
                    return line, None
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line + 1
            else:
                return line, None
        return line, node


class _UnusableError(Exception):
    """The file cannot be read at all."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


def load(data: bytes) -> Document:
    """Read one YAML file that has to be a mapping.

    Args:
        data: The file as it is on disk.

    Returns:
        The document; its content is empty where the file cannot be read at all.
    """
    try:
        root = _compose(_text(data))
    except _UnusableError as error:
        return Document({}, error.mistakes)
    mistakes: list[Mistake] = []
    content = _value(root, mistakes)
    return Document(content, tuple(mistakes), root)


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise _UnusableError(Mistake(1, f"the file is too long: at most {LARGEST:,} bytes are read"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        told = f"byte 0x{data[error.start]:02x} is no UTF-8; save the file as UTF-8"
        raise _UnusableError(Mistake(line, told)) from None
    if not text.strip():
        raise _UnusableError(Mistake(1, "the file is empty"))
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        told = f"the invisible character U+{ord(found.group()):04X} cannot stand in YAML; delete it"
        raise _UnusableError(Mistake(line, told))
    return text


def _compose(text: str) -> yaml.MappingNode:
    try:
        if _is_suspect(text) and (refused := _refused(text)):
            raise _UnusableError(*refused)
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        raise _UnusableError(_in_plain_words(error, text)) from None
    except yaml.YAMLError as error:
        raise _UnusableError(Mistake(1, f"not valid YAML: {error}".splitlines()[0])) from None
    if root is None:
        raise _UnusableError(Mistake(1, "the file holds nothing but comments"))
    if not isinstance(root, yaml.MappingNode):
        what = "a list" if isinstance(root, yaml.SequenceNode) else "text"
        line = root.start_mark.line + 1
        raise _UnusableError(Mistake(line, f"expected lines such as 'key: value', found {what}"))
    return root


def _is_suspect(text: str) -> bool:
    """Say whether a text may hold what is refused; only such a text is read event by event."""
    if any(pattern.search(text) for pattern in _SUSPECT):
        return True
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth = depth + 1 if bracket[0] in "[{" else max(depth - 1, 0)
        if depth > DEEPEST:
            return True
    return False


def _refused(text: str) -> list[Mistake]:
    """Return what is YAML but has no place here: aliases, which can stand for gigabytes, tags and deep nesting."""
    found: dict[Mistake, None] = {}
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            found[Mistake(line, f"lists or keys more than {DEEPEST} levels deep")] = None
            break
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            shown, what = f"*{event.anchor}", "an alias"
            if not isinstance(event, yaml.AliasEvent):
                shown, what = f"&{event.anchor}", "an anchor"
            found[Mistake(line, f"{shown} is {what}: write it out, or put text that begins so in quotes")] = None
        if tag := getattr(event, "tag", None):
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            found[Mistake(line, f"{shown} is a tag: leave it out, or put text that begins so in quotes")] = None
    return list(found)


def _value(node: yaml.Node, mistakes: list[Mistake]) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style else _scalar(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, mistakes) for item in node.value]
    mapping: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append(Mistake(line, "a key has to be text; put text that begins with [ or { in quotes"))
        elif key.value in mapping:
            mistakes.append(Mistake(line, f"key '{key.value}' is given twice"))
        else:
            mapping[key.value] = _value(value, mistakes)
    return mapping


def _scalar(plain: str) -> Any:
    if plain in _NOTHING:
        return None
    if plain in _TRUTH:
        return _TRUTH[plain]
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return float(plain) if _DECIMAL.fullmatch(plain) else plain


_QUOTE_IT = "put the text in quotes"
_UNCLOSED = "the quote that opens here is never closed"
_BACKSLASH = "inside \"…\" a backslash is written twice; or use '…'"
_PLAIN_WORDS = {
    "mapping values are not allowed": f"': ' makes a key of what is before it: {_QUOTE_IT}, or mend the indentation",
    "mapping keys are not allowed": f"text cannot begin with '? ': {_QUOTE_IT}",
    "block sequence entries are not allowed": f"a list begins on a line of its own; or {_QUOTE_IT}",
    "could not find expected ':'": "this is neither 'key: value' nor text that is indented under its key",
    "found a tab": "indent with spaces, not with a tab",
    "expected alphabetic or numeric": f"text cannot begin with * or &: {_QUOTE_IT}",
    "unexpected end of stream": _UNCLOSED,
    "unexpected document indicator": _UNCLOSED,
    "unknown escape character": _BACKSLASH,
    "hexdecimal": _BACKSLASH,
    "invalid Unicode character escape": _BACKSLASH,
    "expected comment or line break": f"behind | or > the text begins on the next line; or {_QUOTE_IT}",
    "expected ',' or ']'": f"the [ that opens here is never closed; or {_QUOTE_IT}",
    "expected ',' or '}'": f"the {{ that opens here is never closed; or {_QUOTE_IT}",
    "expected node content": f"text cannot begin so: {_QUOTE_IT}",
    "found another document": "--- begins a second document; one file holds one",
    "expected key": f"this does not fit the lines above: {_QUOTE_IT} as a whole, or mend the indentation",
    "expected '-' indicator": f"this does not fit the list above: {_QUOTE_IT} as a whole, or mend the indentation",
}
"""A part of what libyaml says -> what its reader can do about it."""


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> Mistake:
    problem = error.problem or ""
    told = next((words for part, words in _PLAIN_WORDS.items() if part in problem), f"not valid YAML: {problem}")
    opened = "opens here" in told or "could not find" in problem
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    if "cannot start any token" in problem and mark:
        char = text[mark.index : mark.index + 1]
        told = "indent with spaces, not with a tab" if char == "\t" else f"text cannot begin with {char}: {_QUOTE_IT}"
    return Mistake(line + 1, told)
