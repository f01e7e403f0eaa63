"""What has been loaded once need not be validated again: for commands that answer one question and end.

The cache is JSON beside the user's other caches. It is used only while no file of the knowledge base
has changed, and a cache that cannot be read or written is no error: the files are loaded instead.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Case, Cues, Entry, Family, Findings, Match, Models, Service, Texts

FORMAT = 2
"""Raised whenever what is kept changes its shape."""


def load(directory: Path) -> Knowledge:
    """Return a knowledge base, from the cache where its files are as they were.

    Args:
        directory: Its folder.

    Raises:
        KnowledgeError: As `loading.load` does, where the files have to be read.
    """
    place, state = _place(directory), _state(directory)
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(place.read_bytes())
        if kept["state"] == state:
            return _revived(kept)
    from bot.knowledge import loading  # noqa: PLC0415 - heavy, and what is cached does without

    knowledge = loading.load(directory)
    with suppress(OSError):
        _keep(place, knowledge, state)
    return knowledge


def _place(directory: Path) -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(str(directory.absolute()).encode()).hexdigest()[:16]
    return home / "error-desk" / f"{name}.json"


def _state(directory: Path) -> str:
    """Return what changes whenever a file of the knowledge base, or this program, does."""
    files = sorted(path for path in (*directory.rglob("*"), Path(__file__)) if path.is_file())
    stats = [(str(path), stat.st_size, stat.st_mtime_ns) for path in files for stat in [path.stat()]]
    return hashlib.sha256(json.dumps([FORMAT, stats]).encode()).hexdigest()


def _keep(place: Path, knowledge: Knowledge, state: str) -> None:
    kept = {
        "state": state,
        "service": asdict(knowledge.service),
        "cues": asdict(knowledge.cues),
        "families": asdict(knowledge.families)["families"],
        "findings": asdict(knowledge.findings)["findings"],
        "entries": {id_: asdict(entry) for id_, entry in knowledge.entries.items()},
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=place.parent, delete=False, encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=False)
    Path(file.name).replace(place)


def _revived(kept: Mapping[str, Any]) -> Knowledge:
    return Knowledge(
        service=Service(**_tuples(kept["service"])),
        cues=Cues(**_tuples(kept["cues"])),
        families=Models(families={id_: Family(**_tuples(family)) for id_, family in kept["families"].items()}),
        entries=MappingProxyType({id_: _entry(entry) for id_, entry in kept["entries"].items()}),
        findings=Findings(findings=kept["findings"]),
    )


def _entry(kept: dict[str, Any]) -> Entry:
    return Entry(**_part(kept) | {"cases": {name: Case(**_part(case)) for name, case in kept["cases"].items()}})


def _part(kept: dict[str, Any]) -> dict[str, Any]:
    texts = {lang: Texts(**_tuples(text)) for lang, text in kept["texts"].items()}
    return _tuples(kept) | {"texts": texts, "match": Match(**_tuples(kept["match"]))}


def _tuples(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
