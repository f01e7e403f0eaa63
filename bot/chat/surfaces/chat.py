"""Chat: most messages hold no error, go on with nothing, and are not for the bot.

They are known for that before discord.py makes objects of them, which takes it longer than to see so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.assistant.secrets import mask
from bot.chat.surfaces.follow_ups import FollowUps
from bot.chat.surfaces.mentioned import beside_name
from bot.chat.surfaces.question import Question
from bot.chat.trouble import report

if TYPE_CHECKING:
    from discord.types.gateway import MessageCreateEvent

    from bot.chat.client import Desk

MORE = (
    "webhook_id", "message_reference", "message_snapshots", "attachments", "embeds", "mentions", "mention_roles",
    "mention_everyone",
)  # fmt: skip
"""What makes a message more than a few words of a person."""

MOST = 16
"""How many messages wait for each other: with more, nothing is gained, and each takes some kilobytes."""


class Incoming:
    """Messages as they come, of which those are read that are no chat.

    Some of those that came at once wait for each other and are looked at together: that takes a fifth less time than
    to turn to each between discord.py's work on the others.

    Args:
        desk: the bot.
        follow_ups: what people wrote lately.
        read: reads a message, as discord.py does, and raises nothing: `run` sees to that.
    """

    def __init__(self, desk: Desk, follow_ups: FollowUps, read: Callable[[MessageCreateEvent], None]) -> None:
        self._desk = desk
        self._follow_ups = follow_ups
        self._read = read
        self._waiting: list[MessageCreateEvent] = []

    def take(self, data: MessageCreateEvent) -> None:
        """Take a message, as Discord tells of it."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._look)
        self._waiting.append(data)
        if len(self._waiting) == MOST:
            self._look()

    def ahead_of(self, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return what reads another kind of event once the messages before it are looked at: it may be about them."""

        def reads(data: Any) -> None:
            self._look()
            parse(data)

        return reads

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            try:
                chat = passes(self._desk, self._follow_ups, data)
            except Exception as error:  # anything can be wrong with an event, and what reads it then says so
                report(error, "seeing whether a message is chat")
                chat = False
            if not chat:
                self._read(data)


def passes(desk: Desk, follow_ups: FollowUps, data: MessageCreateEvent) -> bool:
    """Tell whether a message is chat, and keep it for what its author may write next.

    Args:
        desk: the bot.
        follow_ups: what people wrote lately.
        data: the message, as Discord tells of it; what is in doubt is no chat.
    """
    if not is_plain(data):
        return False
    guild, text = desk.get_guild(int(data["guild_id"])), data["content"].strip()
    channel = guild and guild.get_channel_or_thread(int(data["channel_id"]))
    if guild is None or channel is None or beside_name(desk, guild, text) is not None:
        return False
    id_, author_id = int(data["id"]), int(data["author"]["id"])
    listens = desk.is_support(channel) and desk.server(guild.id).heard
    worth = desk.assistant.hear(text) if listens else "chat"  # where it is heard, a key makes it worth an answer
    if worth == "sure" or follow_ups.may_go_on(channel.id, author_id, chat=worth == "chat"):
        return False
    if desk.meet(id_):
        desk.counters.heard += 1
        desk.counters.silent["elsewhere" if not listens else "no_error" if worth == "chat" else "unsure"] += 1
        follow_ups.pass_by(id_, channel.id, author_id, text if listens else mask(text).text)
    return True


def is_plain(data: MessageCreateEvent) -> bool:
    """Tell whether a message is nothing but what a person wrote in a server, to nobody whom Discord knows."""
    return (
        data["type"] == discord.MessageType.default.value
        and "guild_id" in data
        and not data["author"].get("bot")
        and data["id"] != data["channel_id"]
        and not any(map(data.get, MORE))
    )


def is_chat(desk: Desk, follow_ups: FollowUps, question: Question) -> bool:
    """Tell whether a message that is more than a few words is chat all the same."""
    message = question.message
    if question.asked or question.files or follow_ups.may_go_on(message.channel.id, message.author.id):
        return False
    return desk.assistant.hear(question.whole) == "chat"
