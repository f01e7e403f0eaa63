"""Who may do what where, as Discord sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord

READING = ("view_channel", "read_message_history")
WRITING = (*READING, "send_messages", "send_messages_in_threads")

NEEDS: Mapping[discord.ChannelType, tuple[str, ...]] = {
    discord.ChannelType.text: WRITING,
    discord.ChannelType.news: WRITING,
    discord.ChannelType.forum: (*READING, "send_messages_in_threads"),
    discord.ChannelType.media: (*READING, "send_messages_in_threads"),
    # Reading a voice channel's text takes Connect: https://docs.discord.com/developers/resources/message#get-channel-messages
    discord.ChannelType.voice: (*READING, "connect", "send_messages"),
}
"""What the bot needs in a support channel, by its kind."""

INVITED = discord.Permissions(**dict.fromkeys((*WRITING, "attach_files"), True))
"""What the bot is invited with: enough for text channels, forums and staff. Connect is only for who chooses a voice
channel, and everybody has it where nobody took it away."""


def staff_needs(place: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
    """Return what the bot needs in a staff channel: a long message is attached to its report."""
    write = "send_messages_in_threads" if isinstance(place, discord.Thread) else "send_messages"
    return (*READING, write, "attach_files")


def may_post(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a user may write into the channel in which they use a command, a menu or a button."""
    if interaction.guild_id is None:
        return True
    return _may_write(interaction.permissions, interaction.channel)


def missing(channel: object) -> list[str]:
    """Return what keeps the bot from replying in a channel, in the words of Discord's own settings; usually nothing.

    A thread has a permission of its own for writing, a locked one another, and otherwise its channel's; a direct
    message has none. Of channels that discord.py does not know, Discord itself will tell.
    """
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread) or channel.guild.me is None:
        return []
    try:
        allowed = channel.permissions_for(channel.guild.me)
    except discord.ClientException:  # a thread whose channel is not known
        return []
    needed = {
        "View Channel": allowed.view_channel,
        "Read Message History": allowed.read_message_history,
        "Send Messages in Threads" if isinstance(channel, discord.Thread) else "Send Messages": _may_write(
            allowed, channel
        ),
    }
    if isinstance(channel, discord.Thread) and channel.locked:
        needed["Manage Threads"] = allowed.manage_threads
    return [name for name, has in needed.items() if not has]


def lacking(place: discord.abc.GuildChannel | discord.Thread, needs: Iterable[str]) -> tuple[str, ...]:
    """Return the permissions, of those needed, that the bot does not have in a channel.

    Without View Channel nothing else counts, and without Send Messages no Attach Files, so that nothing can be said of
    those: https://docs.discord.com/developers/topics/permissions#implicit-permissions
    """
    if place.guild.me is None:
        return ()
    allowed = place.permissions_for(place.guild.me)
    absent = tuple(name for name in needs if not getattr(allowed, name))
    if "view_channel" in absent:
        return ("view_channel",)
    mute = not {"send_messages", "send_messages_in_threads"}.isdisjoint(absent)
    return tuple(name for name in absent if name != "attach_files" or not mute)


def open_to_all(place: discord.abc.GuildChannel | discord.Thread) -> bool:
    """Tell whether every member of the server can read a channel."""
    if isinstance(place, discord.Thread) and place.is_private():
        return False
    return place.permissions_for(place.guild.default_role).view_channel


def _may_write(allowed: discord.Permissions, channel: object) -> bool:
    return allowed.send_messages_in_threads if isinstance(channel, discord.Thread) else allowed.send_messages
