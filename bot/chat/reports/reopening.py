"""Opening a solved card again: it is folded, and its asker says on the copy that they alone see that it is not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.chat.cards.card import Card
from bot.chat.cards.control import Subject
from bot.chat.posting import correct
from bot.chat.trouble import FAILED
from bot.chat.words import WORDS
from bot.desk.database import DeskError

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


async def reopen(interaction: discord.Interaction[Desk], subject: Subject) -> int | None:
    """Open the card of which somebody uses a copy, where it is their own and solved.

    Args:
        interaction: what they do with the copy, which was answered already.
        subject: what the copy is about; that of somebody else is not about the card's question.

    Returns:
        The card, be it open now or as before; None where there is none, as far as the desk can tell.
    """
    desk, copy = interaction.client, interaction.message
    if desk.records is None or copy is None or not copy.flags.ephemeral:
        return None
    try:
        known = await desk.records.answers.of_question(subject.question_id)
        if known is None or known.card_id is None or known.dismissed or known.is_line:
            return None
        channel = desk.get_partial_messageable(known.channel_id, guild_id=known.guild_id)
        card = await channel.fetch_message(known.card_id)
        if _is_solved(card):
            opened = Card.again(card, desk.explain(subject.meaning, subject.lang))
            view = desk.view(opened, subject.asker_id, question_id=subject.question_id)
            await correct(channel.get_partial_message(card.id), view)
    except DeskError as error:
        log.warning("going on without the desk: %s", error)
        return None
    except FAILED as error:
        log.info("a solved card stays as it is: %s", type(error).__name__)
        return None
    return card.id


def _is_solved(card: discord.Message) -> bool:
    """Tell whether a card is folded, see `render_solved`."""
    items = ui.LayoutView.from_message(card).walk_children()
    texts = [item.content for item in items if isinstance(item, ui.TextDisplay)]
    return any(text.endswith(f"\n-# {words.is_solved}") for text in texts for words in WORDS.values())
