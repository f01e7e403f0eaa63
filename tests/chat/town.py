"""A small Discord server for the bot under test, and how to read what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.chat.client import Desk

ERROR = (
    "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Too many requests, please try again "
    "later', 'type': 'rate_limit_error', 'param': '', 'code': None}}"
)
KEY = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5tU8"


@dataclass(frozen=True)
class Town:
    """One server: `#support` is a support channel, `#general` is not; Maya has a question, Sam is staff, Bob is not."""

    env: Env
    desk: Desk
    guild: GuildHandle
    support: ChannelHandle
    general: ChannelHandle
    maya: MemberActor
    bob: MemberActor
    sam: MemberActor

    def cards(self, channel: ChannelHandle | None = None) -> list[discord.Message]:
        """What the bot wrote in a channel, `#support` unless told, for everybody to see."""
        history = (channel or self.support).history()
        return [message for message in history if message.author.bot and not message.flags.ephemeral]

    def card(self, channel: ChannelHandle | None = None) -> discord.Message:
        """Its only message there."""
        (card,) = self.cards(channel)
        return card

    def replies(self, channel: ChannelHandle | None = None) -> list[str]:
        """The texts of its messages there."""
        return [shown(message) for message in self.cards(channel)]

    def reply(self, channel: ChannelHandle | None = None) -> str:
        """The text of its only message there."""
        return shown(self.card(channel))

    @property
    def mention(self) -> str:
        """How to call the bot."""
        assert self.env.bot.user is not None
        return self.env.bot.user.mention


def shown(message: discord.Message | ResponseMessage) -> str:
    """All text that a message shows."""
    message = message.message if isinstance(message, ResponseMessage) else message
    return "\n".join(filter(None, (message.content, *_texts(message.components))))


def _texts(components: Any) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.components.TextDisplay):
            yield component.content
        else:
            yield from _texts(getattr(component, "children", ()))


def private(result: InteractionResult) -> ResponseMessage:
    """What a user got that nobody else sees."""
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


def public(result: InteractionResult) -> ResponseMessage:
    """What everybody got."""
    assert result.response is not None
    assert not result.response.ephemeral
    return result.response


def wrote(view: discord.ui.LayoutView) -> list[str]:
    """The texts of a card that is not sent yet."""
    return [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]


def labels(message: discord.Message | ResponseMessage) -> list[str]:
    """The labels of a card's buttons."""
    message = message.message if isinstance(message, ResponseMessage) else message
    items = discord.ui.LayoutView.from_message(message).walk_children()
    return [item.label or "" for item in items if isinstance(item, discord.ui.Button)]


def choices(message: discord.Message | ResponseMessage) -> list[str]:
    """The values of the menu on a card."""
    message = message.message if isinstance(message, ResponseMessage) else message
    items = discord.ui.LayoutView.from_message(message).walk_children()
    return [option.value for item in items if isinstance(item, discord.ui.Select) for option in item.options]
