"""The facts of a message that an answer shows and support asks for: model, URL, request id and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.assistant.fields import Field

_MODEL = re.compile(r"(?=[^\s]*[A-Za-z])[\w./:@+-]{2,100}")
_NO_MODEL = frozenset("none null str string model undefined unknown true false your-model self object".split())
_MODEL_TALK = re.compile(
    r"(?:received model group|passed model|--model|\bmodel(?:\s(?:name|id))?\s?[:=]|"
    r"模型(?:名称?)?\s?[:：=]|使用模型|调用)"
    r"\s{0,3}[\"'`]?([\w./:@+-]{3,100})",
    re.IGNORECASE,
)
_REQUEST_ID = re.compile(
    r"request[ _-]?id[\"']?\s{0,2}[:=]\s{0,2}[\"']?((?:req_|chatcmpl-)?[0-9A-Za-z][0-9A-Za-z_-]{11,63})",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s\"'<>`)\]},;，。；）】]{3,300}", re.IGNORECASE)
_DOCS = re.compile(
    r"docs|help|errors?-codes|account/|rate-limits|github\.com|stackoverflow|developer\.mozilla|/issues/|community|pricing|learn\.|"
    r"go\.microsoft|status\.|\*\*\*",
    re.IGNORECASE,
)
_RETRY = re.compile(
    r"(?:retry[ _-]?(?:after|delay|in)|try again|retrying|retry)[\"']?\s{0,2}(?:in|after|:|=)?\s{0,2}[\"']?"
    r"(?:(?P<h>\d{1,4})h)?(?:(?P<m>\d{1,5})m(?!s))?(?P<v>\d{1,9}(?:\.\d{1,12})?)?\s?(?P<u>ms|milliseconds?|minutes?|hours?|s\b|sec|$|\b)?"
)
_UNITS = {"ms": 0.001, "milli": 0.001, "minut": 60.0, "hour": 3600.0}
_RAY = re.compile(
    r"(?:ray[ -]?id|cf-ray)[\"']?\s{0,2}[:=]?\s{0,2}(?:<[^>]{1,60}>\s{0,2})?[\"']?([0-9a-f]{16}(?:-[a-z]{3})?)\b"
)


def _named(candidate: str) -> str | None:
    name = candidate.strip().rstrip(".:")
    return name if _MODEL.fullmatch(name) and name.lower() not in _NO_MODEL else None


def field(name: str, pairs: Sequence[Field], text: str) -> str | None:
    """Return the last short value of a field, as written."""
    for pair in reversed(pairs):
        value = text[pair.start : pair.end].strip()
        if pair.name == name and 0 < len(value) <= 100 and value.lower() not in _NO_MODEL:
            return value
    return None


def model(captured: Mapping[str, str], pairs: Sequence[Field], text: str) -> str | None:
    """Return the model that failed: what the error text names, else a field, else what was typed."""
    if (name := captured.get("model")) and (found := _named(name)):
        return found
    for pair in pairs:
        if pair.name == "model" and (found := _named(text[pair.start : pair.end])):
            return found
    for match in _MODEL_TALK.finditer(text):
        if found := _named(match[1]):
            return found
    return None


def request_id(pairs: Sequence[Field], text: str) -> str | None:
    """Return the request id; of a chain the last, which belongs to the gateway nearest to the user."""
    found = [match[1] for match in _REQUEST_ID.finditer(text)]
    return found[-1] if found else field("request_id", pairs, text)


def url(text: str) -> str | None:
    """Return the address that was called: an API's rather than a documentation page's."""
    candidates = [match.group().rstrip(".:") for match in _URL.finditer(text)]
    called = [url for url in candidates if not _DOCS.search(url)]
    return next((url for url in called if "/v1" in url or urlsplit(url).netloc.startswith("api.")), None) or (
        called[0] if called else None
    )


def retry_after(folded: str) -> float | None:
    """Return how long the sender asks to wait, in seconds."""
    for match in _RETRY.finditer(folded):
        hours, minutes, value, unit = match["h"], match["m"], match["v"], match["u"] or ""
        if not (hours or minutes or value):
            continue
        factor = next((factor for prefix, factor in _UNITS.items() if unit.startswith(prefix)), 1.0)
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(value or 0) * factor
    return None


def said(pairs: Sequence[Field], text: str) -> str | None:
    """Return what the error itself says: the last `message`, or an `error` that is a sentence."""
    for pair in reversed(pairs):
        if pair.name in {"message", "error"} and pair.quoted and " " in (value := text[pair.start : pair.end].strip()):
            return value
    return None


def ray_id(folded: str) -> str | None:
    """Return Cloudflare's Ray ID, which its support and the site's operator can look up."""
    return match[1] if (match := _RAY.search(folded)) else None
