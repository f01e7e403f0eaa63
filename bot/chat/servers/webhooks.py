"""Webhooks that a server has the bot read: other bots post errors through them.

Discord offers no menu of webhooks, and to list them takes Manage Webhooks. So one is named by what anybody can copy:
the link of a message that it posted. Its id and its address will do as well; of the address, only the id is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.chat.office import records_of
from bot.chat.surfaces.authors import is_webhooks
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

MOST = 25
"""How many webhooks a server may have read."""

_LINK = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(?P<guild>\d+)/(?P<channel>\d+)/(?P<message>\d+)")
_ADDRESS = re.compile(r"https://(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d{17,20})(?!\d)\S*")
_ID = re.compile(r"\d{17,20}")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{id}` and `{most}` are filled in."""

    begun: str
    stopped: str
    full: str
    unclear: str
    unseen: str
    not_one: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        begun=(
            "From now on I read what webhook `{id}` posts in support channels, as if a person wrote it. "
            "To stop that, use `/desk hear` with it again."
        ),
        stopped="I no longer read webhook `{id}`.",
        full="I read {most} webhooks already, and no more than that. Stop one first.",
        unclear="Please give me the link of a message that the webhook posted (**Copy Message Link**), or its id.",
        unseen="I cannot find that message. Is it in this server, in a channel that I may read?",
        not_one="No webhook posted that message. I read no other bots.",
    ),
    "zh": Words(
        begun=(
            "从现在起，Webhook `{id}` 在支持频道发布的消息我会像普通用户的消息一样阅读。"
            "要停止，请对它再用一次 `/客服台 旁听`（即 `/desk hear`）。"
        ),
        stopped="我不再阅读 Webhook `{id}` 的消息。",
        full="我最多阅读 {most} 个 Webhook，现在已满。请先停止其中一个。",
        unclear="请填写该 Webhook 发布过的某条消息的链接（「复制消息链接」），或它的 ID。",
        unseen="找不到这条消息。它在本服务器里、我能查看的频道中吗？",
        not_one="这条消息不是 Webhook 发布的。我不阅读其他机器人的消息。",
    ),
}


async def toggle(interaction: discord.Interaction[Desk], named: str) -> None:
    """Begin to read a webhook in the server, or stop, and tell the user which it was.

    Args:
        interaction: the command, of a user who may set up the server.
        named: a link of a message that the webhook posted, its id or its address.

    Raises:
        DeskError: the desk cannot be read or written.
        discord.HTTPException: Discord cannot do it.
    """
    words, guild, named = WORDS[language(interaction.locale.value)], interaction.guild, named.strip()
    assert guild is not None  # noqa: S101 - the command is for servers only
    await interaction.response.defer(ephemeral=True)
    if link := _LINK.fullmatch(named):
        message = await _message(guild, link)
        if message is None or not is_webhooks(message):
            await tell(interaction, words.not_one if message else words.unseen)
            return
        webhook_id = message.webhook_id
    else:
        match = _ADDRESS.fullmatch(named) or _ID.fullmatch(named)
        webhook_id = int(match[match.re.groups]) if match else None
    if webhook_id is None:
        await tell(interaction, words.unclear)
        return
    await tell(interaction, (await _toggled(interaction, guild.id, webhook_id, words)).format(id=webhook_id, most=MOST))


async def _message(guild: discord.Guild, link: re.Match[str]) -> discord.Message | None:
    """Return the message that a link leads to; None where it is not in the server, gone or closed to the bot."""
    channel = guild.get_channel_or_thread(int(link["channel"]))
    if int(link["guild"]) != guild.id or not isinstance(channel, discord.abc.Messageable):
        return None
    try:
        return await channel.fetch_message(int(link["message"]))
    except (discord.NotFound, discord.Forbidden):
        return None


async def _toggled(interaction: discord.Interaction[Desk], guild_id: int, webhook_id: int, words: Words) -> str:
    """Change the list, and return what to say of it."""
    servers = records_of(interaction.client).servers
    await servers.refresh()
    listed = servers.of(guild_id).webhooks
    if webhook_id in listed:
        await servers.change(guild_id, webhooks=listed - {webhook_id})
        return words.stopped
    if len(listed) >= MOST:
        return words.full
    await servers.change(guild_id, webhooks=listed | {webhook_id})
    return words.begun
