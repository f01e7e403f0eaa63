"""The asker's way to a human: *Send to support*, the form behind it, and what they can do with a report they have.

The report is stored before anything else is tried, so that it does not matter what Discord does next.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import ui
from discord.utils import format_dt, snowflake_time

from bot.assistant.secrets import mask
from bot.chat.cards import facts, noticed
from bot.chat.cards.card import Card
from bot.chat.cards.control import TEMPLATE, Button, Subject, under
from bot.chat.cards.support import report as to_copy
from bot.chat.markup import clip, plain
from bot.chat.reports import report_form
from bot.chat.reports.escalation_words import SAID
from bot.chat.reports.home import Home, home_of
from bot.chat.reports.office import Form, Numbered, may_work, records_of
from bot.chat.reports.report_form import ERROR, PARAGRAPH, TRIED
from bot.chat.reports.reporting import refresh_asker_card, state_line
from bot.chat.surfaces.original import words_of
from bot.chat.trouble import report as log_trouble
from bot.chat.trouble import tell
from bot.chat.words import WORDS
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.desk.reports import OPEN, NewReport, Note, Report
from bot.knowledge.schema import LANGUAGES, Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

FAILED = (discord.DiscordException, aiohttp.ClientError, OSError)
"""Discord does not do it, or cannot be reached."""

NOTES = 5
"""How many of the latest notes the asker is shown."""
NOTE = 500
"""How much of each."""

NUMBER = rf"(\d{{1,20}}):({'|'.join(LANGUAGES)})"
"""A report's number and the reader's language, in a custom id."""


class Support(Button, name="support", label="to_support"):
    """Opens the form, or leads to the report that the asker has open for this error.

    Where nobody takes reports, it shows what to send to whom.
    """

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open the form, or show what there is, to the user alone."""
        desk, subject, card = interaction.client, self.subject, self.card(interaction)
        if desk.records is None or (home := home_of(desk, interaction.guild_id)) is None:
            await _show_what_to_send(interaction, subject, card, _read(card))
            return
        try:
            known = await desk.records.reports.open_of(_asker(interaction, subject), home.guild_id, _entry(subject))
        except DeskError as error:
            log.warning("going on without the desk: %s", error)
            await _show_what_to_send(interaction, subject, card, _read(card))
            return
        if known:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.followup.send(view=await _state(desk.records, known, subject.lang), ephemeral=True)
        else:
            await interaction.response.send_modal(ReportForm.of(interaction, subject, card))


class ReportForm(Form, name="send", payload=rf"([a-z\d-]*):([a-z\d-]*):({'|'.join(LANGUAGES)}):([\da-f]{{1,16}})"):
    """What support needs to know. Whose report it is stands on the card, for which a custom id has no room."""

    @classmethod
    def of(cls, interaction: discord.Interaction[Desk], subject: Subject, card: Card) -> ReportForm:
        """Make the form for the card under a button."""
        entry, case = subject.meaning or ("", None)
        payload = f"{entry}:{case or ''}:{subject.lang}:{subject.question_id:x}"
        form = cls(interaction, payload, report_form.WORDS[subject.lang].title)
        typed, posted = interaction.client.lately[subject.question_id], under(interaction).reference is not None
        for row in report_form.rows(card.answer, _read(card), typed, posted=posted):
            form.add_item(row)
        return form

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Store the report, then tell the asker, then their card."""
        desk, subject = interaction.client, _subject(interaction, match)
        await _acknowledge(interaction)
        card = _card(interaction, subject)
        home = home_of(desk, interaction.guild_id)
        try:
            if desk.records is None or home is None:
                raise DeskError("nobody takes reports any more")
            new = await _new_report(interaction, subject, card, home, values)
            report, is_new = await desk.records.reports.open(new)
            if more := "" if is_new else _more(report, new):
                report = await desk.records.reports.note(report.id, "addition", new.asker_id, more) or report
        except DeskError as error:
            log.warning("a report was not stored: %s", error)
            await _show_what_to_send(interaction, subject, card, report_form.facts(_read(card), values), values)
            return
        desk.deliverer.hurry()
        words = SAID[subject.lang]
        told = (words.sent if is_new else words.already).format(number=report.id)
        texts = (told, words.more if more else "", words.where, words.key if _held_key(interaction) else "")
        await _answer(interaction, _note(*texts, report=report))
        await _after(desk, report)


class Add(Numbered, name="report-add"):
    """Opens a form for what else there is to say."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it."""
        report = await records_of(interaction.client).reports.of(self.number)
        if refused := _refusal(interaction, report, self.lang):
            await tell(interaction, refused)
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
            await tell(interaction, refused)
        elif report and await reports.close(report.id, "withdrawn", report.asker_id):
            desk.deliverer.hurry()
            told = words.withdrawn.format(number=report.id)
            await interaction.edit_original_response(view=_note(told, words.again))
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
        """Add it, then show the report."""
        desk, lang = interaction.client, _language(match[2])
        records = records_of(desk)
        if not values["text"]:
            await tell(interaction, SAID[lang].empty)
            return
        await _acknowledge(interaction)
        report = await records.reports.of(int(match[1]))
        refused = _refusal(interaction, report, lang)
        if report and not refused:
            report = await records.reports.note(report.id, "addition", interaction.user.id, values["text"])
        if report is None or refused:
            await _answer(interaction, _note(refused or SAID[lang].closed))
            return
        desk.deliverer.hurry()
        warning = SAID[lang].key if _held_key(interaction) else ""
        await _answer(interaction, await _state(records, report, lang, SAID[lang].added, warning))


BUTTONS = (Add, Withdraw)


def _subject(interaction: discord.Interaction[Desk], match: re.Match[str]) -> Subject:
    """Return what a form is about; without the card, it is for whoever filled it in."""
    entry, case, lang, question = match.groups()
    items = ui.LayoutView.from_message(interaction.message).walk_children() if interaction.message else ()
    found = (re.search(TEMPLATE, item.custom_id or "") for item in items if isinstance(item, ui.Button | ui.Select))
    asker_id = next((Subject.of(on_card).asker_id for on_card in found if on_card), interaction.user.id)
    meaning = Meaning(entry, case or None) if entry else None
    return Subject(asker_id, meaning, _language(lang), int(question, 16))


def _asker(interaction: discord.Interaction[Desk], subject: Subject) -> int:
    """Return who sends a report: the card's asker, also where staff do it for them; else who had the card posted."""
    return subject.asker_id if may_work(interaction) else interaction.user.id


def _refusal(interaction: discord.Interaction[Desk], report: Report | None, lang: Language) -> str:
    """Return why a user cannot change a report; empty where they can."""
    if report is None or report.state not in OPEN:
        return SAID[lang].closed
    theirs = interaction.user.id == report.asker_id or may_work(interaction)
    return "" if theirs else SAID[lang].not_yours


def _entry(subject: Subject) -> str:
    return subject.meaning.entry if subject.meaning else ""


def _language(code: str) -> Language:
    return "zh" if code == "zh" else "en"


def _card(interaction: discord.Interaction[Desk], subject: Subject) -> Card:
    """Return what the card under a form shows; Discord sends it along, as far as it still stands."""
    answer = interaction.client.explain(subject.meaning, subject.lang)
    return Card.again(interaction.message, answer) if interaction.message else Card.of(answer)


def _read(card: Card) -> dict[str, str]:
    return facts.read(card.read, WORDS[card.answer.lang])


def _asked_at(interaction: discord.Interaction[Desk], subject: Subject) -> datetime:
    """Return the time of the question, which its id tells; of one without, that of now."""
    return snowflake_time(subject.question_id or interaction.id)


def _held_key(interaction: discord.Interaction[Desk]) -> bool:
    data: Any = interaction.data
    return any(mask(row["component"]["value"]).secrets for row in data["components"])


async def _acknowledge(interaction: discord.Interaction[Desk]) -> None:
    """Tell Discord that an answer comes. Where it no longer waits for one, what was filled in counts all the same."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
    except FAILED as error:
        log.info("a form was not acknowledged: %s", type(error).__name__)


async def _answer(interaction: discord.Interaction[Desk], view: ui.LayoutView) -> None:
    """Show the user what came of their form, where Discord still lets us."""
    try:
        await interaction.followup.send(view=view, ephemeral=True)
    except FAILED as error:
        log.info("a form was not answered: %s", type(error).__name__)


async def _new_report(
    interaction: discord.Interaction[Desk], subject: Subject, card: Card, home: Home, values: Mapping[str, str]
) -> NewReport:
    message = interaction.message
    known = report_form.facts(_read(card), values) | {"time": f"{_asked_at(interaction, subject):%Y-%m-%d %H:%M}"}
    return NewReport(
        guild_id=home.guild_id,
        question_id=subject.question_id or interaction.id,
        origin_guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        card_id=message.id if message and not message.flags.ephemeral else None,
        asker_id=_asker(interaction, subject),
        entry=_entry(subject),
        case=subject.meaning.case if subject.meaning else None,
        model=known.get("model"),
        facts=known,
        findings="\n".join(noticed.read(card.noticed)),
        tried=values.get(TRIED, ""),
        text=await _text(interaction, subject, values.get(ERROR, "")),
        lang=subject.lang,
    )


async def _text(interaction: discord.Interaction[Desk], subject: Subject, pasted: str) -> str:
    """Return the question, as far as it can still be read, and what was pasted into the form, where that is more."""
    try:
        asked = await words_of(interaction, subject.question_id)
    except FAILED as error:
        log.info("a report goes without its question: %s", type(error).__name__)
        asked = ""
    if asked.strip() in pasted:
        return pasted
    return asked if pasted in asked else f"{asked}\n\n{pasted}"


def _more(report: Report, new: NewReport) -> str:
    """Return what a second report says that the first one does not, a line each."""
    labels = report_form.WORDS[report.lang].labels
    told = {**new.facts, TRIED: new.tried, ERROR: new.text}
    known = {**report.facts, TRIED: report.tried, ERROR: report.text}
    colon = WORDS[report.lang].colon
    return "\n".join(
        f"{label}{colon}{told[name]}"
        for name, label in labels.items()
        if told.get(name, "") not in ("", known.get(name))
    )


async def _after(desk: Desk, report: Report) -> None:
    """Do what is no longer the asker's concern: their card, and the log of questions."""
    try:
        await records_of(desk).questions.escalated(report.question_id)
        await refresh_asker_card(desk, report)
    except DeskError as error:
        log.warning("going on without the desk: %s", error)
    except FAILED as error:
        log_trouble(error, "telling a card of its report")


async def _show_what_to_send(
    interaction: discord.Interaction[Desk],
    subject: Subject,
    card: Card,
    read: Mapping[str, str],
    values: Mapping[str, str] | None = None,
) -> None:
    """Show the user what to send to whom, with what they filled in."""
    lang, values = card.answer.lang, values or {}
    where = interaction.client.assistant.knowledge.service.support[lang]
    labels = report_form.WORDS[lang].labels.items()
    more = {label: values.get(name, "") for name, label in labels if name not in WORDS[lang].report_names}
    view = to_copy(card.answer, read, noticed.read(card.noticed), _asked_at(interaction, subject), where, more)
    if values:
        await _answer(interaction, _note(SAID[lang].not_stored))
        await _answer(interaction, view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


async def _state(records: Records, report: Report, lang: Language, *above: str) -> ui.LayoutView:
    """Lay out a report for its asker: where it stands, what was said, and what they can do."""
    notes = await records.reports.notes(report.id)
    said = [_quoted(note, lang) for note in notes[-NOTES:]]
    return _note(*above, state_line(report, lang), *said, _link(report, lang), report=report, lang=lang)


def _quoted(note: Note, lang: Language) -> str:
    who = SAID[lang].notes[note.kind]
    return f"**{who}** · {format_dt(note.created_at, 'R')}\n>>> {plain(clip(note.text, NOTE))}"


def _link(report: Report, lang: Language) -> str:
    if report.card_id is None:
        return ""
    place = f"{report.origin_guild_id or '@me'}/{report.channel_id}/{report.card_id}"
    return f"-# [{SAID[lang].asked_here}](https://discord.com/channels/{place})"


def _note(*texts: str, report: Report | None = None, lang: Language | None = None) -> ui.LayoutView:
    """Lay out a few texts for the user alone, and under them what they can do with a report that is open."""
    items: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in texts if text]
    if report and report.state in OPEN:
        lang = lang or report.lang
        add = Add.of(report.id, lang, SAID[lang].add, discord.ButtonStyle.primary)
        items.append(ui.ActionRow(add, Withdraw.of(report.id, lang, SAID[lang].withdraw)))
    box = ui.Container[ui.LayoutView]()
    for at, item in enumerate(items):
        if at:
            box.add_item(ui.Separator(visible=False))
        box.add_item(item)
    return ui.LayoutView(timeout=None).add_item(box)
