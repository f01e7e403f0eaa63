"""What somebody wrote, as far as the bot may answer it."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.chat.words import language
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Question:
    """A message that may be answered.

    Attributes:
        message: the message.
        text: what to answer.
        asked: the bot was asked, not only heard; it then answers in any case.
    """

    message: discord.Message
    text: str
    asked: bool

    @property
    def is_private(self) -> bool:
        """Whether nobody but the asker sees message and answer."""
        return isinstance(self.message.channel, discord.DMChannel)

    @property
    def guild_id(self) -> int | None:
        """The server; None for a direct message."""
        return self.message.guild.id if self.message.guild else None

    @property
    def fallback(self) -> Language:
        """The language where the words themselves do not tell."""
        return language(self.message.guild.preferred_locale.value) if self.message.guild else "en"


def said(message: discord.Message) -> str:
    """Return the words of a message, or else those that it forwards, or else those of its embeds."""
    texts = [message.content, *(snapshot.content for snapshot in message.message_snapshots)]
    texts += (f"{embed.title or ''}\n{embed.description or ''}" for embed in message.embeds)
    return next(filter(str.strip, texts), "")
