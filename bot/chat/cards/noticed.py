"""What is visibly wrong in a message, as lines on a card, and from those lines back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.assistant.answer import Finding
from bot.chat.markup import bare, plain
from bot.chat.words import Words

POINT = "- "


def lines(findings: Sequence[Finding], words: Words) -> str:
    """Return the findings under their heading, a line each; empty where there are none."""
    points = [f"{POINT}{plain(finding.text)}" for finding in findings]
    return "\n".join((f"**{words.noticed}**", *points)) if points else ""


def read(lines: str) -> tuple[str, ...]:
    """Return what such lines say, as bare text and with no backtick in it."""
    return tuple(bare(line.removeprefix(POINT)) for line in lines.splitlines() if line.startswith(POINT))
