"""A knowledge base in memory: validated, indexed, never changed; a reload makes a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from bot.knowledge.model_names import ModelNames
from bot.knowledge.phrases import Phrase, PhraseHit, PhraseIndex
from bot.knowledge.schema import (
    Acts,
    Case,
    Cue,
    Cues,
    Entry,
    Findings,
    Language,
    Match,
    Meaning,
    Models,
    Service,
    Texts,
    Wanted,
)
from bot.knowledge.spellings import Spellings
from bot.knowledge.templates import Template, TemplateIndex
from bot.knowledge.wording import cue_words, fold, words

if TYPE_CHECKING:
    from bot.knowledge.source import Problem

FOREIGN = Meaning("foreign")
"""What the names of other software mean, which are looked for among the phrases."""


class KnowledgeError(Exception):
    """The knowledge base cannot be used; `problems` says why, file by file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def default_directory() -> Path:
    """Return the folder of the knowledge base that comes with the bot: the wheel's, else the checkout's."""
    packaged = Path(__file__).parent / "base"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "knowledge"


@dataclass(frozen=True)
class Knowledge:
    """Everything the assistant may say, and what it is found by; each index is made when it is first asked.

    The stamp tells what state its files were in before they were read, see `files.stamp`; empty for one that was not
    read from files. It says nothing of the content: two that say the same are equal.
    """

    service: Service
    cues: Cues
    families: Models
    entries: Mapping[str, Entry]
    findings: Findings = field(default_factory=Findings)
    stamp: str = field(default="", compare=False, repr=False)

    @cached_property
    def statuses(self) -> Mapping[int, str]:
        """HTTP status -> the id of its entry."""
        return {entry.status: id_ for id_, entry in self.entries.items() if entry.status}

    @cached_property
    def codes(self) -> Mapping[str, Meaning]:
        """Machine code in lower case -> what it means."""
        return {code.lower(): owner for owner, match in self._matches() for code in match.codes}

    @cached_property
    def types(self) -> Mapping[str, Meaning]:
        """`error.type` or exception class in lower case, without underscores -> what it means."""
        return {name.lower().replace("_", ""): owner for owner, match in self._matches() for name in match.types}

    @cached_property
    def templates(self) -> TemplateIndex:
        """The documented error texts."""
        return TemplateIndex(Template(owner, text) for owner, match in self._matches() for text in match.messages)

    @cached_property
    def phrases(self) -> PhraseIndex:
        """What people type, and the names of other software."""
        phrases = [(owner, phrase) for owner, match in self._matches() for phrase in match.phrases]
        return PhraseIndex(phrases + [(FOREIGN, phrase) for phrase in self.cues.foreign])

    @cached_property
    def models(self) -> ModelNames:
        """The names of models."""
        return ModelNames(self.families)

    @cached_property
    def _model_names(self) -> Spellings:
        return Spellings(name for family in self.families.families.values() for name in family.models)

    def same_model(self, name: str | None) -> str | None:
        """Return one name for all ways to write a model's, for whoever counts: `GPT-4O` and `openai/gpt-4o` are one.

        It is the exact one; of a model that is not listed, its own without case.
        """
        return name and (self._model_names.exact(name) or name.casefold())

    @cached_property
    def _said(self) -> PhraseIndex:
        spoken = [(Meaning(cue), phrase) for cue in get_args(Cue) for phrase in getattr(self.cues, cue)]
        return PhraseIndex(spoken, split=cue_words, gaps=False)

    def _matches(self) -> Iterator[tuple[Meaning, Match]]:
        for meaning in self.meanings():
            yield meaning, self.part(meaning).match

    def cued(self, text: str) -> set[Cue]:
        """Return which kinds of cues a text holds."""
        return {cast("Cue", hit.phrase.owner.entry) for hit in self._cues_in(fold(text))}

    def uncued(self, text: str) -> str:
        """Return a text folded, without its cues."""
        folded = fold(text)
        rest = list(folded)
        for hit in self._cues_in(folded):
            rest[hit.start : hit.end] = " " * (hit.end - hit.start)
        return "".join(rest)

    def _cues_in(self, folded: str) -> list[PhraseHit]:
        return self._said.search(words(folded, every=True))

    def speaks_of_failure(self, phrase: Phrase) -> bool:
        """Say whether a phrase complains by itself (`invalid token`) or only names a topic (`rate limit`)."""
        return "failing" in self.cued(phrase.source)

    def meanings(self) -> Iterator[Meaning]:
        """Yield every entry and every case, entries first within their file."""
        for id_, entry in self.entries.items():
            yield Meaning(id_)
            for name in entry.cases:
                yield Meaning(id_, name)

    def part(self, meaning: Meaning) -> Entry | Case:
        """Return the entry or the case.

        Raises:
            KeyError: If there is none of that name.
        """
        entry = self.entries[meaning.entry]
        return entry if meaning.case is None else entry.cases[meaning.case]

    def texts(self, meaning: Meaning, lang: Language) -> Texts:
        """Return the texts of an entry or a case."""
        return self.part(meaning).texts[lang]

    def acts(self, meaning: Meaning) -> Acts:
        """Return who has to act next; a case that does not say follows its entry."""
        return self.part(meaning).acts or self.entries[meaning.entry].acts

    def ask_for(self, meaning: Meaning) -> tuple[tuple[Wanted, ...], ...]:
        """Return what support needs to know, see `Answer`; a case that does not say follows its entry."""
        own = self.part(meaning).ask_for
        return self.entries[meaning.entry].ask_for if own is None else own
