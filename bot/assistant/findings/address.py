"""What is wrong with the address that was called: what was sent, and what to put."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.assistant.findings import network, sender
from bot.assistant.findings.called import host_of, hosts_in_use, own_hosts
from bot.assistant.findings.message import Found, Message

_REFUSED_PATH = re.compile(
    r"(?:Invalid URL \((?:POST|GET) |Cannot (?:POST|GET) )(?P<path>/[^\s)\"'<]{1,200})", re.IGNORECASE
)
_DOUBLED = re.compile(r"(?:/v1){2,4}(?=/|$)(?P<rest>.*)")
_ENDPOINT = r"(?:chat/completions|completions|messages|responses|embeddings|images/generations|audio/\w+|models)"
_TWO_ENDPOINTS = re.compile(rf"/{_ENDPOINT}(?P<v1>/v1)?(?P<rest>/{_ENDPOINT})/?$")
_OPENAI_STYLE = re.compile(
    r"/(?:chat/completions|completions|responses|embeddings|images/(?:generations|edits)|audio/\w+)/?$"
)
_OPENAI_CLIENT = re.compile(
    r"(?<!Azure)OpenAI\([^)]{0,300}?base_?url\s{0,3}[=:]\s{0,3}[\"'](?P<url>https?://[^\"'\s]{3,200})[\"']",
    re.IGNORECASE,
)
_CLAUDE_CLIENT = re.compile(r"ANTHROPIC_BASE_URL[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<url>https?://[^\"'\s,}]{3,200})")
_PROVIDERS = frozenset(
    "api.openai.com api.anthropic.com generativelanguage.googleapis.com api.deepseek.com api.moonshot.cn "
    "api.moonshot.ai api.x.ai api.groq.com api.mistral.ai openrouter.ai open.bigmodel.cn dashscope.aliyuncs.com "
    "api.siliconflow.cn".split()
)
"""Hosts at which providers answer themselves."""


def doubled(message: Message) -> Found | None:
    """The path that was called holds `/v1` twice: it stands in the base URL, and the program adds it as well.

    Of an address that was written in whole, and of a base URL that holds both itself, it is told what it should be.
    """
    return _doubled_in_base(message) or _repeated("address-doubled", _DOUBLED, message)


def endpoint(message: Message) -> Found | None:
    """The path that was called holds an endpoint behind an endpoint: the base URL was the whole address.

    Of an address that was written in whole it is told what to call instead.
    """
    return _repeated("address-endpoint", _TWO_ENDPOINTS, message)


def website(message: Message) -> Found | None:
    """The API was called at the service's website: an API's path or a base URL with the website's host."""
    site, base = host_of(message.service.site), host_of(message.service.base_url)
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
    match = message.last(_CLAUDE_CLIENT, "anthropic_base_url")
    url = match["url"].rstrip("/") if match else ""
    if host_of(url) != host_of(message.service.base_url) or not url.endswith("/v1"):
        return None
    return Found("address-extra-v1", {"sent": url, "put": message.service.base_url})


def no_v1(message: Message) -> Found | None:
    """An OpenAI-style address at this service lacks its version: an endpoint's path, or `OpenAI(base_url=…)`."""
    base, version = host_of(message.service.base_url), urlsplit(message.service.api_base).path.rstrip("/")
    if not version:
        return None
    for called in message.addresses:
        if called.host == base and _OPENAI_STYLE.fullmatch(called.path):
            return Found(
                "address-no-v1", {"sent": called.url, "put": message.service.api_base.rstrip("/") + called.path}
            )
    match = message.last(_OPENAI_CLIENT, "base")
    if match and host_of(match["url"]) == base and urlsplit(match["url"]).path in {"", "/"}:
        return Found("address-no-v1", {"sent": match["url"], "put": message.service.api_base})
    return None


def plain_http(message: Message) -> Found | None:
    """This service was called with `http://` where it answers `https://`."""
    if not message.service.base_url.startswith("https://"):
        return None
    for called in message.addresses:
        if called.host == host_of(message.service.base_url) and called.url.lower().startswith("http://"):
            return Found("address-http", {"sent": called.url, "put": "https" + called.url[4:]})
    return None


def elsewhere(message: Message) -> Found | None:
    """A provider itself refused the key, so the base URL of this service is not in use."""
    if not message.means("401") or sender.says_gateway(message):
        return None
    called = hosts_in_use(message.addresses) & _PROVIDERS
    if _names_own_host(message) or len(called) != 1:
        return None
    return Found("address-elsewhere", {"host": min(called), "put": message.service.api_base})


def answered(message: Message) -> Found | None:
    """A gateway's own error, and the only address in the message is a provider's, which sends none of that type."""
    type_ = sender.own_type(message)
    called = hosts_in_use(message.addresses)
    if not type_ or len(called) != 1 or not called <= _PROVIDERS or _names_own_host(message):
        return None
    return Found("address-answered", {"host": min(called), "type": type_})


def port(message: Message) -> Found | None:
    """A port stands in this service's address, which has none."""
    base = message.service.base_url
    if urlsplit(base).port:
        return None
    for called in message.addresses:
        if called.host == host_of(base) and called.port not in {None, 80, 443}:
            scheme, _, rest = called.without_port.partition("://")
            put = f"https://{rest}" if base.startswith("https://") else f"{scheme}://{rest}"
            return Found("address-port", {"sent": called.url, "put": put})
    return None


def address(message: Message) -> Found | None:
    """What is wrong with the address; the first of these, because what it says to put is right in whole."""
    checks = (extra_v1, doubled, endpoint, website, no_v1, port, plain_http, elsewhere, answered, *network.CHECKS)
    return next((found for check in checks if (found := check(message))), None)


FINDERS = (address,)


def _repeated(id_: str, pattern: re.Pattern[str], message: Message) -> Found | None:
    base = message.service.base_url.rstrip("/")
    for called in message.addresses:
        if called.is_whole and called.host == host_of(base) and (twice := pattern.search(called.path)):
            put = (f"{base}/v1" if twice.re is _DOUBLED else message.service.api_base.rstrip("/")) + twice["rest"]
            return Found(f"{id_}-called", {"sent": called.url, "put": put})
    path = _refused_path(message)
    if twice := pattern.search(path):
        # Where another service was called, its base URL is not ours to tell.
        hosts = hosts_in_use(message.addresses) | {each.host for each in message.addresses if each.path == path}
        if hosts and hosts.isdisjoint(own_hosts(message.service)):
            return None
        return Found(id_, {"sent": path, "put": _without_repeat(twice, message)})
    for called in message.addresses:
        if called.host == host_of(base) and (twice := pattern.search(called.path)):
            return Found(id_, {"sent": called.url, "put": _without_repeat(twice, message)})
    return None


def _doubled_in_base(message: Message) -> Found | None:
    """Return what is wrong with a base URL that ends in `/v1/v1`: programs for the OpenAI API add none.

    A third one in a path that was called is the program's own.
    """
    called = {each.path for each in message.addresses} | {_refused_path(message)}
    for base in message.addresses:
        twice = _DOUBLED.search(base.path) if base.host == host_of(message.service.base_url) else None
        if twice and twice["rest"] in {"", "/"}:
            adds_version = any(path.startswith(f"{base.path.rstrip('/')}/v1/") for path in called)
            put = message.service.base_url if adds_version else message.service.api_base
            return Found("address-doubled-called", {"sent": base.url, "put": put})
    return None


def _refused_path(message: Message) -> str:
    refused = message.last(_REFUSED_PATH)
    return refused["path"].partition("?")[0] if refused else ""


def _without_repeat(twice: re.Match[str], message: Message) -> str:
    """Return the base URL: without `/v1` for a program that has written it behind, else with it."""
    adds_version = twice.re is _DOUBLED or twice["v1"]
    return message.service.base_url if adds_version else message.service.api_base


def _names_own_host(message: Message) -> bool:
    return not own_hosts(message.service).isdisjoint(each.host for each in message.addresses)
