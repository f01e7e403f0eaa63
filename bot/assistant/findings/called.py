"""The addresses in a message: which were called, and which are somebody's setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

_URL = re.compile(r"https?://[^\s\"'<>`)\]},;，。；）】\\]{3,300}", re.IGNORECASE)
_SETTING = re.compile(
    r"(?:(?:base|api)[ _-]?(?:url|base|host)|接口地址|代理地址|api ?地址)[\"'`]{0,2}\s{0,3}[:=：(]?\s{0,3}[\"'`]?$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"(?:\b(?:POST|GET|curl(?: -\S+(?: POST)?){0,3})|\burl[\"']?\s?[:=(]|for url) ?\(?[\"'`]?$", re.IGNORECASE
)


class Called(NamedTuple):
    """An address that was called or set, as written."""

    url: str
    host: str
    path: str
    is_setting: bool
    is_call: bool


def read(text: str) -> Iterator[Called]:
    """Yield the addresses of a text in its order, without what is asked for behind `?`."""
    for match in _URL.finditer(text):
        url = match[0].rstrip(".:")
        try:
            parts = urlsplit(url)
            host = parts.hostname
        except ValueError:
            continue
        if host:
            before = text[max(0, match.start() - 40) : match.start()]
            is_setting, is_call = bool(_SETTING.search(before)), bool(_CALL.search(before))
            yield Called(url.partition("?")[0], host, parts.path, is_setting, is_call)
