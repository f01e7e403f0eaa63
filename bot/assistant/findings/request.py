"""What is wrong with the request's body and its parameters."""

from __future__ import annotations

import re

from bot.assistant.findings.message import Found, Message

_Q = r"\\{0,3}[`'\"]"
_PARAM = r"[\w.\[\]-]{1,60}"

_RENAMED = re.compile(
    rf"unsupported parameter: {_Q}(?P<param>{_PARAM}){_Q} is not supported with this model\. "
    rf"use {_Q}(?P<put>{_PARAM}){_Q} instead",
    re.IGNORECASE,
)
_MOVED = re.compile(
    rf"unsupported parameter: {_Q}(?P<param>{_PARAM}){_Q}\. in the responses api, this parameter has moved to "
    rf"{_Q}(?P<put>{_PARAM}){_Q}",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    rf"unsupported value: {_Q}(?P<place>messages\[\d+\]\.role){_Q} does not support {_Q}system{_Q}", re.IGNORECASE
)
_VALUE = re.compile(
    rf"unsupported value: {_Q}(?P<param>{_PARAM}){_Q} does not support "
    rf"(?P<value>[^\s\"'`]{{1,40}}|{_Q}[^\"'`\n\\]{{1,40}}{_Q}) with this model",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    rf"(?:unsupported|unknown) parameter: {_Q}(?P<openai>{_PARAM}){_Q}"
    rf"|unrecognized request arguments? supplied: (?P<old>[a-z]\w{{1,59}})(?!, )\b"
    rf"|[\"' ](?P<claude>[a-z][\w.-]{{1,59}}): extra inputs are not permitted"
    rf"|additional properties are not allowed \({_Q}(?P<schema>\w{{1,60}}){_Q} was unexpected\)",
    re.IGNORECASE,
)
_INDISPENSABLE = frozenset({"messages", "input", "prompt", "model"})
"""What no request goes without: where one of these is refused, the endpoint is the wrong one."""
_MISSING = re.compile(
    rf"missing required parameter: {_Q}(?P<openai>{_PARAM}){_Q}"
    rf"|\bfield (?P<gateway>messages|prompt|input|instruction) is required"
    rf"|{_Q}(?P<schema>messages|prompt|input){_Q} is a required property"
    rf"|[\"' ](?P<claude>[a-z][\w.-]{{1,59}}): field required"
    rf"|\[\] is too short - {_Q}(?P<short>messages){_Q}",
    re.IGNORECASE,
)
_GO = re.compile(r"invalid character '(?P<char>\\{1,3}'|[^']{1,6})' (?:looking for|after|in) ", re.IGNORECASE)
_GO_END = re.compile(r"unexpected end of JSON input", re.IGNORECASE)
_PLACE = re.compile(r"\bline (?P<line>\d{1,6}),? column (?P<column>\d{1,6})(?: \(char \d{1,8}\))?", re.IGNORECASE)
_POSITION = re.compile(r"in JSON at position (?P<position>\d{1,8})", re.IGNORECASE)

_CURL = re.compile(r"\bcurl\b(?:[^\n]|\\\r?\n|(?<=\\)\n){0,1500}")
_HAS_BODY = re.compile(r"\s(?:-d|--data(?:-raw|-binary)?)[ =]\s{0,2}['\"$@]?[\s\\]{0,4}\{")
_CONTENT_TYPE = re.compile(r"(?<!< )content-type\s{0,2}:\s{0,2}(?P<type>[\w./+-]{3,60})", re.IGNORECASE)


def renamed(message: Message) -> Found | None:
    """The model refuses a parameter and names the one to use: `max_tokens`, `max_completion_tokens`."""
    match = message.last(_RENAMED) if message.means("400") else None
    return Found("request-renamed", {"param": match["param"], "put": match["put"]}) if match else None


def moved(message: Message) -> Found | None:
    """The Responses API was called with a parameter of the older one, and the error says what it became."""
    match = message.last(_MOVED, "responses api") if message.means("400") else None
    return Found("request-moved", {"param": match["param"], "put": match["put"]}) if match else None


def system_role(message: Message) -> Found | None:
    """The model takes no message of the role `system`, as the first o1 models."""
    match = message.last(_SYSTEM) if message.means("400") else None
    return Found("request-system-role", {"place": match["place"].removesuffix(".role")}) if match else None


def value(message: Message) -> Found | None:
    """The model takes the parameter, but not this value."""
    match = message.last(_VALUE) if message.means("400") else None
    if match is None or match["param"].endswith(".role"):
        return None
    return Found("request-value", {"param": match["param"], "value": match["value"].strip("\\'\"`")})


def parameter(message: Message) -> Found | None:
    """The model or its provider refuses a parameter, which the error names, and no other is to take its place."""
    match = message.last(_REFUSED) if message.means("400") or message.means("422") else None
    if match is None or message.last(_RENAMED) or moved(message):
        return None
    param = match[match.lastgroup or 0]
    return None if param.lower() in _INDISPENSABLE else Found("request-parameter", {"param": param})


def missing_field(message: Message) -> Found | None:
    """The request lacks a field that the error names, or the field is empty, such as `messages`."""
    asked = message.means("400") or message.means("422") or message.means("500", "validation")
    match = message.last(_MISSING) if asked else None
    return Found("request-field", {"param": match[match.lastgroup or 0]}) if match else None


def json(message: Message) -> Found | None:
    """The body that was sent is no JSON, with the place where its reader stopped.

    Only where the error is about the request: the same words about an answer mean a web page.
    """
    if not message.means("400", "json"):
        return None
    if match := message.last(_GO):
        char = match["char"].replace("\\", "") or "\\"
        return Found("request-quotes") if char == "'" else Found("request-json-character", {"character": char})
    if match := message.last(_PLACE):
        return Found("request-json-line", {"line": match["line"], "column": match["column"]})
    if match := message.last(_POSITION):
        return Found("request-json-position", {"position": match["position"]})
    return Found("request-json-end") if message.last(_GO_END) else None


def content_type(message: Message) -> Found | None:
    """`curl` in the message sends JSON without saying so, where the error is one that this causes."""
    caused = message.means("400", "no-model", "json") or message.means("415") or message.means("422")
    curl = message.last(_CURL) if caused else None
    if curl is None or not _HAS_BODY.search(curl[0]):
        return None
    # Data over several lines may part a command from its headers.
    match = _CONTENT_TYPE.search(message.text, curl.start())
    if match is None:
        return None if "--json" in message.lowered else Found("request-type-missing")
    return None if match["type"].lower().endswith("json") else Found("request-type", {"sent": match["type"]})


FINDERS = (renamed, moved, system_role, value, parameter, missing_field, json, content_type)
