"""Slash: `/error`, with every entry and case of the knowledge base to pick from."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands
from rapidfuzz import fuzz

from bot.chat.client import Desk
from bot.chat.markup import clip
from bot.chat.words import language
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Language

MAX_CHOICES = 25
"""Discord shows no more."""


class Slash(commands.Cog):
    """Answers a code, a name or a whole pasted error."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command(name="error", description="What an error means and what to do about it")
    @app_commands.describe(code="A status such as 429, an error code, or the whole error message")
    async def error(self, interaction: discord.Interaction[Desk], code: str) -> None:
        """Show everybody in a support channel, and only the user elsewhere or where a key was in it."""
        answer = self.desk.assistant.ask(code, lang=language(interaction.locale.value))
        private = bool(answer.secrets) or not self.desk.is_support(interaction.channel)
        card = self.desk.card(answer, asked=True, private=private)
        await interaction.response.send_message(view=card, ephemeral=private)

    @error.autocomplete("code")
    async def codes(self, interaction: discord.Interaction[Desk], typed: str) -> list[app_commands.Choice[str]]:
        """Offer what fits the letters so far."""
        found = suggest(self.desk.assistant.knowledge, typed, language(interaction.locale.value))
        return [app_commands.Choice(name=clip(label, 100), value=value) for value, label in found]


def suggest(knowledge: Knowledge, typed: str, lang: Language) -> list[tuple[str, str]]:
    """Return what to offer for the letters typed so far.

    Entries whose id begins with them come first, then titles that contain them, then titles that are
    like them; nothing typed gives the entries in the order of their ids, cases left out.

    Returns:
        (`429` or `403/balance`, label), best first, no more than Discord shows.
    """
    wanted = typed.casefold().strip()
    ranked = (
        (_rank(wanted, value, label), place, value, label)
        for place, (value, label) in enumerate(_meanings(knowledge, lang))
        if wanted or "/" not in value
    )
    best = sorted(offer for offer in ranked if offer[0] is not None)[:MAX_CHOICES]
    return [(value, label) for _, _, value, label in best]


def _meanings(knowledge: Knowledge, lang: Language) -> Iterator[tuple[str, str]]:
    for meaning in sorted(knowledge.meanings(), key=str):
        status = knowledge.entries[meaning.entry].status
        title = knowledge.texts(meaning, lang).title
        yield str(meaning), f"{status} · {title}" if status else title


def _rank(wanted: str, value: str, label: str) -> float | None:
    if value.startswith(wanted):
        return 0
    if wanted in label.casefold() or wanted in value:
        return 1
    likeness = fuzz.partial_ratio(wanted, label.casefold(), score_cutoff=75)
    return 102 - likeness if likeness and len(wanted) > 2 else None
