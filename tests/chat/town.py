"""A small Discord server for the bot under test, and how to read what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bot.chat.client import Desk


@dataclass(frozen=True)
class Town:
    """One server: `#support` is a support channel, `#general` is not, and Maya has a question."""

    env: Env
    desk: Desk
    guild: GuildHandle
    support: ChannelHandle
    general: ChannelHandle
    maya: MemberActor

    def replies(self, channel: ChannelHandle | None = None) -> list[str]:
        """The texts of what the bot wrote in a channel, `#support` unless told."""
        history = (channel or self.support).history()
        return [shown(message) for message in history if message.author == self.desk.user]

    def reply(self, channel: ChannelHandle | None = None) -> str:
        """The text of its only message there."""
        (text,) = self.replies(channel)
        return text


def shown(message: discord.Message) -> str:
    """All text that a message shows."""
    return "\n".join(filter(None, (message.content, *_texts(message.components))))


def _texts(components: Any) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.components.TextDisplay):
            yield component.content
        else:
            yield from _texts(getattr(component, "children", ()))


def wrote(view: discord.ui.LayoutView) -> list[str]:
    """The texts of a card that is not sent yet."""
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
