"""Who sent the error, because that decides who can help."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.assistant.findings.message import Found, Message
from bot.knowledge.schema import Meaning

_PASSED_ON = frozenset("upstream_error openai_error claude_error gemini_error midjourney_error rerank_error".split())
"""`error.type` values by which a gateway says that the error came from behind it (new-api, types/error.go)."""

_UPSTREAM = re.compile(
    r"\b(?:upstream_error|bad_response_status_code|bad_response_body|do_request_failed|read_response_body_failed)\b"
    r"|do request failed|bad response status code",
)
_UPSTREAM_STATUS = re.compile(
    r"bad response status code (?P<plain>[45]\d\d)\b"
    r"|\"param\": ?\"(?P<param>[45]\d\d)\", ?\"code\": ?\"bad_response_status_code"
)
_BARE = re.compile(r"^\s{0,8}error code: ?(?:52[0-7]|530|1009|1010|1015|1020)\b(?! - )", re.IGNORECASE | re.MULTILINE)
_CLOUDFLARE = re.compile(r"\bcloudflare\b|cdn-cgi/|\bray id:", re.IGNORECASE)
_HTML = re.compile(r"<!doctype html|<html|<head|<title>", re.IGNORECASE)
_NGINX = re.compile(r"<center>\s{0,4}(?:nginx|openresty)|<hr>\s{0,4}<center>", re.IGNORECASE)
_OWN: tuple[tuple[str, ...], ...] = (
    ("400", "no-model", "json", "missing-field"),
    ("401",),
    ("403",),
    ("413", "body"),
    ("429", "limiter"),
    ("500", "price", "database", "no-keys"),
    ("501",),
    ("503", "no-channel"),
    ("content-filter", "gateway"),
)
"""Entry and cases that a gateway decides itself; in others it may give its own type to what a provider said."""

_PASSED = frozenset(
    {
        Meaning("401", "provider-key"),
        *(Meaning("403", case) for case in ("region", "blocked", "cloudflare", "challenge")),
    }
)
"""What is not, among them."""

_GATEWAY_TEXT = re.compile(r"无效的令牌|未提供令牌|\(request id: \d{14}")
_TYPE = re.compile(r"(?:type|error_type)\\{0,3}[\"']?\s{0,3}[:=]\s{0,3}\\{0,3}[\"']?(?P<type>\w+_error|\w+_panic)\b")
_CHAIN = re.compile(r"\(request id: ")
_OPERATOR = re.compile(
    r"code\\{0,3}[\"']\s{0,3}:\s{0,3}\\{0,3}[\"'](?:channel:|do_request|bad_response|read_response|get_channel)"
)


def says_gateway(message: Message) -> bool:
    """Say whether it is the service, or a gateway of its kind, that answered."""
    host, url = urlsplit(message.service.base_url).hostname, message.evidence.url
    if url and (called := _hostname(url)) and "." in called and called != host:
        return False
    to_service = bool(url) and _hostname(url or "") == host
    return to_service or bool(message.last(_GATEWAY_TEXT)) or _type(message) is not None


def cloudflare(message: Message) -> Found | None:
    """Cloudflare itself answered: its page or its bare `error code: 524`, with the Ray ID where one is shown.

    A `cf-ray` alone says nothing: every answer that passes through Cloudflare has one.
    """
    page = message.last(_BARE) or (message.last(_HTML) and message.last(_CLOUDFLARE))
    if not page or message.last(_UPSTREAM):
        return None
    ray = message.evidence.ray_id
    return Found("sender-cloudflare", {"ray": ray}) if ray else Found("sender-cdn")


def nginx(message: Message) -> Found | None:
    """The web server in front answered with its page, and not Cloudflare."""
    page = message.last(_NGINX) and not message.last(_CLOUDFLARE) and not message.last(_UPSTREAM)
    return Found("sender-nginx") if page else None


def upstream(message: Message) -> Found | None:
    """The gateway says that what lies behind it failed; with the status from there where it is named."""
    if not (message.best.meaning.entry.startswith("5") or message.means("429")) or not message.last(_UPSTREAM):
        return None
    if match := message.last(_UPSTREAM_STATUS):
        return Found("sender-upstream-status", {"status": match["plain"] or match["param"]})
    return Found("sender-upstream")


def gateway(message: Message) -> Found | None:
    """The gateway decided by itself: its own `error.type`, one request id, and an error that is its own."""
    own = message.best.meaning not in _PASSED and any(message.means(*meaning) for meaning in _OWN)
    type_ = _type(message) if own else None
    passed = message.last(_UPSTREAM) or message.last(_OPERATOR) or len(_CHAIN.findall(message.text)) > 1
    return Found("sender-gateway", {"type": type_}) if type_ and not passed else None


FINDERS = (cloudflare, nginx, upstream, gateway)


def _type(message: Message) -> str | None:
    """Return the gateway's own `error.type` where the error bears one."""
    match = message.last(_TYPE)
    own = match and match["type"] in message.service.error_types and match["type"] not in _PASSED_ON
    return match["type"] if match and own else None


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
