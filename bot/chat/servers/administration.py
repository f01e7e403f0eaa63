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
from bot.chat.servers import quiet, reload, setup, webhooks
from bot.desk.servers import RANGES

Period = Literal["day", "week", "month"]

# What Discord lets a user type; the desk has the last word.
Days = app_commands.Range[int, RANGES["retention_days"][0], RANGES["retention_days"][-1]]
Repeats = app_commands.Range[int, RANGES["repeat_minutes"][0], RANGES["repeat_minutes"][-1]]
People = app_commands.Range[int, RANGES["incident_people"][0], RANGES["incident_people"][-1]]
Minutes = app_commands.Range[int, RANGES["incident_minutes"][0], RANGES["incident_minutes"][-1]]
Quiet = app_commands.Range[int, 0, quiet.LONGEST]
HALF_AN_HOUR = int(quiet.FOR.total_seconds() // 60)


@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_messages=True)
class Administration(
    commands.GroupCog,
    group_name=locale_str("desk"),
    group_description=locale_str("Settings and statistics of Error Desk in this server"),
):
    """Shows a server's settings, what went unanswered, and how it is going.

    Default permissions are one set for all of these, and only what a server begins with. So whoever moderates sees
    them, and each asks for the right that it takes: to manage messages for `quiet`, to manage the server for the rest.
    """

    @app_commands.command(
        name=locale_str("setup"), description=locale_str("Choose where Error Desk listens, its language and your team")
    )
    async def set_up(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the settings."""
        await setup.for_managers(interaction, setup.show)

    @app_commands.command(
        name=locale_str("unanswered"), description=locale_str("What was asked most and got no answer, or no good one")
    )
    async def unanswered(self, interaction: discord.Interaction[Desk]) -> None:
        """Show the gaps in the knowledge."""
        await setup.for_managers(interaction, _unanswered)

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
        await setup.for_managers(interaction, partial(_stats, period=period))

    @app_commands.command(
        name=locale_str("keep"), description=locale_str("How long Error Desk keeps what it keeps of this server")
    )
    @app_commands.rename(days=locale_str("days"))
    @app_commands.describe(days=locale_str("After how many days it is deleted"))
    async def keep(self, interaction: discord.Interaction[Desk], days: Days) -> None:
        """Set the retention."""
        await setup.for_managers(interaction, partial(retention.set_retention, days=days))

    @app_commands.command(
        name=locale_str("watch"),
        description=locale_str("When your team gets a notice that many people meet the same error"),
    )
    @app_commands.rename(people=locale_str("people"), minutes=locale_str("minutes"))
    @app_commands.describe(
        people=locale_str("How many different people"),
        minutes=locale_str("Within how many minutes; left out, as many as before"),
    )
    async def watch(
        self, interaction: discord.Interaction[Desk], people: People, minutes: Minutes | None = None
    ) -> None:
        """Set what makes an incident."""
        await setup.for_managers(interaction, partial(incidents.set_watch, people=people, minutes=minutes))

    @app_commands.command(
        name=locale_str("hear"), description=locale_str("Read what another bot posts through a webhook, or stop that")
    )
    @app_commands.rename(webhook=locale_str("webhook"))
    @app_commands.describe(webhook=locale_str("The link of a message that it posted, or its id"))
    async def hear(self, interaction: discord.Interaction[Desk], webhook: str) -> None:
        """Begin to read a webhook, or stop."""
        await setup.for_managers(interaction, partial(webhooks.toggle, named=webhook))

    @app_commands.command(
        name=locale_str("repeats"),
        description=locale_str("For how long the same error leads to the answer that is there"),
    )
    @app_commands.rename(minutes=locale_str("minutes"))
    @app_commands.describe(minutes=locale_str("For how many minutes; 0 answers each of them"))
    async def repeats(self, interaction: discord.Interaction[Desk], minutes: Repeats) -> None:
        """Set what makes a repetition."""
        await setup.for_managers(interaction, partial(quiet.set_repeats, minutes=minutes))

    @app_commands.command(
        name=locale_str("quiet"), description=locale_str("Have Error Desk leave this channel or a person alone")
    )
    @app_commands.rename(person=locale_str("person"), minutes=locale_str("minutes"))
    @app_commands.describe(
        person=locale_str("Whom to leave alone; left out, this channel"),
        minutes=locale_str("For how many minutes, 30 unless told; 0 ends it"),
    )
    async def quiet(
        self, interaction: discord.Interaction[Desk], person: discord.User | None = None, minutes: Quiet = HALF_AN_HOUR
    ) -> None:
        """Keep quiet for a while."""
        await quiet.set_quiet(interaction, person, minutes)

    @app_commands.command(
        name=locale_str("reload"), description=locale_str("Read the knowledge base anew; for the bot's owner")
    )
    async def reload(self, interaction: discord.Interaction[Desk]) -> None:
        """Reload the knowledge."""
        await reload.obey(interaction)


async def _unanswered(interaction: discord.Interaction[Desk]) -> None:
    from bot.chat.learning.overview import show_unanswered  # noqa: PLC0415 - loaded when it is needed

    await show_unanswered(interaction)


async def _stats(interaction: discord.Interaction[Desk], period: Period) -> None:
    from bot.chat.learning.overview import show_stats  # noqa: PLC0415 - loaded when it is needed

    await show_stats(interaction, period)
