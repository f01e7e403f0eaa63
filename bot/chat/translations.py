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
    "desk": ("客服台", "客服台"),
    "Settings and statistics of Error Desk in this server": (
        "本服务器的 Error Desk 设置与统计",
        "本伺服器的 Error Desk 設定與統計",
    ),
    "setup": ("设置", "設定"),
    "Choose where Error Desk listens, its language and your team": (
        "选择支持频道、语言和客服团队",
        "選擇支援頻道、語言和客服團隊",
    ),
    "unanswered": ("未解决", "未解決"),
    "What was asked most and got no answer, or no good one": (
        "查看问得最多却没有得到解答的问题",
        "查看問得最多卻沒有得到解答的問題",
    ),
    "stats": ("统计", "統計"),
    "How many questions, and what came of them": ("查看提问数量和处理结果", "查看提問數量和處理結果"),
    "period": ("时间", "時間"),
    "How far back; left out, a week": ("统计多长时间；不填则为一周", "統計多長時間；不填則為一週"),
    "The last day": ("最近一天", "最近一天"),
    "The last week": ("最近一周", "最近一週"),
    "The last month": ("最近一个月", "最近一個月"),
    "status": ("状态", "狀態"),
    "Is it only me? Whether others have trouble right now": (
        "只有我遇到问题吗？看看现在别人是否也遇到了",
        "只有我遇到問題嗎？看看現在別人是否也遇到了",
    ),
    "privacy": ("隐私", "隱私"),
    "What I keep of you, as a file or deleted if you like": (
        "查看我保存了你的哪些数据，可以下载或删除",
        "查看我保存了你的哪些資料，可以下載或刪除",
    ),
    "keep": ("保存期限", "保存期限"),
    "How long Error Desk keeps what it keeps of this server": (
        "设置本服务器的数据保存多久",
        "設定本伺服器的資料保存多久",
    ),
    "days": ("天数", "天數"),
    "After how many days it is deleted": ("多少天后删除", "多少天後刪除"),
    "watch": ("故障提醒", "故障提醒"),
    "When your team gets a notice that many people meet the same error": (
        "设置多少人遇到同一个错误时通知客服团队",
        "設定多少人遇到同一個錯誤時通知客服團隊",
    ),
    "people": ("人数", "人數"),
    "How many different people": ("多少个不同的人", "多少個不同的人"),
    "minutes": ("分钟", "分鐘"),
    "Within how many minutes; left out, as many as before": (
        "在多少分钟之内；不填则不变",
        "在多少分鐘之內；不填則不變",
    ),
    "hear": ("旁听", "旁聽"),
    "Read what another bot posts through a webhook, or stop that": (
        "开始或停止阅读其他机器人通过 Webhook 发布的消息",
        "開始或停止閱讀其他機器人透過 Webhook 發布的訊息",
    ),
    "webhook": ("webhook", "webhook"),
    "The link of a message that it posted, or its id": (
        "它发布过的某条消息的链接，或它的 ID",
        "它發布過的某則訊息的連結，或它的 ID",
    ),
    "repeats": ("重复问题", "重複問題"),
    "For how long the same error leads to the answer that is there": (
        "多久之内遇到同样的错误时指向已有的答案",
        "多久之內遇到同樣的錯誤時指向已有的答案",
    ),
    "For how many minutes; 0 answers each of them": ("多少分钟；0 表示每次都回答", "多少分鐘；0 表示每次都回答"),
    "quiet": ("静音", "靜音"),
    "Have Error Desk leave this channel or a person alone": (
        "让 Error Desk 暂时不在本频道回答，或不回答某个人",
        "讓 Error Desk 暫時不在本頻道回答，或不回答某個人",
    ),
    "person": ("成员", "成員"),
    "Whom to leave alone; left out, this channel": ("不回答谁；不填则为本频道", "不回答誰；不填則為本頻道"),
    "For how many minutes, 30 unless told; 0 ends it": (
        "多少分钟；不填则为 30，0 表示立即结束",
        "多少分鐘；不填則為 30，0 表示立即結束",
    ),
    "reload": ("重新加载", "重新載入"),
    "Read the knowledge base anew; for the bot's owner": (
        "重新读取知识库（仅限机器人的所有者）",
        "重新讀取知識庫（僅限機器人的擁有者）",
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
