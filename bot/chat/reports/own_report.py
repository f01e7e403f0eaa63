"""A report in its asker's eyes: where it stands, what was said, and what they can do with it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.utils import format_dt

from bot.assistant.secrets import mask
from bot.chat.markup import clip, quoted
from bot.chat.office import Form, Numbered, acknowledge, may_work, records_of
from bot.chat.reports.asker_card import state_line
from bot.chat.reports.escalation_words import SAID
from bot.chat.reports.report_form import PARAGRAPH
from bot.chat.reports.turns import note_once, turn
from bot.chat.trouble import FAILED, tell
from bot.chat.trouble import report as log_trouble
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.desk.reports import OPEN, Note, Report
from bot.knowledge.schema import LANGUAGES, Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

NOTES = 5
"""How many of the latest notes the asker is shown."""

ALL_NOTES = 3000
"""Characters of these together, escapes included: with what stands around them, a message holds 4,000."""

BEGINNING = 500
"""Characters that are shown where Discord does not take the whole."""

NUMBER = rf"(\d{{1,20}}):({'|'.join(LANGUAGES)})"
"""A report's number and the reader's language, in a custom id."""


class Add(Numbered, name="report-add"):
    """Opens a form for what else there is to say."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it."""
        report = await records_of(interaction.client).reports.of(self.number)
        if refused := _refusal(interaction, report, self.lang):
            await _refuse(interaction, report, refused)
        else:
            await interaction.response.send_modal(AddForm.of(interaction, self.number, self.lang))


class Withdraw(Numbered, name="report-withdraw"):
    """Closes a report at once and for good."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Close it, and say so in place of the buttons."""
        desk, words = interaction.client, SAID[self.lang]
        reports = records_of(desk).reports
        await interaction.response.defer()
        report = await reports.of(self.number)
        if refused := _refusal(interaction, report, self.lang):
            await _refuse(interaction, report, refused)
        elif report and await reports.close(report.id, "withdrawn", report.asker_id):
            desk.deliverer.hurry()
            told = words.withdrawn.format(number=report.id)
            await interaction.edit_original_response(view=lay_out(told, words.again))
        else:
            await tell(interaction, words.closed)


class AddForm(Form, name="add", payload=NUMBER):
    """Something to add to a report."""

    @classmethod
    def of(cls, interaction: discord.Interaction[Desk], number: int, lang: Language) -> AddForm:
        """Make the form for a report."""
        words = SAID[lang]
        form = cls(interaction, f"{number}:{lang}", words.add)
        text = ui.TextInput[Any](custom_id="text", style=discord.TextStyle.paragraph, max_length=PARAGRAPH)
        form.add_item(ui.Label(text=words.add_label, description=words.add_hint, component=text))
        return form

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Add it, once, then show the report."""
        desk, lang = interaction.client, language(match[2])
        records, author = records_of(desk), interaction.user.id
        if not values["text"]:
            await tell(interaction, SAID[lang].empty)
            return
        await acknowledge(interaction, answering=True)
        report = await records.reports.of(int(match[1]))
        refused = _refusal(interaction, report, lang)
        if report and not refused:
            async with turn(report.id):
                report = await note_once(records.reports, report.id, "addition", author, values["text"])
        if report is None or refused:
            await show(interaction, lay_out(refused or SAID[lang].closed))
            return
        desk.deliverer.hurry()
        warning = SAID[lang].key if held_key(interaction) else ""
        await show(interaction, await standing(records, report, lang, SAID[lang].added, warning))


BUTTONS = (Add, Withdraw)


async def settle(interaction: discord.Interaction[Desk], question_id: int, lang: Language) -> None:
    """Close the report that a card tells of, as whoever may close it takes the question for solved.

    Where the asker does, they are told so, as that is final; staff see on their card whose word it is.

    Args:
        interaction: the press on the card, which was answered already.
        question_id: what the card answers; 0 where that is not known.
        lang: the card's language.

    Raises:
        discord.HTTPException: Discord does not take what the user is to be told.
    """
    desk, user_id = interaction.client, interaction.user.id
    if desk.records is None:
        return
    reports = desk.records.reports
    try:
        report = await sent_from(interaction, question_id)
        if report is None or report.closed_at:
            return
        by_asker = report.asker_id == user_id
        if not by_asker and not (report.guild_id == interaction.guild_id and may_work(interaction)):
            return
        if not await reports.close(report.id, "solved" if by_asker else "resolved", user_id):
            return
    except DeskError as error:
        log.warning("going on without the desk: %s", error)
        desk.missed.note(partial(settle, interaction, question_id, lang))
        return
    desk.deliverer.hurry()
    if by_asker:
        await tell(interaction, SAID[lang].solved.format(number=report.id))


async def sent_from(interaction: discord.Interaction[Desk], question_id: int) -> Report | None:
    """Return the newest report that was sent from the card under a press; from a private one, on its question.

    Args:
        interaction: the press.
        question_id: what the card answers; 0 where that is not known.

    Raises:
        DeskError: the desk cannot tell.
    """
    reports, card = records_of(interaction.client).reports, interaction.message
    if card and not card.flags.ephemeral:
        return await reports.of_card(card.id)
    return await reports.of_question(question_id) if question_id else None


async def standing(records: Records, report: Report, lang: Language, *above: str) -> ui.LayoutView:
    """Lay out a report for its asker: where it stands, what was said, and what they can do.

    Args:
        records: what the desk remembers.
        report: the report.
        lang: the reader's language.
        above: texts over it.

    Raises:
        DeskError: the desk cannot tell what was said.
    """
    notes = await records.reports.notes(report.id)
    latest = notes[-NOTES:]
    said = [_quoted(note, lang, ALL_NOTES // len(latest)) for note in latest]
    return lay_out(*above, state_line(report, lang, notes), *said, _link(report, lang), report=report, lang=lang)


def lay_out(*texts: str, report: Report | None = None, lang: Language | None = None) -> ui.LayoutView:
    """Lay out a few texts for the user alone, and under them what they can do with a report that is open."""
    items: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in texts if text]
    if report and report.state in OPEN:
        lang = lang or report.lang
        add = Add.of(report.id, lang, SAID[lang].add, discord.ButtonStyle.primary)
        items.append(ui.ActionRow(add, Withdraw.of(report.id, lang, SAID[lang].withdraw)))
    return _stacked(items)


async def show(interaction: discord.Interaction[Desk], view: ui.LayoutView) -> None:
    """Show the user what came of it, where Discord still lets us: in short, if it does not take the whole."""
    try:
        try:
            await interaction.followup.send(view=view, ephemeral=True)
        except discord.HTTPException as error:
            if error.status != 400:  # else it is not for what was sent
                raise
            log_trouble(error, "showing a report to its asker")
            await interaction.followup.send(view=_shortened(view), ephemeral=True)
    except FAILED as error:
        log.info("a form was not answered: %s", type(error).__name__)


def held_key(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether there was a key in a form."""
    data: Any = interaction.data
    return any(mask(row["component"]["value"]).secrets for row in data["components"])


def without_buttons(message: discord.Message) -> ui.LayoutView | None:
    """Return what a message of ours shows, without the buttons in its box; None where there are none."""
    view = ui.LayoutView.from_message(message)
    view.stop()  # as in `with_state`
    boxes = [box for box in view.children if isinstance(box, ui.Container)]
    rows = [(box, item) for box in boxes for item in box.children if isinstance(item, ui.ActionRow)]
    for box, row in rows:
        box.remove_item(row)
    return view if rows else None


async def _refuse(interaction: discord.Interaction[Desk], report: Report | None, refused: str) -> None:
    """Tell a user why a button does nothing; where it is for good, the buttons go.

    Nothing else takes them away: Discord has private messages edited for fifteen minutes, and only by a press on them.
    """
    if (report is None or report.closed_at) and interaction.message:
        if not interaction.response.is_done():
            await acknowledge(interaction)
        try:
            if view := without_buttons(interaction.message):
                await interaction.edit_original_response(view=view)
        except FAILED as error:
            log.info("the buttons of a closed report stay: %s", type(error).__name__)
    await tell(interaction, refused)


def _refusal(interaction: discord.Interaction[Desk], report: Report | None, lang: Language) -> str:
    """Return why a user cannot change a report; empty where they can."""
    if report is None:
        return SAID[lang].closed
    if report.state not in OPEN:
        return f"{state_line(report, lang)}\n{SAID[lang].closed}"
    theirs = interaction.user.id == report.asker_id or may_work(interaction)
    return "" if theirs else SAID[lang].not_yours


def _quoted(note: Note, lang: Language, limit: int) -> str:
    who = SAID[lang].notes[note.kind]
    return f"**{who}** · {format_dt(note.created_at, 'R')}\n{quoted(note.text, limit)}"


def _link(report: Report, lang: Language) -> str:
    if report.card_id is None:
        return ""
    place = f"{report.origin_guild_id or '@me'}/{report.channel_id}/{report.card_id}"
    return f"-# [{SAID[lang].asked_here}](https://discord.com/channels/{place})"


def _stacked(items: list[ui.Item[Any]]) -> ui.LayoutView:
    box = ui.Container[ui.LayoutView]()
    for at, item in enumerate(items):
        if at:
            box.add_item(ui.Separator(visible=False))
        box.add_item(item)
    return ui.LayoutView(timeout=None).add_item(box)


def _shortened(view: ui.LayoutView) -> ui.LayoutView:
    """Return the beginning of what was laid out, and its buttons."""
    items = list(view.walk_children())
    first = next((item.content for item in items if isinstance(item, ui.TextDisplay)), "")
    rows = [item for item in items if isinstance(item, ui.ActionRow)]
    return _stacked([ui.TextDisplay(clip(first, BEGINNING)), *rows])
