"""Slash: `/error`, with every entry and case of the knowledge base to pick from."""

from __future__ import annotations

import asyncio
import logging
import math

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands
from discord.utils import utcnow

from bot.assistant.answer import Answer
from bot.chat.cards.card import digest
from bot.chat.cards.choices import complete, label
from bot.chat.client import Desk
from bot.chat.counters import arrival, surface_of
from bot.chat.learning.feedback import note
from bot.chat.limits import too_much_here
from bot.chat.permissions import may_post
from bot.chat.servers.quiet import is_quiet_here
from bot.chat.surfaces.explain import excerpt
from bot.chat.surfaces.manners import Asking, Manners, link
from bot.chat.trouble import report
from bot.chat.words import WORDS, language
from bot.desk.database import DeskError

log = logging.getLogger(__name__)

WAIT = 1.5
"""Seconds that a command waits to learn of an earlier answer: Discord waits for three."""


class Slash(commands.Cog):
    """Answers a code, a name or a whole pasted error."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command(
        name=locale_str("error"), description=locale_str("What an error means and what to do about it")
    )
    @app_commands.rename(code=locale_str("code"), to=locale_str("to"))
    @app_commands.describe(
        code=locale_str("A status such as 429, an error code, or the whole error message"),
        to=locale_str("Answer somebody else, in public; they get a ping"),
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def error(self, interaction: discord.Interaction[Desk], code: str, to: discord.User | None = None) -> None:
        """Show everybody in a support channel, and only the user elsewhere or where a key was in it.

        An answer to somebody is for everybody to see, and pings them alone; where it cannot be, the user is told why.
        """
        answer = self.desk.assistant.ask(code, lang=language(interaction.locale.value))
        if to is None:
            may = may_post(interaction) and not is_quiet_here(interaction)
            public = not answer.secrets and may and self.desk.is_support(interaction.channel)
            if public and (there := await is_there(interaction, answer)):
                await show(interaction, answer, private=True, above=there, postable=False)
            else:
                await show(interaction, answer, private=not public or too_much_here(interaction) > 0)
        elif reason := _refusal(interaction, answer):
            await show(interaction, answer, private=True, above=reason)
        else:
            await show(interaction, answer, private=False, above=to.mention, to=to)

    @error.autocomplete("code")
    async def codes(self, interaction: discord.Interaction[Desk], typed: str) -> list[app_commands.Choice[str]]:
        """Offer what fits the letters so far."""
        knowledge, lang = self.desk.assistant.knowledge, language(interaction.locale.value)
        try:
            found = complete(knowledge, typed, self.desk.assistant.ask(typed, lang=lang))
        except Exception as error:  # discord.py would log it with what was typed
            report(error, "completing a code")
            return []
        return [app_commands.Choice(name=label(knowledge, meaning, lang), value=str(meaning)) for meaning in found]


async def show(
    interaction: discord.Interaction[Desk],
    answer: Answer,
    *,
    private: bool,
    above: str = "",
    to: discord.User | discord.Member | None = None,
    author_id: int | None = None,
    seen: str = "",
    postable: bool = True,
) -> None:
    """Answer a command with a card.

    Args:
        interaction: the command.
        answer: what the assistant says.
        private: only the user sees it.
        above: a line over the card.
        to: whose question it is, if not the user's; they are pinged where the card mentions them.
        author_id: who wrote what is explained, if not they: it is they who met the error, however many look at it.
        seen: what to say of the files that were read.
        postable: what only the user sees they can have posted where they may write.
    """
    desk, asker = interaction.client, (to or interaction.user).id
    surface = surface_of(interaction)
    desk.counters.asked[surface] += 1
    postable = postable and private and may_post(interaction)
    card = desk.card(answer, guild_id=interaction.guild_id, asked=True, private=private, above=above, seen=seen)
    view = desk.view(card, asker, question_id=interaction.id, private=private, postable=postable)
    mentions = discord.AllowedMentions(users=[to] if to else False)
    card_id: int | None
    if interaction.response.is_done():
        sent = await interaction.followup.send(view=view, ephemeral=private, allowed_mentions=mentions, wait=True)
        card_id = sent.id
    else:
        done = await interaction.response.send_message(view=view, ephemeral=private, allowed_mentions=mentions)
        card_id = done.message_id
    desk.counters.answer(surface, answer.entry, arrival(interaction))
    desk.lately.remember(interaction.id, excerpt(answer), author_id or asker)
    if not private and card_id and answer.entry:
        await remember(interaction, interaction.id, asker, answer, card_id, view)
    await note(
        desk,
        answer,
        question_id=interaction.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        asker_id=author_id or asker,
        asked=True,
    )


def _asking(interaction: discord.Interaction[Desk], question_id: int, asker_id: int) -> Asking:
    in_thread = isinstance(interaction.channel, discord.Thread)
    return Asking(
        question_id, asker_id, interaction.channel_id or 0, interaction.guild_id, in_thread=in_thread, asked=True
    )


async def is_there(interaction: discord.Interaction[Desk], answer: Answer) -> str:
    """Return what leads to the same answer where the channel has it already; else nothing."""
    desk, asking = interaction.client, _asking(interaction, interaction.id, interaction.user.id)
    if desk.records is None:
        return ""
    try:
        async with asyncio.timeout(WAIT):
            earlier = await Manners(desk, utcnow).earlier(desk.records.answers, asking, answer)
    except (DeskError, TimeoutError) as error:
        log.debug("going on without the desk: %s", error)
        return ""
    if earlier is None or earlier.known.channel_id != asking.channel_id:
        return ""
    return WORDS[answer.lang].is_there.format(link=link(earlier.known))


async def remember(
    interaction: discord.Interaction[Desk],
    question_id: int,
    asker_id: int,
    answer: Answer,
    card_id: int,
    view: discord.ui.LayoutView,
) -> None:
    """Remember a card that everybody sees, so that whoever has the same error can be led to it.

    Args:
        interaction: where it was posted.
        question_id: what it answers, as its buttons have it.
        asker_id: whose card it is.
        answer: what it says.
        card_id: its message.
        view: how it is laid out.
    """
    if records := interaction.client.records:
        asking = _asking(interaction, question_id, asker_id)
        await records.answers.remember(asking.answered(answer, card_id, digest(view)))


def _refusal(interaction: discord.Interaction[Desk], answer: Answer) -> str:
    """Return why an answer cannot be addressed to somebody; empty where it can."""
    words = WORDS[answer.lang]
    if answer.secrets:
        return words.not_addressed_key
    if not may_post(interaction):
        return words.not_addressed_silent
    if not answer.entry:
        return words.not_addressed_unknown
    if is_quiet_here(interaction):
        return words.not_posted_quiet
    wait = too_much_here(interaction)
    return words.too_many.format(seconds=math.ceil(wait)) if wait else ""
