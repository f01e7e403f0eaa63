"""Status: `/status`, which tells anybody whether others have trouble as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import format_dt, utcnow

from bot.chat.cards.card import DANGER, DONE, MAX_TEXT
from bot.chat.client import Desk
from bot.chat.learning.incidents import headed, server_of, since_when
from bot.chat.markup import clip
from bot.chat.office import records_of
from bot.chat.words import language
from bot.desk.incidents import Incident
from bot.knowledge.schema import Language

HOUR = timedelta(hours=1)
"""How far back one looks, for questions and for what is over: for as long the same is no other incident."""

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
    ended: str
    over: str
    over_by_team: str
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
        ended="✅ It seems to be over",
        over="{about}\nUp to {people} people at once, from {since}; over since {ended}.",
        over_by_team="{about}\nUp to {people} people at once, from {since}; over since {ended}, the team says.",
        quiet="✅ No known trouble that many people share",
        asked="Questions here in the last hour: **{count}**.",
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
        ended="✅ 看来已经恢复",
        over="{about}\n{since} 起，同时最多有 {people} 人遇到；{ended} 起已经平息。",
        over_by_team="{about}\n{since} 起，同时最多有 {people} 人遇到；团队表示 {ended} 已经结束。",
        quiet="✅ 没有发现多人遇到的故障",
        asked="最近一小时这里有 **{count}** 个提问。",
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
            asked = (await records.questions.stats(guild_id, HOUR)).questions
            view = await self._quiet(await records.incidents.ended_in(guild_id, HOUR), asked, lang)
        await interaction.response.send_message(view=view, ephemeral=True)

    async def _going_on(self, incidents: list[Incident], lang: Language) -> ui.LayoutView:
        words = WORDS[lang]
        return _view([f"### {words.several}", *await self._told(incidents, lang)], words.other, DANGER)

    async def _quiet(self, ended: list[Incident], asked: int, lang: Language) -> ui.LayoutView:
        words = WORDS[lang]
        counted = words.asked.format(count=asked) if asked else words.nobody_asked
        heading = words.ended if ended else words.quiet
        return _view([f"### {heading}", *await self._told(ended, lang), counted], words.try_this, DONE)

    async def _told(self, incidents: list[Incident], lang: Language) -> list[str]:
        words, now = WORDS[lang], utcnow()
        lines = []
        for incident in incidents[:MOST]:
            about, since = await headed(self.desk, incident, lang), since_when(incident, now)
            ended = format_dt(incident.closed_at or now, "t")
            line = _words_for(incident, words)
            lines.append(line.format(about=about, people=incident.people, since=since, ended=ended))
        if len(incidents) > MOST:
            lines.append(words.more.format(count=len(incidents) - MOST))
        return lines


def _words_for(incident: Incident, words: Words) -> str:
    if incident.closed_at:
        return words.over if incident.closed_by is None else words.over_by_team
    return words.one + (words.team if incident.message_id else "")


def _view(lines: list[str], below: str, colour: discord.Colour) -> ui.LayoutView:
    above = clip("\n".join(lines), MAX_TEXT - len(below))
    box = ui.Container[ui.LayoutView](ui.TextDisplay(above), accent_colour=colour)
    box.add_item(ui.Separator(visible=False)).add_item(ui.TextDisplay(below))
    return ui.LayoutView(timeout=None).add_item(box)
