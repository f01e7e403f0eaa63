"""The facts of a message that an answer shows and support asks for: model, URL, request id and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from bot.assistant.fields import Field
from bot.assistant.language import ends
from bot.assistant.secret_surroundings import INVISIBLE
from bot.knowledge.model_names import ModelNames
from bot.knowledge.wording import fold

NEAR = 400
"""How far before an error its model is looked for, in characters."""

NAME = 100
"""How far a model's name may stretch that has spaces in it, in characters."""

_API = re.compile(r"https?://api\.", re.IGNORECASE)
_MODEL = re.compile(r"(?=[^\s]*[A-Za-z])[\w./:@+-]{2,100}")
_ATTRIBUTE = re.compile(
    r"(?:self|args|config|settings|os|cfg|opts|this)\.|https?:|[/.]$|.*\.(?:py|js|ts|json|yaml)$", re.IGNORECASE
)
_NO_MODEL = frozenset("none null str string model undefined unknown true false your-model self object name id".split())
_MODEL_TALK = re.compile(
    r"(?:received model group=?|passed model|--model|\bmodel(?:\s(?:name|id))?\s?[:=]|模型(?:名称?)?\s?[:：=]"
    r"|\bmodel\()\s{0,3}[\"'`]?([\w./:@+-]{3,100})",
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

_EDGES = re.compile(rf"^[\s\\{INVISIBLE}]+|[\s\\{INVISIBLE}]+$")
_NAMED_APART = re.compile(
    r"模型 (?P<unpriced>[^\n\"']{1,100}?) (?:的价格(?:尚未|未配置)|倍率或价格未配置)"
    r"|该令牌无权(?:访问模型 |使用模型：)(?P<barred>[^\n\"']{1,100}?)(?=[\"'\n]| ?\(request id)"
)
"""More of the gateway's texts with a model in them: new-api, `relay/helper/price.go` and `middleware/distributor.go`;
one-api, `middleware/auth.go`."""

_MODEL_KEYS = ("zh", "en", "unpriced", "barred")
_ESCAPED = re.compile(r"\\{1,4}u(?!d[89a-f])([0-9a-f]{4})", re.IGNORECASE)
_POINTS = frozenset("该 此 这 这个 那个 当前 目前 本 我的 您的 你的 任何".split())
"""Words before `分组` that stand for a group and name none: `无权访问该分组` (new-api, middleware/distributor.go)."""

_REQUEST_ID = re.compile(
    r"request[ _-]?id[\"']?\s{0,2}[:=]\s{0,2}[\"']?((?:req_|chatcmpl-)?[0-9A-Za-z][0-9A-Za-z_-]{11,63})",
    re.IGNORECASE,
)
_URL = re.compile(r"(https?://)(?:[^\s\"'<>`/@]{1,200}@)?([^\s\"'<>`)\]},;，。；）】\\]{3,300})", re.IGNORECASE)
"""An address; who signs in, before an `@`, is no part of it."""

_PROXY = re.compile(
    r"(?:\b(?P<variable>(?:https?|all)_proxy)|(?<![\w.-])(?:https?\.)?proxy|代理)[\"']?\s{0,2}[:：=]\s{0,2}[\"']?$"
    r"|\s(?:-x|--proxy)[ =][\"']?$",
    re.IGNORECASE,
)
_OF_A_PROXY = re.compile(r"https?://[^/]+:\d{2,5}/?")
"""What is called a proxy may be a base URL as well: a proxy has a port, and no path."""
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
    r"(?:ray[ -]?id|cf-ray)[\"']?\s{0,2}[:=]?\s{0,2}(?:<[^>]{1,60}>\s{0,2})?[\"']?"
    r"(?P<id>[0-9a-f]{16})(?P<airport>-[a-z]{3})?\b"
)
_NO_NAME = re.compile(r"[/<>]")
_OTHER_KEY = re.compile(r"(?:model[ _]group|(?:claude|kilo|roo|vs) code|content-type)\W{1,6}\Z", re.IGNORECASE)
"""Keys that only end like one: LiteLLM's word for a model, programs that are named so, a header."""

_PROSE = re.compile(r"(?!\w*[a-z][A-Z])[^\W\d_]+ (?!(?:code|message|msg|param|status|type)\b)\w")
"""A word with another behind it, and not a program's name for something: `type: Expected object`."""


def _named(candidate: str) -> str | None:
    name = candidate.strip().rstrip(".:")
    fits = _MODEL.fullmatch(name) and not _ATTRIBUTE.match(name) and name.lower() not in _NO_MODEL
    return name if fits else None


def plain(text: str) -> str:
    r"""Return a text in which letters written as `\u4ee4` are plain."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "\\u" in text else text


def field(name: str, pairs: Sequence[Field], text: str) -> str | None:
    """Return the last short value of a field, as written."""
    for pair in reversed(pairs):
        value = text[pair.start : pair.end].strip()
        if pair.name == name and 0 < len(value) <= 100 and value.lower() not in _NO_MODEL and _fits(pair, text):
            return value
    return None


def _fits(pair: Field, text: str) -> bool:
    """Say whether a value may be what its key says: of a code or a type, neither a media type nor prose."""
    if _OTHER_KEY.search(text, max(0, pair.start - 30), pair.start):
        return False
    if pair.name not in {"code", "type"}:
        return True
    return not _NO_NAME.search(text, pair.start, pair.end) and (pair.quoted or not _PROSE.match(text, pair.start))


def model(
    captured: Mapping[str, str], pairs: Sequence[Field], text: str, names: ModelNames, errors: Sequence[int]
) -> str | None:
    """Return the model that failed.

    What the error text names comes first, then a field, then what is said to be the model, then the
    known name that stands right before the error, then the first of all. What names the group is none.

    Args:
        captured: What stood in the placeholders of error texts.
        pairs: The fields of the message.
        text: The message.
        names: What reads as a model's name.
        errors: Where in the text the signs of the error stand.
    """
    if named := _named_by_gateway(text):
        return named
    if (name := captured.get("model")) and (found := _named(name)):
        return found
    told = _told(pairs, text, names)
    if first := next(told, None):  # a long log may tell it in every line
        return next((name for name in chain((first,), told) if name in names), first)
    if not errors:
        return None
    group_named, error = _refused_group(captured, text), min(errors)
    # What people blame they name before the error, and what works beside it after.
    near = text[max(0, error - NEAR) : error + NAME]
    before = [near[start:end] for start, end in _beside(group_named, near, names) if start < min(error, NEAR)]
    if before:
        return before[-1]
    both = ends(text)
    return next((both[start:end] for start, end in _beside(group_named, both, names)), None)


def _told(pairs: Sequence[Field], text: str, names: ModelNames) -> Iterator[str]:
    """Yield what is said to be the model: in fields, then in words."""
    fields = ((pair.start, pair.end) for pair in pairs if pair.name == "model")
    for start, end in chain(fields, (match.span(1) for match in _MODEL_TALK.finditer(text))):
        if found := _named(text[start:end]) and _whole(text, start, end, names):
            yield found


def _named_by_gateway(text: str) -> str | None:
    """Return the model that the gateway's own text names: whatever was sent as its name, spaces and all.

    The gateway sets it apart with spaces. What people type beside the word need not be a name: `模型都无可用渠道`.
    """
    written = plain(text)
    for match in reversed([*_NAMED_APART.finditer(written), *NO_CHANNEL.finditer(written)]):
        named = match.groupdict()
        name = _EDGES.sub("", next((named[key] for key in _MODEL_KEYS if named.get(key)), ""))
        is_apart = not named.get("zh") or f"模型 {named['zh']} " in match[0]
        if found := name if is_apart and name.lower() not in _NO_MODEL else _named(name):
            return found
    return None


def _whole(text: str, start: int, end: int, names: ModelNames) -> str | None:
    """Return the name that stands in a span, with what belongs to it behind a space: `Gemini 2.5 Pro`."""
    found = next(names.find(text[start : start + NAME]), (0, 0))
    return _named(text[start:end]) if found[0] or start + found[1] <= end else text[start : start + found[1]]


def _beside(group_named: str | None, text: str, names: ModelNames) -> Iterator[tuple[int, int]]:
    """Yield where models are named in a text, and not in the name of the group."""
    groups = [match.span() for match in re.finditer(re.escape(group_named), text)] if group_named else []
    for start, end in names.find(text):
        if not any(low <= start and end <= high for low, high in groups):
            yield start, end


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
    return _refused_group(captured, text) or field("group", pairs, text)


def _refused_group(captured: Mapping[str, str], text: str) -> str | None:
    if is_group(told := captured.get("group", "")):
        return told
    named = [found for match in NO_CHANNEL.finditer(text) if (found := group_in(match))]
    return named[-1] if named else None


def is_group(name: str) -> bool:
    """Say whether a word in the place of a group names one; it may only point at one: `该`."""
    return bool(name) and fold(name) not in _POINTS


def group_in(match: re.Match[str]) -> str:
    """Return the group in a text of the gateway's that `NO_CHANNEL` found."""
    return (match["zh_group"] or match["en_group"] or "").strip(" \\")


def request_id(pairs: Sequence[Field], text: str) -> str | None:
    """Return the request id; of a chain the last, which belongs to the gateway nearest to the user."""
    found = [match[1] for match in _REQUEST_ID.finditer(text)]
    return found[-1] if found else field("request_id", pairs, text)


def url(text: str) -> str | None:
    """Return the address that was called: an API's rather than a documentation page's."""
    candidates = [(match[1] + match[2]).rstrip(".:") for match in _URL.finditer(text) if not _is_proxy(match)]
    called = [url for url in candidates if not _DOCS.search(url)]
    return next((url for url in called if "/v1" in url or _API.match(url)), None) or (called[0] if called else None)


def _is_proxy(match: re.Match[str]) -> bool:
    """Say whether an address is a proxy's: what was called lies behind it."""
    proxy = _PROXY.search(match.string, max(0, match.start() - 40), match.start())
    return proxy is not None and bool(proxy["variable"] or _OF_A_PROXY.fullmatch(match[1] + match[2]))


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
    """Return Cloudflare's Ray ID, which its support and the site's operator can look up.

    It is written as Cloudflare does, whatever the folding made of it: the airport behind it in capitals.
    """
    match = _RAY.search(folded)
    return f"{match['id']}{(match['airport'] or '').upper()}" if match else None
