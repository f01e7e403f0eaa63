"""Heard: a message in a support channel that nobody addressed to the bot.

It is answered where the answer is sure, warned of where it has a key in it, and passed over otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.assistant.secrets import mask
from bot.chat.surfaces.question import Question
from bot.chat.words import WORDS, Words

if TYPE_CHECKING:
    from bot.chat.client import Desk


def heard(desk: Desk, message: discord.Message) -> Question | None:
    """Return what a message in a support channel, or in a thread or forum post of one, may ask.

    In a server that wants only what is asked for, it is nothing. Neither is one that quotes the bot, or calls
    everyone, which is an announcement, unless it holds a key.
    """
    if not (desk.is_support(message.channel) and desk.server(message.guild.id if message.guild else None).heard):
        return None
    question = Question.of(message, asked=False)
    passed_over = message.mention_everyone or _quotes_us(question.text)
    return None if passed_over and not mask(question.text).secrets else question


def _quotes_us(text: str) -> bool:
    """Tell whether a message holds one of our cards, or what we wrote for support: both were answered."""
    return any(words.source in text or _is_for_support(text, words) for words in WORDS.values())


def _is_for_support(text: str, words: Words) -> bool:
    begins = tuple(f"{words.report_names[name]}{words.colon}" for name in ("error", "time"))
    lines = text.splitlines()
    return all(any(line.lstrip("`> ").startswith(begin) for line in lines) for begin in begins)
