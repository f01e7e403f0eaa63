"""Quiet: people and channels that the bot leaves alone for a while.

Moderators have it so with `/desk quiet` or by putting 🔇 on a message: on one of the bot's, for the channel; on anybody
else's, for whoever wrote it. Taking 🔇 away ends it. Commands are answered all the same, to their user alone, and a
leaked key is still warned of. Whoever has a card taken away is left alone in its channel unless they call the bot.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord.ext import commands
from discord.utils import format_dt, utcnow

from bot.chat.office import records_of
from bot.chat.servers.quiet_words import WORDS
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

HALF_A_DAY = timedelta(hours=12)
LONGEST = 24 * 60
"""For how many minutes moderators may have it quiet: whoever wants it for good chooses other channels."""

LISTED = 10
"""How many of those that are left alone are listed: for whom it lasts longest."""


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
    now, name, whom = utcnow(), str(person.id if person else where), person.mention if person else f"<#{where}>"
    servers, guild_id = records_of(interaction.client).servers, interaction.guild_id or 0
    if minutes:
        until = now + timedelta(minutes=minutes)
        await servers.hush(guild_id, name, until)
        line = words.quiet.format(whom=whom, until=_time(until, now))
    else:
        await servers.refresh()
        before = servers.of(guild_id).quiet
        await servers.hush(guild_id, name, None)
        ended = any(name in {each, *each.split(":")} and end > now for each, end in before.items())
        line = (words.over if ended else words.not_quiet).format(whom=whom)
        around = getattr(interaction.channel, "parent_id", None)
        if person is None and (end := before.get(str(around), now)) > now:
            line = words.quiet_around.format(where=f"<#{around}>", until=_time(end, now))
    await tell(interaction, line)


async def set_repeats(interaction: discord.Interaction[Desk], minutes: int) -> None:
    """Set for how long the same error leads to the answer that is there, for a user who may, and tell them so.

    Raises:
        DeskError: the database cannot do it.
    """
    await records_of(interaction.client).servers.change(interaction.guild_id or 0, repeat_minutes=minutes)
    words = WORDS[language(interaction.locale.value)]
    await tell(interaction, (words.repeats if minutes else words.no_repeats).format(minutes=minutes))


def listed(desk: Desk, guild: discord.Guild, lang: Language) -> str:
    """Return the lines that tell who and what is left alone in a server, and until when; empty where nothing is.

    Args:
        desk: the bot.
        guild: the server, with its channels.
        lang: the reader's language.
    """
    words, now = WORDS[lang], utcnow()
    ends = sorted(((end, name) for name, end in desk.server(guild.id).quiet.items() if end > now), reverse=True)
    lines = [words.now.format(count=len(ends))] if ends else []
    for end, name in ends[:LISTED]:
        place, _, person = name.rpartition(":")
        if not place and guild.get_channel_or_thread(int(name)):
            place, person = name, ""
        line = words.until_in if place and person else words.until
        where, whom = f"<#{place}>", f"<@{person}>" if person else f"<#{place}>"
        lines.append("- " + line.format(whom=whom, where=where, until=_time(end, now)))
    if len(ends) > LISTED:
        lines.append(words.more.format(count=len(ends) - LISTED))
    return "\n".join(lines)


def _time(end: datetime, now: datetime) -> str:
    """Return when it is over; half a day from now on, the time of day may be today's or tomorrow's."""
    return format_dt(end, "t" if end - now < HALF_A_DAY else "f")


def left_alone(lang: Language, *, by_asker: bool) -> str:
    """Return what tells whoever dismissed a card, its asker or staff, what `hush_after` makes of it."""
    words = WORDS[lang]
    minutes = DISMISSED // timedelta(minutes=1)
    return words.left_alone.format(minutes=minutes, whom=words.you if by_asker else words.asker)


async def hush_after(desk: Desk, card_id: int) -> bool:
    """Leave whoever got a card alone in its channel: it was taken away by hand.

    Returns:
        Whether they are: the card has to be remembered, and to be in a server. It has to be a card: to tidy a line
        away says nothing of whoever it was for.

    Raises:
        DeskError: the database cannot do it.
    """
    records = desk.records
    known = await records.answers.of_card(card_id) if records else None
    if not (records and known and known.guild_id) or known.is_line:
        return False
    await records.servers.hush(known.guild_id, f"{known.channel_id}:{known.asker_id}", utcnow() + DISMISSED)
    return True


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
        if payload.emoji.name != SIGN or guild is None or not (self._is_quiet_in(guild.id) or self.desk.missed):
            return
        try:
            member = await guild.fetch_member(payload.user_id)
        except FAILED as error:
            log.info(
                "it stays quiet in channel %s: %s, who took the sign away?", payload.channel_id, type(error).__name__
            )
        else:
            if self.desk.missed:  # among it may be the sign itself, which has to be obeyed before
                self.desk.missed.note(partial(self._obey, payload, member, None))
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
        except DeskError as error:
            log.warning("%s did nothing in channel %s so far: %s", SIGN, place.id, error)
            self.desk.missed.note(partial(self._obey, payload, member, until))
        except FAILED as error:
            log.warning("%s did nothing in channel %s: %s", SIGN, place.id, type(error).__name__)

    async def _author(self, payload: discord.RawReactionActionEvent) -> int:
        channel = self.desk.get_partial_messageable(payload.channel_id, guild_id=payload.guild_id)
        return (await channel.fetch_message(payload.message_id)).author.id
