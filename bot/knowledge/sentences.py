"""What a validator finds, in the words of the person who wrote the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from bot.knowledge.schema import ADDRESS, CODE, NO_WANTED, SLUG, Case, Entry, Match, Strict, Texts, Wanted
from bot.knowledge.strict_yaml import Document

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[int | str, ...]


def _keys(model: type[Strict]) -> Collection[str]:
    return [field.name for field in fields(model)]


_FIELDS: Mapping[str, Collection[str]] = {
    "the entry itself": _keys(Entry),
    "a case": _keys(Case),
    "a language of 'texts'": _keys(Texts),
    "'match'": _keys(Match),
}
"""Where a key of an entry's file may stand -> the keys that may stand there."""

_SENTENCES = {
    "missing": "{where} is missing",
    "key": "unknown key '{key}'; it takes {expected}",
    "nothing": "{where} is empty: fill it in or delete it",
    "no item": "{where} is empty: fill it in or delete it; text that begins with # needs quotes",
    "blank": "{where} is empty",
    "text in a mapping": "{where} is read as a key with a value because of a ':' or '{{' in it: put it in quotes",
    "text in a list": "{where} is read as a list because of a '[' or '-' at its beginning: put it in quotes",
    "choice": "{where} takes {expected}",
    "literal_error": "{where} is '{written}'; it takes {expected}",
    "string_type": "{where} has to be text: put {written} in quotes",
    "string_too_long": "{where} is too long: {length} characters, at most {max_length}",
    "string_too_short": "{where} is too short: at least {min_length} characters",
    "too_long": "{where} has {actual_length} items, at most {max_length}",
    "too_short": "{where} has {actual_length} items, at least {min_length}",
    "tuple_type": "{where} has to be a list: each item on a line of its own, behind '- '",
    "dict_type": "{where} has to hold lines such as 'key: value'",
    "dataclass_type": "{where} has to hold lines such as 'key: value'",
    "greater_than_equal": "{where} is {given}, at least {ge}",
    "less_than_equal": "{where} is {given}, at most {le}",
    CODE: "{where} is no code: letters, digits and _ . : - only, no spaces",
    SLUG: "{where} is no name for a case: lower case, digits and single hyphens",
    "int": "{where} has to be a whole number",
    NO_WANTED: f"{{where}} takes one of {', '.join(get_args(Wanted))}, or a list of two or more of which one is enough",
    ADDRESS: "{where} has to be an address such as https://api.example.com",
}
"""What is wrong, mostly in pydantic's names -> a sentence for it."""


def named(location: Place) -> str:
    """Return a place as people say it: `'texts.en.steps', item 2`."""
    steps = ".".join(step for step in location if isinstance(step, str))
    items = "".join(f", item {step + 1}" for step in location if isinstance(step, int))
    return f"'{steps}'{items}"


def sentence(detail: ErrorDetails, document: Document, model: type[Strict]) -> str:
    """Return what pydantic found in plain words.

    Args:
        detail: One of the validator's errors; its `loc` ends with the key concerned.
        document: The file that was validated.
        model: What the whole file was validated as.
    """
    location = tuple(step for step in detail["loc"] if step != "[key]")
    key = str(location[-1])
    if detail["type"] == "unexpected_keyword_argument":
        return _unknown(location, model)
    pattern = _SENTENCES.get(_kind(detail))
    if pattern is None:
        return f"{named(location)}: {detail['msg'].removeprefix('Value error, ')}"
    given, written = detail["input"], document.written(location)
    length = len(given) if isinstance(given, str) else 0
    return pattern.format(
        where=named(location), key=key, given=given, written=written, length=length, **detail.get("ctx", {})
    )


def _kind(detail: ErrorDetails) -> str:
    """Return the key of `_SENTENCES` for an error."""
    kind, given, last = detail["type"], detail["input"], detail["loc"][-1]
    if kind == "string_pattern_mismatch":
        return str(detail["ctx"]["pattern"])
    if kind == "value_error" and str(detail["ctx"]["error"]) == ADDRESS:
        return ADDRESS
    if kind == "literal_error" and last == "[key]":
        return "key"
    if given is None:
        return "no item" if isinstance(last, int) else "nothing"
    if kind in {"string_too_short", "too_short"} and detail["ctx"]["min_length"] == 1:
        return "blank"
    if kind == "string_type" and isinstance(given, dict | list):
        return "text in a mapping" if isinstance(given, dict) else "text in a list"
    if kind == "literal_error" and isinstance(given, dict | list):
        return "choice"
    return kind.partition("_")[0] if kind.startswith("int_") else kind


def _unknown(location: Place, model: type[Strict]) -> str:
    """Say of a key that nothing has, or that stands in the wrong place, where it belongs."""
    key, here = str(location[-1]), _home(location[:-1])
    fields = _FIELDS if model is Entry else {here: _keys(model)}
    for home, keys in fields.items():
        if key in keys:
            return f"'{key}' does not belong here; it is a key of {home}"
    for home in (here, *fields):
        if near := get_close_matches(key, fields[home], n=1):
            return f"unknown key '{key}' (did you mean '{near[0]}'{'' if home == here else f', a key of {home}'}?)"
    return f"unknown key '{key}'"


def _home(parent: Place) -> str:
    match parent:
        case ():
            return "the entry itself"
        case (*_, "match"):
            return "'match'"
        case (*_, "texts", _):
            return "a language of 'texts'"
        case _:
            return "a case"
