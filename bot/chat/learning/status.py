"""Status: `/status`, which tells anybody whether others have trouble as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import utcnow

from bot.chat.cards.card import DANGER, DONE, MAX_TEXT
from bot.chat.client import Desk
from bot.chat.learning.incidents import headed, server_of, since_when
from bot.chat.markup import clip
from bot.chat.office import records_of
from bot.chat.words import language
from bot.desk.incidents import Incident
from bot.knowledge.schema import Language

HOUR = timedelta(hours=1)

MOST = 10
"""How many incidents are listed: more than that is one outage, and nobody reads on."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{…}` are filled in by `Status`."""

    several: str
    one: str
    team: str
    more: str
    other: str
    quiet: str
    asked: str
    nobody_asked: str
    try_this: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        several="🚨 It is not only you",
        one="{about}\nUp to {people} people at once, since {since}.",
        team=" The team knows.",
        more="… and {count} more.",
        other="-# Is yours another error? Type `/error` and paste it.",
        quiet="✅ No trouble that many people share",
        asked="Questions here in the last hour: **{count}**. None of the errors came from several people at once.",
        nobody_asked="Nobody has asked about an error here in the last hour.",
        try_this=(
            "**What to try**\n1. Send the same request again after a minute.\n2. Try another model: then you know "
            "whether it is the model.\n3. Type `/error` and paste the whole error, without your API key."
        ),
    ),
    "zh": Words(
        several="🚨 不只是你遇到了问题",
        one="{about}\n{since} 起，同时最多有 {people} 人遇到。",
        team="团队已经知道了。",
        more="……另有 {count} 项。",
        other="-# 你遇到的是别的错误？请输入 `/错误`（即 `/error`）并贴上报错。",
        quiet="✅ 没有发现多人遇到的故障",
        asked="最近一小时这里有 **{count}** 个提问，没有哪个错误是多人同时遇到的。",
        nobody_asked="最近一小时这里没有人问过报错。",
        try_this=(
            "**可以先这样试**\n1. 过一分钟，把同样的请求再发一次。\n2. 换一个模型，就能知道是不是模型的问题。\n"
            "3. 输入 `/错误`（即 `/error`）并贴上完整的报错，但不要带 API Key。"
        ),
    ),
}


class Status(commands.Cog):
    """Tells what is going on in a server; elsewhere, in the one that takes reports from there, or else anywhere."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command(
        name=locale_str("status"), description=locale_str("Is it only me? Whether others have trouble right now")
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def status(self, interaction: discord.Interaction[Desk]) -> None:
        """Show it to the user alone."""
        lang, guild_id = language(interaction.locale.value), server_of(self.desk, interaction.guild_id)
        records, ongoing = records_of(self.desk), self.desk.ongoing
        if ongoing and (incidents := ongoing.of(guild_id)):
            view = await self._going_on(incidents, lang)
        else:
            view = _quiet((await records.questions.stats(guild_id, HOUR)).questions, lang)
        await interaction.response.send_message(view=view, ephemeral=True)

    async def _going_on(self, incidents: list[Incident], lang: Language) -> ui.LayoutView:
        words, now = WORDS[lang], utcnow()
        lines = [f"### {words.several}"]
        for incident in incidents[:MOST]:
            about = await headed(self.desk, incident, lang)
            line = words.one.format(about=about, people=incident.people, since=since_when(incident, now))
            lines.append(line + (words.team if incident.message_id else ""))
        if len(incidents) > MOST:
            lines.append(words.more.format(count=len(incidents) - MOST))
        texts = (clip("\n".join(lines), MAX_TEXT - len(words.other)), words.other)
        return _view(texts, DANGER)


def _quiet(asked: int, lang: Language) -> ui.LayoutView:
    words = WORDS[lang]
    counted = words.asked.format(count=asked) if asked else words.nobody_asked
    return _view((f"### {words.quiet}\n{counted}", words.try_this), DONE)


def _view(texts: tuple[str, str], colour: discord.Colour) -> ui.LayoutView:
    above, below = (ui.TextDisplay[ui.LayoutView](text) for text in texts)
    box = ui.Container[ui.LayoutView](above, ui.Separator(visible=False), below, accent_colour=colour)
    return ui.LayoutView(timeout=None).add_item(box)
