"""The words around an answer, in every language; what an error means is knowledge and stands in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.assistant.evidence import Kind
from bot.knowledge.schema import Acts, Language, Wanted


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences; `{…}` are filled in by whoever shows them."""

    acts: Mapping[Acts, str]
    what_to_do: str
    what_helps: str
    not_enough: str
    noticed: str
    read: str
    evidence: Mapping[str, str]
    colon: str
    unsure: str
    other_meanings: str
    shown_now: str
    nearest: str
    source: str
    signs: Mapping[Kind, str]
    unknown: str
    unknown_cause: str
    unknown_steps: tuple[str, ...]
    key_posted: str
    key_posted_steps: tuple[str, ...]
    key_gone: str
    key_given: str
    key_given_cause: str
    solved: str
    not_solved: str
    is_solved: str
    show_answer: str
    to_support: str
    dismiss: str
    post_here: str
    report: str
    report_names: Mapping[str, str]
    report_wanted: Mapping[Wanted, str]
    or_else: str
    report_text: str
    outdated: str
    not_yours: str
    not_addressed_key: str
    not_addressed_silent: str
    not_addressed_unknown: str
    not_posted_quiet: str
    look_up: str
    trouble: str
    no_desk: str
    too_many: str
    is_there: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        acts={
            "you": "🔧 You can fix this yourself",
            "wait": "⏳ Wait, then try again",
            "support": "🛟 Support has to look into this",
        },
        what_to_do="What to do",
        what_helps="What helps",
        not_enough="When to ask a human",
        noticed="Seen in the message",
        read="Read from the message",
        evidence={
            "status": "status",
            "model": "model",
            "group": "group",
            "request_id": "request id",
            "url": "address",
            "ray_id": "Ray ID",
        },
        colon=": ",
        unsure="🤔 Not certain: about {percent} % likely",
        other_meanings="It may be something else …",
        shown_now="shown now",
        nearest="Did you mean …",
        source="From the reviewed error guide",
        signs={
            "message": "an error text I know",
            "code": "an error code",
            "type": "an error type",
            "status": "a status",
            "phrase": "how you put it",
        },
        unknown="I don't recognise this error",
        unknown_cause="Nothing here matches an error in my guide, and a guess could send you the wrong way.",
        unknown_steps=(
            "Paste the whole error: its status, message and request id. Leave your API key out.",
            "Or type `/error` and pick a code from the list.",
        ),
        key_posted="🔑 There is an API key in this message",
        key_posted_steps=(
            "**Revoke it now** and create a new one: whoever has read it can spend your balance.",
            "**Delete the message.** Deleting alone is not enough, bots and people may have copied it.",
        ),
        key_gone="🔑 An API key stood here. {step}",
        key_given="🔑 There is an API key in this text",
        key_given_cause=(
            "Only you see this answer. If the key also stands in a public place, its owner has to revoke it and create "
            "a new one."
        ),
        solved="Solved",
        not_solved="Not solved",
        is_solved="✅ Solved",
        show_answer="Show the answer",
        to_support="Send to support",
        dismiss="Dismiss",
        post_here="Post it here",
        report="Copy this and send it",
        report_names={
            "error": "Error",
            "status": "Status",
            "model": "Model",
            "group": "Group",
            "request_id": "Request ID",
            "url": "Address",
            "ray_id": "Ray ID",
            "time": "Time (UTC)",
        },
        report_wanted={
            "model": "Model: ← the model's name",
            "request_id": "Request ID: ← stands in the error message",
            "group": "Group: ← of your token, in the console",
            "time": "Time (UTC): ← when it happened",
            "url": "Address: ← the URL your app calls",
            "client": "App: ← the app or SDK, and its version",
            "request": "Request: ← what was sent, without the key",
            "ray_id": "Ray ID: ← stands on the error page",
            "ip": "IP: ← the public address of your machine",
            "token_name": "Token: ← its name, never the key",
        },
        or_else="or ",
        report_text="Error text: ← the whole of it, without the key",
        not_yours="This card belongs to whoever asked.",
        outdated="The guide no longer has this entry. Ask again for its present answer.",
        not_addressed_key="Not posted: there is an API key in what you sent, and it stays between us.",
        not_addressed_silent="Not posted: you may not write in this channel yourself.",
        not_addressed_unknown="Not posted: there is no answer to show anybody.",
        not_posted_quiet="Not posted: the moderators want me to keep quiet for now.",
        look_up="To check a name, type `/models` and the name.",
        trouble=(
            "Something went wrong on my side, sorry. "
            "Should it happen again, give the team this reference: `{reference}`"
        ),
        no_desk="My records cannot be reached right now, so nothing was changed. Please try again in a minute.",
        too_many="That was a lot at once. Please ask again in {seconds} s.",
        is_there="-# ↪ This channel has it already: {link}",
    ),
    "zh": Words(
        acts={
            "you": "🔧 你可以自行解决",
            "wait": "⏳ 稍等片刻再重试",
            "support": "🛟 需要客服处理",
        },
        what_to_do="怎么办",
        what_helps="这样更容易得到答案",
        not_enough="何时联系客服",
        noticed="从消息中看出",
        read="消息中读到",
        evidence={
            "status": "状态码",
            "model": "模型",
            "group": "分组",
            "request_id": "请求 ID",
            "url": "地址",
            "ray_id": "Ray ID",
        },
        colon="：",
        unsure="🤔 不完全确定：可能性约 {percent}%",
        other_meanings="也可能是别的原因……",
        shown_now="当前显示",
        nearest="你是不是想问……",
        source="来自经过审核的错误指南",
        signs={
            "message": "已知的报错原文",
            "code": "错误代码",
            "type": "错误类型",
            "status": "状态码",
            "phrase": "你的描述",
        },
        unknown="没有认出这个错误",
        unknown_cause="这段内容与指南里的任何错误都对不上。乱猜可能误导你，所以不猜。",
        unknown_steps=(
            "请粘贴完整的报错：状态码、错误信息和请求 ID，但不要包含 API Key。",
            "也可以输入 `/错误`（即 `/error`），从列表中选择错误码。",
        ),
        key_posted="🔑 这条消息里有 API Key",
        key_posted_steps=(
            "**请立即作废这个 Key** 并新建一个：看到它的人都能消耗你的余额。",
            "**请删除这条消息。** 只删除是不够的，别人或机器人可能已经复制。",
        ),
        key_gone="🔑 这里出现过 API Key。{step}",
        key_given="🔑 这段文字里有 API Key",
        key_given_cause="这条回复只有你能看到。如果这个 Key 也出现在公开的地方，请它的主人作废它并新建一个。",
        solved="已解决",
        not_solved="未解决",
        is_solved="✅ 已解决",
        show_answer="查看答案",
        to_support="发给客服",
        dismiss="移除",
        post_here="发到这里",
        report="复制以下内容发给客服",
        report_names={
            "error": "错误",
            "status": "状态码",
            "model": "模型",
            "group": "分组",
            "request_id": "请求 ID",
            "url": "地址",
            "ray_id": "Ray ID",
            "time": "时间 (UTC)",
        },
        report_wanted={
            "model": "模型：← 请补充模型名称",
            "request_id": "请求 ID：← 请补充，报错信息里有",
            "group": "分组：← 请补充令牌所在的分组",
            "time": "时间 (UTC)：← 请补充出错的时间",
            "url": "地址：← 请补充软件实际请求的 URL",
            "client": "软件：← 请补充软件或 SDK 的名称和版本",
            "request": "请求内容：← 请补充，去掉密钥",
            "ray_id": "Ray ID：← 请补充，错误页面上有",
            "ip": "IP：← 请补充你的公网 IP",
            "token_name": "令牌：← 请补充令牌名称，不要发密钥",
        },
        or_else="或 ",
        report_text="报错原文：← 请补充完整内容，去掉密钥",
        not_yours="这张卡片只有提问的人和管理员可以操作。",
        outdated="指南里已经没有这个条目，请重新提问。",
        not_addressed_key="没有发出：你发送的内容里有 API Key，这条回复只给你看。",
        not_addressed_silent="没有发出：你在这个频道没有发言权限。",
        not_addressed_unknown="没有发出：没有可以给人看的答案。",
        not_posted_quiet="没有发出：管理员让我暂时保持安静。",
        look_up="要核对某个名称，请输入 `/模型`（即 `/models`）和该名称。",
        trouble="我这边出了点问题，抱歉。如果再次发生，请把这个编号告诉管理员：`{reference}`",
        no_desk="暂时连不上记录，这次操作没有生效，请过一分钟再试。",
        too_many="一下子问得有点多，请过 {seconds} 秒再问。",
        is_there="-# ↪ 本频道已经有这个答案：{link}",
    ),
}


def language(locale: str) -> Language:
    """Return the language to use for one of Discord's locales, such as `en-US` or `zh-CN`."""
    return "zh" if locale.casefold().startswith("zh") else "en"
