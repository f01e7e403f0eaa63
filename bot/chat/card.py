"""An answer as a Discord card: `Answer` in, Components V2 out, and nothing else looked at.

Discord allows 4,000 characters of text and 40 components in one message; discord.py does not check
the former. Everything that came from a message is shown inert (see `markup`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.assistant.answer import Alternative, Answer
from bot.chat.markup import clip, code, plain
from bot.chat.words import WORDS, Words
from bot.knowledge.schema import Acts

MAX_TEXT = 4000
SURE = 0.9
"""From this confidence on, an answer needs no word of doubt."""

COLOURS: dict[Acts, discord.Colour] = {
    "you": discord.Colour(0x5865F2),
    "wait": discord.Colour(0xF0B232),
    "support": discord.Colour(0xEB459E),
}
UNKNOWN = discord.Colour(0x80848E)
DANGER = discord.Colour(0xED4245)


@dataclass(frozen=True, slots=True)
class Panel:
    """One coloured box: groups of texts with a line between the groups."""

    colour: discord.Colour
    groups: tuple[tuple[str, ...], ...]


def render(answer: Answer, *, asked: bool = False, private: bool = False, human: str = "") -> ui.LayoutView:
    """Lay out an answer.

    Args:
        answer: what the assistant found, or did not find.
        asked: somebody asked the bot; it then says how sure it is, and says so where it knows nothing.
        private: only the reader will see the card.
        human: how to reach one, in the reader's language; shown where no entry fits.

    Returns:
        A view to send without any content beside it; empty where there is nothing to say.
    """
    words = WORDS[answer.lang]
    panels: list[Panel] = []
    if answer.secrets:
        panels.append(_key_given(words) if private else _key_posted(words))
    if answer.entry is not None:
        panels.append(_known(answer, words, asked))
    elif asked:
        panels.append(_unknown(answer, words, human))
    return _view(panels)


def _known(answer: Answer, words: Words, asked: bool) -> Panel:
    title = f"{answer.status} · {answer.title}" if answer.status else answer.title
    noticed = "\n".join(f"⚠️ {plain(finding.text)}" for finding in answer.findings)
    unsure = asked and answer.confidence < SURE
    head = [words.acts[answer.acts]]
    if unsure:
        head.append(words.unsure.format(percent=round(answer.confidence * 100)))
    return Panel(
        COLOURS[answer.acts],
        (
            (f"### {title}\n{_small(*head)}", noticed, answer.cause),
            (f"**{words.what_to_do}**\n{_numbered(answer.steps)}",),
            (f"**{words.not_enough}**\n{answer.escalate}",),
            (_alternatives(answer.alternatives, words) if unsure else "",),
            (_small(_evidence(answer, words), f"{words.source} · {_name(answer)}"),),
        ),
    )


def _unknown(answer: Answer, words: Words, human: str) -> Panel:
    return Panel(
        UNKNOWN,
        (
            (f"### {words.unknown}\n{words.unknown_cause}",),
            (f"**{words.what_helps}**\n{_numbered(words.unknown_steps)}", human),
            (_alternatives(answer.alternatives, words),),
            (_small(_evidence(answer, words)),),
        ),
    )


def _key_posted(words: Words) -> Panel:
    return Panel(DANGER, ((f"### {words.key_posted}\n{_numbered(words.key_posted_steps)}",),))


def _key_given(words: Words) -> Panel:
    return Panel(DANGER, ((f"### {words.key_given}\n{words.key_given_cause}",),))


def _alternatives(alternatives: Sequence[Alternative], words: Words) -> str:
    if not alternatives:
        return ""
    lines = (f"- {_name(other)} · {other.title}" for other in alternatives[:3])
    return "\n".join((f"**{words.or_else}**", *lines))


def _name(meaning: Answer | Alternative) -> str:
    """Return what `/error` takes to show this entry or case."""
    return code("/".join(filter(None, (meaning.entry, meaning.case))))


def _evidence(answer: Answer, words: Words) -> str:
    read = ((label, getattr(answer.evidence, name)) for name, label in words.evidence.items())
    shown = [f"{label} {code(str(value))}" for label, value in read if value]
    return f"{words.read}{words.colon}{' · '.join(shown)}" if shown else ""


def _numbered(steps: Iterable[str]) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _small(*lines: str) -> str:
    return "\n".join(f"-# {line}" for line in lines if line)


def _view(panels: Sequence[Panel]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    texts = iter(_fit([text for panel in panels for group in panel.groups for text in group]))
    for panel in panels:
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=panel.colour)
        for group in panel.groups:
            shown = [text for text in (next(texts) for _ in group) if text]
            if shown and box.children:
                box.add_item(ui.Separator())
            for text in shown:
                box.add_item(ui.TextDisplay(text))
        view.add_item(box)
    return view


def _fit(texts: list[str]) -> list[str]:
    """Return `texts` within Discord's limit for a message: the longest gives way first."""
    while (over := sum(map(len, texts)) - MAX_TEXT) > 0:
        longest = max(range(len(texts)), key=lambda index: len(texts[index]))
        texts[longest] = clip(texts[longest], max(len(texts[longest]) - over, len(texts[longest]) // 2))
    return texts
