"""Mentioned: somebody called the bot by name, in any channel it can read.

It always answers: with the likeliest meaning and how sure it is, or by saying that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.question import Question, said

if TYPE_CHECKING:
    from bot.chat.client import Desk


def mentioned(desk: Desk, message: discord.Message) -> Question | None:
    """Return what stands beside the mention, or else the message that is being replied to."""
    text = desk.addressed(message)
    if text is None:
        return None
    if not text and message.reference and isinstance(message.reference.resolved, discord.Message):
        text = said(message.reference.resolved)
    return Question(message, text, asked=True)
