"""What somebody wrote, as far as the bot may answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import Self

import discord

from bot.chat.counters import Surface
from bot.chat.surfaces.contents import contents
from bot.chat.words import language
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Question:
    """A message that may be answered.

    Attributes:
        message: the message.
        text: what to answer.
        asked: the bot was asked, not only heard; it then answers in any case.
        about: what stands in the message that it is a reply to, if that is what it asks about.
        files: what is attached, to either message.
        seen: what the card says of the files, once they were read.
        since: when it arrived, as `perf_counter` tells.
    """

    message: discord.Message
    text: str
    asked: bool
    about: str = ""
    files: tuple[discord.Attachment, ...] = ()
    seen: str = ""
    since: float = field(default_factory=perf_counter, compare=False)

    @classmethod
    def of(cls, message: discord.Message, *, asked: bool) -> Self:
        """Return the question that a whole message is."""
        text, files = contents(message)
        return cls(message, text, asked, files=files)

    @property
    def whole(self) -> str:
        """All of its words."""
        return "\n\n".join(filter(None, (self.text, self.about)))

    @property
    def texts(self) -> tuple[str, ...]:
        """Its words as they may be meant: `429?` is a question of its own, also in a reply to another message."""
        return (self.text, self.whole) if self.text and self.about else (self.whole,)

    @property
    def is_private(self) -> bool:
        """Whether nobody but the asker sees message and answer."""
        return isinstance(self.message.channel, discord.DMChannel)

    @property
    def surface(self) -> Surface:
        """Where it was asked, for the counters."""
        if not self.asked:
            return "heard"
        return "direct" if self.is_private else "mentioned"

    @property
    def guild_id(self) -> int | None:
        """The server; None for a direct message."""
        return self.message.guild.id if self.message.guild else None

    @property
    def fallback(self) -> Language:
        """The language where the words themselves do not tell."""
        return language(self.message.guild.preferred_locale.value) if self.message.guild else "en"
