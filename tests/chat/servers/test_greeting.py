from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import discord
import pytest
from simcord import Env
from simcord.backend import serializers
from simcord.builders import ChannelHandle, GuildHandle

from bot.chat.client import Desk
from bot.chat.servers.greeting import TEXTS
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES
from tests.chat.conftest import Start


@contextmanager
def quietly(env: Env) -> Iterator[None]:
    """Build something of which the bot is not told."""
    told = list(env.backend.subscribers)
    env.backend.subscribers.clear()
    try:
        yield
    finally:
        env.backend.subscribers.extend(told)


async def join(env: Env, guild: GuildHandle, *, unavailable: bool | None = None) -> None:
    """Tell the bot of a server: one that it joined, or one that is there again after an outage."""
    payload = dict(serializers.guild_create_payload(env.backend, env.backend.get_guild(guild.id)))
    if unavailable is not None:
        payload["unavailable"] = unavailable
    else:
        payload.pop("unavailable", None)
    env.backend.emit("GUILD_CREATE", payload)
    await env.settle()


async def leave(env: Env, guild: GuildHandle, **fields: bool) -> None:
    env.backend.emit("GUILD_DELETE", {"id": str(guild.id), **fields})
    await env.settle()


def build(
    env: Env, locale: str = "en-US", denied: discord.Permissions | None = None
) -> tuple[GuildHandle, ChannelHandle]:
    """A server that the bot does not know of yet, with a system channel in which not everything may be allowed."""
    with quietly(env):
        guild = env.create_guild(preferred_locale=locale)
        assert env.bot.user is not None
        overwrite = discord.PermissionOverwrite.from_pair(discord.Permissions(), denied or discord.Permissions())
        channel = guild.create_text_channel("welcome", overwrites={env.bot.user: overwrite})
        env.backend.edit_guild(guild.id, {"system_channel_id": channel.id})
    return guild, channel


def said(channel: ChannelHandle) -> list[str]:
    return [message.content for message in channel.history()]


@pytest.mark.parametrize(("locale", "lang"), [("en-US", "en"), ("zh-CN", "zh"), ("fr", "en")])
async def test_a_new_server_is_greeted_in_its_language_and_told_of_the_setup(
    simcord_env: Env, simcord_bot: Desk, locale: str, lang: str
) -> None:
    guild, channel = build(simcord_env, locale)
    await join(simcord_env, guild)
    (text,) = said(channel)
    assert "/desk setup" in text
    assert simcord_bot.assistant.knowledge.service.name in text
    assert ("你" in text or "我" in text) is (lang == "zh")


async def test_an_outage_or_a_replay_brings_no_second_greeting(simcord_env: Env) -> None:
    guild, channel = build(simcord_env)
    await join(simcord_env, guild)
    await leave(simcord_env, guild, unavailable=True)
    await join(simcord_env, guild, unavailable=False)
    await join(simcord_env, guild)
    assert len(said(channel)) == 1


async def test_a_server_that_was_there_before_is_not_greeted(simcord_env: Env) -> None:
    guild, channel = build(simcord_env)
    await join(simcord_env, guild, unavailable=False)
    assert not said(channel)


async def test_a_server_that_takes_the_bot_in_again_is_not_greeted_again(simcord_env: Env, start: Start) -> None:
    guild, channel = build(simcord_env)
    await join(simcord_env, guild)
    await leave(simcord_env, guild)
    await simcord_env.restart_bot(start())
    await join(simcord_env, guild)
    assert len(said(channel)) == 1


@pytest.mark.parametrize(
    "denied", [discord.Permissions(send_messages=True), discord.Permissions(view_channel=True)], ids=["send", "view"]
)
async def test_where_the_bot_may_not_write_it_does_not_try(simcord_env: Env, denied: discord.Permissions) -> None:
    guild, channel = build(simcord_env, denied=denied)
    await join(simcord_env, guild)
    assert not said(channel)
    assert not [call for call in simcord_env.http_requests if call.path.endswith("/messages")]


async def test_without_a_system_channel_nothing_is_said(simcord_env: Env) -> None:
    guild, channel = build(simcord_env)
    with quietly(simcord_env):
        simcord_env.backend.edit_guild(guild.id, {"system_channel_id": None})
    await join(simcord_env, guild)
    assert not said(channel)


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (404, 10003)])
async def test_a_greeting_that_discord_refuses_is_no_error(simcord_env: Env, status: int, code: int) -> None:
    guild, channel = build(simcord_env)
    simcord_env.inject_error("POST", "/channels/*/messages", status=status, code=code)
    await join(simcord_env, guild)
    assert not said(channel)


async def test_without_a_database_nobody_is_greeted(simcord_env: Env, simcord_bot: Desk) -> None:
    simcord_bot.records = None
    guild, channel = build(simcord_env)
    await join(simcord_env, guild)
    await leave(simcord_env, guild)
    assert not said(channel)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_greeting_is_short(knowledge: Knowledge, lang: str) -> None:
    assert len(TEXTS["zh" if lang == "zh" else "en"].format(service=knowledge.service.name)) <= 300
