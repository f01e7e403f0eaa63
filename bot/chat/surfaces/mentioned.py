"""Mentioned: somebody called the bot by name, in any channel it can read.

It always answers: with the likeliest meaning and how sure it is, or by saying that it does not know.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.contents import contents
from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    from bot.chat.client import Desk


def mentioned(desk: Desk, message: discord.Message) -> Question | None:
    """Return what stands beside the mention, and what the message holds that is being replied to."""
    beside = addressed(desk, message)
    if beside is None:
        return None
    text, files = contents(message, own=beside)
    replied_to = message.reference.resolved if message.reference else None
    if not isinstance(replied_to, discord.Message):
        return Question(message, text, asked=True, files=files)
    about, more = contents(replied_to)
    return Question(message, text, asked=True, about=about, files=files + more)


def addressed(desk: Desk, message: discord.Message) -> str | None:
    """Return a message's text without the bot's name, or None where it does not name the bot."""
    return beside_name(desk, message.guild, message.content) if message.guild else None


def beside_name(desk: Desk, guild: discord.Guild, content: str) -> str | None:
    """Return what a text in a server holds beside the bot's name, or None where it does not name the bot.

    Its name is a mention, a mention of the role that Discord made for it, or `@` and its name typed
    out. A reply to the bot is none of these: it pings without a word about it in the text.
    """
    if "@" not in content or desk.user is None:
        return None
    names = [f"<@{desk.user.id}>", f"<@!{desk.user.id}>", f"@{(guild.me or desk.user).display_name}"]
    if guild.self_role:
        names.append(guild.self_role.mention)
    named = re.compile(rf"(?:{'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
    text, times = named.subn(" ", content)
    return text.strip() if times else None
