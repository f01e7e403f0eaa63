"""The numbers and names that an error gives, and what follows from them."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.assistant import facts
from bot.assistant.findings import rates
from bot.assistant.findings.figures import NUMBER, number, told
from bot.assistant.findings.message import Found, Message

_GROUP = re.compile(
    r"(?:令牌)?分组 ?(?P<old>[^\s\"'，。]{1,40}) ?已被(?:禁用|弃用)"
    r"|无权访问 ?(?P<new>[^\s\"'，。]{1,40}) ?分组|分组 ?(?P<gone>[^\s\"'，。]{1,40}) ?不存在"
)
_IP = re.compile(r"只能在指定网段使用：(?P<allowed>[\d./:a-fA-F, ]{3,200})，当前 ?ip：(?P<ip>[\d.:a-fA-F]{3,45})")
_AMOUNT = r"[＄$¥￥€£¤]?-?\d{1,15}(?:\.\d{1,10})?"
_TOKEN_QUOTA = re.compile(rf"token remain quota: (?P<have>{_AMOUNT}), need quota: (?P<need>{_AMOUNT})", re.IGNORECASE)
_ACCOUNT_QUOTA = re.compile(
    rf"用户剩余额度: ?(?P<have>{_AMOUNT}), ?需要预扣费额度: ?(?P<need>{_AMOUNT})"
    rf"|user quota: (?P<en_have>{_AMOUNT}), need quota: (?P<en_need>{_AMOUNT})",
    re.IGNORECASE,
)
_ACCOUNT_LEFT = re.compile(rf"用户额度不足, ?剩余额度: ?(?P<have>{_AMOUNT})")

_CONTEXT_PARTS = re.compile(
    rf"maximum context length is (?P<limit>{NUMBER}) tokens[.,] however,? you requested (?:about )?{NUMBER} tokens "
    rf"\((?P<used>{NUMBER}) (?:in the messages|of text input|in your prompt)"
    rf"[^)]{{0,60}}?(?P<asked>{NUMBER}) (?:in the completion|in the output|for the completion)",
    re.IGNORECASE,
)
_CONTEXT = (
    re.compile(
        rf"maximum context length is (?P<limit>{NUMBER}) tokens[.,] however,? "
        rf"(?:your messages resulted in|you requested)(?: about)? (?P<used>{NUMBER}) tokens",
        re.IGNORECASE,
    ),
    re.compile(rf"prompt is too long: (?P<used>{NUMBER}) tokens > (?P<limit>{NUMBER}) maximum", re.IGNORECASE),
    re.compile(rf"exceeded model token limit ?: ?(?P<limit>{NUMBER}) \(requested: (?P<used>{NUMBER})\)", re.IGNORECASE),
    re.compile(
        rf"input token count \((?P<used>{NUMBER})\) exceeds "
        rf"the maximum number of tokens allowed \((?P<limit>{NUMBER})\)",
        re.IGNORECASE,
    ),
)
_OUTPUT = re.compile(
    rf"max_tokens is too large: (?P<asked>{NUMBER})\. this model supports at most (?P<limit>{NUMBER}) completion tokens"
    rf"|max_tokens: (?P<claude_asked>{NUMBER}) > (?P<claude_limit>{NUMBER}), which is the maximum",
    re.IGNORECASE,
)


def group(message: Message) -> Found | None:
    """The gateway refuses the token's group and names it."""
    if not message.means("403", "group"):
        return None
    named = [match[match.lastgroup or 0] for match in _GROUP.finditer(message.text)]
    groups = [name for name in named if facts.is_group(name)]
    return Found("group-refused", {"group": groups[-1]}) if groups else None


def ip(message: Message) -> Found | None:
    """The token takes requests from some addresses only, and the error shows them and the caller's."""
    match = message.last(_IP) if message.means("403", "ip") else None
    return Found("ip-refused", {"ip": match["ip"], "allowed": match["allowed"].strip()}) if match else None


def quota(message: Message) -> Found | None:
    """What is left, what the request needs and how much is missing, of the token or of the account."""
    if message.means("403", "token-quota") and (match := message.last(_TOKEN_QUOTA)):
        return _falls_short("quota-token", match["have"], match["need"])
    if not message.means("403", "balance"):
        return None
    if match := message.last(_ACCOUNT_QUOTA):
        return _falls_short("quota-account", match["have"] or match["en_have"], match["need"] or match["en_need"])
    match = message.last(_ACCOUNT_LEFT)
    return Found("quota-left", {"have": match["have"]}) if match else None


def context(message: Message) -> Found | None:
    """The request is longer than the model takes: by how much, or how much room is left for the answer."""
    if not message.means("413"):
        return None
    if match := message.last(_CONTEXT_PARTS):
        limit, used, asked = (number(match[name]) for name in ("limit", "used", "asked"))
        if used < limit < used + asked:
            return Found("context-room", told(limit=limit, used=used, asked=asked, room=limit - used))
    found = [match for pattern in _CONTEXT if (match := message.last(pattern))]
    if not found:
        return None
    limit, used = number(found[-1]["limit"]), number(found[-1]["used"])
    return Found("context-over", told(limit=limit, used=used, over=used - limit)) if used > limit else None


def output(message: Message) -> Found | None:
    """`max_tokens` asks for a longer answer than the model gives."""
    match = message.last(_OUTPUT) if message.means("400") else None
    if match is None:
        return None
    limit, asked = number(match["limit"] or match["claude_limit"]), number(match["asked"] or match["claude_asked"])
    return Found("output-over", told(limit=limit, asked=asked)) if asked > limit else None


FINDERS = (group, ip, quota, context, output, *rates.FINDERS)


def _falls_short(id_: str, have: str, need: str) -> Found | None:
    """Return by how much, in the currency and with the decimals shown; nothing where two currencies are."""
    sign = have.rstrip("0123456789.").rstrip("-")
    if not need.startswith(sign) or need[len(sign)] not in "0123456789":
        return None
    short = Decimal(need.removeprefix(sign)) - Decimal(have.removeprefix(sign))
    return Found(id_, {"have": have, "need": need, "short": f"{sign}{short:f}"}) if short > 0 else None
