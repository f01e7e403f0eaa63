"""The addresses in a message: which were called, and which are somebody's setting."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.knowledge.schema import Service

_URL = re.compile(r"https?://[^\s\"'<>`)\]},;，。；）】\\]{3,300}", re.IGNORECASE)
_SETTING = re.compile(
    r"(?:(?:base|api)[ _-]?(?:url|base|host|endpoint)|接口地址|代理地址|api ?地址)"
    r"[\"'`]{0,2}\s{0,3}[:=：(]?"
    r"\s{0,3}(?:(?:填写?|设置?|配置?|改|写)[成为]?[了的]?[是为]?|(?:is )?set to|is)?\s{0,3}[:：]?\s{0,3}[\"'`]?$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"(?:\b(?:POST|GET|curl(?: -\S+(?: POST)?){0,3})|\burl[\"']?\s?[:=(]|--url|for url"
    r"|\b(?:post|get|request|fetch|axios)\(\s{0,8}) ?\(?[\"'`]?$",
    re.IGNORECASE,
)

_WRITTEN_OUT = re.compile(
    r"(?:\bcurl(?:\.exe)?\s{1,3}(?=[\"'\\-]|$)(?:[^\n\\]|\\(?:\r?\n|(?!\r?\n)))*?"
    r"|(?:^|\n)[\s>$`]{0,4}(?:POST|GET)"
    r"|\b(?:requests\.(?:post|get|request)|fetch|axios(?:\.\w{1,9})?)\([^\n)]{0,20}?)\s{0,3}[\"'`]?$"
)
"""What stands before an address that its writer calls in whole: no program adds a path to it."""

COMMAND = 400
"""How far before its address a command may begin, in characters."""


class Called(NamedTuple):
    """An address that was called or set, as written; `is_whole` where no program has added to what was written."""

    url: str
    host: str
    path: str
    is_setting: bool
    is_call: bool
    is_whole: bool
    port: int | None

    @property
    def without_port(self) -> str:
        """The address as it is without a port of its own."""
        return self.url.replace(f":{self.port}", "", 1)


def read(text: str) -> Iterator[Called]:
    """Yield the addresses of a text in its order, without what is asked for behind `?`."""
    for match in _URL.finditer(text):
        url = match[0].rstrip(".:")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            continue
        if host:
            before = text[max(0, match.start() - 40) : match.start()]
            is_setting = bool(_SETTING.search(before))
            is_call = not is_setting and bool(_CALL.search(before))
            is_whole = bool(_WRITTEN_OUT.search(text[max(0, match.start() - COMMAND) : match.start()]))
            yield Called(url.partition("?")[0], host, parts.path, is_setting, is_call, is_whole, port)


def own_hosts(service: Service) -> frozenset[str | None]:
    """Return the hosts of a service: of its API, and of its website."""
    return frozenset({host_of(service.base_url), host_of(service.site)})


def hosts_in_use(addresses: Iterable[Called]) -> frozenset[str]:
    """Return the hosts that were called or are set; others are merely spoken of."""
    return frozenset(each.host for each in addresses if each.is_call or each.is_setting)


def host_of(url: str) -> str | None:
    """Return the host of an address as somebody wrote it; None where it has none that can be read."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
