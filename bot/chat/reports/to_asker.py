"""What the asker is sent: staff's answers and questions, where they asked or by a direct message."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.chat.office import records_of
from bot.chat.reports import staff_card, staff_notes
from bot.chat.reports.own_report import without_buttons
from bot.chat.reports.sending import HeldError, Place, find, note_of, report_of, send
from bot.chat.trouble import FAILED
from bot.desk.outbox import Delivery
from bot.desk.reports import Report

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

CANNOT_BE_REACHED = "whoever asked can be reached neither where they asked nor by a direct message"

EVERY = timedelta(hours=1)
"""How often it is tried to reach them then, as their report's card tells staff."""

_Where = Callable[["Desk", Report], Awaitable[Place]]
_Way = tuple[_Where, ui.LayoutView, tuple[int, ...]]


async def reply(desk: Desk, delivery: Delivery) -> None:
    """Send staff's words to whoever sent a report.

    Args:
        desk: the bot.
        delivery: what the outbox holds. From the second attempt on, the places are looked at first.

    Raises:
        DeskError: the desk cannot tell what was said.
        HeldError: they cannot be reached.
        discord.HTTPException: Discord cannot do it now.
        aiohttp.ClientError: Discord cannot be reached.
    """
    report, note = await report_of(desk, delivery), await note_of(desk, delivery)
    if report is None or note is None or not report.asker_id:
        return
    view = staff_notes.to_asker(report, note, staff_card.heading_of(desk, report, report.lang))
    # What was asked in private is answered in private, or where it was asked, by word of an answer.
    ways: list[_Way] = (
        [(_direct, view, ()), (_there, staff_notes.announcement(report, note), ())]
        if report.card_id is None
        else [(_there, view, (report.question_id, report.card_id)), (_direct, view, ())]
    )
    if delivery.attempts > 1:
        is_it = partial(staff_notes.is_note, note_id=note.id)
        for place, _, _ in ways:
            with suppress(discord.Forbidden, discord.NotFound):
                if await find(desk, await place(desk, report), note.created_at, is_it):
                    return
    ping = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(report.asker_id)])
    for place, shown, references in ways:
        with suppress(discord.Forbidden, discord.NotFound):
            await send(await place(desk, report), shown, delivery, references, ping)
            return
    if not report.closed_at:
        raise HeldError(CANNOT_BE_REACHED, EVERY)


async def take_no_more(desk: Desk, report: Report) -> None:
    """Take *Reply* away from staff's words to whoever sent a report, which is closed.

    Where that cannot be done, it is left to who presses it.

    Args:
        desk: the bot.
        report: the report. Where its messages are is not kept: they are looked for, as after a failed delivery.

    Raises:
        DeskError: the desk cannot tell what was said.
    """
    for note in await records_of(desk).reports.notes(report.id):
        if note.kind == "addition":
            continue
        is_it = partial(staff_notes.is_note, note_id=note.id)
        for place in (_there, _direct):
            try:
                if message := await find(desk, await place(desk, report), note.created_at, is_it):
                    if view := without_buttons(message):
                        await message.edit(view=view)
                    break
            except FAILED as error:
                log.info("words on report %d go on offering a reply: %s", report.id, type(error).__name__)


async def _there(desk: Desk, report: Report) -> Place:
    return desk.get_partial_messageable(report.channel_id, guild_id=report.origin_guild_id)


async def _direct(desk: Desk, report: Report) -> Place:
    return await desk.create_dm(discord.Object(report.asker_id))
