"""Mentioned: somebody called the bot by name, in any channel it can read."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.chat.client import Desk
from bot.chat.words import language


class Mentioned(commands.Cog):
    """Always answers: with the likeliest meaning and how sure it is, or by saying that it does not know."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer what stands beside the mention, or else the message that is being replied to."""
        if message.author.bot or message.is_system() or message.guild is None:
            return
        text = self.desk.addressed(message)
        if text is None:
            return
        if not text and message.reference and isinstance(message.reference.resolved, discord.Message):
            text = message.reference.resolved.content
        answer = self.desk.assistant.ask(text, fallback=language(message.guild.preferred_locale.value))
        await self.desk.answer(message, answer, asked=True)
