"""What a person in the channel could read in a message: its words, what it forwards, what bots put into embeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import discord

from bot.chat.surfaces.files import chosen
from bot.chat.surfaces.posts import title_of


class Contents(NamedTuple):
    """The words of a message, in the order in which they stand there, and the files that can be read."""

    text: str
    files: tuple[discord.Attachment, ...]


def contents(message: discord.Message, own: str | None = None) -> Contents:
    """Return what stands in a message, under the title of the post that it begins, and in those that it forwards.

    Code blocks, spoilers and quotes stay as they are written: the assistant reads through their marks.

    Args:
        message: the message.
        own: what takes the place of its own words, such as these without the name of the bot.
    """
    parts: tuple[discord.Message | discord.MessageSnapshot, ...] = (message, *message.message_snapshots)
    texts = [title_of(message), message.content if own is None else own, *_embedded(message)]
    for forwarded in message.message_snapshots:
        texts += (forwarded.content, *_embedded(forwarded))
    return Contents(
        "\n\n".join(text.strip() for text in texts if text.strip()),
        tuple(chosen([file for part in parts for file in part.attachments])),
    )


def _embedded(part: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    """Tell the texts of embeds. Discord's preview of a link is none: nobody wrote it here."""
    for embed in part.embeds:
        if embed.type == "rich" and not (embed.url and embed.url in part.content):
            fields = (text for field in embed.fields for text in (field.name, field.value))
            texts = (embed.author.name, embed.title, embed.description, *fields, embed.footer.text)
            yield "\n".join(text for text in texts if text)
