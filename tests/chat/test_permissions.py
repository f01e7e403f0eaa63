from __future__ import annotations

import discord
import pytest

from bot.chat.permissions import missing
from tests.chat.town import Town


def test_nothing_is_missing_where_the_bot_may_read_and_write(town: Town) -> None:
    assert missing(town.desk.get_channel(town.support.id)) == []


@pytest.mark.parametrize(
    ("denied", "names"),
    [
        ({"view_channel": False}, ["View Channel", "Read Message History", "Send Messages"]),
        ({"send_messages": False}, ["Send Messages"]),
        ({"read_message_history": False}, ["Read Message History"]),
    ],
)
def test_what_is_missing_is_named_as_in_discords_settings(
    town: Town, denied: dict[str, bool], names: list[str]
) -> None:
    assert town.guild.me is not None
    there = town.guild.create_text_channel("there", overwrites={town.guild.me: discord.PermissionOverwrite(**denied)})
    assert set(missing(town.desk.get_channel(there.id))) <= set(names)
    assert names[0] in missing(town.desk.get_channel(there.id))


async def test_a_locked_thread_takes_manage_threads_besides(town: Town) -> None:
    assert town.guild.me is not None
    denied = discord.PermissionOverwrite(manage_threads=False)
    there = town.guild.create_text_channel("there", overwrites={town.guild.me: denied})
    channel = town.desk.get_channel(there.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="mine", type=discord.ChannelType.public_thread)
    assert missing(thread) == []
    thread.locked = True
    assert missing(thread) == ["Manage Threads"]


def test_of_a_channel_that_is_not_known_discord_itself_will_tell(town: Town) -> None:
    assert missing(town.desk.get_partial_messageable(1, guild_id=town.guild.id)) == []
