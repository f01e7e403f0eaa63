"""What askers are told of their reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.reports import NoteKind
from bot.knowledge.schema import Language


@dataclass(frozen=True, slots=True)
class Said:
    """One language's sentences; `{number}` is the report's."""

    sent: str
    already: str
    more: str
    where: str
    key: str
    not_stored: str
    add: str
    add_label: str
    add_hint: str
    added: str
    withdraw: str
    withdrawn: str
    again: str
    solved: str
    closed: str
    not_yours: str
    empty: str
    asked_here: str
    notes: Mapping[NoteKind, str]


SAID: Mapping[Language, Said] = {
    "en": Said(
        sent="### 📨 Your report goes to the team (#{number})",
        already="### 📨 You have a report on this already (#{number})",
        more="What is new in this one was added to it.",
        where="The answer comes where you asked, or else as a direct message. Until then you can add to the report.",
        key=(
            "🔑 **There was an API key in the form.** It was masked before anything was stored. "
            "Still, revoke it and create a new one."
        ),
        not_stored="Your report could not be stored, sorry: it is **not** with the team. Please send it yourself.",
        add="Add to it",
        add_label="What should the team know?",
        add_hint="Without your API key",
        added="### ✏️ Added to your report",
        withdraw="Withdraw it for good",
        withdrawn="### ↩️ Report #{number} is withdrawn",
        again="That is final. If you need the team after all, press *Send to support* again for a new report.",
        solved="Your report #{number} is closed with that, and the team can see why.",
        closed="This report is closed. If you need the team again, press *Send to support* on the answer.",
        not_yours="This report belongs to whoever sent it.",
        empty="There was nothing but blanks, so nothing was added.",
        asked_here="The answer it was sent from",
        notes={"answer": "💬 The team", "ask": "❓ The team asks", "addition": "✏️ You added"},
    ),
    "zh": Said(
        sent="### 📨 报告已保存，将转给客服（#{number}）",
        already="### 📨 你之前已就此提交过报告（#{number}）",
        more="这次的新内容已补充进去。",
        where="客服会在你提问的地方回复，如果那里无法回复，就私信你。在此期间，你可以随时补充内容。",
        key="🔑 **表单里有 API Key。** 它在保存之前已被遮盖，但仍请作废它并新建一个。",
        not_stored="抱歉，报告没能保存，客服**没有**收到。请自行发送以下内容。",
        add="补充内容",
        add_label="还有什么要告诉客服？",
        add_hint="请不要填写 API Key",
        added="### ✏️ 已补充到报告中",
        withdraw="撤回（不可恢复）",
        withdrawn="### ↩️ 报告 #{number} 已撤回",
        again="撤回后不能恢复。如果仍需要客服，请再次点击“发给客服”，提交新的报告。",
        solved="你的报告 #{number} 也随之关闭，客服可以看到原因。",
        closed="这份报告已经关闭。如果还需要客服，请在答案下方再次点击“发给客服”。",
        not_yours="只有提交报告的人和客服可以操作。",
        empty="内容是空白的，没有补充任何内容。",
        asked_here="查看提交报告的那条回答",
        notes={"answer": "💬 客服", "ask": "❓ 客服提问", "addition": "✏️ 你的补充"},
    ),
}
