"""What has been loaded once need not be validated again: neither for one question nor for a start of the bot.

The cache is JSON beside the user's other caches. It is used only while no file of the knowledge base
has changed, and none of the program's that reads them; a cache that cannot be read or written is no error: the files
are loaded instead.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.knowledge import kept
from bot.knowledge.base import Knowledge
from bot.knowledge.files import stamp, state
from bot.knowledge.schema import Case, Cues, Entry, Family, Findings, Match, Models, Service, Texts


def load(directory: Path, *, apart: bool = False) -> Knowledge:
    """Return a knowledge base, from the cache where its files are as they were.

    Args:
        directory: Its folder.
        apart: Where the files have to be read, have a process of its own do so: it takes 30 MB, and they go with it.

    Raises:
        KnowledgeError: As `loading.load` does, where the files have to be read.
    """
    current = _state(directory)
    with suppress(OSError, ValueError, KeyError, TypeError):
        held = json.loads(_place(directory).read_bytes())
        if held["state"] == current:
            return _revived(held)
    held = (_read_apart(directory) if apart else None) or _read(directory)
    with suppress(OSError):
        kept.write(_place(directory), held | {"state": current})
    return _revived(held)


def _place(directory: Path) -> Path:
    return kept.place("knowledge", str(directory.absolute()))


def _read(directory: Path) -> dict[str, Any]:
    from bot.knowledge import loading  # noqa: PLC0415 - heavy, and what is cached does without

    return _held(loading.load(directory))


def _read_apart(directory: Path) -> dict[str, Any] | None:
    """Return what another process reads; None where it finds mistakes, or cannot."""
    command = (sys.executable, "-m", __name__, str(directory))
    with suppress(OSError, ValueError, subprocess.CalledProcessError):
        found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return found
    return None


def _state(directory: Path) -> str:
    """Return what changes whenever a file of the knowledge base does, or one of the package that says what it holds."""
    return json.dumps([stamp(directory), *map(state, sorted(Path(__file__).parent.glob("*.py")))])


def _held(knowledge: Knowledge) -> dict[str, Any]:
    return {
        "stamp": knowledge.stamp,
        "service": asdict(knowledge.service),
        "cues": asdict(knowledge.cues),
        "families": asdict(knowledge.families)["families"],
        "findings": asdict(knowledge.findings)["findings"],
        "entries": {id_: asdict(entry) for id_, entry in knowledge.entries.items()},
    }


def _revived(held: Mapping[str, Any]) -> Knowledge:
    return Knowledge(
        service=Service(**_tuples(held["service"])),
        cues=Cues(**_tuples(held["cues"])),
        families=Models(families={id_: Family(**_tuples(family)) for id_, family in held["families"].items()}),
        entries=MappingProxyType({id_: _entry(entry) for id_, entry in held["entries"].items()}),
        findings=Findings(findings=held["findings"]),
        stamp=held["stamp"],
    )


def _entry(held: dict[str, Any]) -> Entry:
    return Entry(**_part(held) | {"cases": {name: Case(**_part(case)) for name, case in held["cases"].items()}})


def _part(held: dict[str, Any]) -> dict[str, Any]:
    texts = {lang: Texts(**_tuples(text)) for lang, text in held["texts"].items()}
    asked = held["ask_for"]
    ask_for = None if asked is None else tuple(map(tuple, asked))
    return _tuples(held) | {"ask_for": ask_for, "texts": texts, "match": Match(**_tuples(held["match"]))}


def _tuples(held: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in held.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_read(Path(sys.argv[1]))))
