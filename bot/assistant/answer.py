"""The answer as data that any surface can render: a card, a terminal, a line of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.assistant.evidence import Evidence, Sign
from bot.assistant.matching import Candidate, Ranking
from bot.assistant.secrets import Masked, Secret
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Acts, Language, Meaning, Wanted

FIGURES = ("have", "need", "limit", "used", "requested", "minutes", "seconds")
"""Placeholders of error texts that hold amounts: of quota, tokens, requests or time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something visibly wrong in this very message, in the reader's language."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A runner-up: another meaning that the message may have."""

    entry: str
    case: str | None
    title: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What `Assistant.ask` returns, whether or not an entry fits.

    Without an entry (`entry is None`) the texts are empty; evidence, secrets and alternatives are still
    there. `confidence` is the estimated share, 0 to 1, of messages with such evidence for which the
    entry is right. `speaks` is true where the bot would answer unasked in a support channel. `text` is
    the message with every key masked; nothing else of it is ever shown, logged or stored. `ask_for` is
    what support needs; where it holds several names together, one of them is enough. `status` is the
    entry's, and `met` the one that the message shows, where it shows another and not that: a provider says
    404 where the gateway says 503.
    """

    entry: str | None
    case: str | None
    status: int | None
    met: int | None
    acts: Acts
    confidence: float
    speaks: bool
    lang: Language
    title: str
    cause: str
    steps: tuple[str, ...]
    escalate: str
    ask_for: tuple[tuple[Wanted, ...], ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[Alternative, ...]
    evidence: Evidence
    secrets: tuple[Secret, ...]
    why: tuple[Sign, ...]
    text: str

    @property
    def heading(self) -> str:
        """What the answer is headed by, `429 · Too many requests`: with the reader's own status, where it has one."""
        return f"{self.met or self.status} · {self.title}" if self.status else self.title

    def as_json(self) -> dict[str, Any]:
        """Return the answer as the object that `ask --json` prints."""
        evidence = self.evidence
        return {
            "entry": self.entry,
            "case": self.case,
            "confidence": self.confidence,
            "speaks": self.speaks,
            "lang": self.lang,
            "title": self.title,
            "cause": self.cause,
            "steps": list(self.steps),
            "escalate": self.escalate,
            "findings": [{"id": finding.id, "text": finding.text} for finding in self.findings],
            "alternatives": [alternative.entry for alternative in self.alternatives],
            "evidence": {
                "status": evidence.status,
                "setting": evidence.setting,
                "code": evidence.code,
                "type": evidence.type,
                "model": evidence.model,
                "group": evidence.group,
                "request_id": evidence.request_id,
                "url": evidence.url,
                "retry_after": evidence.retry_after,
                "ray_id": evidence.ray_id,
                "message": evidence.said,
                "figures": {name: evidence.captured[name] for name in FIGURES if name in evidence.captured},
            },
            "secrets": len(self.secrets),
            "why": [
                {
                    "kind": sign.kind,
                    "entry": str(sign.meaning),
                    "text": sign.text,
                    "span": [sign.start, sign.end],
                }
                for sign in self.why
            ],
        }


def compose(
    masked: Masked,
    evidence: Evidence,
    ranking: Ranking,
    findings: tuple[Finding, ...],
    knowledge: Knowledge,
    lang: Language,
) -> Answer:
    """Put an answer together.

    Args:
        masked: The message with its keys masked.
        evidence: What was read from it.
        ranking: What that may mean.
        findings: What is visibly wrong in the message.
        knowledge: Where the words come from.
        lang: The reader's language.
    """
    best: Candidate | None = ranking.candidates[0] if ranking.candidates else None
    meaning: Meaning | None = best.meaning if best else None
    texts = knowledge.texts(meaning, lang) if meaning else None
    status = knowledge.entries[meaning.entry].status if meaning else None
    return Answer(
        entry=meaning.entry if meaning else None,
        case=meaning.case if meaning else None,
        status=status,
        met=_met(evidence, status, knowledge),
        acts=knowledge.acts(meaning) if meaning else "you",
        confidence=best.confidence if best else 0.0,
        speaks=ranking.speaks,
        lang=lang,
        title=texts.title if texts else "",
        cause=texts.cause if texts else "",
        steps=texts.steps if texts else (),
        escalate=texts.escalate if texts else "",
        ask_for=knowledge.ask_for(meaning) if meaning else (),
        findings=findings,
        alternatives=tuple(
            Alternative(*other.meaning, knowledge.texts(other.meaning, lang).title, other.confidence)
            for other in ranking.candidates[1:]
        ),
        evidence=evidence,
        secrets=masked.secrets,
        why=best.signs if best else (),
        text=masked.text,
    )


def _met(evidence: Evidence, status: int | None, knowledge: Knowledge) -> int | None:
    """Return the status that a message shows in place of an entry's; a number that no entry has is hardly one."""
    shown = {evidence.status, *(found.code for found in evidence.statuses)}
    return evidence.status if status not in {None, *shown} and evidence.status in knowledge.statuses else None
