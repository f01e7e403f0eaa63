"""Privacy: `/privacy` says what is kept, and lets everybody have their own data as a file or deleted."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.app_commands import locale_str
from discord.ext import commands

from bot.chat.cards.card import DANGER, DONE
from bot.chat.office import Numbered, records_of
from bot.chat.privacy.retention import LEFT
from bot.chat.reports.asker_card import hush
from bot.chat.words import language
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{…}` are filled in by whoever shows them."""

    kept: str
    here: str
    usual: str
    never: str
    file: str
    delete: str
    your_file: str
    sure: str
    yes: str
    no: str
    deleted: str
    nothing: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        kept=(
            "### 🔒 What I keep of you\n"
            "- **That you asked**: which error and model, when and where, and whether the answer helped. Of your words "
            "nothing.\n"
            "- **What had no good answer**: your message, with API keys masked, so that the team can add the answer.\n"
            "- **What you send to support**: your message only while the report is open; what was read from it, what "
            "you tried and what was said longer. API keys are masked before anything is stored.\n"
            "- **Which of my cards answers which message**: for a day.\n"
            "- **Where I leave you alone**, as you or a moderator wanted: for two days at the most."
        ),
        here="This server keeps everything else for **{days} days**, reports from when they are closed.",
        usual="Everything else is kept for **{days} days**, or for as long as the server chose in which you asked.",
        never=(
            "-# Everything else that is written is kept nowhere, nothing goes to anybody else, and when I leave a "
            "server, its data goes after {left} days."
        ),
        file="My data as a file",
        delete="Delete my data",
        your_file="This is all that I keep of you, in every server. Only you see it.",
        sure=(
            "### Delete all that I keep of you?\n"
            "In every server, at once and for good. Open reports are withdrawn: nobody will answer them. What stands "
            "in Discord's channels stays there, but for what my cards say of your reports. That a moderator had me "
            "leave you alone goes by itself, after two days at the most."
        ),
        yes="Yes, delete it",
        no="Keep it",
        deleted="### ✅ Deleted\nYour data is gone. Records: {count}.",
        nothing="### ✅ Nothing to delete\nI keep nothing of you.",
    ),
    "zh": Words(
        kept=(
            "### 🔒 我保存了你的哪些数据\n"
            "- **提问记录**：哪个错误、哪个模型，何时何地，回答有没有用；不含你写的内容。\n"
            "- **没有得到好答案的问题**：你的消息（API Key 已打码），供团队补充答案。\n"
            "- **发给客服的内容**：报告处理期间保存你的消息；从中读到的信息、你试过的办法和往来回复会保留更久。"
            "保存之前，API Key 都已打码。\n"
            "- **我的哪张卡片回答了哪条消息**：保存一天。\n"
            "- **在哪里暂时不回复你**（应你或管理员的要求）：最多保存两天。"
        ),
        here="除此之外，本服务器的保存期限为 **{days} 天**，报告从结束时算起。",
        usual="除此之外，保存期限为 **{days} 天**；在服务器里提问的，以该服务器的设置为准。",
        never="-# 其他聊天内容一概不保存，数据不会交给任何第三方。我离开服务器后，该服务器的数据会在 {left} 天后删除。",
        file="下载我的数据",
        delete="删除我的数据",
        your_file="这是我在所有服务器里保存的关于你的全部数据，只有你能看到。",
        sure=(
            "### 要删除我保存的关于你的全部数据吗？\n"
            "所有服务器的数据会立即删除，无法恢复。还没处理完的报告会撤回，不会再有人回复。"
            "频道里已有的消息会保留，只有我的卡片上关于报告进度的那一行会删去。"
            "管理员让我暂时不回复你的设置到期后自动删除，最多保存两天。"
        ),
        yes="是的，全部删除",
        no="保留",
        deleted="### ✅ 已删除\n你的数据已全部删除，共 {count} 条。",
        nothing="### ✅ 没有可删除的数据\n我没有保存关于你的任何数据。",
    ),
}


class Privacy(commands.Cog):
    """Tells everybody what is kept of them."""

    @app_commands.command(
        name=locale_str("privacy"), description=locale_str("What I keep of you, as a file or deleted if you like")
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def privacy(self, interaction: discord.Interaction[Desk]) -> None:
        """Tell the user alone."""
        records_of(interaction.client)  # without the desk, nobody can tell what is kept
        view = told(interaction, language(interaction.locale.value))
        await interaction.response.send_message(view=view, ephemeral=True)


def told(interaction: discord.Interaction[Desk], lang: Language) -> ui.LayoutView:
    """Lay out what is kept and for how long in this place, with the buttons for the user's own data."""
    words, desk, user = WORDS[lang], interaction.client, interaction.user.id
    here = interaction.guild_id if desk.get_guild(interaction.guild_id or 0) else None
    how_long = (words.here if here else words.usual).format(days=desk.server(here).retention_days)
    # Whoever presses one has to do with their own data alone; the id only fills the place of a number.
    buttons = (
        File.of(user, lang, words.file, discord.ButtonStyle.primary),
        Delete.of(user, lang, words.delete, discord.ButtonStyle.danger),
    )
    return _view(f"{words.kept}\n\n{how_long}\n{words.never.format(left=LEFT.days)}", *buttons)


class File(Numbered, name="my-data"):
    """Gives the user their data."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Send it to the user alone, as JSON."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        kept = await records_of(interaction.client).people.export(interaction.user.id)
        content = json.dumps(kept, ensure_ascii=False, indent=2).encode()
        file = discord.File(BytesIO(content), filename=f"error-desk-{interaction.user.id}.json")
        await interaction.followup.send(WORDS[self.lang].your_file, file=file, ephemeral=True)


class Delete(Numbered, name="forget-me"):
    """Asks whether the user means it."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Ask."""
        words, user = WORDS[self.lang], interaction.user.id
        buttons = (
            Confirm.of(user, self.lang, words.yes, discord.ButtonStyle.danger),
            Keep.of(user, self.lang, words.no),
        )
        await interaction.response.edit_message(view=_view(words.sure, *buttons, colour=DANGER))


class Confirm(Numbered, name="do-forget-me"):
    """Deletes the user's data."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Delete it, say how much that was, and take it off the cards that everybody sees."""
        await interaction.response.defer()
        desk, words = interaction.client, WORDS[self.lang]
        erased = await records_of(desk).people.erase(interaction.user.id)
        desk.deliverer.hurry()  # staff's cards show it, too
        text = words.deleted.format(count=erased.records) if erased.records else words.nothing
        try:
            await interaction.edit_original_response(view=_view(text, colour=DONE))
        finally:
            await hush(desk, erased.cards)


class Keep(Numbered, name="keep-me"):
    """Goes back."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """Show again what is kept."""
        await interaction.response.edit_message(view=told(interaction, self.lang))


BUTTONS = (File, Delete, Confirm, Keep)


def _view(text: str, *buttons: Numbered, colour: discord.Colour | None = None) -> ui.LayoutView:
    box = ui.Container[ui.LayoutView](ui.TextDisplay(text), accent_colour=colour)
    if buttons:
        box.add_item(ui.ActionRow(*buttons))
    return ui.LayoutView(timeout=None).add_item(box)
