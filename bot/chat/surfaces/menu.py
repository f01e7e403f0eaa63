"""The message menu: *Explain this error*, in the menu of any message, wherever the user has the bot."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.chat.client import Desk
from bot.chat.surfaces.explain import at_once, explain
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.slash import show
from bot.chat.words import language


class Menu(commands.Cog):
    """Answers the user alone, whoever wrote the message."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.command = app_commands.ContextMenu(
            name=locale_str("Explain this error"),
            callback=self.explain,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        )

    async def cog_load(self) -> None:
        """Add the command."""
        self.desk.tree.add_command(self.command)

    async def cog_unload(self) -> None:
        """Remove it."""
        self.desk.tree.remove_command(self.command.qualified_name, type=self.command.type)

    async def explain(self, interaction: discord.Interaction[Desk], message: discord.Message) -> None:
        """Show the user what a message means."""
        question, lang = Question.of(message, asked=True), language(interaction.locale.value)
        answer = at_once(self.desk, question, lang=lang)
        if question.files:
            await interaction.response.defer(ephemeral=True, thinking=True)
            question, answer = await explain(self.desk, question, answer, lang=lang)
        await show(interaction, answer, private=True, author_id=message.author.id, seen=question.seen)
