"""The client: what Discord tells us of, what we keep of it, and what all surfaces share."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.chat.card import render
from bot.chat.trouble import report
from bot.chat.words import WORDS, language
from bot.knowledge.base import Knowledge
from bot.settings import Settings

log = logging.getLogger(__name__)

# No voice here: nothing to warn of.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=True)


class Desk(commands.Bot):
    """The bot on Discord. It keeps guilds and channels in memory, and neither members nor messages.

    Args:
        settings: the operator's choices.
        knowledge: what to answer from; `learn` replaces it.
    """

    def __init__(self, settings: Settings, knowledge: Knowledge) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Tree,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            activity=discord.CustomActivity("Paste an error, or type /error 429"),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.settings = settings
        self.learn(knowledge)

    def learn(self, knowledge: Knowledge) -> None:
        """Answer from this knowledge from now on."""
        self.assistant = Assistant(knowledge)

    async def setup_hook(self) -> None:
        """Add the surfaces and put the whole set of commands, which Discord takes as idempotent."""
        from bot.chat import heard, mentioned, slash  # noqa: PLC0415 - the cogs know this class

        for cog in (heard.Heard(self), mentioned.Mentioned(self), slash.Slash(self)):
            await self.add_cog(cog)
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            report(error, "putting the commands")

    async def on_message(self, message: discord.Message) -> None:
        """Let the cogs listen: there are no prefix commands to look for."""

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log what a listener raised; the next event finds the bot as it was."""
        if (error := sys.exc_info()[1]) is not None:
            report(error, event_method)

    def is_support(self, channel: object) -> bool:
        """Tell whether a channel, or the one that a thread or forum post is in, is a support channel."""
        named = self.settings.support_channels
        places = (channel, getattr(channel, "parent", None))
        return any(
            str(getattr(place, "id", "")) in named or str(getattr(place, "name", "")).casefold() in named
            for place in places
        )

    def addressed(self, message: discord.Message) -> str | None:
        """Return a message's text without the bot's name, or None where it does not name the bot.

        Its name is a mention, a mention of the role that Discord made for it, or `@` and its name typed
        out. A reply to the bot is none of these: it pings without a word about it in the text.
        """
        if self.user is None or message.guild is None:
            return None
        names = [f"<@{self.user.id}>", f"<@!{self.user.id}>", f"@{message.guild.me.display_name}"]
        if message.guild.self_role:
            names.append(message.guild.self_role.mention)
        named = re.compile(rf"(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
        text, times = named.subn(" ", message.content)
        return text.strip() if times else None

    def card(self, answer: Answer, *, asked: bool = False, private: bool = False) -> discord.ui.LayoutView:
        """Render an answer, with the service's own word on how to reach a human."""
        human = self.assistant.knowledge.service.support[answer.lang]
        return render(answer, asked=asked, private=private, human=human)

    async def answer(self, message: discord.Message, answer: Answer, *, asked: bool = False) -> None:
        """Reply to a message with a card.

        Where the bot may not write, or the message is gone, that is logged and nothing is raised.
        """
        try:
            await message.reply(view=self.card(answer, asked=asked), mention_author=False)
        except discord.HTTPException as error:
            # Discord calls a reply to a deleted message a malformed one.
            if error.status not in {403, 404} and "message_reference" not in error.text:
                raise
            place = message.channel.id
            log.warning("no reply in channel %s: HTTP %s, code %s", place, error.status, error.code)


class Tree(app_commands.CommandTree[Desk]):
    """The commands, and what their users are told when one fails."""

    async def on_error(self, interaction: discord.Interaction[Desk], error: app_commands.AppCommandError, /) -> None:
        """Log the error and give its reference to the user alone."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        name = interaction.command.qualified_name if interaction.command else "an unknown command"
        reference = report(cause, f"/{name}")
        text = WORDS[language(interaction.locale.value)].trouble.format(reference=reference)
        try:
            if interaction.response.is_done():
                await interaction.followup.send(text, ephemeral=True)
            else:
                await interaction.response.send_message(text, ephemeral=True)
        except discord.HTTPException as failed:
            log.warning("reference %s could not be given: HTTP %s", reference, failed.status)
