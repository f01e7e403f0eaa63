"""`/desk reload`: the bot's owner has the knowledge base read anew.

Discord can hide a command from members by their rights in a server, and the owner of a bot has none of those by being
it. So whoever sees `/desk` sees this as well, and only the owner, of a team its admins and developers, is obeyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.chat.markup import block, clip, code
from bot.chat.reloading import LONGEST, mistakes
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.knowledge.base import KnowledgeError
from bot.knowledge.changes import Changes
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

LIST = 500
"""How many characters a list of entries may have; the log has all of it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{names}` is filled in."""

    not_owner: str
    same: str
    done: str
    added: str
    changed: str
    removed: str
    refused: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        not_owner="Only the bot's owner can have the knowledge base read anew.",
        same="I have read the knowledge base anew. Nothing is different.",
        done="I have read the knowledge base anew, and answer from it.",
        added="Added: {names}",
        changed="Changed: {names}",
        removed="Removed: {names}",
        refused="The knowledge base cannot be used as it is. I go on with what I knew before.",
    ),
    "zh": Words(
        not_owner="只有机器人的所有者可以重新加载知识库。",
        same="已重新读取知识库，内容没有变化。",
        done="已重新读取知识库，从现在起按新内容回答。",
        added="新增：{names}",
        changed="修改：{names}",
        removed="删除：{names}",
        refused="知识库现在的内容无法使用，我继续使用原来的内容。",
    ),
}


async def obey(interaction: discord.Interaction[Desk]) -> None:
    """Reload the knowledge for the bot's owner, and tell them what is different or wrong; nobody else may.

    Args:
        interaction: the command.

    Raises:
        discord.HTTPException: Discord cannot do it.
    """
    words = WORDS[language(interaction.locale.value)]
    # Discord waits for three seconds, and it may have to tell first who the owner is.
    await interaction.response.defer(ephemeral=True)
    if not await interaction.client.is_owner(interaction.user):
        await tell(interaction, words.not_owner)
        return
    try:
        different = await interaction.client.reloader.reload()
    except KnowledgeError as error:
        await tell(interaction, f"{words.refused}\n{block(mistakes(error), LONGEST)}")
    else:
        await tell(interaction, _told(different, words))


def _told(different: Changes, words: Words) -> str:
    lists = (
        (words.added, different.added),
        (words.changed, different.changed),
        (words.removed, different.removed),
    )
    lines = [line.format(names=clip(", ".join(map(code, names)), LIST)) for line, names in lists if names]
    return "\n".join([words.done, *lines]) if lines else words.same
