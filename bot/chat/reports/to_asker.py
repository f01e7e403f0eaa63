"""What the asker is sent: staff's answers and questions, where they asked or by a direct message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.chat.reports import staff_card, staff_notes
from bot.chat.reports.sending import HeldError, Place, find, note_of, report_of, send
from bot.desk.outbox import Delivery

if TYPE_CHECKING:
    from bot.chat.client import Desk

CANNOT_BE_REACHED = "whoever asked can be reached neither where they asked nor by a direct message"

EVERY = timedelta(hours=1)
"""How often it is tried to reach them then, as their report's card tells staff."""

_Way = tuple[Callable[[], Awaitable[Place]], ui.LayoutView, tuple[int, ...]]


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

    async def there() -> Place:
        return desk.get_partial_messageable(report.channel_id, guild_id=report.origin_guild_id)

    async def direct() -> Place:
        return await desk.create_dm(discord.Object(report.asker_id))

    # What was asked in private is answered in private, or where it was asked, by word of an answer.
    ways: list[_Way] = (
        [(direct, view, ()), (there, staff_notes.announcement(report, note), ())]
        if report.card_id is None
        else [(there, view, (report.question_id, report.card_id)), (direct, view, ())]
    )
    if delivery.attempts > 1:
        for place, _, _ in ways:
            with suppress(discord.Forbidden, discord.NotFound):
                if await find(desk, await place(), note.created_at, lambda it: staff_notes.is_note(it, note.id)):
                    return
    ping = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(report.asker_id)])
    for place, shown, references in ways:
        with suppress(discord.Forbidden, discord.NotFound):
            await send(await place(), shown, delivery, references, ping)
            return
    if not report.closed_at:
        raise HeldError(CANNOT_BE_REACHED, EVERY)
