"""The card on which staff see a report; what is said on it besides is in `staff_notes`."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.utils import format_dt

from bot.chat.cards.card import COLOURS, DONE, UNKNOWN
from bot.chat.markup import block, clip, code, plain, quoted
from bot.chat.reports import staff
from bot.chat.reports.asker_card import shown_state
from bot.chat.reports.staff_card_words import WORDS, Words
from bot.chat.words import WORDS as CARD_WORDS
from bot.chat.words import language
from bot.desk.reports import OPEN, Note, Report, State
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

Box = ui.Container[ui.LayoutView]

FILE = "message.txt"
"""The file beside a card, for what is too long to stand on it."""

INLINE = 1000
"""Characters of a message that a card shows; a longer one is a file."""

BEGINNING, TRIED, FINDINGS, FACTS, NOTE = 300, 300, 500, 600, 240
"""What a card shows of the beginning of a longer message, and of other texts. All together, with three notes and a
whole message, that is less than the 4,000 characters that Discord allows."""

NOTES = 3
"""How many of the latest notes a card shows."""

COLOUR: dict[State, discord.Colour] = {
    "open": COLOURS["wait"],
    "claimed": COLOURS["you"],
    "asked": COLOURS["support"],
    "answered": DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffCard:
    """What a card shows.

    Attributes:
        report: the report.
        notes: what was said on it, in its order.
        similar: how many others met the same error and model in the hour before; None where nobody can tell.
        heading: what the error is called.
        undelivered: staff's last words could not be delivered so far.
    """

    report: Report
    notes: Sequence[Note]
    similar: int | None
    heading: str
    undelivered: bool = False


def staff_language(desk: Desk, guild_id: int) -> Language:
    """Return the language in which a server's staff are spoken to: the one that is set, or else the server's own."""
    guild = desk.get_guild(guild_id)
    own: Language = language(guild.preferred_locale.value) if guild else "en"
    return desk.language_of(guild_id) or own


def heading_of(desk: Desk, report: Report, lang: Language) -> str:
    """Return what a report's error is called: `429 · Too many requests`, as the asker's card is headed."""
    meaning = Meaning(report.entry, report.case)
    if report.entry and desk.knows(meaning):
        met = report.facts.get("status")
        return replace(desk.explain(meaning, lang), met=int(met) if met else None).heading
    return report.entry or CARD_WORDS[lang].unknown


def render(card: StaffCard, lang: Language) -> ui.LayoutView:
    """Lay out the card, with its buttons; of a closed report it shows the outcome, and whose it was."""
    report, words = card.report, WORDS[lang]
    name, state = f"{words.heading.format(number=report.id)} · {card.heading}", _state(report, words)
    if report.state not in OPEN:
        sender = _sender(report, words) if report.asker_id else words.erased
        return _view(Box(ui.TextDisplay(f"**{name}**\n-# {state}\n-# {sender}"), accent_colour=UNKNOWN))
    box = Box(ui.TextDisplay(f"### {name}\n{state}"), accent_colour=COLOUR[shown_state(report)])
    box.add_item(ui.TextDisplay(_facts(report, words) + _similar(card, words)))
    for part in _parts(report, words):
        box.add_item(ui.Separator(visible=False))
        box.add_item(ui.TextDisplay(part))
    if card.notes:
        box.add_item(ui.Separator(visible=False))
    for note in _notes(card.notes, words):
        box.add_item(ui.TextDisplay(note))
    if in_file(report):
        box.add_item(ui.File(f"attachment://{FILE}"))
    if card.undelivered:
        box.add_item(ui.TextDisplay(words.undelivered.format(who=_person(report.asker_id, words))))
    box.add_item(ui.Separator())
    box.add_item(ui.ActionRow(*staff.buttons(report, lang)))
    return _view(box)


def in_file(report: Report) -> str:
    """Return what goes into a file beside the card: the message and what was tried, where they are long."""
    if report.state not in OPEN or (len(report.text) <= INLINE and len(plain(report.tried)) <= TRIED):
        return ""
    return "\n\n".join(filter(None, (report.text, report.tried)))


def files(report: Report) -> list[discord.File]:
    """Return that file, where there is one."""
    text = in_file(report)
    return [discord.File(io.BytesIO(text.encode()), FILE)] if text else []


def is_card_of(message: discord.Message, report_id: int) -> bool:
    """Tell whether a message of ours is the card of a report that is open."""
    names = {f"{button.name}:{report_id}" for button in staff.BUTTONS}
    items = ui.LayoutView.from_message(message).walk_children()
    ids = (item.custom_id or "" for item in items if isinstance(item, ui.Button))
    return any(id_.rpartition(":")[0] in names for id_ in ids)


def _view(box: Box) -> ui.LayoutView:
    return ui.LayoutView(timeout=None).add_item(box)


def _state(report: Report, words: Words) -> str:
    state = shown_state(report)
    return words.states[state].format(
        staff=_person(report.staff_id, words),
        since=format_dt(report.closed_at or report.created_at, "R"),
        after=_lasting(report.closed_at - report.created_at, words) if report.closed_at else "",
        other=report.duplicate_of,
    )


def _person(user_id: int | None, words: Words) -> str:
    return f"<@{user_id}>" if user_id else words.nobody


def _facts(report: Report, words: Words) -> str:
    error = "/".join(filter(None, (report.entry, report.case)))
    values = {"model": report.model or "", **report.facts}
    first = {words.case: error} | {words.facts[name]: values.pop(name, "") for name in ("model", "group")}
    others = {words.facts.get(name, name): value for name, value in values.items()}
    lines = [
        _sender(report, words),
        " · ".join(_labelled(first)),
        *_labelled(others),
    ]
    return clip("\n".join(filter(None, lines)), FACTS)


def _labelled(values: Mapping[str, str]) -> list[str]:
    return [f"**{label}** {code(value, 160)}" for label, value in values.items() if value.strip()]


def _sender(report: Report, words: Words) -> str:
    return f"**{words.who}** {_person(report.asker_id, words)} · {_place(report, words)}"


def _place(report: Report, words: Words) -> str:
    if report.origin_guild_id is None:
        return words.direct
    place = f"<#{report.channel_id}>" if report.origin_guild_id == report.guild_id else words.elsewhere
    if report.card_id is None:
        return f"{place} ({words.private})"
    link = f"https://discord.com/channels/{report.origin_guild_id}/{report.channel_id}/{report.card_id}"
    return f"{place} · [{words.open_link}]({link})"


def _similar(card: StaffCard, words: Words) -> str:
    if card.similar is None:
        return ""
    return f"\n-# {words.similar.format(count=card.similar) if card.similar else words.alone}"


def _parts(report: Report, words: Words) -> Iterator[str]:
    if report.findings:
        points = "\n".join(f"- {plain(line)}" for line in report.findings.splitlines() if line.strip())
        yield f"**{words.findings}**\n{clip(points, FINDINGS)}"
    if len(report.text) > INLINE:
        yield f"**{words.message}** · {words.beginning}\n{block(report.text, BEGINNING)}"
    elif report.text:
        yield f"**{words.message}**\n{block(report.text, INLINE)}"
    if report.tried:
        yield f"**{words.tried}**\n{quoted(report.tried, TRIED)}"


def _notes(notes: Sequence[Note], words: Words) -> Iterator[str]:
    if (earlier := len(notes) - NOTES) > 0:
        yield f"-# {words.earlier.format(count=earlier)}"
    for note in notes[-NOTES:]:
        who = words.notes[note.kind].format(who=_person(note.author_id, words))
        yield f"**{who}** · {format_dt(note.created_at, 'R')}\n{quoted(note.text, NOTE)}"


def _lasting(time: timedelta, words: Words) -> str:
    """Return how long something took, in its two largest units."""
    minutes = int(time.total_seconds() // 60)
    figures = (minutes // 1440, minutes % 1440 // 60, minutes % 60)
    shown = [f"{figure} {unit}" for figure, unit in zip(figures, words.units, strict=True) if figure]
    return " ".join(shown[:2]) or words.at_once
