"""What staff can do with a report: the buttons on their card, and the forms behind them.

A press changes the report in the desk and is acknowledged; that the cards show it is a delivery like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import discord
from discord import ui

from bot.chat.reports.office import Form, Numbered, acknowledge, note_once, records_of, turn
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.desk.reports import NoteKind, Report, State
from bot.knowledge.schema import LANGUAGES, Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

LONGEST = 2000
"""Characters of an answer or a question: with what stands around it, it fits on a card."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences around these buttons."""

    claim: str
    take_over: str
    answer: str
    ask_back: str
    resolve: str
    duplicate: str
    answer_title: str
    answer_label: str
    answer_hint: str
    ask_title: str
    ask_label: str
    ask_hint: str
    duplicate_title: str
    duplicate_label: str
    duplicate_hint: str
    taken: str
    ended: Mapping[State, str]
    gone: str
    empty: str
    no_number: str
    no_report: str
    itself: str
    chained: str
    closed: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        claim="Claim",
        take_over="Take over",
        answer="Answer",
        ask_back="Ask back",
        resolve="Resolve",
        duplicate="Duplicate",
        answer_title="Answer report #{number}",
        answer_label="Your answer",
        answer_hint="Posted where the question was, naming whoever asked.",
        ask_title="Ask back on report #{number}",
        ask_label="Your question",
        ask_hint="Posted where the question was. The reply comes to you here.",
        duplicate_title="Report #{number} is a duplicate",
        duplicate_label="Number of the other report",
        duplicate_hint="It stands at the top of its card.",
        taken="{staff} was first and has this report. *Take over* gives it to you.",
        ended={
            "resolved": "{staff} has resolved this report already.",
            "duplicate": "{staff} has closed this report as a duplicate already.",
            "solved": "Whoever sent this report says that it is solved.",
            "withdrawn": "This report was withdrawn by whoever sent it.",
        },
        gone="This report is no longer kept.",
        empty="There was nothing but blanks, so nothing was sent.",
        no_number="{given} is no number of a report. It is the number at the top of a card.",
        no_report="There is no report #{number} on this server.",
        itself="That is the number of this report itself.",
        chained="Report #{number} is itself a duplicate, of report #{other}. Please give that number.",
        closed="Report #{number} is closed, so nobody deals with it any more. Please answer or resolve this one.",
    ),
    "zh": Words(
        claim="认领",
        take_over="接手",
        answer="回答",
        ask_back="追问",
        resolve="已解决",
        duplicate="重复",
        answer_title="回答报告 #{number}",
        answer_label="回答内容",
        answer_hint="会发到提问的地方，并提醒提问的人。",
        ask_title="追问报告 #{number}",
        ask_label="想问的内容",
        ask_hint="会发到提问的地方，对方的回复会出现在这里。",
        duplicate_title="报告 #{number} 是重复的",
        duplicate_label="另一份报告的编号",
        duplicate_hint="编号在报告卡片的最上面。",
        taken="{staff} 已先认领这份报告。点「接手」可以转给你。",
        ended={
            "resolved": "{staff} 已把这份报告标为解决。",
            "duplicate": "{staff} 已把这份报告标为重复。",
            "solved": "提交的人表示问题已解决。",
            "withdrawn": "提交的人已撤回这份报告。",
        },
        gone="这份报告的记录已不再保留。",
        empty="内容是空白的，没有发送。",
        no_number="{given} 不是报告编号。编号在卡片的最上面。",
        no_report="这个服务器里没有报告 #{number}。",
        itself="这就是当前这份报告的编号。",
        chained="报告 #{number} 本身也是重复的（与报告 #{other} 相同），请填那个编号。",
        closed="报告 #{number} 已关闭，不会再有人处理。请直接回答或解决当前这份报告。",
    ),
}


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
