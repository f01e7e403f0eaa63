"""That no key was sent: what the header looks like, and where a program or a command lacks it."""

from __future__ import annotations

import re

from bot.assistant.findings.called import own_hosts
from bot.assistant.findings.message import Found, Message

_NONE_SENT = re.compile(
    r"未提供令牌|\btoken not provided\b|didn't provide an api key|\bno api[- ]key provided"
    r"|missing (?:bearer|basic|authentication|authorization)\b[^\n]{0,40}\bheader|x-api-key header is required"
    r"|\b(?:authorization|authentication|auth)(?: header| field)? (?:is )?(?:missing|required)\b"
    r"|doesn't allow unregistered callers|\bno (?:auth|cookie auth) credentials found|未收到 authentication 参数",
    re.IGNORECASE,
)
_NOTHING_SENT = re.compile(
    r"the api_key client option must be set|missing credentials\. please pass an"
    r"|_(?:key|token) environment variable is missing or empty|could not resolve authentication method",
    re.IGNORECASE,
)
"""What SDKs say before they call anybody: of OpenAI and its likes, and of Anthropic."""

_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9_]{2,40}_(?:API_KEY|KEY|TOKEN)\b")

_BEARER = "Authorization: Bearer <key>"
_CLAUDE = "x-api-key: <key>"
_GEMINI = "x-goog-api-key: <key>"
_SAYS_BEARER = re.compile(r"missing bearer|using bearer auth|未提供令牌|token not provided", re.IGNORECASE)
_SAYS_CLAUDE = re.compile(r"x-api-key header|/v1/messages\b|anthropic-version")
_SAYS_GEMINI = re.compile(r"unregistered callers|/v1beta/")

_QUOTE = r"\\{0,3}[`'\"]"
_EMPTY = re.compile(rf"illegal header value b{_QUOTE}Bearer ?{_QUOTE}", re.IGNORECASE)
_EMPTY_HEADER = re.compile(r"\s-H ['\"]Authorization: ?Bearer {0,4}['\"](?![\w$])", re.IGNORECASE)
_KEY_HEADER = re.compile(
    r"(?<!i\.e\. )\b(?:authorization|api-key|mj-api-secret)\\{0,3}[\"'\]]{0,2}\s{0,3}[:=,]", re.IGNORECASE
)
_CURL = re.compile(r"\bcurl(?:\.exe)? [^\n]{0,400}")
_HEADER = re.compile(r"(?:\s-H|--header)[ =]?\s{0,3}(?P<quote>[\"']?)(?P<name>[A-Za-z][\w-]{1,40})\s{0,2}:")
_ANY_HEADER = re.compile(r"\s(?:-H|--header)\b")
_OTHER_WAY = re.compile(
    r"\s(?:-u|-n|-K|--user|--oauth2-bearer|--netrc|--config)\b|[?&](?:api_?)?key=|\bauth\s?=|\bcookies?\s?=",
    re.IGNORECASE,
)
_CALL = re.compile(r"\b(?:requests|httpx|axios|session|client)\.(?:post|get|request)\(|\bfetch\(|\baxios\(")
_HEADERS = re.compile(r"\bheaders[\"']?\s{0,3}[:=]\s{0,3}\{(?P<headers>[^{}]{1,400})\}")
_NAME = re.compile(r"[\"'](?P<name>[\w-]{2,40})[\"']\s{0,3}:")
_MORE = re.compile(r"\*\*|\.\.\.")
_OF_A_REQUEST = frozenset("content-type accept user-agent anthropic-version http-referer x-title".split())


def says_none_sent(message: Message) -> bool:
    """Say whether the error's own text is that no key arrived, and it is the asker's that is meant.

    A provider's words with this service's address beside them may be about the key that the service sent.
    """
    if not message.means("401") or not message.last(_NONE_SENT):
        return False
    named = (each.host for each in message.addresses)
    return message.means("401", "missing") or own_hosts(message.service).isdisjoint(named)


def empty(message: Message) -> Found | None:
    """A header with no key in it was sent: it is what the program could not send, or the error is that none came.

    In any other message an empty header may be one that somebody took the key out of.
    """
    seen = message.last(_EMPTY, "bearer") or (says_none_sent(message) and message.last(_EMPTY_HEADER, "bearer"))
    return Found("key-empty") if seen else None


def command(message: Message) -> Found | None:
    """A command or a call in the message has headers, but none for the key, and the error is that none came."""
    lacks = says_none_sent(message) and not message.last(_KEY_HEADER) and not message.last(_OTHER_WAY)
    return Found("key-no-header", {"header": _header(message)}) if lacks and _has_headers(message) else None


def nothing(message: Message) -> Found | None:
    """The program found no key and did not call anybody; its error names the variable it looked in."""
    said = message.last(_NOTHING_SENT) if message.means("401", "missing") else None
    if said is None:
        return None
    if said[0].lower().startswith("could"):
        # The library's own name for it; its error does not say (anthropic-sdk-python, _client.py).
        return Found("key-unset", {"variable": "ANTHROPIC_API_KEY"})
    around = message.text[max(0, said.start() - 60) : said.end() + 250]
    named = _VARIABLE.search(around)
    return Found("key-unset", {"variable": named[0]}) if named else None


def header(message: Message) -> Found | None:
    """No key arrived, in the words of the error: the header that its format asks for."""
    return Found("key-missing", {"header": _header(message)}) if says_none_sent(message) else None


def unsent(message: Message) -> Found | None:
    """Why no key was sent, or at least where one belongs."""
    return empty(message) or command(message) or nothing(message) or header(message)


FINDERS = (unsent,)


def _has_headers(message: Message) -> bool:
    """Say whether headers are written out in full: all that `curl` is given, or those of a call in a program."""
    if "curl" in message.lowered and message.last(_CURL):
        written = len(_HEADER.findall(message.text))
        return 0 < written == len(_ANY_HEADER.findall(message.text))
    headers = message.last(_HEADERS) if message.last(_CALL) else None
    names = {match["name"].lower() for match in _NAME.finditer(headers["headers"])} if headers else set()
    return headers is not None and bool(names) and names <= _OF_A_REQUEST and not _MORE.search(headers[0])


def _header(message: Message) -> str:
    """Return the header for the key in the format that the error or the path speaks."""
    if message.last(_SAYS_BEARER):
        return _BEARER
    if message.last(_SAYS_CLAUDE):
        return _CLAUDE
    return _GEMINI if message.last(_SAYS_GEMINI) else _BEARER
