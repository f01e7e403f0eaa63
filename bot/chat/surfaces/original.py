"""The very words of a question, for whoever needs them once more; they are masked, and nobody keeps them here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.chat.surfaces.explain import at_once, excerpt, explain
from bot.chat.surfaces.mentioned import mentioned
from bot.chat.surfaces.question import Question

if TYPE_CHECKING:
    from bot.chat.client import Desk

MOST = 200
"""How many of the latest commands are remembered."""


class Lately:
    """What was typed into the latest commands, masked and in memory alone: Discord says it once, and never again."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[str, int]] = {}

    def remember(self, interaction_id: int, words: str, author_id: int) -> None:
        """Remember the words of a command, which are masked, and whose they are; forget those of the oldest."""
        self._words[interaction_id] = words, author_id
        if len(self._words) > MOST:
            del self._words[next(iter(self._words))]

    def __getitem__(self, interaction_id: int) -> str:
        """Return the words of a command; empty where they are forgotten."""
        return self._words.get(interaction_id, ("", 0))[0]

    def author_of(self, interaction_id: int) -> int | None:
        """Return whose the words of a command are: not the user's who had somebody's message explained."""
        return self._words.get(interaction_id, ("", None))[1]


async def words_of(interaction: discord.Interaction[Desk], question_id: int) -> str:
    """Return the words of a question, masked.

    Args:
        interaction: what somebody does with the card; it was asked in the same channel.
        question_id: the message, which is fetched from Discord, or the command.

    Returns:
        What was asked; empty where nobody can tell any more.
    """
    desk, place = interaction.client, interaction.channel
    if words := desk.lately[question_id]:
        return words
    if not question_id or not isinstance(place, discord.abc.Messageable):
        return ""
    try:
        message = await place.fetch_message(question_id)
    except (discord.NotFound, discord.Forbidden):
        return ""
    question = mentioned(desk, message) or Question.of(message, asked=True)
    _, answer = await explain(desk, question, at_once(desk, question))
    return excerpt(answer)
