"""What is wrong with the address that was called: what was sent, and what to put."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.assistant.findings.message import Found, Message
from bot.assistant.findings.sender import says_gateway

MISSPELT = 85
"""From this likeness on, of 100, a host that does not exist is the service's, misspelt."""

_REFUSED_PATH = re.compile(
    r"(?:Invalid URL \((?:POST|GET) |Cannot (?:POST|GET) )(?P<path>/[^\s)\"'<]{1,200})", re.IGNORECASE
)
_DOUBLED = re.compile(r"/v1/v1(?:/|$)")
_ENDPOINT = r"(?:chat/completions|completions|messages|responses|embeddings|images/generations|audio/\w+|models)"
_TWO_ENDPOINTS = re.compile(rf"/{_ENDPOINT}(?P<v1>/v1)?/{_ENDPOINT}/?$")
_OPENAI_STYLE = re.compile(
    r"/(?:chat/completions|completions|responses|embeddings|images/(?:generations|edits)|audio/\w+)/?$"
)
_OPENAI_CLIENT = re.compile(
    r"OpenAI\([^)]{0,300}?base_?url\s{0,3}[=:]\s{0,3}[\"'](?P<url>https?://[^\"'\s]{3,200})[\"']", re.IGNORECASE
)
_CLAUDE_CLIENT = re.compile(r"ANTHROPIC_BASE_URL[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<url>https?://[^\"'\s,}]{3,200})")
_UNKNOWN_HOST = re.compile(
    r"(?:ENOTFOUND|EAI_AGAIN|could not resolve host: ?|dial tcp: lookup) ?(?P<host>[a-z0-9][a-z0-9.-]{3,80}[a-z])",
    re.IGNORECASE,
)
_NOBODY_LISTENS = re.compile(
    r"ECONNREFUSED (?P<node>(?:127\.0\.0\.1|::1|localhost):\d{2,5})\b"
    r"|error sending request for url \(https?://(?P<rust>(?:127\.0\.0\.1|localhost):\d{2,5})\b",
    re.IGNORECASE,
)
_PROVIDERS = frozenset(
    "api.openai.com api.anthropic.com generativelanguage.googleapis.com api.deepseek.com api.moonshot.cn "
    "api.moonshot.ai api.x.ai api.groq.com api.mistral.ai openrouter.ai open.bigmodel.cn dashscope.aliyuncs.com "
    "api.siliconflow.cn".split()
)
"""Hosts at which providers answer themselves."""


def doubled(message: Message) -> Found | None:
    """The path that was called holds `/v1` twice: it stands in the base URL, and the program adds it as well."""
    return _repeated("address-doubled", _DOUBLED, message)


def endpoint(message: Message) -> Found | None:
    """The path that was called holds an endpoint behind an endpoint: the base URL was the whole address."""
    return _repeated("address-endpoint", _TWO_ENDPOINTS, message)


def website(message: Message) -> Found | None:
    """The API was called at the service's website: an API's path or a base URL with the website's host."""
    site, base = _host(message.service.site), _host(message.service.base_url)
    if site == base:
        return None
    for called in message.addresses:
        if called.host not in {site, f"www.{site}"}:
            continue
        if called.path.startswith("/v1/"):
            return Found("address-website", {"sent": called.url, "put": message.service.base_url + called.path})
        if _OPENAI_STYLE.fullmatch(called.path):
            return Found("address-website", {"sent": called.url, "put": message.service.api_base + called.path})
        if called.is_setting:
            put = {"put": message.service.api_base, "other": message.service.base_url}
            return Found("address-website-set", {"sent": called.url, **put})
    return None


def extra_v1(message: Message) -> Found | None:
    """Claude Code's base URL ends in `/v1` at this service; it adds `/v1/messages` itself."""
    for match in _CLAUDE_CLIENT.finditer(message.text) if "anthropic_base_url" in message.lowered else ():
        url = match["url"].rstrip("/")
        if _host(url) == _host(message.service.base_url) and url.endswith("/v1"):
            return Found("address-extra-v1", {"sent": match["url"], "put": message.service.base_url})
    return None


def no_v1(message: Message) -> Found | None:
    """An OpenAI-style address at this service lacks its version: an endpoint's path, or `OpenAI(base_url=…)`."""
    base, version = _host(message.service.base_url), urlsplit(message.service.api_base).path.rstrip("/")
    if not version:
        return None
    for called in message.addresses:
        if called.host == base and _OPENAI_STYLE.fullmatch(called.path):
            return Found(
                "address-no-v1", {"sent": called.url, "put": message.service.api_base.rstrip("/") + called.path}
            )
    match = message.last(_OPENAI_CLIENT, "base")
    if match and _host(match["url"]) == base and urlsplit(match["url"]).path in {"", "/"}:
        return Found("address-no-v1", {"sent": match["url"], "put": message.service.api_base})
    return None


def plain_http(message: Message) -> Found | None:
    """This service was called with `http://` where it answers `https://`."""
    if not message.service.base_url.startswith("https://"):
        return None
    for called in message.addresses:
        if called.host == _host(message.service.base_url) and called.url.lower().startswith("http://"):
            return Found("address-http", {"sent": called.url, "put": "https" + called.url[4:]})
    return None


def misspelt(message: Message) -> Found | None:
    """A host that does not exist is one slip away from this service's."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only a host that does not exist needs it

    host = _host(message.service.base_url) or ""
    match = message.last(_UNKNOWN_HOST) if message.means("network") else None
    sent = match["host"].lower() if match else host
    if sent in {host, _host(message.service.site)} or fuzz.ratio(sent, host) < MISSPELT:
        return None
    return Found("address-misspelt", {"sent": sent, "put": host})


def elsewhere(message: Message) -> Found | None:
    """A provider itself refused the key, so the base URL of this service is not in use."""
    if not message.means("401") or says_gateway(message):
        return None
    own = {_host(message.service.base_url), _host(message.service.site)}
    hosts = {called.host for called in message.addresses}
    called = {each.host for each in message.addresses if each.host in _PROVIDERS and (each.is_call or each.is_setting)}
    if hosts & own or len(called) != 1:
        return None
    return Found("address-elsewhere", {"host": called.pop(), "put": message.service.api_base})


def local(message: Message) -> Found | None:
    """A connection to the asker's own machine was refused: the program expected there does not run."""
    match = message.last(_NOBODY_LISTENS) if message.means("network") else None
    return Found("address-local", {"sent": match["node"] or match["rust"]}) if match else None


def address(message: Message) -> Found | None:
    """What is wrong with the address; the first of these, because what it says to put is right in whole."""
    checks = (doubled, endpoint, website, extra_v1, no_v1, plain_http, misspelt, elsewhere, local)
    return next((found for check in checks if (found := check(message))), None)


FINDERS = (address,)


def _repeated(id_: str, pattern: re.Pattern[str], message: Message) -> Found | None:
    base = message.service.base_url.rstrip("/")
    refused = message.last(_REFUSED_PATH)
    path = refused["path"].partition("?")[0] if refused else ""
    if twice := pattern.search(path):
        # Where the path is one of another service, its base URL is not ours to tell.
        other = any(called.path == path and called.host != _host(base) for called in message.addresses)
        return None if other else Found(id_, {"sent": path, "put": _without_repeat(twice, message)})
    for called in message.addresses:
        if called.host == _host(base) and (twice := pattern.search(called.path)):
            return Found(id_, {"sent": called.url, "put": _without_repeat(twice, message)})
    return None


def _without_repeat(twice: re.Match[str], message: Message) -> str:
    """Return the base URL: without `/v1` for a program that has written it behind, else with it."""
    adds_version = twice.re is _DOUBLED or twice["v1"]
    return message.service.base_url if adds_version else message.service.api_base


def _host(url: str) -> str | None:
    return urlsplit(url).hostname
