"""What became of a report, as the asker's card tells it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from discord.utils import format_dt

from bot.chat.cards.card import with_state
from bot.desk.reports import Report, State
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

ARCHIVED = 50083
"""The code of Discord's error where a thread is archived: https://discord.com/developers/docs/topics/opcodes-and-status-codes"""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's names of the states; `{staff}` is a mention, `{since}` a time that Discord keeps up to date."""

    report: str
    states: Mapping[State, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        report="**Report #{number}**: {state} · {since}",
        states={
            "open": "📨 the team has it",
            "claimed": "👀 {staff} is looking at it",
            "asked": "❓ {staff} has a question for you",
            "answered": "💬 {staff} answered",
            "resolved": "✅ resolved",
            "duplicate": "🔁 closed, as the team deals with it in another report",
            "withdrawn": "↩️ withdrawn",
        },
    ),
    "zh": Words(
        report="**报告 #{number}**：{state} · {since}",
        states={
            "open": "📨 客服已收到",
            "claimed": "👀 {staff} 正在处理",
            "asked": "❓ {staff} 有问题想问你",
            "answered": "💬 {staff} 已回复",
            "resolved": "✅ 已解决",
            "duplicate": "🔁 已关闭，客服会在另一份报告中一并处理",
            "withdrawn": "↩️ 已撤回",
        },
    ),
}


def state_line(report: Report, lang: Language) -> str:
    """Return a line on what became of a report, in the reader's language: its number, who, and since when."""
    words = WORDS[lang]
    # What the asker added makes a report open again, and whoever has it keeps it.
    state: State = "claimed" if report.state == "open" and report.staff_id else report.state
    said = words.states[state].format(staff=f"<@{report.staff_id}>")
    return words.report.format(number=report.id, state=said, since=format_dt(_since(report, state), "R"))


async def keep_state(desk: Desk, card_id: int) -> None:
    """Have a card that was laid out anew tell again what became of the report that was sent from it, if one was.

    Raises:
        DeskError: the desk cannot tell.
        discord.HTTPException: Discord cannot do it now.
    """
    if desk.records and (report := await desk.records.reports.of_card(card_id)):
        await refresh_asker_card(desk, report)


async def refresh_asker_card(desk: Desk, report: Report) -> None:
    """Have the card from which a report was sent tell what became of it; of several reports, the newest.

    A card that was private, is gone or can no longer be changed stays as it is: the state is told there when the
    button is pressed again.

    Args:
        desk: the bot.
        report: the report.

    Raises:
        DeskError: the desk cannot tell.
        discord.HTTPException: Discord cannot do it now.
    """
    if desk.records is None or not report.card_id or not report.channel_id:
        return
    newest = await desk.records.reports.of_card(report.card_id) or report
    channel = desk.get_partial_messageable(report.channel_id, guild_id=report.origin_guild_id)
    try:
        card = await channel.fetch_message(report.card_id)
        if view := with_state(card, state_line(newest, newest.lang)):
            await card.edit(view=view)
    except discord.NotFound:
        pass
    except discord.HTTPException as error:
        if not isinstance(error, discord.Forbidden) and error.code != ARCHIVED:
            raise
        log.info("the card of report %s stays as it is: HTTP %s, code %s", report.id, error.status, error.code)


def _since(report: Report, state: State) -> datetime:
    match state:
        case "open":
            return report.created_at
        case "claimed":
            return report.claimed_at or report.changed_at
        case _:
            return report.closed_at or report.changed_at
