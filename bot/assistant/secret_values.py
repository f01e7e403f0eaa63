"""Whether a value that stands where a key can stand is one, and not a placeholder, a word or a path.

The closer a format or a place ties a value down, the less is asked of the value itself.
"""

from __future__ import annotations

import re

_FILLER = re.compile(r"[xX]{6,}|^[xX]{3,}$")
_PLACEHOLDER = re.compile(
    r"(?i)(?:^|[-_])(?:your|x{3,})(?:[-_]|$)|your[-_]?(?:api|key|token|secret|password)|placeholder"
    r"|change[-_]?me|redacted|example[-_]?key|\[(?:key|token|password|webhook|private)"
)
_WORD = re.compile(
    r"\d?[A-Z]?[a-z]{1,14}\d?|\d?[A-Z]{1,14}\d?"  # token, UNLIMITED, qwen2
    r"|\d{1,8}[A-Za-z]{0,3}"  # 4o, 20241022
    r"|\d?[a-z]{0,14}(?:[A-Z]{1,4}[a-z]{2,14}){1,6}[A-Z]{0,4}"  # openRouterAPIKey
)
_SORTS = re.compile("[a-z]+|[A-Z]+|[0-9]+")
_PATH_OR_CALL = re.compile(r"(?:~|\.{1,2})?/[A-Za-z_.-]+/|[A-Za-z_.]+[\[(]")
_URL_PLACEHOLDER = re.compile(
    r"(?i)(?:your|my|db)?[-_]?(?:pass(?:word|wd)?|pwd|secret|token|key)|x+|[$\[{%].*|.*(?:\*\*|\.\.\.).*"
)


def not_filler(value: str) -> bool:
    """Whether `value`, which has the exact form of a key, is more than a row of x."""
    return not _FILLER.search(value)


def _reads_as_words(value: str) -> bool:
    """Whether `value` is words and small numbers: `task-force`, `process.env.KEY`, `gpt-4o-mini`."""
    return all(_WORD.fullmatch(part) for part in re.split(r"[^A-Za-z0-9]+", value) if part)


def could_be_key(value: str) -> bool:
    """Whether `value` can be a key where one is expected: behind `Authorization:`, `api_key=`, `sk-`."""
    whole = len(value) >= 8 and all(len(piece) >= 24 for piece in value.split("...")[:-1])
    return (
        whole
        and not _FILLER.search(value)
        and not _PLACEHOLDER.search(value)
        and not _PATH_OR_CALL.match(value)
        and not _reads_as_words(value)
    )


def mixes_letters_and_digits(value: str) -> bool:
    """Whether `value` can be a key where other things stand as well: behind `token=`, `?key=`."""
    return bool(re.search("[A-Za-z]", value) and re.search(r"\d", value)) and could_be_key(value)


def mixes_cases_and_digits(value: str) -> bool:
    """Whether `value`, which stands behind a word, is no hash: those keep to one case."""
    return value.lower() != value != value.upper() and mixes_letters_and_digits(value)


def looks_drawn(value: str) -> bool:
    """Whether `value`, which stands anywhere, was drawn from all letters and digits and names nothing.

    A drawn character is of another sort than the one before it more often than not, in the keys of one-api
    (`GenerateKey` in common/random/main.go: 16 drawn characters, then a UUID whose case alternates) as well;
    one key in two thousand changes less often than every third character, as the words of a name do.
    """
    return mixes_cases_and_digits(value) and 3 * len(_SORTS.findall(value)) >= len(value)


def is_in_two(value: str) -> bool:
    """Whether `value` is a gateway's key of 48 characters in two parts, and not a shorter key before a word."""
    first, second, *_ = re.findall("[0-9A-Za-z]+", value)
    return len(first + second) == 48 and looks_drawn(first + second) and not _reads_as_words(second)


def could_be_password(value: str) -> bool:
    """Whether `value`, behind `password=`, is more than a word about passwords."""
    mixed = re.search("[A-Za-z]", value) and re.search(r"[^A-Za-z\s_./-]", value)
    dull = _PLACEHOLDER.search(value) or _PATH_OR_CALL.match(value) or "**" in value or "..." in value
    return len(value) >= 6 and not dull and bool(mixed or not _reads_as_words(value))


def not_url_placeholder(value: str) -> bool:
    """Whether `value`, between `user:` and `@host`, is more than a stand-in for a password."""
    return not _URL_PLACEHOLDER.fullmatch(value)


def has_capital(value: str) -> bool:
    """Whether `value` is no host name: those are written small."""
    return value != value.lower()
