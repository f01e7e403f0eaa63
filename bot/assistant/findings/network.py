"""What a connection that failed names: the host that was looked up, or who refused."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.assistant.findings.called import host_of
from bot.assistant.findings.message import Found, Message

MISSPELT = 85
"""From this likeness on, of 100, a host that does not exist is the service's, misspelt."""

_LOOKED_UP = re.compile(
    r"(?:ENOTFOUND|EAI_AGAIN|could not resolve host: ?|dial tcp: lookup|failed to resolve ['\"]"
    r"|cannot connect to host|UnknownHostException:|ConnectionPool\(host=['\"]) ?"
    r"(?P<host>[a-z0-9][a-z0-9.-]{3,80}[a-z])(?![\w-])",
    re.IGNORECASE,
)
_HOST = r"\[?[\w.:-]{1,80}\]?"
_REFUSED = re.compile(
    rf"ECONNREFUSED (?P<node>{_HOST}):(?P<node_port>\d{{2,5}})\b"
    rf"|failed to connect to (?P<curl>{_HOST}) port (?P<curl_port>\d{{2,5}})\b"
    rf"|dial tcp (?P<go>{_HOST}):(?P<go_port>\d{{2,5}}): connect"
    rf"|cannot connect to host (?P<aiohttp>{_HOST}):(?P<aiohttp_port>\d{{2,5}})\b"
    rf"|connectionpool\(host=['\"](?P<pool>{_HOST})['\"], port=(?P<pool_port>\d{{2,5}})\)"
    r"|error sending request for url \(https?://(?P<rust>127\.0\.0\.1|localhost):(?P<rust_port>\d{2,5})\b",
    re.IGNORECASE,
)
_OWN_MACHINE = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_PROXY = re.compile(
    r"(?:proxyconnect tcp: dial tcp|tunneling socket could not be established, cause=connect ECONNREFUSED) "
    rf"(?P<at>(?:{_HOST}):\d{{2,5}})\b",
    re.IGNORECASE,
)
_PROXY_SET = re.compile(
    r"\b(?:https?|all)_proxy[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?:https?|socks5h?)://"
    r"(?:[^\s\"'/@]{1,100}@)?(?P<at>[\w.-]{1,80}:\d{2,5})\b",
    re.IGNORECASE,
)


def looked_up(message: Message) -> Found | None:
    """No address was found for a host: this service's, one that is a slip away from it, or another one."""
    host = host_of(message.service.base_url) or ""
    match = message.last(_LOOKED_UP) if message.means("network", "dns") else None
    if match is None:
        return None
    sent = match["host"].lower()
    if sent in {host, host_of(message.service.site)}:
        return Found("address-spelt-right", {"sent": sent})
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a host that does not exist needs it

    id_ = "address-misspelt" if fuzz.ratio(sent, host) >= MISSPELT else "address-unknown"
    return Found(id_, {"sent": sent, "put": host})


def proxy(message: Message) -> Found | None:
    """The proxy between the program and the server could not be reached, and the error or a setting names it."""
    if not message.means("network"):
        return None
    if match := message.last(_PROXY):
        return Found("address-proxy", {"sent": match["at"]})
    set_ = {match["at"] for match in _PROXY_SET.finditer(message.text)} if _lacks_proxy(message) else set()
    return Found("address-proxy", {"sent": set_.pop()}) if len(set_) == 1 else None


def refused(message: Message) -> Found | None:
    """A connection was refused: by the asker's own machine, where a program does not run, or by another one."""
    match = message.last(_REFUSED) if message.means("network", "refused") else None
    if match is None or not match.lastgroup or _lacks_proxy(message):
        return None
    sent, port = match[match.lastgroup.removesuffix("_port")], match[match.lastgroup]
    own = urlsplit(message.service.base_url)
    if sent.lower() == own.hostname and not own.port and port not in {"80", "443"}:
        return Found("address-port", {"sent": f"{sent}:{port}", "put": sent})
    id_ = "address-local" if sent.lower() in _OWN_MACHINE else "address-refused"
    return Found(id_, {"sent": f"{sent}:{port}"})


CHECKS = (looked_up, proxy, refused)


def _lacks_proxy(message: Message) -> bool:
    """Say whether it is the proxy that could not be reached; `requests` then names the host behind it."""
    return "connect to proxy" in message.lowered or "err_proxy_connection_failed" in message.lowered
