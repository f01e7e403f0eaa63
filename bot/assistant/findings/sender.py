"""Who sent the error, because that decides who can help."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.assistant.findings import page
from bot.assistant.findings.called import host_of, hosts_in_use, own_hosts
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
_BARE = re.compile(
    r"(?:^\s{0,8}|InternalServerError: )error code: ?(?:52[0-7]|530|1009|1010|1015|1020)\s{0,8}$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNED = re.compile(r"\bsecurity by [^\n]{0,20}cloudflare", re.IGNORECASE)
_GAVE_UP = re.compile(r"\bcontext canceled\b")
"""Go's words for a caller that hung up: the failure is not behind the gateway then."""
_OWN: tuple[tuple[str, ...], ...] = (
    ("400", "no-model", "json", "missing-field"),
    ("401", "unknown", "expired", "disabled", "missing", "used-up"),
    ("403", "token-quota", "balance", "group", "model", "ip", "banned", "channel-suffix", "channel-disabled"),
    ("413", "body"),
    ("429", "limiter"),
    ("500", "price", "database", "no-keys"),
    ("501",),
    ("503", "no-channel"),
    ("content-filter", "gateway"),
)
"""Entry and cases that a gateway decides itself; in others it may give its own type to what a provider said."""

_GATEWAY_TEXT = re.compile(r"无效的令牌|未提供令牌|\(request id: \d{14}")
_PROVIDERS_WORDS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "OpenAI": re.compile(r"You can find your API key at https://(?:platform\.openai\.com|\*{3}\.)[\w./*-]*"),
        "Anthropic": re.compile(r"\binvalid x-api-key\b"),
        "Google": re.compile(r"API key not valid\. Please pass a valid API key"),
        "DeepSeek": re.compile(r"Authentication Fails, Your api key"),
    }
)
"""A provider -> words by which it alone refuses a key."""
_OF_A_GATEWAY = re.compile(r"https://\*{3}\.|\(request id: \d{14}")
"""What a gateway does to words it passes on: it masks addresses, and adds its id (new-api, common/str.go, utils.go)."""

_ALTNAMES = re.compile(
    r"altnames: Host: (?P<host>[\w.-]{3,80}?)\.? is not in the cert's altnames: (?P<names>[^\n\"'}]{3,400})"
)
_NAME = re.compile(r"(?:\*\.)?[a-z0-9][a-z0-9-]{0,60}(?:\.[a-z0-9-]{1,60}){1,8}", re.IGNORECASE)
_TYPE = re.compile(r"(?:type|error_type)\\{0,3}[\"']?\s{0,3}[:=]\s{0,3}\\{0,3}[\"']?(?P<type>\w+_error|\w+_panic)\b")
_CHAIN = re.compile(r"\(request id: ")
_OPERATOR = re.compile(
    r"code\\{0,3}[\"']\s{0,3}:\s{0,3}\\{0,3}[\"'](?:channel:|do_request|bad_response|read_response|get_channel)"
)


def says_gateway(message: Message) -> bool:
    """Say whether the error is in the words of the service, or of a gateway of its kind."""
    return bool(message.last(_GATEWAY_TEXT)) or own_type(message) is not None


def is_ours(message: Message) -> bool:
    """Say whether it is the service that answered: its address was called, or a gateway speaks and no other was."""
    host, url = host_of(message.service.base_url), message.evidence.url
    called = host_of(url) if url else None
    return called == host if called and "." in called else says_gateway(message)


def cloudflare(message: Message) -> Found | None:
    """Cloudflare itself answered: its page or its bare `error code: 524`, with the Ray ID where one is shown.

    A `cf-ray` alone says nothing: every answer that passes through Cloudflare has one.
    """
    said = "error code" in message.lowered and message.last(_BARE)
    if not (said or message.last(_SIGNED, "cloudflare") or page.is_cloudflares(page.answer(message))):
        return None
    if message.last(_UPSTREAM):
        return None
    ray = message.evidence.ray_id
    return Found("sender-cloudflare", {"ray": ray}) if ray else Found("sender-cdn")


def nginx(message: Message) -> Found | None:
    """The web server in front answered with its page, and not Cloudflare."""
    seen = page.is_web_servers(page.answer(message)) and not message.last(_UPSTREAM)
    return Found("sender-nginx") if seen else None


def upstream(message: Message) -> Found | None:
    """The gateway says that what lies behind it failed; with the status from there where it is named."""
    if not (message.best.meaning.entry.startswith("5") or message.means("429")) or not message.last(_UPSTREAM):
        return None
    if message.last(_GAVE_UP):
        return None
    if match := message.last(_UPSTREAM_STATUS):
        return Found("sender-upstream-status", {"status": match["plain"] or match["param"]})
    return Found("sender-upstream")


def gateway(message: Message) -> Found | None:
    """The gateway decided by itself: its own `error.type`, one request id, and an error that is its own."""
    # What only a status says, anybody may have said.
    refused = message.best.meaning == Meaning("401") and message.best.signs[0].kind == "message"
    type_ = own_type(message) if refused or any(message.means(*meaning) for meaning in _OWN) else None
    passed = message.last(_UPSTREAM) or message.last(_OPERATOR) or len(_CHAIN.findall(message.text)) > 1
    return Found("sender-gateway", {"type": type_}) if type_ and not passed else None


def provider(message: Message) -> Found | None:
    """A provider's own words for a refused key: passed on by a gateway, or with this service's address beside them."""
    if not message.means("401", "provider-key"):
        return None
    said = {name: match for name, words in _PROVIDERS_WORDS.items() if (match := message.last(words))}
    if len(said) != 1:
        return None
    ((name, words),) = said.items()
    rest = message.text[words.start() : words.end() + 120].partition("\n")[0]
    used = hosts_in_use(message.addresses)
    here = bool(used) and used <= own_hosts(message.service)
    if _OF_A_GATEWAY.search(rest) or (here and not says_gateway(message) and _refused_here(message)):
        return Found("sender-passed-on", {"provider": name})
    return Found("sender-provider", {"provider": name, "host": min(used)}) if here else None


def certificate(message: Message) -> Found | None:
    """The certificate is made out to other names than the host that was called."""
    match = message.last(_ALTNAMES) if message.means("network", "certificate") else None
    names = tuple(_NAME.findall(match["names"])) if match else ()
    return Found("sender-certificate", {"host": match["host"], "names": names}) if match and names else None


FINDERS = (cloudflare, nginx, *page.FINDERS, upstream, provider, certificate, gateway)


def _refused_here(message: Message) -> bool:
    """Say whether a line of the message tells that a call was answered with 401.

    A mere base URL is not what was called, and the usual cause of these words is one that a program does not use.
    """
    service = message.service
    bases = {base.rstrip("/") for base in (service.base_url, service.api_base, service.site)}
    calls = [each.url for each in message.addresses if each.is_call and each.url.rstrip("/") not in bases]
    return any("401" in line and url in line for line in message.text.splitlines() for url in calls)


def own_type(message: Message) -> str | None:
    """Return the gateway's own `error.type` where the error bears one."""
    match = message.last(_TYPE)
    own = match and match["type"] in message.service.error_types and match["type"] not in _PASSED_ON
    return match["type"] if match and own else None
