"""The words of the buttons with which staff work on a report, and of the forms behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.reports import State
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences; `{…}` are filled in by whoever shows them."""

    claim: str
    take_over: str
    answer: str
    ask_back: str
    resolve: str
    duplicate: str
    answer_title: str
    answer_label: str
    answer_hint: str
    ask_title: str
    ask_label: str
    ask_hint: str
    duplicate_title: str
    duplicate_label: str
    duplicate_hint: str
    taken: str
    ended: Mapping[State, str]
    gone: str
    empty: str
    no_number: str
    no_report: str
    itself: str
    chained: str
    closed: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        claim="Claim",
        take_over="Take over",
        answer="Answer",
        ask_back="Ask back",
        resolve="Resolve",
        duplicate="Duplicate",
        answer_title="Answer report #{number}",
        answer_label="Your answer",
        answer_hint="Posted where the question was, naming whoever asked.",
        ask_title="Ask back on report #{number}",
        ask_label="Your question",
        ask_hint="Posted where the question was. The reply comes to you here.",
        duplicate_title="Report #{number} is a duplicate",
        duplicate_label="Number of the other report",
        duplicate_hint="It stands at the top of its card.",
        taken="{staff} was first and has this report. *Take over* gives it to you.",
        ended={
            "resolved": "{staff} has resolved this report already.",
            "duplicate": "{staff} has closed this report as a duplicate already.",
            "solved": "Whoever sent this report says that it is solved.",
            "withdrawn": "This report was withdrawn by whoever sent it.",
        },
        gone="This report is no longer kept.",
        empty="There was nothing but blanks, so nothing was sent.",
        no_number="{given} is no number of a report. It is the number at the top of a card.",
        no_report="There is no report #{number} on this server.",
        itself="That is the number of this report itself.",
        chained="Report #{number} is itself a duplicate, of report #{other}. Please give that number.",
        closed="Report #{number} is closed, so nobody deals with it any more. Please answer or resolve this one.",
    ),
    "zh": Words(
        claim="认领",
        take_over="接手",
        answer="回答",
        ask_back="追问",
        resolve="已解决",
        duplicate="重复",
        answer_title="回答报告 #{number}",
        answer_label="回答内容",
        answer_hint="会发到提问的地方，并提醒提问的人。",
        ask_title="追问报告 #{number}",
        ask_label="想问的内容",
        ask_hint="会发到提问的地方，对方的回复会出现在这里。",
        duplicate_title="报告 #{number} 是重复的",
        duplicate_label="另一份报告的编号",
        duplicate_hint="编号在报告卡片的最上面。",
        taken="{staff} 已先认领这份报告。点「接手」可以转给你。",
        ended={
            "resolved": "{staff} 已把这份报告标为解决。",
            "duplicate": "{staff} 已把这份报告标为重复。",
            "solved": "提交的人表示问题已解决。",
            "withdrawn": "提交的人已撤回这份报告。",
        },
        gone="这份报告的记录已不再保留。",
        empty="内容是空白的，没有发送。",
        no_number="{given} 不是报告编号。编号在卡片的最上面。",
        no_report="这个服务器里没有报告 #{number}。",
        itself="这就是当前这份报告的编号。",
        chained="报告 #{number} 本身也是重复的（与报告 #{other} 相同），请填那个编号。",
        closed="报告 #{number} 已关闭，不会再有人处理。请直接回答或解决当前这份报告。",
    ),
}
