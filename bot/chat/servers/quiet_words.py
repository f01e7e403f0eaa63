"""The words of quiet, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{…}` is filled in."""

    not_allowed: str
    quiet: str
    over: str
    not_quiet: str
    quiet_around: str
    repeats: str
    no_repeats: str
    left_alone: str
    you: str
    asker: str
    now: str
    until: str
    until_in: str
    more: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        not_allowed="You need **Manage Messages** for that.",
        quiet="I leave {whom} alone until {until}. I still warn of a posted API key, and commands are answered to "
        "their user alone. To end it sooner: the same command with `minutes: 0`.",
        over="I answer {whom} again.",
        not_quiet="Nothing to end: nobody had me leave {whom} alone.",
        quiet_around="I leave all of {where} alone until {until}. To end it sooner: the same command there.",
        repeats="Noted. For {minutes} min, the same error leads to the answer that is there.",
        no_repeats="Noted. Each error is answered, however often it comes.",
        left_alone="Dismissed. For {minutes} min I leave {whom} alone in this channel; my name or `/error` still gets "
        "an answer.",
        you="you",
        asker="whoever asked",
        now="🔇 **Left alone now: {count}**",
        until="{whom} until {until}",
        until_in="{whom} in {where}, unless they ask, until {until}",
        more="… and {count} more",
    ),
    "zh": Words(
        not_allowed="需要「管理消息」（Manage Messages）权限。",
        quiet="在 {until} 之前，我不再回复 {whom}。有人贴出 API Key 时仍会提醒，命令只回复给使用者本人。"
        "如需提前结束，请再用一次同样的命令，并把 `minutes` 设为 0。",
        over="我会重新回复 {whom}。",
        not_quiet="无需结束：并没有人让我不回复 {whom}。",
        quiet_around="在 {until} 之前，我不再回复整个 {where}。如需提前结束，请到那里使用同样的命令。",
        repeats="已设置：{minutes} 分钟内遇到同样的错误时，指向已有的答案。",
        no_repeats="已设置：同样的错误无论出现多少次，每次都会回答。",
        left_alone="已收起。{minutes} 分钟内，我在本频道不会主动回复{whom}；"
        "@ 我或使用 `/错误`（即 `/error`）仍会得到回答。",
        you="你",
        asker="提问的人",
        now="🔇 **目前不回复：{count} 项**",
        until="{whom}，到 {until}",
        until_in="{whom}（在 {where}，主动提问除外），到 {until}",
        more="……另有 {count} 项",
    ),
}
