"""What became of a report, as the asker's card tells it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord.utils import format_dt

from bot.chat.cards.card import with_state, without_state
from bot.chat.office import records_of
from bot.chat.posting import ARCHIVED
from bot.chat.trouble import FAILED
from bot.desk.reports import AskersCard, Note, Report, State
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's names of the states; `{staff}` is a mention, `{since}` a time that Discord keeps up to date.

    Attributes:
        nobody: stands in the place of the mention where nobody can be named.
    """

    report: str
    stored: str
    nobody: str
    states: Mapping[State, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        report="**Report #{number}**: {state} · {since}",
        stored="📨 stored; the team gets it as soon as their channel can be reached",
        nobody="the team",
        states={
            "open": "📨 the team has it",
            "claimed": "👀 {staff} is looking at it",
            "asked": "❓ {staff} has a question for you",
            "answered": "💬 {staff} answered",
            "resolved": "✅ resolved",
            "solved": "✅ solved",
            "duplicate": "🔁 closed, as the team deals with it in another report",
            "withdrawn": "↩️ withdrawn",
        },
    ),
    "zh": Words(
        report="**报告 #{number}**：{state} · {since}",
        stored="📨 已保存，客服频道可用后会立即送达",
        nobody="客服",
        states={
            "open": "📨 客服已收到",
            "claimed": "👀 {staff} 正在处理",
            "asked": "❓ {staff} 有问题想问你",
            "answered": "💬 {staff} 已回复",
            "resolved": "✅ 已解决",
            "solved": "✅ 问题已解决",
            "duplicate": "🔁 已关闭，客服会在另一份报告中一并处理",
            "withdrawn": "↩️ 已撤回",
        },
    ),
}


def shown_state(report: Report) -> State:
    """Return the state to show: what the asker adds opens a report again, and whoever has it keeps it."""
    return "claimed" if report.state == "open" and report.staff_id else report.state


def state_line(report: Report, lang: Language, notes: Sequence[Note] = ()) -> str:
    """Return a line on what became of a report, in the reader's language: its number, who, and since when.

    That the team has it is said once its card stands in their channel, and not before.

    Args:
        report: the report.
        lang: the reader's language.
        notes: what was said on it, in its order; they tell who answered or asked, who need not be who has the report.
    """
    words, state = WORDS[lang], shown_state(report)
    is_there = state != "open" or report.staff_message_id
    who = _last_of_staff(notes) if state in ("asked", "answered") else report.staff_id
    said = words.states[state].format(staff=f"<@{who}>" if who else words.nobody) if is_there else words.stored
    return words.report.format(number=report.id, state=said, since=format_dt(_since(report, state), "R"))


async def keep_state(desk: Desk, card_id: int) -> None:
    """Have a card that was laid out anew tell again what became of the report that was sent from it, if one was.

    Raises:
        DeskError: the desk cannot tell.
        discord.HTTPException: Discord cannot do it now.
    """
    if desk.records and (report := await desk.records.reports.of_card(card_id)):
        for card in await desk.records.reports.cards(report):
            if card.card_id == card_id:
                await _refresh(desk, card, report)


async def refresh_asker_card(desk: Desk, report: Report) -> None:
    """Have the cards from which a report was sent tell what became of it; of several reports, each tells of the newest.

    A card that was private, is gone or can no longer be changed stays as it is: the state is told there when the
    button is pressed again.

    Args:
        desk: the bot.
        report: the report.

    Raises:
        DeskError: the desk cannot tell.
        discord.HTTPException: Discord cannot do it now.
    """
    if desk.records is None:
        return
    failed: discord.HTTPException | None = None
    for card in await desk.records.reports.cards(report):
        newest = await desk.records.reports.of_card(card.card_id) or report
        try:
            await _refresh(desk, card, newest)
        except discord.HTTPException as error:  # the others must not wait for it
            failed = error
    if failed:
        raise failed


async def hush(desk: Desk, cards: Iterable[AskersCard]) -> None:
    """Have cards tell nothing of a report any more, as its asker had it deleted.

    Args:
        desk: the bot.
        cards: the cards; one that cannot be changed stays as it is.
    """
    for card in cards:
        channel = desk.get_partial_messageable(card.channel_id, guild_id=card.guild_id)
        try:
            message = await channel.fetch_message(card.card_id)
            if view := without_state(message):
                await message.edit(view=view)
        except FAILED as error:
            log.info("a card goes on telling of a report that was deleted: %s", type(error).__name__)


async def _refresh(desk: Desk, card: AskersCard, report: Report) -> None:
    channel = desk.get_partial_messageable(card.channel_id, guild_id=card.guild_id)
    reports = records_of(desk).reports
    told, line = "", state_line(report, report.lang, await reports.notes(report.id))
    try:
        while told != line:
            message = await channel.fetch_message(card.card_id)
            if view := with_state(message, line):
                await message.edit(view=view)
            # Meanwhile it may have become another, and whoever told of that may have been the faster one.
            told, newest = line, await reports.of_card(card.card_id) or report
            line = state_line(newest, report.lang, await reports.notes(newest.id))
    except discord.NotFound:
        pass
    except discord.HTTPException as error:
        if not isinstance(error, discord.Forbidden) and error.code != ARCHIVED:
            raise
        log.info("the card of report %s stays as it is: HTTP %s, code %s", report.id, error.status, error.code)


def _last_of_staff(notes: Sequence[Note]) -> int | None:
    return next((note.author_id for note in reversed(notes) if note.kind != "addition"), None)


def _since(report: Report, state: State) -> datetime:
    match state:
        case "open":
            return report.created_at
        case "claimed":
            return report.claimed_at or report.changed_at
        case _:
            return report.closed_at or report.changed_at
