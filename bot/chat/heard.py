"""Heard: a message in a support channel that nobody addressed to the bot."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.chat.client import Desk
from bot.chat.words import language


class Heard(commands.Cog):
    """Speaks where the answer is sure, warns where a key was posted, and keeps quiet otherwise."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer people's messages in support channels; a mention is somebody else's work."""
        if message.author.bot or message.is_system() or message.guild is None:
            return
        if not self.desk.is_support(message.channel) or self.desk.addressed(message) is not None:
            return
        answer = self.desk.assistant.ask(message.content, fallback=language(message.guild.preferred_locale.value))
        if answer.speaks or answer.secrets:
            await self.desk.answer(message, answer)
