"""Heard: a message in a support channel that nobody addressed to the bot.

It is answered where the answer is sure, warned of where it has a key in it, and passed over otherwise.
"""

from __future__ import annotations

import discord

from bot.chat.client import Desk
from bot.chat.question import Question, said


def heard(desk: Desk, message: discord.Message) -> Question | None:
    """Return what a message in a support channel, or in a thread or forum post of one, may ask."""
    return Question(message, said(message), asked=False) if desk.is_support(message.channel) else None
