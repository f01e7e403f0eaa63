"""Cards, and the lines that lead to them."""

from __future__ import annotations

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.chat.client import Desk
from bot.desk.answers import Answers
from tests.chat.town import Town, labels, shown


def desk(town: Town) -> Desk:
    """The bot that runs now."""
    assert isinstance(town.env.bot, Desk)
    return town.env.bot


def answers(town: Town) -> Answers:
    records = desk(town).records
    assert records is not None
    return records.answers


def sent(town: Town, method: str = "POST") -> list[str]:
    """Where the bot posted, changed or deleted messages."""
    calls = [call.path for call in town.env.http_requests if call.method == method]
    return [path for path in calls if path.startswith("/channels") and "/messages" in path and "reactions" not in path]


def is_card(message: discord.Message) -> bool:
    return bool(labels(message))


def is_link(message: discord.Message, to: discord.Message | None = None) -> bool:
    """Whether a message is a line without buttons that leads to a card, or to this one; in an incident it has two."""
    *_, line = shown(message).splitlines()
    where = f"/{to.channel.id}/{to.id}" if to else "https://discord.com/channels/"
    return not labels(message) and line.startswith("-# ↪ ") and where in line


def replied_to(message: discord.Message) -> int | None:
    return message.reference.message_id if message.reference else None


def members(town: Town, count: int) -> list[MemberActor]:
    return [town.guild.add_member(town.env.create_user(f"user{number}")) for number in range(count)]


async def repeats(town: Town, minutes: int) -> None:
    records = desk(town).records
    assert records is not None
    await records.servers.change(town.guild.id, repeat_minutes=minutes)


async def thread_of(town: Town, question: discord.Message | None = None) -> ChannelHandle:
    """Open a thread in `#support`, at a message or at none."""
    channel = desk(town).get_channel(town.support.id)
    assert isinstance(channel, discord.TextChannel)
    at = channel.get_partial_message(question.id) if question else None
    await channel.create_thread(name="my problem", message=at, type=discord.ChannelType.public_thread)
    for message in town.cards():  # what tells of the thread
        if not message.flags.components_v2:
            town.env.backend.delete_message(town.support.id, message.id)
    await town.env.settle()
    return town.support.threads[-1]
