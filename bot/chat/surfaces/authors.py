"""Whose messages are read: those of people, and of the webhooks that a server lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

if TYPE_CHECKING:
    from bot.chat.client import Desk


def is_read(desk: Desk, message: discord.Message) -> bool:
    """Tell whether a message may be a question: not a bot's, not the bot's own and none of Discord's."""
    if message.is_system() or (desk.user and message.author.id == desk.user.id):
        return False
    if message.webhook_id is None:
        return not message.author.bot
    server = desk.server(message.guild.id if message.guild else None)
    return is_webhooks(message) and message.webhook_id in server.webhooks


def is_webhooks(message: discord.Message) -> bool:
    """Tell whether a webhook posted a message; what a bot answers a command with has its application's id instead.

    https://docs.discord.com/developers/resources/message#message-object
    """
    return message.webhook_id is not None and message.webhook_id != message.application_id
