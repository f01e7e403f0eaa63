"""The names of models: which words are one, and what is known of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from bot.knowledge.schema import Family, Models

_SIZES = "mini|nano|pro|turbo|flash|lite|plus|max|opus|sonnet|haiku|preview|instruct|thinking|vision"
"""What people leave a space before: `gpt4o mini`."""

_COUNTED = r"[ -](?:times?|h|hours?|min(?:ute)?s?|days?|requests?|calls?)\b"
_VERSION = rf"[vkr]?\d{{1,2}}(?:\.\d{{1,2}})?[a-z]?(?![a-z0-9_%]|\.\d|{_COUNTED})"
"""A version as people set it apart, `gpt 4o`, `deepseek v3.2`; neither a status nor a count of something."""

_METHOD = r"(?:stream|batch|async)?(?:generate|count|embed|(?:raw)?predict)"
"""How the methods begin that Google's API calls on a model: `models/gemini-2.5-pro:streamGenerateContent`."""

_COMMAND = re.compile(r"(?:\b[A-Z][A-Z0-9_]{2,}=\S{1,300} {1,3}|^[$>❯] )\Z", re.MULTILINE)
"""What stands before a command, which may be named like a family: variables, or the prompt of a shell."""

_TOOLS = re.compile(r"(?:claude|gemini|qwen|kimi|codex|grok)[ -]?(?:code|cli|desktop|app|web|api|ai)\b", re.IGNORECASE)
"""Programs that are named like a model's family."""


class ModelNames:
    """Recognises the names of `models.yaml`, and names that begin like one of its families."""

    def __init__(self, models: Models) -> None:
        self.families: dict[str, Family] = dict(models.families)

    @cached_property
    def _prefixes(self) -> Sequence[str]:
        """How names begin, in small letters, the longest first."""
        found = {prefix.lower() for family in self.families.values() for prefix in family.prefixes}
        return sorted(found, key=len, reverse=True)

    @cached_property
    def _begin(self) -> str:
        """A pattern for how names begin; one letter rules most of them out, where all would be tried in turn."""
        by_letter: dict[str, list[str]] = defaultdict(list)
        for prefix in self._prefixes:
            by_letter[prefix[0]].append(re.escape(prefix[1:]) + ("" if prefix[-1] in "-." else "(?![a-z])"))
        return "|".join(f"{re.escape(letter)}(?:{'|'.join(rests)})" for letter, rests in by_letter.items())

    @cached_property
    def _hint(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9_.-])(?:{self._begin})")

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?<![a-z0-9_.-])(?:(?!models/|v\d\w*/)[a-z][a-z0-9_.-]{{1,30}}+/){{0,2}}"
            rf"(?:{self._begin})(?!\.(?:com|cn|ai|org|net|io)\b)"
            rf"(?:(?<!\d)(?: (?:{_SIZES}))? {_VERSION}(?: (?:{_SIZES})\b){{0,2}}"
            rf"|(?:(?:[._@-]|:(?!{_METHOD}))?[a-z0-9]++)*+(?:\s(?:{_SIZES})\b)?)",
            re.IGNORECASE,
        )

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the spans of what reads as a model's name.

        Args:
            text: Any text; names are found in whatever case, with a provider's prefix (`openai/gpt-4o`).
        """
        if not self._hint.search(text.lower()):  # most texts name none, which is soon seen
            return
        for match in self._pattern.finditer(text):
            if not _TOOLS.match(text, match.start()) and not _is_command(match):
                yield match.span()

    def __contains__(self, name: object) -> bool:
        """Say whether a word reads as a model's name and nothing else."""
        return isinstance(name, str) and bool(self._pattern.fullmatch(name))


def _is_command(match: re.Match[str]) -> bool:
    """Say whether a bare family is a program that is run: `ANTHROPIC_BASE_URL=… claude`."""
    before = match.string[max(0, match.start() - 350) : match.start()]
    return match[0].isalpha() and _COMMAND.search(before) is not None
