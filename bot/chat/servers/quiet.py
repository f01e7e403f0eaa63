"""Quiet: people and channels that the bot leaves alone for a while.

Moderators have it so with `/desk quiet` or by putting 🔇 on a message: on one of the bot's, for the channel; on anybody
else's, for whoever wrote it. Taking 🔇 away ends it. Commands are answered all the same, to their user alone, and a
leaked key is still warned of. Whoever has a card taken away is left alone in its channel unless they call the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord.ext import commands
from discord.utils import format_dt, utcnow

from bot.chat.reports.office import records_of
from bot.chat.trouble import FAILED, tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

SIGN = "🔇"

FOR = timedelta(minutes=30)
"""How long it is quiet where nobody says how long."""

DISMISSED = timedelta(minutes=10)
"""How long somebody is left alone after a card of theirs was taken away."""

HALF_A_DAY = 12 * 60
LONGEST = 2 * HALF_A_DAY
"""For how many minutes moderators may have it quiet: whoever wants it for good chooses other channels."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{…}` is filled in."""

    not_allowed: str
    quiet: str
    over: str
    repeats: str
    no_repeats: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        not_allowed="You need **Manage Messages** for that.",
        quiet="I leave {whom} alone until {until}. I still warn of a posted API key, and commands are answered to "
        "their user alone. To end it sooner: the same command with `minutes: 0`.",
        over="I answer {whom} again.",
        repeats="Noted. For {minutes} min, the same error leads to the answer that is there.",
        no_repeats="Noted. Each error is answered, however often it comes.",
    ),
    "zh": Words(
        not_allowed="需要「管理消息」（Manage Messages）权限。",
        quiet="在 {until} 之前，我不再回复 {whom}。有人贴出 API Key 时仍会提醒，命令只回复给使用者本人。"
        "如需提前结束，请再用一次同样的命令，并把 `minutes` 设为 0。",
        over="我会重新回复 {whom}。",
        repeats="已设置：{minutes} 分钟内遇到同样的错误时，指向已有的答案。",
        no_repeats="已设置：同样的错误无论出现多少次，每次都会回答。",
    ),
}


def is_quiet(quiet: Mapping[str, datetime], now: datetime, author_id: int, channel: object, *, asked: bool) -> bool:
    """Tell whether it is quiet about somebody somewhere.

    Args:
        quiet: until when about whom, by the names that `hush` was given.
        now: the time.
        author_id: who wrote.
        channel: where. It is quiet in a channel's threads and a forum's posts, too.
        asked: they called the bot.
    """
    places = [place for place in (getattr(channel, "id", None), getattr(channel, "parent_id", None)) if place]
    names = {str(author_id), *map(str, places)}
    if not asked:
        names |= {f"{place}:{author_id}" for place in places}
    return any(quiet[name] > now for name in names & quiet.keys())


def is_quiet_here(interaction: discord.Interaction[Desk]) -> bool:
    """Tell whether it is quiet where somebody uses a command or a button, or about them: nobody else is to see it."""
    quiet = interaction.client.server(interaction.guild_id).quiet
    return is_quiet(quiet, utcnow(), interaction.user.id, interaction.channel, asked=True)


async def set_quiet(
    interaction: discord.Interaction[Desk], person: discord.User | discord.Member | None, minutes: int
) -> None:
    """Keep quiet about a person, or in the channel where a moderator says so, and tell them.

    Args:
        interaction: the command, in a server.
        person: about whom; None, or the bot itself, for the channel.
        minutes: for how long; 0 to end it.

    Raises:
        DeskError: the database cannot do it.
    """
    words = WORDS[language(interaction.locale.value)]
    where = interaction.channel_id or 0
    if not interaction.permissions.manage_messages:
        await tell(interaction, words.not_allowed)
        return
    if person == interaction.client.user:
        person = None
    until = utcnow() + timedelta(minutes=minutes) if minutes else None
    servers = records_of(interaction.client).servers
    await servers.hush(interaction.guild_id or 0, str(person.id if person else where), until)
    whom = person.mention if person else f"<#{where}>"
    line = words.over.format(whom=whom)
    if until:  # half a day from now on, the time of day may be today's or tomorrow's
        line = words.quiet.format(whom=whom, until=format_dt(until, "t" if minutes < HALF_A_DAY else "f"))
    await tell(interaction, line)


async def set_repeats(interaction: discord.Interaction[Desk], minutes: int) -> None:
    """Set for how long the same error leads to the answer that is there, for a user who may, and tell them so.

    Raises:
        DeskError: the database cannot do it.
    """
    await records_of(interaction.client).servers.change(interaction.guild_id or 0, repeat_minutes=minutes)
    words = WORDS[language(interaction.locale.value)]
    await tell(interaction, (words.repeats if minutes else words.no_repeats).format(minutes=minutes))


async def hush_after(desk: Desk, card_id: int) -> None:
    """Leave whoever got a card alone in its channel: it was taken away by hand.

    Raises:
        DeskError: the database cannot do it.
    """
    records = desk.records
    known = await records.answers.of_card(card_id) if records else None
    if records and known and known.guild_id:
        await records.servers.hush(known.guild_id, f"{known.channel_id}:{known.asker_id}", utcnow() + DISMISSED)


class Quiet(commands.Cog):
    """Listens to moderators' 🔇."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Keep quiet where a moderator puts the sign."""
        if payload.emoji.name == SIGN and payload.member:
            await self._obey(payload, payload.member, utcnow() + FOR)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """Answer again where a moderator takes the sign away; Discord does not tell their rights."""
        guild = self.desk.get_guild(payload.guild_id or 0)
        if payload.emoji.name != SIGN or guild is None or not self._is_quiet_in(guild.id):
            return
        try:
            member = await guild.fetch_member(payload.user_id)
        except FAILED as error:
            log.info(
                "it stays quiet in channel %s: %s, who took the sign away?", payload.channel_id, type(error).__name__
            )
        else:
            await self._obey(payload, member, None)

    def _is_quiet_in(self, guild_id: int) -> bool:
        return any(end > utcnow() for end in self.desk.server(guild_id).quiet.values())

    async def _obey(
        self, payload: discord.RawReactionActionEvent, member: discord.Member, until: datetime | None
    ) -> None:
        place = member.guild.get_channel_or_thread(payload.channel_id)
        if member.bot or place is None or not place.permissions_for(member).manage_messages:
            return
        try:
            author = payload.message_author_id or await self._author(payload)
            ours = self.desk.user is not None and author == self.desk.user.id
            await records_of(self.desk).servers.hush(member.guild.id, str(place.id if ours else author), until)
        except (DeskError, *FAILED) as error:
            log.warning("%s did nothing in channel %s: %s", SIGN, place.id, type(error).__name__)

    async def _author(self, payload: discord.RawReactionActionEvent) -> int:
        channel = self.desk.get_partial_messageable(payload.channel_id, guild_id=payload.guild_id)
        return (await channel.fetch_message(payload.message_id)).author.id
