"""Administration: `/desk`, for those who manage a server."""

from __future__ import annotations

from functools import partial
from typing import Literal

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.chat.client import Desk
from bot.chat.learning import incidents
from bot.chat.privacy import retention
from bot.chat.servers import reload, setup, webhooks
from bot.desk.servers import RANGES

Period = Literal["day", "week", "month"]

# What Discord lets a user type; the desk has the last word.
Days = app_commands.Range[int, RANGES["retention_days"][0], RANGES["retention_days"][-1]]
People = app_commands.Range[int, RANGES["incident_people"][0], RANGES["incident_people"][-1]]
Minutes = app_commands.Range[int, RANGES["incident_minutes"][0], RANGES["incident_minutes"][-1]]


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class Administration(
    commands.GroupCog,
    group_name=locale_str("desk"),
    group_description=locale_str("Settings and statistics of Error Desk in this server"),
):
    """Shows a server's settings, what went unanswered, and how it is going.

    Default permissions are only what a server begins with, so the right is asked for here as well.
    """

    @app_commands.command(
        name=locale_str("setup"), description=locale_str("Choose where Error Desk listens, its language and your team")
    )
    async def set_up(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the settings."""
        await setup.attend(interaction, setup.show, "/desk setup")

    @app_commands.command(
        name=locale_str("unanswered"), description=locale_str("What was asked most and got no answer, or no good one")
    )
    async def unanswered(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the gaps in the knowledge."""
        await setup.attend(interaction, _unanswered, "/desk unanswered")

    @app_commands.command(name=locale_str("stats"), description=locale_str("How many questions, and what came of them"))
    @app_commands.rename(period=locale_str("period"))
    @app_commands.describe(period=locale_str("How far back; left out, a week"))
    @app_commands.choices(
        period=[
            Choice(name=locale_str("The last day"), value="day"),
            Choice(name=locale_str("The last week"), value="week"),
            Choice(name=locale_str("The last month"), value="month"),
        ]
    )
    async def stats(self, interaction: discord.Interaction[Desk], period: Period = "week") -> None:
        """Show the figures."""
        await setup.attend(interaction, partial(_stats, period=period), "/desk stats")

    @app_commands.command(
        name=locale_str("keep"), description=locale_str("How long Error Desk keeps what it keeps of this server")
    )
    @app_commands.rename(days=locale_str("days"))
    @app_commands.describe(days=locale_str("After how many days it is deleted"))
    async def keep(self, interaction: discord.Interaction[Desk], days: Days) -> None:
        """Set the retention."""
        await setup.attend(interaction, partial(retention.set_retention, days=days), "/desk keep")

    @app_commands.command(
        name=locale_str("watch"),
        description=locale_str("When your team gets a notice that many people meet the same error"),
    )
    @app_commands.rename(people=locale_str("people"), minutes=locale_str("minutes"))
    @app_commands.describe(
        people=locale_str("How many different people"), minutes=locale_str("Within how many minutes")
    )
    async def watch(self, interaction: discord.Interaction[Desk], people: People, minutes: Minutes) -> None:
        """Set what makes an incident."""
        await setup.attend(interaction, partial(incidents.set_watch, people=people, minutes=minutes), "/desk watch")

    @app_commands.command(
        name=locale_str("hear"), description=locale_str("Read what another bot posts through a webhook, or stop that")
    )
    @app_commands.rename(webhook=locale_str("webhook"))
    @app_commands.describe(webhook=locale_str("The link of a message that it posted, or its id"))
    async def hear(self, interaction: discord.Interaction[Desk], webhook: str) -> None:
        """Begin to read a webhook, or stop."""
        await setup.attend(interaction, partial(webhooks.toggle, named=webhook), "/desk hear")

    @app_commands.command(
        name=locale_str("reload"), description=locale_str("Read the knowledge base anew; for the bot's owner")
    )
    async def reload(self, interaction: discord.Interaction[Desk]) -> None:
        """Reload the knowledge."""
        await reload.attend(interaction)


async def _unanswered(interaction: discord.Interaction[Desk]) -> None:
    from bot.chat.learning.overview import show_unanswered  # noqa: PLC0415 - loaded when it is needed

    await show_unanswered(interaction)


async def _stats(interaction: discord.Interaction[Desk], period: Period) -> None:
    from bot.chat.learning.overview import show_stats  # noqa: PLC0415 - loaded when it is needed

    await show_stats(interaction, period)
