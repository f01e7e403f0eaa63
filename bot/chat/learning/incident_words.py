"""The words about incidents, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences; `{…}` are filled in by whoever shows them."""

    others: str
    others_with: str
    known: str
    unknown: str
    several: str
    counted: str
    told: str
    close: str
    over: str
    calmed: str
    closed: str
    gone: str
    watched: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        others="👥 Others see this too since {since}",
        others_with="👥 Others see this too with {model} since {since}",
        known="; the team knows.",
        unknown=".",
        several="🚨 Several people have the same error",
        counted="Since {since}: up to {people} different people within {minutes} minutes.",
        told=(
            "Answers about it now say that others see it too and that the team knows. This ends when you close it, or "
            "when nobody new meets it for {calm} minutes. For an hour after that there is no other notice about it."
        ),
        close="Close",
        over="✅ Over",
        calmed="It calmed down: nobody new met it for {calm} minutes. Ended {ended}.",
        closed="Closed by {who}, {ended}.",
        gone="This incident is no longer in my records.",
        watched=(
            "From now on, staff get a notice when {people} different people meet the same error with the same model "
            "within {minutes} minutes."
        ),
    ),
    "zh": Words(
        others="👥 {since} 起，其他人也遇到了这个问题",
        others_with="👥 {since} 起，其他人使用 {model} 时也遇到了这个问题",
        known="，团队已经知道了。",
        unknown="。",
        several="🚨 多人遇到同一个错误",
        counted="{since} 起，{minutes} 分钟内最多有 {people} 人遇到。",
        told=(
            "现在回答这个错误时，会说明其他人也遇到了、团队已经知道。你关闭它，或 {calm} 分钟内没有新的人遇到，"
            "它就结束；之后一小时内不会再为它发通知。"
        ),
        close="关闭",
        over="✅ 已结束",
        calmed="已平息：{calm} 分钟内没有新的人遇到。结束于 {ended}。",
        closed="由 {who} 关闭，{ended}。",
        gone="记录里已经没有这个事件了。",
        watched="已设置：{minutes} 分钟内有 {people} 人用同一个模型遇到同一个错误时，通知客服团队。",
    ),
}
