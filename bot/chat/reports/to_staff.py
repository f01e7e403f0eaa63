"""What staff are sent: a report's card, which shows how it stands, and what the asker adds."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.chat.office import records_of
from bot.chat.reports import staff_card, staff_notes, to_asker
from bot.chat.reports.asker_card import refresh_asker_card
from bot.chat.reports.home import home_of
from bot.chat.reports.sending import HeldError, find, nonce_of, note_of, report_of, send
from bot.chat.reports.staff_card import StaffCard, staff_language
from bot.chat.trouble import FAILED
from bot.desk.outbox import Delivery
from bot.desk.reports import Report

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
"""How far back a card counts who else met the same, as it says."""


async def report(desk: Desk, delivery: Delivery) -> None:
    """Post the card of a report that was sent, and have the asker's card tell that staff have it.

    Like the other deliveries here, it raises what Discord and the desk raise, and `HeldError` where it has to wait.
    """
    sent = await report_of(desk, delivery)
    if sent is None or sent.closed_at:
        return
    if not sent.staff_message_id:
        await _post(desk, sent, delivery)
    await refresh_asker_card(desk, sent)


async def addition(desk: Desk, delivery: Delivery) -> None:
    """Post what the asker adds, as a reply to the card."""
    sent, note = await report_of(desk, delivery), await note_of(desk, delivery)
    # A card that is yet to be posted will have it.
    if sent is None or note is None or sent.staff_channel_id is None or sent.staff_message_id is None:
        return
    channel = desk.get_partial_messageable(sent.staff_channel_id, guild_id=sent.guild_id)
    if delivery.attempts > 1 and await find(
        desk, channel, note.created_at, lambda it: staff_notes.is_note(it, note.id)
    ):
        return
    view = staff_notes.to_staff(sent, note, staff_language(desk, sent.guild_id))
    await send(channel, view, delivery, (sent.staff_message_id,))


async def refresh(desk: Desk, delivery: Delivery) -> None:
    """Show on all cards of a report how it stands. If staff's was deleted while it is open, they get a new one."""
    sent = await report_of(desk, delivery)
    if sent is None:
        return
    try:
        await _draw(desk, sent)
    except discord.NotFound:
        if not sent.closed_at:
            await _post(desk, sent, delivery)
    finally:
        if sent.asker_id:
            await refresh_asker_card(desk, sent)
        if sent.asker_id and sent.closed_at:
            await to_asker.take_no_more(desk, sent)


async def show_whether_delivered(desk: Desk, delivery: Delivery) -> None:
    """Show on the card whether the last words reached the asker, as far as Discord lets us.

    Raises:
        DeskError: the desk cannot tell.
    """
    if sent := await report_of(desk, delivery):
        try:
            await _draw(desk, sent)
        except FAILED as error:
            log.info("the card of report %d stays as it is: %s", sent.id, type(error).__name__)


async def _post(desk: Desk, sent: Report, delivery: Delivery) -> None:
    """Post the card, unless it stands there, and remember it."""
    home = home_of(desk, sent.guild_id)
    if home is None or home.guild_id != sent.guild_id:
        raise HeldError(f"server {sent.guild_id} has no staff channel")
    channel = desk.get_partial_messageable(home.channel_id, guild_id=home.guild_id)
    card = None
    if delivery.attempts > 1:
        card = await find(desk, channel, sent.created_at, lambda it: staff_card.is_card_of(it, sent.id))
    if card is None:
        view, files = await _drawn(desk, sent), staff_card.files(sent)
        try:
            card = await channel.send(view=view, files=files, nonce=nonce_of(delivery))
        except (discord.Forbidden, discord.NotFound) as error:
            where = f"staff channel {home.channel_id}"
            raise HeldError(f"{where} is closed to me or gone: HTTP {error.status}, code {error.code}") from error
    await records_of(desk).reports.posted(sent.id, channel.id, card.id)


async def _draw(desk: Desk, sent: Report) -> None:
    """Show on the card how a report stands; without a card, there is nothing to do."""
    if sent.staff_channel_id and sent.staff_message_id:
        channel = desk.get_partial_messageable(sent.staff_channel_id, guild_id=sent.guild_id)
        card = channel.get_partial_message(sent.staff_message_id)
        await card.edit(view=await _drawn(desk, sent), attachments=staff_card.files(sent))


async def _drawn(desk: Desk, sent: Report) -> ui.LayoutView:
    records, lang = records_of(desk), staff_language(desk, sent.guild_id)
    waiting = await records.outbox.waiting(sent.guild_id)
    card = StaffCard(
        report=sent,
        notes=await records.reports.notes(sent.id),
        similar=await records.reports.similar(sent, HOUR),
        heading=staff_card.heading_of(desk, sent, lang),
        undelivered=any(
            delivery.report_id == sent.id and why == to_asker.CANNOT_BE_REACHED for delivery, why in waiting
        ),
    )
    return staff_card.render(card, lang)
