"""What was read from a message, as one line on a card, and from that line back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.assistant.evidence import Evidence, Sign
from bot.chat.markup import code
from bot.chat.words import Words

LONGEST = 160
"""How much of one value a card shows: more than any request id, and as much of an address as support needs."""


def line(evidence: Evidence, words: Words, why: Sequence[Sign] = ()) -> str:
    """Return what was read and what of it decided, in small print; empty where nothing was read.

    Args:
        evidence: what was read.
        words: of the card's language.
        why: the signs behind the answer, the strongest first.
    """
    shown = [words.signs[sign.kind] for sign in why[:1] if sign.kind in words.signs]
    read = ((label, getattr(evidence, name)) for name, label in words.evidence.items())
    shown += [f"{label} {code(str(value), LONGEST)}" for label, value in read if value]
    return f"-# {words.read}{words.colon}{' · '.join(shown)}" if shown else ""


def read(line: str, words: Words) -> dict[str, str]:
    """Return what a line says, by the names of `Evidence`.

    A value has no backtick in it, see `markup.code`: between two of them there is a value, and before it its label.
    """
    parts = line.split("`")
    labels = {label: name for name, label in words.evidence.items()}
    return {
        name: value
        for before, value in zip(parts[::2], parts[1::2], strict=False)
        for label, name in labels.items()
        if before.rstrip().endswith(label)
    }
