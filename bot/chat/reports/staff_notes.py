"""What is said on a report, as messages: staff's words to the asker, and the asker's to staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.chat.cards.card import COLOURS, DONE
from bot.chat.markup import block, clip
from bot.chat.office import Numbered, records_of
from bot.chat.reports.own_report import Add
from bot.chat.reports.staff_card import heading_of
from bot.chat.trouble import tell
from bot.desk.reports import OPEN, Note, NoteKind, Report
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

LONGEST = 3500
"""Characters of a note: with what stands around it, a message holds 4,000."""

FIRST_ID = 1_000_000
"""A note's text has this and the note's number for its id, by which the message is found again: those that Discord
gives itself, and those on answers, are smaller."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words; `{who}` is a mention, `{number}` the report's."""

    heading: Mapping[NoteKind, str]
    about: str
    waiting: str
    reply: str
    read: str
    not_yours: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        heading={
            "answer": "💬 Answer from the support team",
            "ask": "❓ The support team asks",
            "addition": "➕ {who} adds to report #{number}",
        },
        about="Report #{number} · {heading}",
        waiting="{who}, there is word from the support team about what you sent them. Only you can read it.",
        reply="Reply",
        read="Read it",
        not_yours="This is for whoever sent the report.",
    ),
    "zh": Words(
        heading={
            "answer": "💬 客服团队的回答",
            "ask": "❓ 客服团队想了解",
            "addition": "➕ {who} 补充了报告 #{number}",
        },
        about="报告 #{number} · {heading}",
        waiting="{who}，你提交的报告有客服的回复了，只有你能查看。",
        reply="回复",
        read="查看",
        not_yours="只有提交报告的人可以查看。",
    ),
}


def to_asker(report: Report, note: Note, heading: str) -> ui.LayoutView:
    """Lay out staff's words for the asker, who is named, and can go on as long as the report is open."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"<@{report.asker_id}>"))
    return view.add_item(_words_of_staff(report, note, heading))


def announcement(report: Report, note: Note) -> ui.LayoutView:
    """Lay out word of them that everybody may see: what was asked in private is answered to the asker alone."""
    words = WORDS[report.lang]
    text = words.waiting.format(who=f"<@{report.asker_id}>")
    view = ui.LayoutView(timeout=None).add_item(ui.TextDisplay(text, id=FIRST_ID + note.id))
    return view.add_item(ui.ActionRow(Read.of(report.id, report.lang, words.read, discord.ButtonStyle.primary)))


def to_staff(report: Report, note: Note, lang: Language) -> ui.LayoutView:
    """Lay out what the asker adds."""
    head = WORDS[lang].heading["addition"].format(who=f"<@{report.asker_id}>", number=report.id)
    box = ui.Container[ui.LayoutView](ui.TextDisplay(f"**{head}**"), accent_colour=COLOURS["wait"])
    box.add_item(ui.TextDisplay(block(note.text, LONGEST), id=FIRST_ID + note.id))
    return ui.LayoutView(timeout=None).add_item(box)


def is_note(message: discord.Message, note_id: int) -> bool:
    """Tell whether a message of ours is about a note."""
    return any(item.id == FIRST_ID + note_id for item in ui.LayoutView.from_message(message).walk_children())


class Read(Numbered, name="read"):
    """Shows staff's last words to the asker alone."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Show them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        desk = interaction.client
        reports = records_of(desk).reports
        report = await reports.of(self.number)
        notes = [note for note in await reports.notes(self.number) if note.kind != "addition"]
        if report is None or report.asker_id != interaction.user.id or not notes:
            await tell(interaction, WORDS[self.lang].not_yours)
            return
        view = ui.LayoutView(timeout=None)
        view.add_item(_words_of_staff(report, notes[-1], heading_of(desk, report, report.lang)))
        await interaction.followup.send(view=view, ephemeral=True)


def _words_of_staff(report: Report, note: Note, heading: str) -> ui.Container[Any]:
    words = WORDS[report.lang]
    colour = DONE if note.kind == "answer" else COLOURS["support"]
    box = ui.Container[ui.LayoutView](ui.TextDisplay(f"### {words.heading[note.kind]}"), accent_colour=colour)
    box.add_item(ui.TextDisplay(clip(note.text, LONGEST), id=FIRST_ID + note.id))
    by = f" · <@{note.author_id}>" if note.author_id else ""
    box.add_item(ui.TextDisplay(f"-# {words.about.format(number=report.id, heading=heading)}{by}"))
    if report.state in OPEN:
        style = discord.ButtonStyle.primary if note.kind == "ask" else discord.ButtonStyle.secondary
        box.add_item(ui.ActionRow(Add.of(report.id, report.lang, words.reply, style)))
    return box
