"""What Discord itself shows of the commands, in Chinese: names, descriptions and options."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands

TEXTS: Mapping[str, tuple[str, str]] = {
    "error": ("错误", "錯誤"),
    "What an error means and what to do about it": ("查询错误的含义和解决办法", "查詢錯誤的含義和解決辦法"),
    "code": ("错误码", "錯誤碼"),
    "A status such as 429, an error code, or the whole error message": (
        "状态码（如 429）、错误代码，或整段报错信息",
        "狀態碼（如 429）、錯誤代碼，或整段錯誤訊息",
    ),
    "to": ("发给", "發給"),
    "Answer somebody else, in public; they get a ping": ("公开回复给某人，并提醒对方", "公開回覆給某人，並提醒對方"),
    "models": ("模型", "模型"),
    "Whether a model is offered, in which groups, and how it is spelled": (
        "查询模型是否可用、属于哪些分组，以及准确的名称",
        "查詢模型是否可用、屬於哪些分組，以及準確的名稱",
    ),
    "name": ("名称", "名稱"),
    "The model's name, as far as you know it; left out, you get an overview": (
        "模型名称，记得多少填多少；留空则显示概览",
        "模型名稱，記得多少填多少；留空則顯示概覽",
    ),
    "Explain this error": ("解释这个错误", "解釋這個錯誤"),
}
"""English -> simplified and traditional Chinese."""

_PLACES = {discord.Locale.chinese: 0, discord.Locale.taiwan_chinese: 1}


class Chinese(app_commands.Translator):
    """Translates what `TEXTS` has."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - the texts tell by themselves
    ) -> str | None:
        """Return the text in one of the two, or None for every other language."""
        texts, place = TEXTS.get(string.message), _PLACES.get(locale)
        return texts[place] if texts and place is not None else None
