"""Sending, changing and deleting our own messages. A refusal in one channel is logged and never stops the rest."""

from __future__ import annotations

import logging

import discord
from discord import ui

from bot.chat.permissions import missing
from bot.chat.trouble import FAILED, report
from bot.chat.words import WORDS
from bot.knowledge.schema import Language

log = logging.getLogger(__name__)

ARCHIVED = 50083
"""The code of Discord's error where a thread is archived: https://discord.com/developers/docs/topics/opcodes-and-status-codes"""


async def reply(message: discord.Message, view: ui.LayoutView) -> int | None:
    """Reply to a message, pinging nobody.

    Returns:
        The id of the reply; None where the bot may not write, the thread is archived, or the message is gone.

    Raises:
        discord.HTTPException: Discord cannot do it for another reason.
    """
    place = message.channel.id
    if isinstance(message.channel, discord.Thread) and message.channel.archived:
        log.info("no reply in channel %s: it was closed, and would be opened again", place)
        return None
    if lacking := missing(message.channel):
        log.warning("no reply in channel %s: the bot lacks %s", place, ", ".join(lacking))
        return None
    try:
        return (await message.reply(view=view, mention_author=False)).id
    except discord.HTTPException as error:
        # Discord calls a reply to a deleted message a malformed one.
        if error.status not in {403, 404} and "message_reference" not in error.text:
            raise
        log.warning("no reply in channel %s: HTTP %s, code %s", place, error.status, error.code)
        return None


async def own_up(message: discord.Message, error: Exception, lang: Language) -> None:
    """Log what kept the bot from answering somebody who called it, and give them the reference; nothing is raised.

    Where a call was public, so is this: it is in place of the answer.
    """
    text = WORDS[lang].trouble.format(reference=report(error, "answering a call"))
    try:
        await reply(message, ui.LayoutView(timeout=None).add_item(ui.TextDisplay(text)))
    except FAILED as failed:
        log.warning("what went wrong in channel %s could not be told: %s", message.channel.id, type(failed).__name__)


async def correct(card: discord.PartialMessage, view: ui.LayoutView) -> bool:
    """Show something else on a card.

    Returns:
        Whether it does; False where the bot may not, or the thread is archived.

    Raises:
        discord.NotFound: The card is gone.
        discord.HTTPException: Discord cannot do it.
    """
    try:
        await card.edit(view=view)
    except discord.HTTPException as error:
        if not _is_closed_to_us(error):
            raise
        log.warning("no correction in channel %s: HTTP %s, code %s", card.channel.id, error.status, error.code)
        return False
    return True


async def take_away(card: discord.PartialMessage | discord.Message) -> None:
    """Delete a card; one that is gone already is as good.

    Raises:
        discord.HTTPException: Discord cannot do it.
    """
    try:
        await card.delete()
    except discord.NotFound:
        pass
    except discord.HTTPException as error:
        if not _is_closed_to_us(error):
            raise
        log.warning("a card stays in channel %s: HTTP %s, code %s", card.channel.id, error.status, error.code)


def _is_closed_to_us(error: discord.HTTPException) -> bool:
    return isinstance(error, discord.Forbidden) or error.code == ARCHIVED
