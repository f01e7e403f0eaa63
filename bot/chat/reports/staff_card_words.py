"""The words on the card of a report for staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.reports import NoteKind, State
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences; `{…}` are filled in by whoever shows them.

    Attributes:
        states: `{staff}` is who has the report or closed it, `{since}` a time, `{after}` how long it took,
            `{other}` another report's number.
        facts: by the names of `Evidence` and `Wanted`.
        units: of days, hours and minutes.
    """

    heading: str
    states: Mapping[State, str]
    nobody: str
    erased: str
    who: str
    direct: str
    private: str
    elsewhere: str
    open_link: str
    case: str
    facts: Mapping[str, str]
    similar: str
    alone: str
    findings: str
    message: str
    beginning: str
    tried: str
    notes: Mapping[NoteKind, str]
    earlier: str
    undelivered: str
    units: tuple[str, str, str]
    at_once: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        heading="Report #{number}",
        states={
            "open": "🟡 **Open** · sent {since}",
            "claimed": "👀 **{staff} is looking at it** · sent {since}",
            "asked": "❓ **Asked back** · {staff} has it · sent {since}",
            "answered": "💬 **Answered** · {staff} has it · sent {since}",
            "resolved": "✅ Resolved by {staff} · {since} · after {after}",
            "solved": "✅ Solved, says whoever sent it · {since} · after {after}",
            "duplicate": "🔁 Duplicate of report #{other}, says {staff} · {since} · after {after}",
            "withdrawn": "↩️ Withdrawn by whoever sent it · {since} · after {after}",
        },
        nobody="somebody",
        erased="Whoever sent it had their data deleted.",
        who="From",
        direct="a direct message",
        private="answered in private",
        elsewhere="another server",
        open_link="open",
        case="Case",
        facts={
            "status": "Status",
            "code": "Code",
            "type": "Type",
            "model": "Model",
            "group": "Group",
            "request_id": "Request ID",
            "url": "Address",
            "ray_id": "Ray ID",
            "time": "Time (UTC)",
            "client": "App",
            "request": "Request",
            "ip": "IP",
            "token_name": "Token",
        },
        similar="🔥 {count} more with the same error and model in the hour before",
        alone="Nobody else with the same error and model in the hour before",
        findings="Seen in the message",
        message="Message",
        beginning="the whole of it in the file below",
        tried="Tried so far",
        notes={"answer": "💬 {who} answered", "ask": "❓ {who} asked", "addition": "➕ {who} added"},
        earlier="{count} earlier",
        undelivered="⚠️ The last words to {who} could not be delivered yet: they take no direct messages, and where "
        "they asked is closed to me. I go on trying every hour.",
        units=("d", "h", "min"),
        at_once="less than a minute",
    ),
    "zh": Words(
        heading="报告 #{number}",
        states={
            "open": "🟡 **待处理** · 提交于 {since}",
            "claimed": "👀 **{staff} 正在处理** · 提交于 {since}",
            "asked": "❓ **等待对方补充** · 负责人 {staff} · 提交于 {since}",
            "answered": "💬 **已回答** · 负责人 {staff} · 提交于 {since}",
            "resolved": "✅ {staff} 已解决 · {since} · 用时 {after}",
            "solved": "✅ 提交人表示已解决 · {since} · 历时 {after}",
            "duplicate": "🔁 {staff} 标为与报告 #{other} 重复 · {since} · 用时 {after}",
            "withdrawn": "↩️ 提交人已撤回 · {since} · 历时 {after}",
        },
        nobody="某人",
        erased="提交人已要求删除其数据。",
        who="提交人",
        direct="私信",
        private="仅本人可见的回答",
        elsewhere="其他服务器",
        open_link="查看",
        case="条目",
        facts={
            "status": "状态码",
            "code": "错误代码",
            "type": "错误类型",
            "model": "模型",
            "group": "分组",
            "request_id": "请求 ID",
            "url": "地址",
            "ray_id": "Ray ID",
            "time": "时间 (UTC)",
            "client": "软件",
            "request": "请求内容",
            "ip": "IP",
            "token_name": "令牌",
        },
        similar="🔥 此前一小时内，同样的错误和模型还出现过 {count} 次",
        alone="此前一小时内没有其他人遇到同样的错误和模型",
        findings="从消息中看出",
        message="消息",
        beginning="全文见下方文件",
        tried="已经试过",
        notes={"answer": "💬 {who} 回答", "ask": "❓ {who} 追问", "addition": "➕ {who} 补充"},
        earlier="更早的还有 {count} 条",
        undelivered="⚠️ 最近一条消息还没能送达 {who}：对方不接收私信，而提问的地方机器人也发不了言。会每小时再试一次。",
        units=("天", "小时", "分钟"),
        at_once="不到一分钟",
    ),
}
