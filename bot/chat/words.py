"""The words around an answer, in every language; what an error means is knowledge and stands in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.schema import Acts, Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels and sentences; `{…}` are filled in by whoever shows them."""

    acts: Mapping[Acts, str]
    what_to_do: str
    what_helps: str
    not_enough: str
    read: str
    evidence: Mapping[str, str]
    colon: str
    unsure: str
    or_else: str
    source: str
    unknown: str
    unknown_cause: str
    unknown_steps: tuple[str, ...]
    key_posted: str
    key_posted_steps: tuple[str, ...]
    key_given: str
    key_given_cause: str
    trouble: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        acts={
            "you": "🔧 You can fix this yourself",
            "wait": "⏳ Wait, then try again",
            "support": "🛟 Support has to look into this",
        },
        what_to_do="What to do",
        what_helps="What helps",
        not_enough="If that is not enough",
        read="Read from the message",
        evidence={"model": "model", "group": "group", "request_id": "request id", "url": "address", "ray_id": "Ray ID"},
        colon=": ",
        unsure="🤔 Not certain: about {percent} % likely",
        or_else="It may also be",
        source="From the reviewed error guide",
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
        key_given="🔑 There is an API key in what you sent",
        key_given_cause=(
            "Only you see this answer. If the key also stands in a public place, revoke it and create a new one."
        ),
        trouble=(
            "Something went wrong on my side, sorry. "
            "Should it happen again, give the team this reference: `{reference}`"
        ),
    ),
    "zh": Words(
        acts={
            "you": "🔧 你可以自行解决",
            "wait": "⏳ 稍等片刻再重试",
            "support": "🛟 需要客服处理",
        },
        what_to_do="怎么办",
        what_helps="这样更容易得到答案",
        not_enough="如果仍未解决",
        read="消息中读到",
        evidence={"model": "模型", "group": "分组", "request_id": "请求 ID", "url": "地址", "ray_id": "Ray ID"},
        colon="：",
        unsure="🤔 不完全确定：可能性约 {percent}%",
        or_else="也可能是",
        source="来自经过审核的错误指南",
        unknown="没有认出这个错误",
        unknown_cause="这段内容与指南里的任何错误都对不上。乱猜可能误导你，所以不猜。",
        unknown_steps=(
            "请粘贴完整的报错：状态码、错误信息和请求 ID，但不要包含 API Key。",
            "也可以输入 `/error`，从列表中选择错误码。",
        ),
        key_posted="🔑 这条消息里有 API Key",
        key_posted_steps=(
            "**请立即作废这个 Key** 并新建一个：看到它的人都能消耗你的余额。",
            "**请删除这条消息。** 只删除是不够的，别人或机器人可能已经复制。",
        ),
        key_given="🔑 你发送的内容里有 API Key",
        key_given_cause="这条回复只有你能看到。如果这个 Key 也出现在公开的地方，请作废它并新建一个。",
        trouble="我这边出了点问题，抱歉。如果再次发生，请把这个编号告诉管理员：`{reference}`",
    ),
}


def language(locale: str) -> Language:
    """Return the language to use for one of Discord's locales, such as `en-US` or `zh-CN`."""
    return "zh" if locale.casefold().startswith("zh") else "en"
