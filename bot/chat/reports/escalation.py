"""The asker's way to a human: *Send to support*, and the form behind it.

The report is stored before anything else is tried, so that it does not matter what Discord does next.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.utils import snowflake_time

from bot.chat.cards import facts, noticed
from bot.chat.cards.card import Card
from bot.chat.cards.control import TEMPLATE, Button, Subject, under
from bot.chat.cards.support import report as to_copy
from bot.chat.office import Form, acknowledge, may_work, records_of
from bot.chat.reports import report_form
from bot.chat.reports.asker_card import refresh_asker_card
from bot.chat.reports.escalation_words import SAID
from bot.chat.reports.home import Home, home_of
from bot.chat.reports.own_report import held_key, lay_out, sent_from, show, standing
from bot.chat.reports.reopening import reopen
from bot.chat.reports.report_form import ERROR, TRIED
from bot.chat.reports.turns import turn
from bot.chat.surfaces.original import words_of
from bot.chat.trouble import FAILED
from bot.chat.trouble import report as log_trouble
from bot.chat.words import WORDS, language
from bot.desk.database import DeskError
from bot.desk.reports import AskersCard, NewReport, Report, Reports
from bot.knowledge.schema import LANGUAGES, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds to wait for a question that is to stand in the form; Discord takes a form within three."""


class Support(Button, name="support", label="to_support"):
    """Opens the form, or leads to the report that the asker has open for this error.

    Once that is closed, the form has what they sent with it. Where nobody takes reports, it shows what to send to whom.
    """

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open the form, or show what there is, to the user alone."""
        desk, subject, card = interaction.client, self.subject, self.card(interaction)
        if desk.records is None or (home := home_of(desk, interaction.guild_id)) is None:
            await _show_what_to_send(interaction, subject, card, _read(card))
            return
        asker_id = _asker(interaction, subject)
        try:
            known = await desk.records.reports.open_of(asker_id, home.guild_id, _entry(subject), subject.question_id)
            last = None if known else await sent_from(interaction, subject.question_id)
            if last and (last.asker_id, last.entry) != (asker_id, _entry(subject)):
                last = None  # the message may have been edited since: what was read now is of this error
        except DeskError as error:
            log.warning("going on without the desk: %s", error)
            await _show_what_to_send(interaction, subject, card, _read(card))
            return
        if known:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show(interaction, await standing(desk.records, known, subject.lang))
            await _tell_card(interaction, known)
        else:
            sent = {**last.facts, TRIED: last.tried} if last else {}
            asked = {ERROR: await _asked(interaction, subject)}
            await interaction.response.send_modal(ReportForm.of(interaction, subject, card, asked | sent))


class ReportForm(Form, name="send", payload=rf"([a-z\d-]*):([a-z\d-]*):({'|'.join(LANGUAGES)}):([\da-f]{{1,16}})"):
    """What support needs to know. Whose report it is stands on the card, for which a custom id has no room."""

    @classmethod
    def of(
        cls, interaction: discord.Interaction[Desk], subject: Subject, card: Card, sent: Mapping[str, str]
    ) -> ReportForm:
        """Make the form for the card under a button, with the question and what its asker sent from there before."""
        entry, case = subject.meaning or ("", None)
        payload = f"{entry}:{case or ''}:{subject.lang}:{subject.question_id:x}"
        form = cls(interaction, payload, report_form.WORDS[subject.lang].title)
        for row in report_form.rows(card.answer, _read(card), sent, posted=_is_posted(interaction)):
            form.add_item(row)
        return form

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Store the report, then tell the asker, then their card."""
        desk, subject = interaction.client, _subject(interaction, match)
        await acknowledge(interaction, answering=True)
        card = _card(interaction, subject)
        home = home_of(desk, interaction.guild_id)
        try:
            if desk.records is None or home is None:
                raise DeskError("nobody takes reports any more")
            new = await _new_report(interaction, subject, card, home, values)
            report, is_new = await desk.records.reports.open(new)
            added = None if is_new else await _add(desk.records.reports, report, new)
        except DeskError as error:
            log.warning("a report was not stored: %s", error)
            known = report_form.facts(card.answer, _read(card), values)
            await _show_what_to_send(interaction, subject, card, known, values)
            return
        desk.deliverer.hurry()
        words = SAID[subject.lang]
        told = (words.sent if is_new else words.already).format(number=report.id)
        texts = (told, words.more if added else "", words.where, words.key if held_key(interaction) else "")
        await show(interaction, lay_out(*texts, report=added or report))
        await _after(interaction, report, new.question_id)


def _subject(interaction: discord.Interaction[Desk], match: re.Match[str]) -> Subject:
    """Return what a form is about; without the card, it is for whoever filled it in."""
    entry, case, lang, question = match.groups()
    items = ui.LayoutView.from_message(interaction.message).walk_children() if interaction.message else ()
    found = (re.search(TEMPLATE, item.custom_id or "") for item in items if isinstance(item, ui.Button | ui.Select))
    asker_id = next((Subject.of(on_card).asker_id for on_card in found if on_card), interaction.user.id)
    meaning = Meaning(entry, case or None) if entry else None
    return Subject(asker_id, meaning, language(lang), int(question, 16))


def _asker(interaction: discord.Interaction[Desk], subject: Subject) -> int:
    """Return who sends a report: the card's asker, also where staff do it for them; else who had the card posted."""
    return subject.asker_id if may_work(interaction) else interaction.user.id


def _entry(subject: Subject) -> str:
    return subject.meaning.entry if subject.meaning else ""


def _card(interaction: discord.Interaction[Desk], subject: Subject) -> Card:
    """Return what the card under a form shows; Discord sends it along, as far as it still stands."""
    answer = interaction.client.explain(subject.meaning, subject.lang)
    return Card.again(interaction.message, answer) if interaction.message else Card.of(answer)


def _read(card: Card) -> dict[str, str]:
    return facts.read(card.read, WORDS[card.answer.lang])


def _is_posted(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether the question is a message, to which the card under a press replies."""
    return under(interaction).reference is not None


async def _asked(interaction: discord.Interaction[Desk], subject: Subject) -> str:
    """Return the question for the form, as far as that asks for it: of a message it does where nothing is known of it.

    Discord waits for the form, so that a message counts only where it comes at once; else the field is empty.
    """
    typed = interaction.client.lately[subject.question_id]
    if typed or subject.meaning or not _is_posted(interaction):
        return typed
    try:
        async with asyncio.timeout(PATIENCE):
            return await words_of(interaction, subject.question_id)
    except FAILED as error:  # asyncio's own TimeoutError is one of them
        log.info("a form goes without its question: %s", type(error).__name__)
        return ""


def _asked_at(interaction: discord.Interaction[Desk], subject: Subject) -> datetime:
    """Return the time of the question, which its id tells; of one without, that of now."""
    return snowflake_time(subject.question_id or interaction.id)


async def _new_report(
    interaction: discord.Interaction[Desk], subject: Subject, card: Card, home: Home, values: Mapping[str, str]
) -> NewReport:
    message = interaction.message
    known = report_form.facts(card.answer, _read(card), values)
    known["time"] = f"{_asked_at(interaction, subject):%Y-%m-%d %H:%M}"
    return NewReport(
        guild_id=home.guild_id,
        question_id=subject.question_id or interaction.id,
        origin_guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        card_id=message.id if message and not message.flags.ephemeral else await reopen(interaction, subject),
        asker_id=_asker(interaction, subject),
        entry=_entry(subject),
        case=subject.meaning.case if subject.meaning else None,
        model=interaction.client.knowledge.same_model(known.get("model")),
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


async def _add(reports: Reports, report: Report, new: NewReport) -> Report | None:
    """Add to a report what a second one on the same says besides, a line each; its message joins the first one.

    Returns:
        The report with that; None where there is nothing new, or it was closed meanwhile.
    """
    words, colon = report_form.WORDS[report.lang], WORDS[report.lang].colon
    async with turn(report.id):
        report, notes = await reports.of(report.id) or report, await reports.notes(report.id)
        known, told = {**report.facts, TRIED: report.tried}, {**new.facts, TRIED: new.tried}
        said = "\n".join(note.text for note in notes if note.kind == "addition")
        lines = [
            line
            for name, label in words.labels.items()
            if told.get(name, "") not in ("", known.get(name)) and (line := f"{label}{colon}{told[name]}") not in said
        ]
        message = "" if new.text in report.text else new.text
        if message:
            lines.append(f"{words.labels[ERROR]}{colon}{words.joined}")
        if not lines:
            return None
        return await reports.note(report.id, "addition", new.asker_id, "\n".join(lines), message)


async def _tell_card(interaction: discord.Interaction[Desk], report: Report) -> None:
    """Have the card that was used tell of a report, too, unless only its reader sees it."""
    desk, card = interaction.client, interaction.message
    try:
        if card and not card.flags.ephemeral and interaction.channel_id:
            here = AskersCard(interaction.guild_id, interaction.channel_id, card.id)
            await records_of(desk).reports.tell_on(report, here)
        await refresh_asker_card(desk, report)
    except DeskError as error:
        log.warning("going on without the desk: %s", error)
    except FAILED as error:
        log_trouble(error, "telling a card of its report")


async def _after(interaction: discord.Interaction[Desk], report: Report, question_id: int) -> None:
    """Do what is no longer the asker's concern: the log of questions, and their cards."""
    await records_of(interaction.client).questions.escalated(question_id)
    await _tell_card(interaction, report)


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
        await show(interaction, lay_out(SAID[lang].not_stored))
        await show(interaction, view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)
