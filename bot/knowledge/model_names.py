"""The names of models: which words are one, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from bot.knowledge.schema import Family, Models

_SIZES = "mini|nano|pro|turbo|flash|lite|plus|max|opus|sonnet|haiku|preview|instruct|thinking|vision"
"""What people leave a space before: `gpt4o mini`."""

_TOOLS = re.compile(r"(?:claude|gemini|qwen|kimi|codex|grok)[ -]?(?:code|cli|desktop|app|web|api|ai)\b", re.IGNORECASE)
"""Programs that are named like a model's family."""


class ModelNames:
    """Recognises the names of `models.yaml`, and names that begin like one of its families."""

    def __init__(self, models: Models) -> None:
        self.families: dict[str, Family] = dict(models.families)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        prefixes = sorted(
            {prefix for family in self.families.values() for prefix in family.prefixes}, key=len, reverse=True
        )
        begin = "|".join(re.escape(prefix) + ("" if prefix[-1] in "-." else "(?![a-z])") for prefix in prefixes)
        return re.compile(
            rf"(?<![a-z0-9_.-])(?:[a-z][\w.-]{{1,30}}/){{0,2}}(?:{begin})(?!\.(?:com|cn|ai|org|net|io)\b)"
            rf"(?:[._:@-]?[a-z0-9]++)*+(?:\s(?:{_SIZES})\b)?",
            re.IGNORECASE,
        )

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of what reads as a model's name.

        Args:
            text: Any text; names are found in whatever case, with a provider's prefix (`openai/gpt-4o`).
        """
        if not self.families:
            return
        for match in self._pattern.finditer(text):
            if not _TOOLS.match(text, match.start()):
                yield match.span()

    def __contains__(self, name: object) -> bool:
        """Say whether a word reads as a model's name and nothing else."""
        return isinstance(name, str) and bool(self._pattern.fullmatch(name))
