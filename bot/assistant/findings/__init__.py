"""What is visibly wrong in a message: told above the answer, and only where the text leaves no doubt.

The logic is here, one small function a finding; the words are in the knowledge base. Findings name what
was sent and what to put, never whose fault it is, and never a key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from bot.assistant.answer import Finding
from bot.assistant.evidence import Evidence
from bot.assistant.findings.message import Found, Message
from bot.assistant.matching import Ranking
from bot.assistant.secrets import Masked
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.model_lookup import ModelLookup
from bot.knowledge.schema import FINDINGS, Language

__all__ = ["MOST", "Diagnosis", "Trouble"]

MOST = 4
"""How many findings one answer shows."""

LONGEST = 100
"""Where a value of a message is cut, in characters."""

Trouble = Callable[[Exception, str], object]
"""Takes what was raised, and where."""

_ORDER = {id_: place for place, id_ in enumerate(FINDINGS)}


class Diagnosis:
    """Looks at messages with the words of one knowledge base.

    Args:
        knowledge: The words, and the names of models that are commonly known.
        catalogue: What the service offers, where that is known.
        clock: Tells the time in UTC.
        trouble: Is told of a finding that fails; without it, that is raised.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        catalogue: Catalogue | None,
        clock: Callable[[], datetime],
        trouble: Trouble | None = None,
    ) -> None:
        self._trouble = trouble
        self._knowledge = knowledge
        self._catalogue = catalogue
        self._clock = clock
        self._known = ModelLookup(knowledge.families)
        self._offered = ModelLookup(knowledge.families, catalogue) if catalogue else None

    def look(self, masked: Masked, evidence: Evidence, ranking: Ranking, lang: Language) -> tuple[Finding, ...]:
        """Return what is visibly wrong, most useful first; nothing where no entry fits or one was named.

        Args:
            masked: The message with its keys masked.
            evidence: What was read from it.
            ranking: What that may mean.
            lang: The reader's language.
        """
        if not ranking.candidates or evidence.name:
            return ()
        fresh = self._catalogue and self._catalogue.is_fresh(self._clock())
        offered = self._offered if fresh else None
        message = Message.of(masked, evidence, ranking.candidates[0], self._knowledge.service, self._known, offered)
        found = [found for finder in _finders() if (found := self._found(finder, message, lang))]
        return tuple(sorted(found, key=lambda each: _ORDER[each.id])[:MOST])

    def _found(self, finder: Callable[[Message], Found | None], message: Message, lang: Language) -> Finding | None:
        """Return what one finder finds, in words; where it fails, nothing: the others and the answer are as true."""
        try:
            found = finder(message)
            text = self._said(found, lang) if found else None
            return Finding(found.id, text) if found and text else None
        except Exception as error:
            if self._trouble is None:
                raise
            self._trouble(error, f"the finding {finder.__name__!r}")
            return None

    def _said(self, found: Found, lang: Language) -> str | None:
        """Return a finding in words, or None where the knowledge base has none or a value is empty."""
        wording = self._knowledge.findings.findings.get(found.id)
        values = {name: _shown(value, lang) for name, value in found.values.items()}
        return wording[lang].format(**values) if wording and all(values.values()) else None


@cache
def _finders() -> tuple[Callable[[Message], Found | None], ...]:
    """Return what looks at a message: its many patterns take time to compile, and a bare code needs none."""
    from bot.assistant.findings import address, key, model, numbers, request, sender  # noqa: PLC0415

    return (*key.FINDERS, *address.FINDERS, *model.FINDERS, *request.FINDERS, *numbers.FINDERS, *sender.FINDERS)


def _shown(value: str | object, lang: Language) -> str:
    """Return a value fit to stand between backticks: on one line, cut, with no backtick of its own."""
    if isinstance(value, str):
        line = " ".join(value.replace("`", "ˋ").split())
        return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    between = "`、`" if lang == "zh" else "`, `"
    return between.join(_shown(each, lang) for each in value) if isinstance(value, tuple) else ""
