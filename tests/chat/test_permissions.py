from __future__ import annotations

import discord
import pytest

from bot.chat.permissions import NEEDS, lacking, missing, staff_needs
from bot.chat.servers.chosen import Place
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


def test_every_kind_of_channel_that_may_be_a_support_channel_has_its_needs() -> None:
    made = {kind: discord.channel._guild_channel_factory(kind.value)[0] for kind in discord.ChannelType}
    assert NEEDS.keys() == {kind for kind, cls in made.items() if cls and issubclass(cls, Place)}


@pytest.mark.parametrize("denied", ["send_messages", "send_messages_in_threads"])
async def test_for_staff_a_thread_takes_the_permission_of_threads_and_a_channel_its_own(
    town: Town, denied: str
) -> None:
    assert town.guild.me is not None
    overwrite = discord.PermissionOverwrite(**{denied: False})
    there = town.guild.create_text_channel("there", overwrites={town.guild.me: overwrite})
    channel = town.desk.get_channel(there.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="team", type=discord.ChannelType.public_thread)
    for place in (channel, thread):
        own = "send_messages_in_threads" if place is thread else "send_messages"
        assert lacking(place, staff_needs(place)) == ((denied,) if denied == own else ())
        assert bool(missing(place)) == (denied == own)
