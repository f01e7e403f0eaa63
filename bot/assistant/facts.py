"""The facts of a message that an answer shows and support asks for: model, URL, request id and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.assistant.fields import Field
from bot.assistant.language import ends
from bot.knowledge.model_names import ModelNames

NEAR = 400
"""How far before an error its model is looked for, in characters."""

_API = re.compile(r"https?://api\.", re.IGNORECASE)
_MODEL = re.compile(r"(?=[^\s]*[A-Za-z])[\w./:@+-]{2,100}")
_ATTRIBUTE = re.compile(
    r"(?:self|args|config|settings|os|cfg|opts|this)\.|https?:|[/.]$|.*\.(?:py|js|ts|json|yaml)$", re.IGNORECASE
)
_NO_MODEL = frozenset("none null str string model undefined unknown true false your-model self object name id".split())
_MODEL_TALK = re.compile(
    r"(?:received model group|passed model|--model|\bmodel(?:\s(?:name|id))?\s?[:=]|模型(?:名称?)?\s?[:：=]|\bmodel\()"
    r"\s{0,3}[\"'`]?([\w./:@+-]{3,100})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:\bmodel|模型)\s{1,3}[\"'`]?(?=[\w./:@+]{0,40}[\d-])(?=[\d./:@+-]{0,40}[a-z])([\w./:@+-]{3,100})",
    re.ASCII | re.IGNORECASE,
)
"""A name right behind the word: with a letter, and with a digit or a hyphen, as hardly a word has them."""

NO_CHANNEL = re.compile(
    r"分[组組] ?(?P<zh_group>[^\n\"']{1,60}?) ?下(?:对于|對於)?模型 ?(?P<zh>[^\n\"']{0,100}?) ?"
    r"(?:无可用渠道|無可用[管渠]道|的可用渠道失败|的可用渠道不存在)"
    r"|(?:no available channel|failed to get available channel|there are no channels available) for model "
    r"?(?P<en>[^\n\"']{0,100}?) ?under (?:the current )?group "
    r"(?P<en_group>(?:[^\n\"'(]|(?<! )\((?!distributor)){1,60}?)(?= ?\(distributor| \(|[\"'\n:]|$)",
    re.IGNORECASE,
)
"""The gateway's own texts: new-api and one-api, `middleware/distributor.go`, old and new, Chinese and English. Behind
them there may be anything, such as a request id."""

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
    fits = _MODEL.fullmatch(name) and not _ATTRIBUTE.match(name) and name.lower() not in _NO_MODEL
    return name if fits else None


def field(name: str, pairs: Sequence[Field], text: str) -> str | None:
    """Return the last short value of a field, as written."""
    for pair in reversed(pairs):
        value = text[pair.start : pair.end].strip()
        if pair.name == name and 0 < len(value) <= 100 and value.lower() not in _NO_MODEL:
            return value
    return None


def model(
    captured: Mapping[str, str], pairs: Sequence[Field], text: str, names: ModelNames, errors: Sequence[int]
) -> str | None:
    """Return the model that failed.

    What the error text names comes first, then a field, then what is said to be the model, then the
    known name that stands right before the error, then the first of all.

    Args:
        captured: What stood in the placeholders of error texts.
        pairs: The fields of the message.
        text: The message.
        names: What reads as a model's name.
        errors: Where in the text the signs of the error stand.
    """
    if (name := captured.get("model")) and (found := _named(name)):
        return found
    told = [found for pair in pairs if pair.name == "model" and (found := _named(text[pair.start : pair.end]))]
    told += [found for match in _MODEL_TALK.finditer(text) if (found := _named(match[1]))]
    if told:
        return next((name for name in told if name in names), told[0])
    if not errors:
        return None
    spans, error = list(names.find(ends(text))), min(errors)
    # What people blame they name before the error, and what works beside it after.
    before = [span for span in spans if error - NEAR <= span[0] < error]
    start, end = before[-1] if before else spans[0] if spans else (0, 0)
    return ends(text)[start:end] or None


def called(text: str) -> str | None:
    """Return what a message calls its model, be there such a one or not: `model test-model-2`.

    It tells one model from another, and no more: too much else may stand behind the word.

    Args:
        text: The message.
    """
    return next(filter(None, (_named(match[1]) for match in _CALLED.finditer(text))), None)


def group(captured: Mapping[str, str], pairs: Sequence[Field], text: str) -> str | None:
    """Return the group of the token: what the error text names, of several the last one's, else a field.

    Args:
        captured: What stood in the placeholders of error texts.
        pairs: The fields of the message.
        text: The message.
    """
    named = [found for match in NO_CHANNEL.finditer(text) if (found := group_in(match))]
    return captured.get("group") or (named[-1] if named else field("group", pairs, text))


def group_in(match: re.Match[str]) -> str:
    """Return the group in a text of the gateway's that `NO_CHANNEL` found."""
    return (match["zh_group"] or match["en_group"] or "").strip(" \\")


def request_id(pairs: Sequence[Field], text: str) -> str | None:
    """Return the request id; of a chain the last, which belongs to the gateway nearest to the user."""
    found = [match[1] for match in _REQUEST_ID.finditer(text)]
    return found[-1] if found else field("request_id", pairs, text)


def url(text: str) -> str | None:
    """Return the address that was called: an API's rather than a documentation page's."""
    candidates = [match.group().rstrip(".:") for match in _URL.finditer(text)]
    called = [url for url in candidates if not _DOCS.search(url)]
    return next((url for url in called if "/v1" in url or _API.match(url)), None) or (called[0] if called else None)


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
