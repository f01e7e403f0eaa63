from __future__ import annotations

import discord

from bot.chat.client import Desk
from tests.chat.town import Town


def test_only_what_the_surfaces_need_is_asked_for_and_kept(simcord_bot: Desk) -> None:
    wanted = {"guilds", "guild_messages", "guild_reactions", "dm_messages", "message_content"}
    assert {name for name, on in simcord_bot.intents if on} == wanted
    assert simcord_bot.allowed_mentions is not None
    assert simcord_bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()


async def test_neither_messages_nor_members_are_kept(town: Town) -> None:
    await town.maya.send(town.support, "hello")
    assert not town.desk.cached_messages
    (guild,) = town.desk.guilds
    assert list(guild.members) == [guild.me]


async def test_the_commands_are_put_once_at_start(town: Town) -> None:
    assert "error" in town.maya.available_commands(town.support)
    puts = [entry for entry in town.env.http_requests if entry.method == "PUT" and "/commands" in entry.path]
    assert len(puts) == 1


async def test_a_start_without_commands_is_still_a_start(simcord_bot: Desk, town: Town) -> None:
    town.env.inject_error("PUT", "/applications/*/commands", status=500)
    await town.env.restart_bot(Desk(simcord_bot.settings, simcord_bot.assistant.knowledge))
    await town.maya.send(town.support, "Error code: 429 - Too many requests")
    assert "### 429 · " in town.reply()
