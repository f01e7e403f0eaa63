"""What staff can do with a report: the buttons on their card, and the forms behind them.

A press changes the report in the desk and is acknowledged; that the cards show it is a delivery like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import discord
from discord import ui

from bot.chat.office import Form, Numbered, acknowledge, records_of
from bot.chat.reports.staff_words import WORDS, Words
from bot.chat.reports.turns import note_once, turn
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.desk.reports import NoteKind, Report
from bot.knowledge.schema import LANGUAGES, Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

LONGEST = 2000
"""Characters of an answer or a question: with what stands around it, it fits on a card."""


def _words(interaction: discord.Interaction[Desk]) -> Words:
    return WORDS[language(interaction.locale.value)]


async def _open_report(interaction: discord.Interaction[Desk], number: int) -> Report | None:
    """Return a report that staff may change; else tell them why not, and return None.

    A card that was posted and not noted down, because the process ended in between, is noted down now.
    """
    reports = records_of(interaction.client).reports
    report = await reports.of(number)
    if report is None or report.guild_id != interaction.guild_id:
        await tell(interaction, _words(interaction).gone)
        return None
    card = interaction.message
    if card and report.staff_message_id is None:
        await reports.posted(number, card.channel.id, card.id)
    if report.closed_at:
        await _tell_end(interaction, report)
        return None
    return report


async def _tell_end(interaction: discord.Interaction[Desk], report: Report | None) -> None:
    words = _words(interaction)
    ended = words.ended.get(report.state, "") if report else ""
    text = ended.format(staff=f"<@{report.staff_id}>") if report and ended else words.gone
    await tell(interaction, text)


async def _close(
    interaction: discord.Interaction[Desk],
    number: int,
    state: Literal["resolved", "duplicate"],
    duplicate_of: int | None = None,
) -> None:
    reports = records_of(interaction.client).reports
    if await reports.close(number, state, interaction.user.id, duplicate_of):
        interaction.client.deliverer.hurry()
    else:
        await _tell_end(interaction, await reports.of(number))


class Claim(Numbered, name="claim", staff=True):
    """Gives the report to whoever presses it, where nobody has it."""

    takes_over: ClassVar[bool] = False

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Give it; two who press at once get it once, and the second is told by whom."""
        await acknowledge(interaction)
        reports, user_id = records_of(interaction.client).reports, interaction.user.id
        report = await _open_report(interaction, self.number)
        if report is None or report.staff_id == user_id:
            return
        if await reports.claim(self.number, user_id, take_over=self.takes_over):
            interaction.client.deliverer.hurry()
        elif held := await _open_report(interaction, self.number):
            await tell(interaction, _words(interaction).taken.format(staff=f"<@{held.staff_id}>"))


class TakeOver(Claim, name="takeover", staff=True):
    """Gives the report to whoever presses it, also where somebody else has it."""

    takes_over = True


class Resolve(Numbered, name="resolve", staff=True):
    """Closes the report."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Close it."""
        await acknowledge(interaction)
        async with turn(self.number):
            if await _open_report(interaction, self.number):
                await _close(interaction, self.number, "resolved")


class Answer(Numbered, name="answer", staff=True):
    """Opens the form for an answer."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it, unless the report is closed."""
        if await _open_report(interaction, self.number):
            await interaction.response.send_modal(AnswerForm(interaction, self.number, self.lang))


class AskBack(Numbered, name="askback", staff=True):
    """Opens the form for a question to the asker."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it, unless the report is closed."""
        if await _open_report(interaction, self.number):
            await interaction.response.send_modal(AskForm(interaction, self.number, self.lang))


class Duplicate(Numbered, name="duplicate", staff=True):
    """Opens the form for the number of the report that this one repeats."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Open it, unless the report is closed."""
        if await _open_report(interaction, self.number):
            await interaction.response.send_modal(DuplicateForm(interaction, self.number, self.lang))


BUTTONS = (Claim, TakeOver, Answer, AskBack, Resolve, Duplicate)

PAYLOAD = rf"(\d{{1,20}}):(?:{'|'.join(LANGUAGES)})"


class NoteForm(Form, name="note", payload="(?!)", staff=True):
    """What staff say on a report."""

    kind: ClassVar[NoteKind]

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Store it, once, to be delivered."""
        await acknowledge(interaction)
        number, author, text = int(match[1]), interaction.user.id, values.get("text", "")
        reports = records_of(interaction.client).reports
        if not text:
            await tell(interaction, _words(interaction).empty)
            return
        async with turn(number):
            if not await _open_report(interaction, number):
                return
            if await note_once(reports, number, cls.kind, author, text) is None:
                await _tell_end(interaction, await reports.of(number))
        interaction.client.deliverer.hurry()


class AnswerForm(NoteForm, name="answering", payload=PAYLOAD, staff=True):
    """An answer."""

    kind = "answer"

    def __init__(self, opener: discord.Interaction[Desk], number: int, lang: Language) -> None:
        words = WORDS[lang]
        super().__init__(opener, f"{number}:{lang}", words.answer_title.format(number=number))
        self.add_item(_field(words.answer_label, words.answer_hint, ui.TextInput(style=discord.TextStyle.paragraph)))


class AskForm(NoteForm, name="asking", payload=PAYLOAD, staff=True):
    """A question to the asker."""

    kind = "ask"

    def __init__(self, opener: discord.Interaction[Desk], number: int, lang: Language) -> None:
        words = WORDS[lang]
        super().__init__(opener, f"{number}:{lang}", words.ask_title.format(number=number))
        self.add_item(_field(words.ask_label, words.ask_hint, ui.TextInput(style=discord.TextStyle.paragraph)))


class DuplicateForm(Form, name="duplicating", payload=PAYLOAD, staff=True):
    """Which report this one repeats."""

    def __init__(self, opener: discord.Interaction[Desk], number: int, lang: Language) -> None:
        words = WORDS[lang]
        super().__init__(opener, f"{number}:{lang}", words.duplicate_title.format(number=number))
        self.add_item(_field(words.duplicate_label, words.duplicate_hint, ui.TextInput(), 20))

    @classmethod
    async def submitted(
        cls, interaction: discord.Interaction[Desk], match: re.Match[str], values: Mapping[str, str]
    ) -> None:
        """Close the report, where the other one is another one."""
        await acknowledge(interaction)
        number, given = int(match[1]), values.get("text", "")
        async with turn(number):
            if not await _open_report(interaction, number):
                return
            other = await cls._other(interaction, number, given)
            if isinstance(other, str):
                await tell(interaction, other)
            else:
                await _close(interaction, number, "duplicate", other)

    @staticmethod
    async def _other(interaction: discord.Interaction[Desk], number: int, given: str) -> int | str:
        """Return the report that was meant, or what is wrong with it."""
        words = _words(interaction)
        if not (meant := re.fullmatch(r"[#＃]?\s*(\d{1,15})", given)):
            return words.no_number.format(given=discord.utils.escape_markdown(given) or "—")
        other = int(meant[1])
        if other == number:
            return words.itself
        report = await records_of(interaction.client).reports.of(other)
        if report is None or report.guild_id != interaction.guild_id:
            return words.no_report.format(number=other)
        if report.duplicate_of:
            return words.chained.format(number=other, other=report.duplicate_of)
        if report.closed_at:
            return words.closed.format(number=other)
        return other


def _field(label: str, hint: str, field: ui.TextInput[Form], longest: int = LONGEST) -> ui.Label[Form]:
    field.custom_id, field.max_length = "text", longest
    return ui.Label(text=label, description=hint, component=field)


def buttons(report: Report, lang: Language) -> list[Numbered]:
    """Return the buttons of an open report's card."""
    words, number, style = WORDS[lang], report.id, discord.ButtonStyle
    claim = (
        Claim.of(number, lang, words.claim, style.primary)
        if report.staff_id is None
        else TakeOver.of(number, lang, words.take_over)
    )
    return [
        claim,
        Answer.of(number, lang, words.answer, style.secondary if report.staff_id is None else style.primary),
        AskBack.of(number, lang, words.ask_back),
        Resolve.of(number, lang, words.resolve, style.success),
        Duplicate.of(number, lang, words.duplicate),
    ]
