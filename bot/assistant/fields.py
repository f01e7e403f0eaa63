"""`key: value` pairs of error bodies, whatever the notation.

JSON (whole, cut off, escaped inside another string), Python's `repr`, `key=value` logs and JavaScript
objects without quotes are all read alike, pair by pair: no notation has to be complete, and what is
nested or escaped is found where it stands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

KEYS: dict[str, str] = {
    "message": "message", "msg": "message", "errmsg": "message", "error_message": "message", "detail": "message",
    "description": "message", "error_description": "message", "error": "error",
    "code": "code", "error_code": "code", "errorcode": "code", "err_code": "code", "errcode": "code",
    "type": "type", "error_type": "type", "errortype": "type",
    "status": "status", "status_code": "status", "statuscode": "status", "http_status": "status", "reason": "reason",
    "param": "param", "model": "model", "model_name": "model", "modelname": "model", "model_id": "model",
    "model_group": "model", "request_id": "request_id", "requestid": "request_id",
    "group": "group", "retrydelay": "retry", "base_url": "url", "api_base": "url", "baseurl": "url",
}  # fmt: skip
"""Key as written, folded -> what it holds."""

LONGEST = 4000
"""Where a quoted value is cut, in characters: a missing quote must not swallow a log."""

_OPEN = re.compile(
    r"(?P<close>\\{0,3}[\"'`]?)\]?\s{0,3}(?P<link>[:=])\s{0,3}"
    r"(?:[ubrf](?=\\{0,3}[\"'`]))?(?P<quote>\\{0,3}[\"'`])?"
)
_BARE = re.compile(r"[\w./:@\-]{1,120}")
_CLOSING = {quote: re.compile(rf"(?:[^{quote}\\]|\\.){{0,{LONGEST}}}+", re.DOTALL) for quote in "\"'`"}


class Field(NamedTuple):
    """One pair: what it holds, the span of its value in the text, and whether the value was quoted."""

    name: str
    start: int
    end: int
    quoted: bool


def read(name: str, end_of_key: int, folded: str) -> Field | None:
    """Return the value behind a key, or None where none follows.

    Args:
        name: What the key holds, a value of `KEYS`.
        end_of_key: Where the key's word ends in `folded`.
        folded: The folded text; its quotes are straight.
    """
    opened = _OPEN.match(folded, end_of_key)
    if opened is None:
        return None
    start, quote = opened.end(), opened["quote"]
    if quote is None:
        value = _BARE.match(folded, start)
        return Field(name, start, value.end(), False) if value else None
    if len(quote) == 1:
        value = _CLOSING[quote].match(folded, start)
        return Field(name, start, value.end() if value else start, True)
    end = folded.find(quote, start, start + LONGEST)
    return Field(name, start, end if end >= 0 else min(len(folded), start + LONGEST), True)
