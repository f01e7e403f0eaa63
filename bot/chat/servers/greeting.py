"""Greeting: one short message to a server that has just taken the bot in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord

from bot.chat.words import language
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

TEXTS: Mapping[Language, str] = {
    "en": (
        "👋 Hello, I am Error Desk. I explain the errors of {service}: type `/error 429`, or paste an error to me "
        "after my name.\nIf you manage this server, type `/desk setup` and choose the channels in which I listen."
    ),
    "zh": (
        "👋 大家好，我是 Error Desk，负责解释 {service} 的报错："
        "输入 `/错误 429`（即 `/error 429`），或者 @ 我并贴出报错。\n"
        "服务器管理员请输入 `/客服台 设置`（即 `/desk setup`），选择我要留意的频道。"
    ),
}


async def greet(desk: Desk, guild: discord.Guild) -> None:
    """Introduce the bot in a server's system channel, if there is one in which it may write.

    Raises:
        discord.HTTPException: Discord cannot do it, for a reason other than that the bot may not.
    """
    channel = guild.system_channel
    if channel is None or guild.me is None:
        return
    allowed = channel.permissions_for(guild.me)
    if not (allowed.view_channel and allowed.send_messages):
        return
    lang = desk.language_of(guild.id) or language(guild.preferred_locale.value)
    try:
        await channel.send(TEXTS[lang].format(service=desk.assistant.knowledge.service.name))
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("no greeting in channel %s: HTTP %s, code %s", channel.id, error.status, error.code)
