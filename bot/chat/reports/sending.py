"""What all deliveries have in common: each is about a report, comes once, and may have to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.chat.office import records_of
from bot.desk.outbox import Delivery
from bot.desk.reports import Note, Report

if TYPE_CHECKING:
    from bot.chat.client import Desk

LOOK = 500
"""How many messages are looked at, from the oldest on that can be the one."""

SKEW = timedelta(minutes=5)
"""How much Discord's clock and ours may differ."""

Place = discord.PartialMessageable | discord.DMChannel


class HeldError(Exception):
    """A delivery has to wait. The text says why, in one line without content.

    Args:
        why: the reason.
        delay: for how long; by default, the longer the oftener it was tried.
    """

    def __init__(self, why: str, delay: timedelta | None = None) -> None:
        super().__init__(why)
        self.delay = delay


async def report_of(desk: Desk, delivery: Delivery) -> Report | None:
    """Return the report that a delivery is about; None where it is gone.

    Raises:
        DeskError: the desk cannot tell.
    """
    return await records_of(desk).reports.of(delivery.report_id or 0)


async def note_of(desk: Desk, delivery: Delivery) -> Note | None:
    """Return the note that a delivery brings; None where it is gone.

    Raises:
        DeskError: the desk cannot tell.
    """
    notes = await records_of(desk).reports.notes(delivery.report_id or 0)
    return next((note for note in notes if note.id == delivery.note_id), None)


async def find(
    desk: Desk, place: Place, since: datetime, is_it: Callable[[discord.Message], bool]
) -> discord.Message | None:
    """Return our message in a place that is the one, if it stands there: of those from that time on, the first."""
    async for message in place.history(limit=LOOK, after=since - SKEW, oldest_first=True):
        if desk.user and message.author.id == desk.user.id and is_it(message):
            return message
    return None


def nonce_of(delivery: Delivery) -> str:
    """Return a delivery's nonce, of at most 25 characters: a new database counts from one again."""
    return f"{delivery.id}-{delivery.created_at.timestamp():.0f}"


async def send(
    place: Place,
    view: ui.LayoutView,
    delivery: Delivery,
    references: tuple[int, ...] = (),
    mentions: discord.AllowedMentions | None = None,
) -> None:
    """Send something as a reply to the first of the messages that is there, or else by itself.

    Args:
        place: where to.
        view: what is sent.
        delivery: what it delivers.
        references: the messages, by their ids; 0 is none.
        mentions: who is pinged; by default, nobody.

    Raises:
        discord.HTTPException: Discord does not take it.
    """
    options: dict[str, Any] = {"view": view, "nonce": nonce_of(delivery)}
    if mentions:
        options["allowed_mentions"] = mentions
    for message_id in filter(None, references):
        try:
            await place.send(reference=place.get_partial_message(message_id), mention_author=False, **options)
        except discord.HTTPException as error:
            # Discord calls a reply to a message that is not there a malformed one.
            if "message_reference" not in error.text:
                raise
        else:
            return
    await place.send(**options)
