"""When to keep quiet: not every message about an error is a call for help.

The words of `cues.yaml` tell, as far as a person wrote them around what was pasted:

- `over`: it is solved, intended or not to be looked at. Silence, whatever was pasted.
- `about`: plans, explanations, documentation. Silence, unless an error's own text was pasted.
- `trouble`: a call for help. It outweighs both.
- `failing`: words of failure. They turn a topic ("rate limit") into a report of one.
- `calls`: words of calls to an API. Only near them a bare number may be what the writer met: `504?` alone in
  a sentence may be a car or a room.
- `foreign`: another software's errors, wherever in the text. Silence.

The answer to a request that went well is no error, whatever it says. A link to a change of code is
`about`. A list of different statuses is nobody's failure: silence, unless an
error's own text was pasted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.assistant.evidence import Evidence, Kind
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Cue

LISTED = 3
"""From so many different statuses close together on, a text lists them."""

CLOSE = 250
"""How close together, in characters."""

SHORT = 240
"""A complaint is read as one about the error beside it only in a message of so many characters."""

_FILLING = re.compile(
    r"\b(?:a|an|the|and|my|please|pls|hi|hey|hello|guys|oh|ok)\b|[了吗嗎呢啊吧的呀又还也都我在]|[\W\d_]"
)
"""What says nothing beside a number and a complaint of it."""

_CHANGE_LINK = re.compile(r"github\.com/[\w.-]+/[\w.-]+/(?:pull|commit|compare|releases)/")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a message is for, as far as its words tell."""

    cues: frozenset[Cue]
    asks: bool
    short: bool
    lists: bool
    foreign: bool
    succeeded: bool

    def silences(self, best: Kind) -> bool:
        """Say whether the bot keeps quiet about an error for which the best sign is of this kind."""
        if self.foreign or self.succeeded or (self.lists and best not in {"message", "code"}):
            return True
        if "trouble" in self.cues:
            return False
        return "over" in self.cues or ("about" in self.cues and best in {"status", "phrase"})

    @property
    def complains(self) -> bool:
        """Whether something fails for the writer now."""
        return not self.cues.isdisjoint({"trouble", "failing"})


def occasion(evidence: Evidence, text: str, own: str, knowledge: Knowledge) -> Occasion:
    """Read what a message is for.

    Args:
        evidence: What was read from it.
        text: The masked message.
        own: The part of it that a person wrote.
        knowledge: Where the cues come from.
    """
    cues: set[Cue] = knowledge.cued(own)
    if _CHANGE_LINK.search(text):
        cues.add("about")
    return Occasion(
        frozenset(cues),
        asks=any(mark in own for mark in "?？吗嗎"),
        short=len(own.strip()) <= SHORT,
        lists=_lists(evidence),
        foreign=evidence.foreign,
        succeeded=evidence.succeeded,
    )


def is_of_calls(now: Occasion, evidence: Evidence, own: str, knowledge: Knowledge) -> bool:
    """Say whether more than a number tells of a call to an API.

    Words of calls do, another sign, a model or an address, and who asks what the number means. Where nothing is said
    but the number and the complaint, it is what the complaint is of.

    Args:
        now: What the message is for.
        evidence: What was read from it.
        own: The part of it that a person wrote.
        knowledge: Where the cues come from.
    """
    if "calls" in now.cues or evidence.url or any(sign.kind != "status" for sign in evidence.signs):
        return True
    if any(status.setting == "meaning" for status in evidence.statuses):
        return True
    return any(knowledge.models.find(own)) or not _FILLING.sub("", knowledge.uncued(own))


def _lists(evidence: Evidence) -> bool:
    """Say whether different statuses or types stand close together, as in a table or a handler."""
    named = sorted((status.start, status.code) for status in evidence.statuses)
    types = sorted((sign.start, sign.meaning.entry) for sign in evidence.signs if sign.kind == "type")
    return _crowded(named) or _crowded(types)


def _crowded(places: Sequence[tuple[int, int | str]]) -> bool:
    return any(
        last - first < CLOSE and len({name for _, name in places[i : i + LISTED]}) == LISTED
        for i, ((first, _), (last, _)) in enumerate(zip(places, places[LISTED - 1 :], strict=False))
    )
