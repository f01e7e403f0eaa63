"""Slash: `/error`, with every entry and case of the knowledge base to pick from."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.assistant.answer import Answer
from bot.chat.cards.choices import complete, label
from bot.chat.client import Desk
from bot.chat.counters import arrival, surface_of
from bot.chat.learning.feedback import note
from bot.chat.permissions import may_post
from bot.chat.surfaces.explain import excerpt
from bot.chat.trouble import report
from bot.chat.words import WORDS, language


class Slash(commands.Cog):
    """Answers a code, a name or a whole pasted error."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command(
        name=locale_str("error"), description=locale_str("What an error means and what to do about it")
    )
    @app_commands.rename(code=locale_str("code"), to=locale_str("to"))
    @app_commands.describe(
        code=locale_str("A status such as 429, an error code, or the whole error message"),
        to=locale_str("Answer somebody else, in public; they get a ping"),
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def error(self, interaction: discord.Interaction[Desk], code: str, to: discord.User | None = None) -> None:
        """Show everybody in a support channel, and only the user elsewhere or where a key was in it.

        An answer to somebody is for everybody to see, and pings them alone; where it cannot be, the user is told why.
        """
        answer = self.desk.assistant.ask(code, lang=language(interaction.locale.value))
        if to is None:
            public = not answer.secrets and may_post(interaction) and self.desk.is_support(interaction.channel)
            await show(interaction, answer, private=not public)
        elif reason := _refusal(interaction, answer):
            await show(interaction, answer, private=True, above=reason)
        else:
            await show(interaction, answer, private=False, above=to.mention, to=to)

    @error.autocomplete("code")
    async def codes(self, interaction: discord.Interaction[Desk], typed: str) -> list[app_commands.Choice[str]]:
        """Offer what fits the letters so far."""
        knowledge, lang = self.desk.assistant.knowledge, language(interaction.locale.value)
        try:
            found = complete(knowledge, typed, self.desk.assistant.ask(typed, lang=lang))
        except Exception as error:  # discord.py would log it with what was typed
            report(error, "completing a code")
            return []
        return [app_commands.Choice(name=label(knowledge, meaning, lang), value=str(meaning)) for meaning in found]


async def show(
    interaction: discord.Interaction[Desk],
    answer: Answer,
    *,
    private: bool,
    above: str = "",
    to: discord.User | discord.Member | None = None,
    seen: str = "",
) -> None:
    """Answer a command with a card.

    Args:
        interaction: the command.
        answer: what the assistant says.
        private: only the user sees it; they can have it posted where they may write.
        above: a line over the card.
        to: whose question it is, if not the user's; they are pinged where the card mentions them.
        seen: what to say of the files that were read.
    """
    desk, asker = interaction.client, (to or interaction.user).id
    surface = surface_of(interaction)
    desk.counters.asked[surface] += 1
    postable = private and may_post(interaction)
    card = desk.card(answer, guild_id=interaction.guild_id, asked=True, private=private, above=above, seen=seen)
    send = interaction.followup.send if interaction.response.is_done() else interaction.response.send_message
    await send(
        view=desk.view(card, asker, question_id=interaction.id, private=private, postable=postable),
        ephemeral=private,
        allowed_mentions=discord.AllowedMentions(users=[to] if to else False),
    )
    desk.counters.answer(surface, answer.entry, arrival(interaction))
    desk.lately.remember(interaction.id, excerpt(answer))
    await note(
        desk,
        answer,
        question_id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        asker_id=asker,
        asked=True,
    )


def _refusal(interaction: discord.Interaction[Desk], answer: Answer) -> str:
    """Return why an answer cannot be addressed to somebody; empty where it can."""
    words = WORDS[answer.lang]
    if answer.secrets:
        return words.not_addressed_key
    if not may_post(interaction):
        return words.not_addressed_silent
    return "" if answer.entry else words.not_addressed_unknown
