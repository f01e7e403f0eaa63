"""The numbers and names that an error gives, and what follows from them."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from bot.assistant.findings.message import Found, Message

_GROUP = re.compile(
    r"(?:令牌)?分组 ?(?P<old>[^\s\"'，。]{1,40}) ?已被(?:禁用|弃用)"
    r"|无权访问 ?(?P<new>[^\s\"'，。]{1,40}) ?分组|分组 ?(?P<gone>[^\s\"'，。]{1,40}) ?不存在"
)
_IP = re.compile(r"只能在指定网段使用：(?P<allowed>[\d./:a-fA-F, ]{3,200})，当前 ?ip：(?P<ip>[\d.:a-fA-F]{3,45})")
_AMOUNT = r"[＄$¥￥¤]?-?[\d.]{1,20}"
_TOKEN_QUOTA = re.compile(rf"token remain quota: (?P<have>{_AMOUNT}), need quota: (?P<need>{_AMOUNT})", re.IGNORECASE)
_ACCOUNT_QUOTA = re.compile(
    rf"用户剩余额度: ?(?P<have>{_AMOUNT}), ?需要预扣费额度: ?(?P<need>{_AMOUNT})"
    rf"|user quota: (?P<en_have>{_AMOUNT}), need quota: (?P<en_need>{_AMOUNT})",
    re.IGNORECASE,
)
_ACCOUNT_LEFT = re.compile(rf"用户额度不足, ?剩余额度: ?(?P<have>{_AMOUNT})")

_N = r"\d[\d,]{0,12}"
_CONTEXT_PARTS = re.compile(
    rf"maximum context length is (?P<limit>{_N}) tokens[.,] however,? you requested (?:about )?{_N} tokens "
    rf"\((?P<used>{_N}) (?:in the messages|of text input|in your prompt)"
    rf"[^)]{{0,60}}?(?P<asked>{_N}) (?:in the completion|in the output|for the completion)",
    re.IGNORECASE,
)
_CONTEXT = (
    re.compile(
        rf"maximum context length is (?P<limit>{_N}) tokens[.,] however,? "
        rf"(?:your messages resulted in|you requested)(?: about)? (?P<used>{_N}) tokens",
        re.IGNORECASE,
    ),
    re.compile(rf"prompt is too long: (?P<used>{_N}) tokens > (?P<limit>{_N}) maximum", re.IGNORECASE),
    re.compile(rf"exceeded model token limit ?: ?(?P<limit>{_N}) \(requested: (?P<used>{_N})\)", re.IGNORECASE),
    re.compile(
        rf"input token count \((?P<used>{_N})\) exceeds the maximum number of tokens allowed \((?P<limit>{_N})\)",
        re.IGNORECASE,
    ),
)
_OUTPUT = re.compile(
    rf"max_tokens is too large: (?P<asked>{_N})\. this model supports at most (?P<limit>{_N}) completion tokens"
    rf"|max_tokens: (?P<claude_asked>{_N}) > (?P<claude_limit>{_N}), which is the maximum",
    re.IGNORECASE,
)
_RATE = re.compile(
    rf"\blimit:? (?P<limit>{_N})(?:, used:? (?P<used>{_N}))?, requested:? (?P<requested>{_N})", re.IGNORECASE
)
_PER_DAY = re.compile(
    r"quotaId\W{1,8}\w{0,80}PerDay|\b(?:organization|project) (?:max )?[TR]PD\b|\bfree-models-per-day\b"
)
_LIMITER = re.compile(
    r"达到(?P<total>总)?请求数限制：(?P<minutes>\d{1,6})分钟内最多请求(?P<count>\d{1,7})次"
    r"|reached the (?P<en_total>total )?request limit: "
    r"maximum (?P<en_count>\d{1,7}) requests in (?P<en_minutes>\d{1,6}) minutes",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?:please (?:try again|retry) (?:in|after)|\bretry-after[\"']?\s?[:=]\s?[\"']?|\"?retryDelay\"?\s?:\s?\")\s?"
    r"(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?!s))?(?:(?P<s>\d{1,9}(?:\.\d{1,12})?)\s?(?P<unit>ms|m(?:illisec|inute)|h)?)?",
    re.IGNORECASE,
)
_UNITS = {"": 1.0, "ms": 0.001, "millisec": 0.001, "minute": 60.0, "h": 3600.0}
_STEPS = (
    ("wait-days", "days", 86_400, 36 * 3600),
    ("wait-hours", "hours", 3600, 90 * 60),
    ("wait-minutes", "minutes", 60, 90),
)
"""Finding, what it names, how many seconds that is, and from how many seconds on it is told in it."""


def group(message: Message) -> Found | None:
    """The gateway refuses the token's group and names it."""
    match = message.last(_GROUP) if message.means("403", "group") else None
    return Found("group-refused", {"group": match[match.lastgroup or 0]}) if match else None


def ip(message: Message) -> Found | None:
    """The token takes requests from some addresses only, and the error shows them and the caller's."""
    match = message.last(_IP) if message.means("403", "ip") else None
    return Found("ip-refused", {"ip": match["ip"], "allowed": match["allowed"].strip()}) if match else None


def quota(message: Message) -> Found | None:
    """What is left and what the request needs, of the token or of the account."""
    if message.means("403", "token-quota") and (match := message.last(_TOKEN_QUOTA)):
        have, need = match["have"], match["need"]
        return Found("quota-token", {"have": have, "need": need}) if _less(have, need) else None
    if not message.means("403", "balance"):
        return None
    if match := message.last(_ACCOUNT_QUOTA):
        have, need = match["have"] or match["en_have"], match["need"] or match["en_need"]
        return Found("quota-account", {"have": have, "need": need}) if _less(have, need) else None
    match = message.last(_ACCOUNT_LEFT)
    return Found("quota-left", {"have": match["have"]}) if match else None


def context(message: Message) -> Found | None:
    """The request is longer than the model takes: by how much, or how much room is left for the answer."""
    if not message.means("413"):
        return None
    if match := message.last(_CONTEXT_PARTS):
        limit, used, asked = (_int(match[name]) for name in ("limit", "used", "asked"))
        if used < limit < used + asked:
            return Found("context-room", _told(limit=limit, used=used, asked=asked, room=limit - used))
    found = [match for pattern in _CONTEXT if (match := message.last(pattern))]
    if not found:
        return None
    limit, used = _int(found[-1]["limit"]), _int(found[-1]["used"])
    return Found("context-over", _told(limit=limit, used=used, over=used - limit)) if used > limit else None


def output(message: Message) -> Found | None:
    """`max_tokens` asks for a longer answer than the model gives."""
    match = message.last(_OUTPUT) if message.means("400") else None
    if match is None:
        return None
    limit, asked = _int(match["limit"] or match["claude_limit"]), _int(match["asked"] or match["claude_asked"])
    return Found("output-over", _told(limit=limit, asked=asked)) if asked > limit else None


def rate(message: Message) -> Found | None:
    """A provider's limit with its figures: one request alone may be above it, and then waiting does not help."""
    match = message.last(_RATE) if message.means("429") else None
    if match is None:
        return Found("rate-day") if message.means("429") and message.last(_PER_DAY) else None
    limit, requested = _int(match["limit"]), _int(match["requested"])
    if requested > limit:
        return Found("rate-too-large", _told(limit=limit, requested=requested))
    used = _int(match["used"] or "0")
    return Found("rate-used", _told(limit=limit, used=used, requested=requested)) if used + requested > limit else None


def limiter(message: Message) -> Found | None:
    """The gateway's own limiter says how many requests it takes in how many minutes."""
    match = message.last(_LIMITER) if message.means("429") else None
    if match is None:
        return None
    id_ = "limiter-total" if match["total"] or match["en_total"] else "limiter"
    return Found(
        id_, {"count": match["count"] or match["en_count"], "minutes": match["minutes"] or match["en_minutes"]}
    )


def wait(message: Message) -> Found | None:
    """The sender says how long to wait, and waiting helps; what a program waits by itself is no such hint."""
    waits = message.means("429") or message.means("503") or message.means("529")
    match = message.last(_WAIT) if waits else None
    found = rate(message) if match else None
    if match is None or (found and found.id in {"rate-too-large", "rate-day"}):
        return None
    seconds = float(match["s"] or 0) * _UNITS[(match["unit"] or "").lower()]
    seconds += int(match["d"] or 0) * 86_400 + int(match["h"] or 0) * 3600 + int(match["m"] or 0) * 60
    for id_, name, unit, least in _STEPS:
        if seconds >= least:
            return Found(id_, {name: str(-(-int(seconds) // unit))})
    if seconds > 1:
        return Found("wait-seconds", {"seconds": str(-int(-seconds // 1))})
    return Found("wait-moment") if seconds else None


FINDERS = (group, ip, quota, context, output, rate, limiter, wait)


def _less(have: str, need: str) -> bool:
    """Say whether there is less than is needed, in one currency."""
    try:
        return (
            Decimal(have.lstrip("＄$¥￥¤")) < Decimal(need.lstrip("＄$¥￥¤"))
            and have[:1].isdigit() == need[:1].isdigit()
        )
    except InvalidOperation:
        return False


def _int(figure: str) -> int:
    return int(figure.replace(",", ""))


def _told(**figures: int) -> dict[str, str]:
    """Return figures as text with their thousands apart."""
    return {name: f"{figure:,}" for name, figure in figures.items()}
