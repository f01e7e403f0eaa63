"""Posts of a forum: the first message of one shares its id, and its title is part of what is asked.

https://docs.discord.com/developers/topics/threads#forums
"""

from __future__ import annotations

import discord

MOST = 50
"""How many first messages may wait for their posts."""


def title_of(message: discord.Message) -> str:
    """Return the title of the post that a message begins; empty for any other message."""
    place = message.channel
    return place.name if isinstance(place, discord.Thread) and place.id == message.id else ""


class Early:
    """First messages that came before Discord told of their posts: only with those is it known where they stand."""

    def __init__(self) -> None:
        self._waiting: dict[int, discord.Message] = {}

    def keep(self, message: discord.Message) -> bool:
        """Keep a message that begins a post which is not known yet, and tell whether it does."""
        place = message.channel
        if not isinstance(place, discord.PartialMessageable) or place.id != message.id:
            return False
        self._waiting[message.id] = message
        if len(self._waiting) > MOST:
            del self._waiting[next(iter(self._waiting))]
        return True

    def take(self, post: discord.Thread) -> discord.Message | None:
        """Return the message that waits for a post, placed there; None where it has yet to come."""
        if message := self._waiting.pop(post.id, None):
            message.channel = post
        return message
