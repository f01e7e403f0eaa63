"""Who may do what where, as Discord sees it."""

from __future__ import annotations

from typing import Any

import discord


def may_post(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a user may write into the channel in which they use a command, a menu or a button."""
    if interaction.guild_id is None:
        return True
    return _may_write(interaction.permissions, interaction.channel)


def missing(channel: object) -> list[str]:
    """Return what keeps the bot from replying in a channel, in the words of Discord's own settings; usually nothing.

    A thread has a permission of its own for writing and otherwise its channel's; a direct message has none. Of
    channels that discord.py does not know, Discord itself will tell.
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
    return [name for name, has in needed.items() if not has]


def _may_write(allowed: discord.Permissions, channel: object) -> bool:
    return allowed.send_messages_in_threads if isinstance(channel, discord.Thread) else allowed.send_messages
