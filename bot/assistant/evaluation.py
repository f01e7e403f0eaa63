"""How right the assistant is on labelled messages, in figures that mean something to a moderator."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant.assistant import Assistant
from bot.knowledge.base import Knowledge

NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled message: the right entry, `none`, or `other:<what>`; `also` are as right."""

    id: str
    text: str
    label: str
    also: tuple[str, ...] = ()
    lang: str = ""
    kind: str = ""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the assistant made of a row."""

    row: Row
    first: str | None
    top: tuple[str, ...]
    speaks: bool
    model: str | None

    @property
    def heard(self) -> str | None:
        """The entry answered unasked, if any."""
        return self.first if self.speaks else None

    def right(self, entry: str | None) -> bool:
        """Say whether an entry is the label or as right as it; `other:network` is the entry `network`."""
        return entry is not None and entry in {
            label.removeprefix("other:") for label in (self.row.label, *self.row.also)
        }


GROUPS: dict[str, Callable[[Row], str]] = {
    "label": lambda row: row.label,
    "lang": lambda row: row.lang,
    "kind": lambda row: row.kind,
}
"""By what the figures are broken down."""


class LabelledFileError(ValueError):
    """A labelled file cannot be used; the message names the line."""


def read_rows(path: Path) -> list[Row]:
    """Read a file of labelled messages, one JSON object a line.

    Raises:
        OSError: If the file cannot be read.
        LabelledFileError: If a line is no object with `text` and `label`, or there is none.
    """
    rows: list[Row] = []
    # Not `splitlines`: a message may hold U+2028 and the like as they are.
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(_row(json.loads(line), number))
        except (ValueError, RecursionError) as error:
            raise LabelledFileError(f"{path}:{number}: not a labelled message: {error}") from None
    if not rows:
        raise LabelledFileError(f"{path}: no labelled messages in it")
    return rows


def _row(record: object, number: int) -> Row:
    if not isinstance(record, dict):
        raise ValueError('expected an object such as {"text": "…", "label": "429"}')
    for key in ("text", "label"):
        if not isinstance(record.get(key), str):
            raise ValueError(f"'{key}' is not a string" if key in record else f"'{key}' is missing")
    also = record.get("also") or ()
    if not isinstance(also, list | tuple) or not all(isinstance(entry, str) for entry in also):
        raise ValueError("'also' is not a list of strings")
    return Row(
        id=str(record.get("id", number)),
        text=record["text"],
        label=record["label"],
        also=tuple(also),
        lang=str(record.get("lang") or ""),
        kind=str(record.get("kind") or ""),
        model=record.get("model"),
    )


def judge(assistant: Assistant, rows: Iterable[Row]) -> Iterator[Result]:
    """Ask every row once; heard and asked are read off the same answer."""
    for row in rows:
        answer = assistant.ask(row.text)
        top = (answer.entry, *(alternative.entry for alternative in answer.alternatives))
        yield Result(
            row, answer.entry, tuple(entry for entry in top if entry)[:3], answer.speaks, answer.evidence.model
        )


def figures(results: Sequence[Result], published: Iterable[str]) -> dict[str, float | None]:
    """Return the figures in percent, by name; None where no row can tell.

    heard: positives answered unasked with the right entry. wrong: positives answered unasked with
    another. asked: positives whose first answer is right. top3: right among the first three. false:
    `none` messages answered unasked. stray: `other:*` messages answered unasked as a published entry.
    model: failed model read exactly.

    Args:
        results: What `judge` returned.
        published: The entries that positives are labelled with.
    """
    table = set(published)
    positives = [result for result in results if result.row.label in table]
    silent = [result for result in results if result.row.label == NONE]
    others = [result for result in results if result.row.label.startswith("other:")]
    named = [result for result in results if result.row.model]

    def share(of: Sequence[Result], what: Callable[[Result], bool]) -> float | None:
        return round(100 * sum(map(what, of)) / len(of), 1) if of else None

    return {
        "heard": share(positives, lambda result: result.right(result.heard)),
        "wrong": share(positives, lambda result: result.heard is not None and not result.right(result.heard)),
        "asked": share(positives, lambda result: result.right(result.first)),
        "top3": share(positives, lambda result: any(map(result.right, result.top))),
        "false": share(silent, lambda result: result.heard is not None),
        "stray": share(others, lambda result: result.heard in table and not result.right(result.heard)),
        "model": share(named, lambda result: result.model == result.row.model),
    }


def by(results: Iterable[Result], key: Callable[[Row], str]) -> dict[str, list[Result]]:
    """Group results by a property of their row, in alphabetical order."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[key(result.row)].append(result)
    return dict(sorted(groups.items()))


def confusion(results: Iterable[Result]) -> Counter[tuple[str, str]]:
    """Count (label, entry answered first or `silent`) pairs that are wrong."""
    return Counter(
        (result.row.label, result.first or "silent")
        for result in results
        if result.row.label != NONE and not result.right(result.first)
    )


def misses(results: Iterable[Result], knowledge: Knowledge) -> Iterator[Result]:
    """Yield what was not as it should be: wrong, silent where an answer was due, or speaking out of turn."""
    for result in results:
        label = result.row.label
        wanted = label in knowledge.service.published
        if (wanted and not result.right(result.heard)) or (not wanted and result.heard in knowledge.service.published):
            yield result


def as_json(results: Sequence[Result], knowledge: Knowledge) -> dict[str, Any]:
    """Return all figures as one JSON object."""
    published = knowledge.service.published
    return {
        "rows": len(results),
        "figures": figures(results, published),
        **{
            name: {value: figures(group, published) | {"rows": len(group)} for value, group in by(results, key).items()}
            for name, key in GROUPS.items()
        },
        "confusion": [[label, entry, count] for (label, entry), count in confusion(results).most_common()],
    }
