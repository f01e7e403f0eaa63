"""The words of what a server's managers are told of its questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.knowledge.schema import Language

Period = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's headings and labels; `{…}` are filled in by whoever shows them.

    Where there are two of a sentence, the first is for one thing and the second for any other number.
    """

    periods: Mapping[Period, str]
    questions: tuple[str, str]
    none_asked: str
    since: str
    nothing_yet: str
    share: str
    shares: Mapping[str, str]
    by_others: tuple[str, str]
    entries: str
    models: str
    more: str
    times: str
    to_claim: str
    to_resolve: str
    units: tuple[str, str, str]
    under_a_minute: str
    unanswered: str
    days: tuple[str, str]
    messages: tuple[str, str]
    none_unanswered: str
    no_answer: str
    taken_for: str
    drafts: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        periods={"day": "The last day", "week": "The last week", "month": "The last month"},
        questions=("{period}: 1 question", "{period}: {count} questions"),
        none_asked="{period}: no questions",
        since="Since {when}",
        nothing_yet="Nobody asked anything here in that time, so there is nothing to add up.",
        share="**{percent} %** {what}",
        shares={
            "answered": "answered",
            "unanswered": "no answer",
            "solved": "solved",
            "not_solved": "not solved",
            "escalated": "sent to support",
        },
        by_others=(
            "Solved and not solved are the askers' own words. Others called 1 more answer helpful.",
            "Solved and not solved are the askers' own words. Others called {count} answers helpful.",
        ),
        entries="What it was about",
        models="Which models",
        more="and {count} more",
        times="How long support took",
        to_claim="until somebody took it: {time}",
        to_resolve="until it was resolved: {time}",
        units=("{} d", "{} h", "{} min"),
        under_a_minute="under 1 min",
        unanswered="Without an answer that helped",
        days=("the last day", "the last {days} days"),
        messages=("1 message of {period}", "{count} messages of {period}, put together by likeness"),
        none_unanswered="Nothing: every question of {period} got an answer, and nobody called one wrong.",
        no_answer="no answer",
        taken_for="taken for {title}",
        drafts="Whoever runs the bot gets drafts of entries from them: `python -m bot desk export --unanswered`",
    ),
    "zh": Words(
        periods={"day": "最近一天", "week": "最近一周", "month": "最近一个月"},
        questions=("{period}：1 个提问", "{period}：{count} 个提问"),
        none_asked="{period}：没有提问",
        since="自 {when} 起",
        nothing_yet="这段时间里没有人提问，暂时没有可统计的数据。",
        share="**{percent}%** {what}",
        shares={
            "answered": "已回答",
            "unanswered": "没有答案",
            "solved": "已解决",
            "not_solved": "未解决",
            "escalated": "转客服",
        },
        by_others=(
            "“已解决”和“未解决”只统计提问者本人的反馈，另有 1 个回答被其他人标为有用。",
            "“已解决”和“未解决”只统计提问者本人的反馈，另有 {count} 个回答被其他人标为有用。",
        ),
        entries="问的是什么",
        models="涉及哪些模型",
        more="另有 {count} 项",
        times="客服处理用时",
        to_claim="到有人接手：{time}",
        to_resolve="到解决：{time}",
        units=("{} 天", "{} 小时", "{} 分钟"),
        under_a_minute="不到 1 分钟",
        unanswered="没有答案，或答案没帮上忙",
        days=("最近 1 天", "最近 {days} 天"),
        messages=("{period}共 1 条消息", "{period}共 {count} 条消息，相似的已合并"),
        none_unanswered="没有：{period}的提问都有答案，也没有人标记“未解决”。",
        no_answer="没有答案",
        taken_for="当时的回答：{title}",
        drafts="机器人的维护者可以导出为条目草稿：`python -m bot desk export --unanswered`",
    ),
}
