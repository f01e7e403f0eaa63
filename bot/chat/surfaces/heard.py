"""Heard: a message in a support channel that nobody addressed to the bot.

It is answered where the answer is sure, warned of where it has a key in it, and passed over otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    from bot.chat.client import Desk


def heard(desk: Desk, message: discord.Message) -> Question | None:
    """Return what a message in a support channel, or in a thread or forum post of one, may ask.

    In a server that wants only what is asked for, it is nothing.
    """
    question = Question.of(message, asked=False)
    return question if desk.is_support(message.channel) and desk.server(question.guild_id).heard else None
