"""One owner for everything that points to an entry: no status, code, type, text or phrase has two."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from bot.knowledge.schema import Meaning
from bot.knowledge.sentences import Place
from bot.knowledge.source import Source, mapping
from bot.knowledge.wording import cue_words, fold, phrase_words

_PLACEHOLDER = re.compile(r"\{\w+\}")


class Claim(NamedTuple):
    """A piece of evidence that some place of a file calls its own; equal `key`s match the same messages."""

    kind: str
    key: Hashable
    shown: str
    owner: Meaning
    place: Place


def _template(source: str) -> Hashable:
    return _PLACEHOLDER.sub("{}", " ".join(fold(source).split()))


def _type(name: str) -> Hashable:
    return name.strip().lower().replace("_", "")


def _code(code: str) -> Hashable:
    return code.strip().lower()


_KEYS: dict[str, tuple[str, Callable[[str], Hashable]]] = {
    "messages": ("message", _template),
    "phrases": ("phrase", phrase_words),
    "codes": ("code", _code),
    "types": ("type", _type),
}
"""List under `match` -> what one of it is called, and what makes two of them the same."""


def of_entry(file: Source) -> Iterator[Claim]:
    """Yield what an entry's file claims, whether or not the rest of the file is in order."""
    status = file.document.content.get("status")
    if isinstance(status, int):
        yield Claim("status", status, str(status), Meaning(file.id), ("status",))
    for owner, place, part in file.parts():
        match = mapping(part, "match")
        for name, (kind, key) in _KEYS.items():
            yield from _listed(match.get(name), kind, key, owner, (*place, "match", name))


def of_cues(file: Source) -> Iterator[Claim]:
    """Yield what `cues.yaml` claims."""
    for name, said in file.document.content.items():
        yield from _listed(said, "cue", cue_words, Meaning(name), (name,))


def of_models(file: Source) -> Iterator[Claim]:
    """Yield the names that `models.yaml` claims: each is current, an alias or retired, in one family."""
    for id_, family in mapping(file.document.content, "families").items():
        for kind in ("models", "aliases", "retired"):
            names = family.get(kind) if isinstance(family, dict) else None
            listed = isinstance(names, list)
            for i, name in enumerate(names if isinstance(names, list | dict) else ()):
                if isinstance(name, str):
                    place = ("families", id_, kind, i if listed else name)
                    yield Claim("model", name.lower(), name, Meaning(id_, kind), place)


def _listed(found: object, kind: str, key: Callable[[str], Hashable], owner: Meaning, place: Place) -> Iterator[Claim]:
    for i, source in enumerate(found if isinstance(found, list) else []):
        if isinstance(source, str) and key(source):
            yield Claim(kind, key(source), source, owner, (*place, i))


class Claims:
    """Who owns what so far."""

    def __init__(self) -> None:
        self._owners: dict[tuple[str, Hashable], tuple[Claim, Source]] = {}

    def take(self, claim: Claim, file: Source) -> None:
        """Note a claim; where it has an owner already, the file says whose and in which line."""
        first, where = self._owners.setdefault((claim.kind, claim.key), (claim, file))
        if first is claim:
            return
        line = where.document.line_of(first.place)
        if first.owner == claim.owner:
            file.say(claim.place, f"{claim.kind} '{claim.shown}' says the same as line {line}; one of them is enough")
        else:
            file.say(
                claim.place, f"{claim.kind} '{claim.shown}' belongs to {first.owner} already ({where.path.name}:{line})"
            )
