"""Loading a knowledge base, strictly: all of it or nothing, and every mistake in one run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from bot.knowledge import claims
from bot.knowledge.base import Knowledge, KnowledgeError, default_directory
from bot.knowledge.files import LOOKS_LIKE_ONE, stamp, visible
from bot.knowledge.schema import (
    FINDINGS,
    LANGUAGES,
    MOST_WANTED,
    Case,
    Cues,
    Entry,
    Findings,
    Match,
    Models,
    Service,
    Texts,
)
from bot.knowledge.sentences import Place, named
from bot.knowledge.source import Problem, Source, mapping, reason
from bot.knowledge.templates import Template

__all__ = ["CARD_TEXT", "NO_ANCHOR", "KnowledgeError", "default_directory", "load", "place_of", "stamp", "write_schema"]

CARD_TEXT = 2400
"""The most characters one answer's texts may have: Discord's 4,000 less room for findings and evidence."""

NO_ANCHOR = "a template needs a word, or two Chinese characters side by side, to be found by"

_ENTRY_FILE = re.compile(r"(?=[^.]{1,24}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.ya?ml")
"""An id has a custom id of Discord to fit in, with everything else that a button has to know."""


def load(directory: Path) -> Knowledge:
    """Load, validate and index a knowledge base.

    Args:
        directory: A folder with `service.yaml` and `errors/*.yaml`; `cues.yaml`, `models.yaml` and `findings.yaml`
            may be missing.

    Raises:
        KnowledgeError: If anything in it is wrong, naming file, line and entry of every mistake.
    """
    return _Loading(directory.absolute()).finish()


def place_of(directory: Path, entry: str, place: Place) -> str:
    """Return `knowledge/errors/429.yaml:17`, for something that is found wrong only after loading.

    Args:
        directory: The knowledge base.
        entry: An entry's id.
        place: Keys and list positions from the top of its file.
    """
    path = next(path for path in sorted((directory / "errors").rglob("*")) if path.stem == entry)
    return str(Problem(path.absolute(), Source(path).document.line_of(place), None, "")).removesuffix(": ")


def write_schema(directory: Path) -> None:
    """Write `schema.json`, which editors complete from and the first line of every entry names.

    Raises:
        OSError: If the folder cannot be written to.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - heavy, and only editors need the schema

    schema = TypeAdapter(Entry).json_schema()
    described = schema.get("$defs", {})
    for model, found in ((Entry, schema), *((model, described[model.__name__]) for model in (Case, Match, Texts))):
        for field in fields(model):
            if description := field.metadata.get("description"):
                found["properties"][field.name]["description"] = description
    text = json.dumps(schema, ensure_ascii=False, indent=2)
    (directory / "schema.json").write_text(text + "\n", encoding="utf-8")


class _Loading:
    """One run over a folder: reads every file, then checks what only all of them together can show."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.stamp = stamp(directory)
        self.problems: list[Problem] = []
        self.files: dict[str, Source] = {}
        self.entries: dict[str, Entry] = {}
        self.claims = claims.Claims()

    def finish(self) -> Knowledge:
        try:
            names = {path.name for path in self.directory.iterdir()}
        except OSError as error:
            raise KnowledgeError([Problem(self.directory, None, None, reason(error))]) from None
        for path in self._walk(self.directory / "errors"):
            self._entry(path)
        service = self._service()
        cues = self._cues() if "cues.yaml" in names else Cues()
        models = self._models() if "models.yaml" in names else Models()
        findings = self._findings() if "findings.yaml" in names else Findings()
        self._misnamed(names)
        if self.problems or service is None or cues is None or models is None or findings is None:
            raise KnowledgeError(sorted(self.problems, key=lambda problem: (problem.path, problem.line or 0)))
        return Knowledge(service, cues, models, MappingProxyType(self.entries), findings, self.stamp)

    def _walk(self, folder: Path) -> list[Path]:
        """Return the files of the entries."""

        def refuse(error: OSError) -> None:
            self.problems.append(Problem(Path(error.filename), None, None, reason(error)))

        found: list[Path] = []
        for parent, folders, names in os.walk(folder, onerror=refuse):
            folders[:] = visible(folders)
            found += [Path(parent, name) for name in (*folders, *names) if LOOKS_LIKE_ONE.fullmatch(name)]
        if not found and not self.problems:
            self.problems.append(Problem(folder, None, None, "holds no entry, that is, no file such as 429.yaml"))
        return sorted(found)

    def _misnamed(self, names: set[str]) -> None:
        """Say which files beside the entries' would be passed over for their name."""
        known = ("service.yaml", "cues.yaml", "models.yaml", "findings.yaml")
        for name in filter(LOOKS_LIKE_ONE.fullmatch, names.difference(known)):
            if near := get_close_matches(name.lower(), known, n=1, cutoff=0.8):
                self.problems.append(Problem(self.directory / name, 1, name, f"did you mean '{near[0]}'?"))

    def _service(self) -> Service | None:
        file = Source(self.directory / "service.yaml")
        service = file.read(Service)
        for name in ("models_page", "support"):
            if isinstance(texts := file.document.content.get(name), dict):
                _bilingual(file, (name,), texts)
        for i, id_ in enumerate(service.published if service else ()):
            if id_ not in self.files:
                file.say(("published", i), f"there is no entry '{id_}'")
        self.problems += file.problems
        return service

    def _cues(self) -> Cues | None:
        file = Source(self.directory / "cues.yaml")
        cues = file.read(Cues)
        for claim in claims.of_cues(file):
            self.claims.take(claim, file)
        self.problems += file.problems
        return cues

    def _models(self) -> Models | None:
        file = Source(self.directory / "models.yaml")
        models = file.read(Models)
        for claim in claims.of_models(file):
            self.claims.take(claim, file)
        known = {name for family in (models.families.values() if models else ()) for name in family.models}
        for id_, family in (models.families if models else {}).items():
            for key in ("aliases", "retired"):
                for name, right in getattr(family, key).items():
                    if right is not None and right not in known:
                        file.say(("families", id_, key, name), f"'{right}' is in no family's 'models'")
        self.problems += file.problems
        return models

    def _findings(self) -> Findings | None:
        file = Source(self.directory / "findings.yaml")
        findings = file.read(Findings)
        for id_, wording in mapping(file.document.content, "findings").items():
            place = ("findings", id_)
            if id_ not in FINDINGS:
                near = get_close_matches(id_, FINDINGS, n=1)
                file.say(place, f"there is no finding '{id_}'" + (f" (did you mean '{near[0]}'?)" if near else ""))
            elif isinstance(wording, dict):
                _bilingual(file, place, wording)
        for id_, texts in (findings.findings if findings else {}).items():
            for lang, text in texts.items():
                named = {name for _, name, _, _ in Formatter().parse(text) if name}
                for name in sorted(named.difference(FINDINGS.get(id_, named))):
                    given = ", ".join(f"{{{known}}}" for known in FINDINGS[id_]) or "none"
                    file.say(("findings", id_, lang), f"unknown placeholder {{{name}}}; '{id_}' has {given}")
        self.problems += file.problems
        return findings

    def _entry(self, path: Path) -> None:
        if not _ENTRY_FILE.fullmatch(path.name):
            rule = (
                "name it like 429.yaml or web-page.yaml: lower case, digits and single hyphens, 24 at most, then .yaml"
            )
            self.problems.append(Problem(path, 1, path.stem, rule))
            return
        if other := self.files.get(path.stem):
            taken = other.path.relative_to(self.directory)
            self.problems.append(Problem(path, 1, path.stem, f"there is an entry {path.stem} already, in {taken}"))
            return
        file = self.files[path.stem] = Source(path)
        if entry := file.read(Entry):
            self.entries[file.id] = entry
            self._compile(file, entry)
        for _, place, part in file.parts():
            if isinstance(texts := part.get("texts"), dict):
                _bilingual(file, (*place, "texts"), texts)
        for claim in claims.of_entry(file):
            self.claims.take(claim, file)
        self.problems += file.problems

    def _compile(self, file: Source, entry: Entry) -> None:
        """Check what the schema cannot say: templates, lengths that only add up on a card, and rows of a form."""
        for meaning, place, _ in file.parts():
            part = entry if meaning.case is None else entry.cases[meaning.case]
            wanted = [name for alternatives in part.ask_for or () for name in alternatives]
            if len(wanted) > MOST_WANTED:
                file.say((*place, "ask_for"), f"'ask_for' names {len(wanted)} things, at most {MOST_WANTED}")
            for name in sorted({name for name in wanted if wanted.count(name) > 1}):
                file.say((*place, "ask_for"), f"'ask_for' names '{name}' twice")
            for lang, texts in part.texts.items():
                if (total := _length(texts)) > CARD_TEXT:
                    where = (*place, "texts", lang)
                    file.say(where, f"{named(where)} has {total} characters in all; at most {CARD_TEXT} fit on a card")
            for i, source in enumerate(part.match.messages):
                if not Template(meaning, source).anchors:
                    where = (*place, "match", "messages", i)
                    file.say(where, f"{named(where)}: {NO_ANCHOR}")


def _bilingual(file: Source, place: Place, languages: Container[str]) -> None:
    for lang in LANGUAGES:
        if lang not in languages:
            file.say(place, f"language '{lang}' is missing")


def _length(texts: Texts) -> int:
    return sum(map(len, (texts.title, texts.cause, texts.escalate, *texts.steps)))
