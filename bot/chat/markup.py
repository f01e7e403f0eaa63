"""Words that are not ours, made inert: they cannot format, mention or link in our cards."""

from __future__ import annotations

import re
import unicodedata

_CODE_SPAN = re.compile(r"(`[^`\n]+`)")
_CLOSED = re.compile(r"(?:\\.|`[^`\n]*`|[^`\\])*+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_MADE_PLAIN = re.compile(rf"\\{_PUNCTUATION.pattern}|`([^`\n]+)`")


def code(value: str, limit: int = 80) -> str:
    """Return `value` as inline code that nothing inside it can close.

    Args:
        value: any text, for example a model name read from a message.
        limit: how many characters of it to show.

    Returns:
        One line of inline code; an empty string where `value` has nothing visible.
    """
    # A backtick look-alike: Discord has no escape inside inline code.
    shown = clip(_visible(value).replace("`", "ˋ"), limit)
    return f"`{shown}`" if shown else ""


def plain(text: str) -> str:
    """Return `text` with its inline code kept and all other markup shown as it is written.

    Discord takes a backslash before any ASCII punctuation for an escape; this also keeps a bare
    `https://…` from becoming a link and `@name` or `<@1>` from becoming a mention.
    """
    parts = _CODE_SPAN.split(text)
    return "".join(
        code(part[1:-1], 300) if index % 2 else _PUNCTUATION.sub(r"\\\1", _visible(part, keep_ends=True))
        for index, part in enumerate(parts)
    )


def quoted(text: str, limit: int) -> str:
    """Return somebody's words as a quotation of at most `limit` characters, with their lines kept."""
    return clip("\n".join(f"> {plain(line)}" for line in text.splitlines() if line.strip()), limit)


def block(text: str, limit: int) -> str:
    """Return at most `limit` characters of somebody's words as a block of code that nothing inside it can close."""
    inert = "".join(char for char in text if char in "\n\t" or char.isprintable())
    return f"```\n{clip(inert.replace('`', 'ˋ'), limit)}\n```"


def bare(text: str) -> str:
    """Return a text that `plain` made without the markup; no backtick is left that could end a block of code."""
    return _MADE_PLAIN.sub(lambda match: match[1] or match[2], text).replace("`", "ˋ")


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, cut at a space near the end where there is one.

    Inline code is not cut into: without its second backtick, what stood in it would be markup.
    """
    if len(text) <= limit:
        return text
    cut = text[: max(0, limit - 1)]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    if space > limit * 0.8:
        cut = cut[:space]
    if closed := _CLOSED.match(cut, cut.rfind("\n") + 1):
        cut = cut[: closed.end()]
    return cut.rstrip(" \n\\") + "…"


def _visible(text: str, *, keep_ends: bool = False) -> str:
    """Return `text` on one line, without control characters and marks that turn its direction."""
    line = re.sub(r"\s+", " ", text)
    shown = "".join(char for char in line if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return shown if keep_ends else shown.strip()
