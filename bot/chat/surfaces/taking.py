"""Taking messages: which of them are questions, and which questions get an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.assistant.answer import Answer
from bot.chat.surfaces.authors import is_read
from bot.chat.surfaces.direct import direct
from bot.chat.surfaces.heard import heard
from bot.chat.surfaces.mentioned import mentioned
from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    import discord

    from bot.chat.client import Desk

SURFACES = (direct, mentioned, heard)
"""The first to take a message has it."""


def question_in(desk: Desk, message: discord.Message) -> Question | None:
    """Return what a message asks or, in a support channel, may ask; None where it is nothing to the bot."""
    if not is_read(desk, message):
        return None
    surfaces = (heard,) if message.webhook_id else SURFACES
    return next(filter(None, (surface(desk, message) for surface in surfaces)), None)


def speaks(question: Question, answer: Answer) -> bool:
    """Tell whether a question gets this answer: what is only heard, where it is sure or there is a key in it."""
    return question.asked or answer.speaks or bool(answer.secrets)
