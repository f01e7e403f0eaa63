"""Limits of a rate: which one was hit, whether waiting helps, and how long the sender asks to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from bot.assistant.findings.figures import NUMBER, number, told
from bot.assistant.findings.message import Found, Message

_RATE = re.compile(
    rf"\blimit:? (?P<limit>{NUMBER})(?:, used:? (?P<used>{NUMBER}))?, requested:? (?P<requested>{NUMBER})",
    re.IGNORECASE,
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

_SPAN = (
    r"(?:(?P<d>\d{1,3})d)?(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?![a-z]))?"
    r"(?:(?P<s>\d{1,9}(?:\.\d{1,12})?)\s?(?P<unit>milli|ms|min|m\b|hour|hr|h\b|day|d\b)?)?"
)
_ASKED = re.compile(
    r"(?:please (?:try again|retry|wait)(?: in| after| for)?"
    r"|(?:^|[.!:,;\"'(] ?)(?:retry after|try again (?:in|after))(?![^\n]{0,40}attempt)"
    r"|\bretry[-_]after\\{0,3}[\"']?\s?[:=]\s?\\{0,3}[\"']?"
    r"|retryDelay\\{0,3}[\"']?\s?:\s?\\{0,3}[\"'])\s?" + _SPAN,
    re.IGNORECASE | re.MULTILINE,
)
"""Of what could be a program's own words only the beginning of a sentence: in `Will retry after 8 s` it speaks."""
_ASKED_IN_CHINESE = re.compile(
    r"请(?:您)?(?:稍等|等待|等|在|于|过)?\s?(?P<s>\d{1,9}(?:\.\d{1,12})?)\s?(?P<unit>秒|分|个?小时|天)钟?\s?"
    r"(?:后|之后|以后|再)?\s?(?:再次?|重新)?(?:重试|尝试|试|请求|发送|调用)"
)
_MILLISECONDS = re.compile(r"\bretry-after-ms\\{0,3}[\"']?\s?[:=]\s?\\{0,3}[\"']?(?P<s>\d{1,9})", re.IGNORECASE)

_DATE = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_RETRY_AT = re.compile(rf"\bretry-after\W{{1,8}}(?P<date>{_DATE})", re.IGNORECASE)
_SENT_AT = re.compile(rf"(?<![\w-])date\W{{1,8}}(?P<date>{_DATE})", re.IGNORECASE)

_UNITS: Mapping[str, float] = MappingProxyType(
    {
        "ms": 0.001,
        "milli": 0.001,
        "m": 60,
        "min": 60,
        "分": 60,
        "h": 3600,
        "hr": 3600,
        "hour": 3600,
        "小时": 3600,
        "个小时": 3600,
    }
    | {"d": 86_400, "day": 86_400, "天": 86_400}
)
"""A unit -> its seconds; what is not here is seconds."""

_STEPS = (
    ("wait-days", "days", 86_400, 36 * 3600),
    ("wait-hours", "hours", 3600, 90 * 60),
    ("wait-minutes", "minutes", 60, 90),
)
"""Finding, what it names, how many seconds that is, and from how many seconds on it is told in it."""


def rate(message: Message) -> Found | None:
    """A provider's limit with its figures: one request alone may be above it, and then waiting does not help."""
    match = message.last(_RATE) if message.means("429") else None
    if match is None:
        return Found("rate-day") if message.means("429") and message.last(_PER_DAY) else None
    limit, requested = number(match["limit"]), number(match["requested"])
    if not limit:
        return None  # nothing at all is allowed: neither waiting nor a smaller request helps
    if requested > limit:
        return Found("rate-too-large", told(limit=limit, requested=requested))
    used = number(match["used"] or "0")
    return Found("rate-used", told(limit=limit, used=used, requested=requested)) if used + requested > limit else None


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
    seconds = _seconds(message) if _helps(message) else 0
    if not seconds:
        return None
    found = rate(message)
    if found and found.id in {"rate-too-large", "rate-day"}:
        return None
    for id_, name, unit, least in _STEPS:
        if seconds >= least:
            return Found(id_, {name: str(-(-int(seconds) // unit))})
    return Found("wait-seconds", {"seconds": str(-int(-seconds // 1))}) if seconds > 1 else Found("wait-moment")


FINDERS = (rate, limiter, wait)


def _helps(message: Message) -> bool:
    """Say whether the error is one that passes: not a request too large, an empty account or a missing channel."""
    passes = message.means("429") or message.means("503") or message.means("529")
    lasts = message.means("429", "too-large") or message.means("503", "no-channel", "inconsistent")
    return passes and not lasts and "insufficient_quota" not in message.lowered


def _seconds(message: Message) -> float:
    """Return what the last hint asks for; a date tells nothing without the date on which it was sent."""
    at, asked = 0, 0.0
    for match in (*_ASKED.finditer(message.text), *_ASKED_IN_CHINESE.finditer(message.text)):
        if match.start() >= at and (seconds := _of(match.groupdict())):
            at, asked = match.start(), seconds
    if asked:
        return asked
    if exact := message.last(_MILLISECONDS, "retry-after-ms"):
        return int(exact["s"]) / 1000
    until, since = message.last(_RETRY_AT, "retry-after"), message.last(_SENT_AT, "date")
    if not until or not since:
        return 0
    try:
        return max(0.0, (_moment(until["date"]) - _moment(since["date"])).total_seconds())
    except ValueError:
        return 0


def _of(span: Mapping[str, str | None]) -> float:
    seconds = float(span["s"] or 0) * _UNITS.get((span["unit"] or "").lower(), 1.0)
    return seconds + sum(int(span.get(name) or 0) * _UNITS[name] for name in "dhm")


def _moment(date: str) -> datetime:
    return parsedate_to_datetime(date)
