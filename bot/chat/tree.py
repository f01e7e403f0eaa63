"""The commands: each is let through once, and what goes wrong is told to whoever used it."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.chat.counters import begin
from bot.chat.trouble import FAILED, apologise, tell
from bot.chat.words import WORDS, language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

UNCOUNTED = frozenset({"privacy", "status"})
"""The commands that may be used at any time: everybody has a right to their data, and whoever looks whether there is an
outage may have asked about its error a few times already."""


class Tree(app_commands.CommandTree["Desk"]):
    """The commands, and what their users are told when one fails."""

    async def interaction_check(self, interaction: discord.Interaction[Desk], /) -> bool:
        """Let an interaction through once, and a user's commands only so often."""
        begin(interaction)
        return self.client.first_met(interaction.id) and not await _too_soon(interaction)

    async def on_error(self, interaction: discord.Interaction[Desk], error: app_commands.AppCommandError, /) -> None:
        """Log the error and give its reference to the user alone."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        name = interaction.command.qualified_name if interaction.command else "an unknown command"
        await apologise(interaction, cause, f"/{name}")


async def _too_soon(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether a user had as many answers as there may be in a minute, and tell them so.

    Suggestions while somebody types are no answers; those who moderate may need to answer many.
    """
    if interaction.type is not discord.InteractionType.application_command or interaction.permissions.manage_messages:
        return False
    if interaction.command and interaction.command.qualified_name in UNCOUNTED:
        return False
    if wait := interaction.client.limits.take(person=interaction.user.id):
        words = WORDS[language(interaction.locale.value)]
        try:
            await tell(interaction, words.too_many.format(seconds=math.ceil(wait)))
        except FAILED as error:
            log.info("nobody was told to wait: %s", type(error).__name__)
    return wait > 0
