"""Models: `/models`, which tells whether a name is one that the service takes, and which groups serve it."""

from __future__ import annotations

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.assistant.secrets import mask
from bot.chat.client import Desk
from bot.chat.limits import too_much_here
from bot.chat.markup import clip, code
from bot.chat.permissions import may_post
from bot.chat.servers.quiet import is_quiet_here
from bot.chat.trouble import report
from bot.chat.words import WORDS, language
from bot.knowledge.model_lookup import ModelLookup
from bot.knowledge.model_sentences import counted, origin, sentences
from bot.knowledge.schema import Language

MOST = 25
"""Discord shows no more choices."""

LONGEST = 100
"""Characters that Discord allows for a choice."""

MAX_TEXT = 4000
"""Characters that Discord allows in one message."""


class Models(commands.Cog):
    """Answers from the service's catalogue where there is one, and from the names commonly known where not."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lookup = ModelLookup(desk.assistant.knowledge.families, desk.catalogue)
        self._known = desk.assistant.knowledge

    @app_commands.command(
        name=locale_str("models"),
        description=locale_str("Whether a model is offered, in which groups, and how it is spelled"),
    )
    @app_commands.rename(name=locale_str("name"))
    @app_commands.describe(name=locale_str("The model's name, as far as you know it; left out, you get an overview"))
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def models(self, interaction: discord.Interaction[Desk], name: str = "") -> None:
        """Show everybody in a support channel, and only the user elsewhere or where a key was in it."""
        lang, masked = language(interaction.locale.value), mask(name)
        lookup = self.lookup()
        asked = masked.text.strip()
        if asked:
            lines = sentences(lookup.look_up(asked), lang, code)
        else:
            total, shares = counted(lookup, lang)
            lines = [f"### {total}", shares, "", WORDS[lang].look_up]
        if masked.secrets:
            lines = [f"### {WORDS[lang].key_given}", WORDS[lang].key_given_cause, "", *lines]
        may = may_post(interaction) and not is_quiet_here(interaction)
        public = not masked.secrets and may and self.desk.is_support(interaction.channel)
        public = public and not too_much_here(interaction)
        await interaction.response.send_message(view=self._view("\n".join(lines), lang), ephemeral=not public)

    @models.autocomplete("name")
    async def names(self, _interaction: discord.Interaction[Desk], typed: str) -> list[app_commands.Choice[str]]:
        """Offer what fits the letters so far; before the first, each provider's first model."""
        try:
            lookup = self.lookup()
            if typed.strip():
                found = lookup.right.complete(typed, MOST)
            else:
                found = [names[0] for names in lookup.by_family.values()]
        except Exception as error:  # discord.py would log it with what was typed
            report(error, "completing a model")
            return []
        return [app_commands.Choice(name=name, value=name) for name in found if len(name) <= LONGEST][:MOST]

    def lookup(self) -> ModelLookup:
        """Return what looks up names, made anew where there is a newer catalogue or knowledge."""
        knowledge, catalogue = self.desk.assistant.knowledge, self.desk.catalogue
        if self._known is not knowledge or self._lookup.catalogue is not catalogue:
            self._known, self._lookup = knowledge, ModelLookup(knowledge.families, catalogue)
        return self._lookup

    def _view(self, text: str, lang: Language) -> ui.LayoutView:
        catalogue = self.desk.catalogue
        when = discord.utils.format_dt(catalogue.fetched_at, "R") if catalogue else None
        below = f"-# {origin(self.desk.assistant.knowledge.service, lang, when)}"
        view = ui.LayoutView(timeout=None)
        above = ui.TextDisplay[ui.LayoutView](clip(text, MAX_TEXT - len(below)))
        view.add_item(ui.Container(above, ui.Separator(visible=False), ui.TextDisplay(below)))
        return view
