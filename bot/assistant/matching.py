"""Evidence into ranked meanings, or silence.

The order of evidence is fixed: a known error text, then an exact machine code, then `error.type`, then
a status in the setting of an error, then a phrase. Two rules bend it:

- A type is coarser than a status of its own kind: where both say 4xx and disagree, the status decides
  (an `invalid_request_error` with 401 is a 401). Inside a 5xx the type wins: it is the cause, and the
  5xx only carries it.
- Of several signs of one rank the last one in the text wins: in a log it is the last failure, in a
  wrapped error the innermost.

Confidence is that of the best sign, raised by signs of other kinds that agree and lowered by those of
the same rank that do not. The weights are on the safe side: of the errors in two labelled sets that
were answered at 0.75 to 0.9, 98 % were right, and 99 % from 0.9 on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.assistant import quiet
from bot.assistant.evidence import Evidence, Kind, Sign
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Meaning

SPEAKS = 0.75
"""From this confidence on the bot answers unasked."""

SURE = 0.9
"""From this confidence on, an answer needs no word of doubt."""

CLEAR = 0.8
"""From this weight on a single sign says clearly what it says."""

HOPEFUL = 0.5
"""Below this confidence nothing that a writer says around it makes an answer sure."""

LIFT = 0.25
"""What a complaint adds to a topic."""

ANSWERS = 0.25
"""Below this confidence there is no answer even when asked."""

_RANK: dict[Kind, int] = {"name": 0, "message": 1, "code": 2, "type": 3, "status": 4, "phrase": 5}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A meaning the message may have, with its confidence, 0 to 1, and the signs behind it."""

    meaning: Meaning
    confidence: float
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates, best first, one per entry; `speaks` where the first is sure enough to answer unasked."""

    candidates: tuple[Candidate, ...]
    speaks: bool


def rank(evidence: Evidence, text: str, own: str, knowledge: Knowledge) -> Ranking:
    """Weigh what was read.

    Args:
        evidence: What `Reader.read` found in `text`.
        text: The masked message.
        own: The part of it that a person wrote.
        knowledge: The knowledge base the evidence was read with.
    """
    if evidence.name:
        return Ranking((Candidate(evidence.name.meaning, 1.0, (evidence.name,)),), speaks=True)
    by_entry: dict[str, list[Sign]] = defaultdict(list)
    for sign in _settled(evidence.signs, knowledge):
        by_entry[sign.meaning.entry].append(sign)
    if not by_entry:
        return Ranking((), speaks=False)
    candidates = _with_confidence(_ordered(by_entry, knowledge))
    best = candidates[0]
    if best.confidence >= HOPEFUL:
        now = quiet.occasion(evidence, text, own, knowledge)
        if _is_met(best, now, evidence, own, knowledge):
            best = candidates[0] = replace(best, confidence=round(min(best.confidence + LIFT, 0.8), 3))
        speaks = best.confidence >= SPEAKS and not now.silences(best.signs[0].kind)
    else:
        speaks = False
    return Ranking(tuple(found for found in candidates if found.confidence >= ANSWERS), speaks)


def _is_met(best: Candidate, now: quiet.Occasion, evidence: Evidence, own: str, knowledge: Knowledge) -> bool:
    """Say whether a topic is an error that the writer met.

    A short phrase or a number without a setting names a topic; a complaint around it makes it a report of trouble. A
    question is enough for a number, where the talk is of calls: `504?` may be a car, and `401 or 403?` a price.
    """
    if best.confidence >= SPEAKS or not now.short:
        return False
    if best.signs[0].kind == "status":
        return (now.complains or now.asks) and quiet.is_of_calls(now, evidence, own, knowledge)
    return best.signs[0].kind == "phrase" and now.complains


def _settled(signs: Sequence[Sign], knowledge: Knowledge) -> list[Sign]:
    """Drop error texts that are part of a longer one, and types that a status of their own kind contradicts."""
    clear = {sign.meaning.entry for sign in signs if sign.kind == "status" and sign.weight >= CLEAR}
    kinds = {status // 100 for entry in clear if (status := knowledge.entries[entry].status)}

    def contradicted(sign: Sign) -> bool:
        status = knowledge.entries[sign.meaning.entry].status
        return (
            sign.kind == "type"
            and bool(clear)
            and sign.meaning.entry not in clear
            and ((status is not None and status // 100 in kinds) or 4 in kinds)
        )

    texts = [sign for sign in signs if sign.kind == "message"]

    def swallowed(sign: Sign) -> bool:
        return sign.kind == "message" and any(
            other.start <= sign.start and sign.end <= other.end and other.end - other.start > sign.end - sign.start
            for other in texts
        )

    return [sign for sign in signs if not contradicted(sign) and not swallowed(sign)]


def _strength(sign: Sign) -> tuple[int, int, float]:
    """Sort by the order of evidence; of one rank the last in the text first, then the surer one.

    A number that is hardly a status, and a phrase that only names a topic, come behind all others.
    """
    vague = 4 if sign.weight < 0.5 else 1 if sign.kind == "phrase" and sign.weight < SPEAKS else 0
    return (_RANK[sign.kind] + vague, -sign.start, -sign.weight)


def _ordered(by_entry: Mapping[str, Sequence[Sign]], knowledge: Knowledge) -> list[Sequence[Sign]]:
    """Sort entries by their best sign; those that the service publishes come before others they rival.

    An entry that only a type or a phrase speaks for gives way to another one with clearer evidence, and one that
    only its status speaks for to another one's exact text or code.
    """
    published = frozenset(knowledge.service.published)
    clear = {
        entry
        for entry, signs in by_entry.items()
        if any(sign.weight >= CLEAR and sign.kind in {"message", "code", "status"} for sign in signs)
    }
    exact = {entry for entry, signs in by_entry.items() if _is_exact(entry, signs, knowledge)}
    contested = bool(clear - published)
    corrected = bool(exact - published)

    def order(item: tuple[str, Sequence[Sign]]) -> tuple[bool, tuple[int, int, float]]:
        entry, signs = item
        speaks_for_itself = any(sign.kind in {"message", "code"} for sign in signs)
        undisputed = (entry in clear or not contested) and (speaks_for_itself or not corrected)
        return (not (entry in published and undisputed), min(map(_strength, signs)))

    return [signs for _, signs in sorted(by_entry.items(), key=order)]


def _is_exact(entry: str, signs: Sequence[Sign], knowledge: Knowledge) -> bool:
    """Say whether an entry's own text or code stands in a message, and not only beside its own number.

    The text of an entry that has no status, such as a broken connection, is no answer of an API: what the program
    met then comes of the status that it was answered with.
    """
    kinds = {sign.kind for sign in signs if sign.weight >= CLEAR}
    if "status" in kinds:
        return False
    return "code" in kinds or ("message" in kinds and knowledge.entries[entry].status is not None)


def _with_confidence(ordered: Sequence[Sequence[Sign]]) -> list[Candidate]:
    candidates: list[Candidate] = []
    for place, signs in enumerate(ordered):
        best = min(signs, key=_strength)
        doubt = 1.0
        for kind in {sign.kind for sign in signs}:
            doubt *= 1 - max(sign.weight for sign in signs if sign.kind == kind)
        confidence = 1 - doubt
        if place == 0:
            rivals = [
                max(sign.weight for sign in other)
                for other in ordered[1:]
                if min(map(_strength, other))[0] <= _RANK[best.kind]
            ]
            if rivals:
                confidence *= 1 - 0.12 * max(rivals)
        else:
            confidence = min(confidence * 0.6, candidates[-1].confidence * 0.95)
        candidates.append(Candidate(_narrowest(signs), round(confidence, 3), tuple(sorted(signs, key=_strength))))
    return candidates


def _narrowest(signs: Sequence[Sign]) -> Meaning:
    """Return the case that the best sign names, else the entry."""
    with_case = [sign for sign in signs if sign.meaning.case]
    best = min(with_case, key=_strength) if with_case else signs[0]
    return best.meaning
