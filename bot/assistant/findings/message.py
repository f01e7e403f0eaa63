"""What a finding is looked for in, and what one is before it gets its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Self

from bot.assistant import facts
from bot.assistant.evidence import Evidence
from bot.assistant.findings import called
from bot.assistant.findings.called import Called
from bot.assistant.matching import Candidate
from bot.assistant.secrets import Masked, Secret
from bot.knowledge.model_lookup import ModelLookup
from bot.knowledge.schema import Service

WHOLE = 12_000
"""Up to this length a message is looked at whole, in characters."""

NEAR = 2_000
"""How much of a longer one is looked at: this much of both ends, and around the error."""


class Found(NamedTuple):
    """One finding: its id in `findings.yaml`, and what stands in the placeholders of its wording."""

    id: str
    values: Mapping[str, str | Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True)
class Message:
    r"""A message and what it means.

    Attributes:
        text: Its masked text, of a long one the parts that matter; letters written as `\u4ee4` are plain.
        evidence: What was read from it.
        secrets: The keys it held.
        best: What it most likely means.
        lowered: The text in lower case.
        service: The service that is spoken for.
        known: The names of models that are commonly known.
        offered: Those that the service offers today; None where that is not known.
    """

    text: str
    lowered: str
    evidence: Evidence
    secrets: tuple[Secret, ...]
    best: Candidate
    service: Service
    known: ModelLookup
    offered: ModelLookup | None

    @classmethod
    def of(
        cls,
        masked: Masked,
        evidence: Evidence,
        best: Candidate,
        service: Service,
        known: ModelLookup,
        offered: ModelLookup | None,
    ) -> Self:
        """Return what there is to look at."""
        text = masked.text
        if len(text) > WHOLE:
            error = best.signs[0].start
            text = "\n".join((text[:NEAR], text[max(0, error - NEAR) : error + NEAR], text[-NEAR:]))
        text = facts.plain(text)
        return cls(text, text.lower(), evidence, masked.secrets, best, service, known, offered)

    @cached_property
    def addresses(self) -> tuple[Called, ...]:
        """The addresses in it."""
        return tuple(called.read(self.text)) if "://" in self.text else ()

    def means(self, entry: str, *cases: str) -> bool:
        """Say whether this is what the message means; of any case where none is named."""
        meaning = self.best.meaning
        return meaning.entry == entry and (not cases or meaning.case in cases)

    def last(self, pattern: re.Pattern[str], sign: str = "") -> re.Match[str] | None:
        """Return the last place where a pattern fits: of several errors the last one counts.

        Args:
            pattern: What to look for.
            sign: A text in lower case without which it cannot fit: looking for that first costs next to nothing.
        """
        if sign not in self.lowered:
            return None
        found = None
        for match in pattern.finditer(self.text):
            found = match
        return found
