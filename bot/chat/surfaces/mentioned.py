"""Mentioned: somebody called the bot by name, in any channel it can read.

It always answers: with the likeliest meaning and how sure it is, or by saying that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.contents import contents
from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    from bot.chat.client import Desk


def mentioned(desk: Desk, message: discord.Message) -> Question | None:
    """Return what stands beside the mention, and what the message holds that is being replied to."""
    beside = desk.addressed(message)
    if beside is None:
        return None
    text, files = contents(message, own=beside)
    replied_to = message.reference.resolved if message.reference else None
    if not isinstance(replied_to, discord.Message):
        return Question(message, text, asked=True, files=files)
    about, more = contents(replied_to)
    return Question(message, text, asked=True, about=about, files=files + more)
