"""A knowledge base in memory: validated, indexed, never changed; a reload makes a new one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast, get_args

from bot.knowledge.model_names import ModelNames
from bot.knowledge.phrases import Phrase, PhraseIndex
from bot.knowledge.schema import Acts, Case, Cue, Cues, Entry, Language, Meaning, Models, Service, Texts, Wanted
from bot.knowledge.templates import Template, TemplateIndex
from bot.knowledge.wording import cue_words, fold, words

FOREIGN = Meaning("foreign")
"""What the names of other software mean, which are looked for among the phrases."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the assistant may say, and what it is found by."""

    service: Service
    entries: Mapping[str, Entry]
    statuses: Mapping[int, str]
    codes: Mapping[str, Meaning]
    types: Mapping[str, Meaning]
    templates: TemplateIndex
    phrases: PhraseIndex
    models: ModelNames
    _cues: PhraseIndex

    @classmethod
    def build(
        cls,
        service: Service,
        cues: Cues,
        models: Models,
        entries: Mapping[str, Entry],
        templates: Iterable[Template],
    ) -> Knowledge:
        """Index validated parts; `templates` are the compiled ones of all entries and cases."""
        parts = [(Meaning(id_), entry.match) for id_, entry in entries.items()]
        parts += [
            (Meaning(id_, name), case.match) for id_, entry in entries.items() for name, case in entry.cases.items()
        ]
        spoken = [(Meaning(cue), phrase) for cue in get_args(Cue) for phrase in getattr(cues, cue)]
        phrases = [(owner, phrase) for owner, match in parts for phrase in match.phrases]
        phrases += [(FOREIGN, phrase) for phrase in cues.foreign]
        return cls(
            service=service,
            entries=MappingProxyType(dict(entries)),
            statuses=MappingProxyType({entry.status: id_ for id_, entry in entries.items() if entry.status}),
            codes=MappingProxyType({code.lower(): owner for owner, match in parts for code in match.codes}),
            types=MappingProxyType(
                {name.lower().replace("_", ""): owner for owner, match in parts for name in match.types}
            ),
            templates=TemplateIndex(templates),
            phrases=PhraseIndex(phrases),
            models=ModelNames(models),
            _cues=PhraseIndex(spoken, split=cue_words, gaps=False),
        )

    def cued(self, text: str) -> set[Cue]:
        """Return which kinds of cues a text holds."""
        found = self._cues.search(words(fold(text), every=True))
        return {cast("Cue", hit.phrase.owner.entry) for hit in found}

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

    def ask_for(self, meaning: Meaning) -> tuple[Wanted, ...]:
        """Return what support needs to know; a case that does not say follows its entry."""
        own = self.part(meaning).ask_for
        return self.entries[meaning.entry].ask_for if own is None else own
