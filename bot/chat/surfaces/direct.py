"""Direct: a message to the bot alone. It always answers, as it does to a mention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    from bot.chat.client import Desk


def direct(_: Desk, message: discord.Message) -> Question | None:
    """Return what a direct message asks."""
    return Question.of(message, asked=True) if isinstance(message.channel, discord.DMChannel) else None
