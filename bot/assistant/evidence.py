"""What a message says: one scan over the masked text collects every sign of an error.

Nothing is decided here. Each sign says what was seen, where, and what it would mean; `matching`
weighs them. The scan looks each word up once, so its cost follows the text alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from bot.assistant import facts, fields, statuses
from bot.assistant.fields import Field
from bot.assistant.source_code import SourceLines
from bot.assistant.statuses import Status
from bot.knowledge.base import FOREIGN, Knowledge
from bot.knowledge.phrases import Phrase, PhraseHit
from bot.knowledge.schema import Meaning
from bot.knowledge.templates import Template, TemplateHit, pieces
from bot.knowledge.wording import FIRST_CJK, IS_CJK, WORD, Word, by_script, fold, words

TYPED = 2000
"""How much of either end of a long text is read for what people type, in characters."""

LONGEST_NAME = 60
"""How long a message may be that is nothing but the name of an entry, in characters."""

MOST = 60
"""How many numbers and fields from either end of a text are judged."""

T = TypeVar("T")

Kind = Literal["message", "code", "type", "status", "phrase", "name"]

_NUMBERS = {str(code): code for code in range(400, 600)}
_NUMBERS |= {f"http{code}": code for code in range(400, 600)} | {f"{code}s": code for code in range(400, 600)}
_ASSIGNMENT = re.compile(r"\s{0,40}(?:export )?[\w.]{1,60}\s?=|\s{0,40}//")
"""The beginning of a line of configuration or code: the words in it are nobody's complaint."""

_BARE = re.compile(
    r"(?=\D*+\d{3}\D*+\Z)\W*(?:what(?:'?s| is| does)|explain|meaning of|define)?\s*"
    r"(?:an?|the|http|status|code|/?error|err|报错|错误码?|什么是|\s)*"
    r"\W*(\d{3})"
    r"\s*(?:errors?|code|mean|错误|报错|是什么意思|是什么|啥意思|什么意思|是啥|\s)*\W*"
)
"""A message that is nothing but a status, or asks what one means: `429`, `error 429?`, `what is 429?`."""

_WENT_WELL = re.compile(r"\A\s{0,20}(?:< )?http/\d(?:\.\d)? 2\d\d\b|\"object\": ?\"chat\.completion")
"""The status line that a text opens with, or the body of an answer."""

_STATUS = re.compile(r"[45]\d\d")
_DIGITS = re.compile(r"(?<!\d)[45]\d\d(?!\d)")
_ESCAPED = re.compile(r"\\+u([0-9a-fA-F]{4})")


class Sign(NamedTuple):
    """One piece of evidence: what was seen, what it means, how sure that alone makes it, and where."""

    kind: Kind
    meaning: Meaning
    weight: float
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything read from one message; spans are of the masked text.

    `name` is set where the whole message names an entry. `status` is the last status in a convincing
    `setting`; `code` and `type` are those of the error's body. The facts are what the answer shows and
    support asks for; each is None where the text does not say. `foreign` is true where another
    software's name stands in the text, `succeeded` where it is the answer to a request that went well.
    """

    name: Sign | None = None
    signs: tuple[Sign, ...] = ()
    statuses: tuple[Status, ...] = ()
    pasted: tuple[tuple[int, int], ...] = ()
    status: int | None = None
    setting: str | None = None
    code: str | None = None
    type: str | None = None
    model: str | None = None
    group: str | None = None
    request_id: str | None = None
    url: str | None = None
    retry_after: float | None = None
    said: str | None = None
    ray_id: str | None = None
    captured: Mapping[str, str] = field(default_factory=dict)
    foreign: bool = False
    succeeded: bool = False


@dataclass(slots=True)
class _Scan:
    """Where the words stand that one pass over a text has found."""

    anchors: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    keys: list[tuple[str, int]] = field(default_factory=list)
    numbers: list[tuple[int, int, int]] = field(default_factory=list)
    names: list[tuple[Kind, str, int, int]] = field(default_factory=list)


class Reader:
    """Reads messages for one knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    @cached_property
    def _anchors(self) -> Mapping[str, Sequence[Template]]:
        return self._knowledge.templates.by_anchor

    @cached_property
    def _hot(self) -> frozenset[str]:
        """Every word that is worth a closer look."""
        return self._telling.union(self._anchors, fields.KEYS, _NUMBERS)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Every name that is a sign by itself, as it stands in folded text."""
        return self._types.union(code for code in self._knowledge.codes if "_" in code)

    @cached_property
    def _types(self) -> frozenset[str]:
        return frozenset(name for name in self._knowledge.types if len(name) >= 8)

    def read(self, text: str) -> Evidence:
        """Read one message.

        Args:
            text: The message with its keys masked, of any length.
        """
        evidence, pairs = self._look(text)
        if evidence.name:
            return evidence
        captured, folded = evidence.captured, fold(text)
        return replace(
            evidence,
            code=facts.field("code", pairs, text),
            type=facts.field("type", pairs, text),
            model=facts.model(captured, pairs, text, self._knowledge.models, [sign.start for sign in evidence.signs]),
            group=facts.group(captured, pairs, text),
            request_id=facts.request_id(pairs, text),
            retry_after=facts.retry_after(folded),
            said=facts.said(pairs, text),
            ray_id=facts.ray_id(folded),
        )

    def glance(self, text: str) -> Evidence:
        """Read of one message what `matching` weighs, which takes half the time; of the facts, that is the address.

        Args:
            text: The message with its keys masked, of any length.
        """
        return self._look(text)[0]

    def _look(self, text: str) -> tuple[Evidence, Sequence[Field]]:
        folded = fold(text)
        if named := _named(folded, self._knowledge):
            return Evidence(name=named, status=self._knowledge.entries[named.meaning.entry].status), ()
        source = SourceLines(folded)
        scan = self._scan(folded)
        pairs = [pair for key in _both_ends(scan.keys) if (pair := fields.read(*key, folded))]
        found = _judged(scan, folded, source)
        hits = self._knowledge.templates.search(folded, scan.anchors)
        signs = self._from_names(_both_ends(scan.names), text, source)
        signs += self._from_fields(pairs, folded, text, source)
        signs += [_from_hit(hit) for hit in hits if not source.hold(hit.start)]
        captured = {
            name: text[start:end].strip().rstrip(".,") for hit in hits for name, (start, end) in hit.captured.items()
        }
        for escaped, inner in self._escaped(pairs, text):
            signs += [sign._replace(start=escaped.start, end=escaped.end) for sign in inner.signs]
            captured |= inner.captured
        signs += self._from_statuses(found)
        typed = self._knowledge.phrases.search(self._typed(folded))
        signs += self._from_phrases(typed, folded, source)
        convincing = [status for status in found if status.weight >= 0.8]
        evidence = Evidence(
            signs=tuple(signs),
            statuses=tuple(found),
            pasted=_pasted(hits, pairs, found),
            status=convincing[-1].code if convincing else None,
            setting=convincing[-1].setting if convincing else None,
            url=facts.url(text),
            captured=captured,
            succeeded=bool(_WENT_WELL.search(folded)) and not any(pair.name == "error" for pair in pairs),
            foreign=any(hit.phrase.owner == FOREIGN for hit in typed),
        )
        return evidence, pairs

    def may_read(self, text: str) -> bool:
        """Tell whether there may be a sign in a message; where not, `read` finds none.

        Only what words there are is looked at, not where they stand: of chat, that lets hardly anything through.

        Args:
            text: The message with its keys masked, of any length.
        """
        folded = fold(text)
        if len(folded) > 2 * TYPED or "\\" in folded or _named(folded, self._knowledge):
            return True  # a paste, the escapes of programs, or an entry
        latin, cjk = by_script(folded)
        return self._may_name(folded, pieces(latin, cjk)) or self._knowledge.phrases.may_find(latin, cjk)

    def _may_name(self, folded: str, units: set[str]) -> bool:
        """Tell whether there may be something that software wrote: a field, a status, a name, an error text."""
        if units.isdisjoint(self._hot):  # most chat
            return False
        has_field = (":" in folded or "=" in folded) and not fields.KEYS.keys().isdisjoint(units)
        has_number = not _NUMBERS.keys().isdisjoint(units)
        return (
            has_field
            or not units.isdisjoint(self._telling)
            or (has_number and _may_hold_a_status(folded))
            or self._knowledge.templates.may_find(units)
        )

    def _scan(self, folded: str) -> _Scan:
        """Note where words stand that are worth a closer look: the one pass over the whole text."""
        scan, hot = _Scan(), self._hot
        for match in WORD.finditer(folded):
            word = match[0]
            if word in hot or "_" in word:
                self._note(word, match.start(), scan)
                if (inner := word.strip("_")) != word and inner in hot:  # Markdown's italics
                    self._note(inner, match.start() + word.index(inner), scan)
            elif word[0] >= FIRST_CJK:
                for i in range(len(word) - 1):
                    if word[i : i + 2] in self._anchors:
                        scan.anchors[word[i : i + 2]].append(match.start() + i)
            elif word[0] in "nrt" and folded[match.start() - 1] == "\\" and word[1:] in hot:
                self._note(word[1:], match.start() + 1, scan)  # behind the "\n" of JSON and Python
        return scan

    def _note(self, word: str, start: int, scan: _Scan) -> None:
        end = start + len(word)
        if word in self._anchors:
            scan.anchors[word].append(start)
        if word in fields.KEYS:
            scan.keys.append((fields.KEYS[word], end))
        if word in _NUMBERS:
            digits = start + 4 if word[0] == "h" else start
            scan.numbers.append((_NUMBERS[word], digits, digits + 3))
        elif "_" in word and word in self._knowledge.codes:
            scan.names.append(("code", word, start, end))
        elif (name := word.replace("_", "")) in self._types:
            scan.names.append(("type", name, start, end))

    def _from_names(self, names: Iterable[tuple[Kind, str, int, int]], text: str, source: SourceLines) -> list[Sign]:
        """Return the codes and types that stand anywhere in a text, written as programs write them."""
        signs: list[Sign] = []
        for kind, name, start, end in names:
            if source.hold(start) or not _is_identifier(text[start:end]):
                continue
            meaning = (self._knowledge.codes if kind == "code" else self._knowledge.types)[name]
            signs.append(Sign(kind, meaning, 0.93 if kind == "code" else 0.86, name, start, end))
        return signs

    def _from_fields(self, pairs: Iterable[Field], folded: str, text: str, source: SourceLines) -> list[Sign]:
        signs: list[Sign] = []
        for name, start, end, quoted in pairs:
            if name not in {"code", "type", "status", "reason"}:
                continue
            value = folded[start:end].strip()
            kind = value.replace("_", "").removeprefix("litellm.")
            code = self._knowledge.codes.get(value) if name == "code" and not _STATUS.fullmatch(value) else None
            named = self._knowledge.types.get(kind) if _is_identifier(text[start:end].strip()) else None
            if (code or named) and not source.hold(start):
                if code:
                    signs.append(Sign("code", code, 0.93, value, start, end))
                if named:
                    signs.append(Sign("type", named, 0.86 if quoted else 0.8, value, start, end))
        return signs

    def _escaped(self, pairs: Iterable[Field], text: str) -> Iterator[tuple[Field, Evidence]]:
        r"""Read values whose letters are written as `\u4ee4` once more, as what they stand for."""
        for pair in pairs:
            if (plain := _unescape(text[pair.start : pair.end])) is not None:
                yield pair, self.glance(plain)

    def _typed(self, folded: str) -> list[Word]:
        """Return the words of both ends of a text, where people say what they want to know."""
        if len(folded) <= 2 * TYPED:
            return self._words(folded, 0)
        return self._words(folded[:TYPED], 0) + self._words(folded[-TYPED:], len(folded) - TYPED)

    def _words(self, part: str, offset: int) -> list[Word]:
        """Return the words of a part of a text; of a model's name only the first, however many it is made of.

        In `model gpt-4o-mini not found` the name is one word in between, and not three.
        """
        found = words(part, offset)
        for start, end in self._knowledge.models.find(part):
            found = [word for word in found if not start + offset < word.start < end + offset]
        return found

    def _from_statuses(self, found: Iterable[Status]) -> list[Sign]:
        return [
            Sign("status", Meaning(self._knowledge.statuses[code]), weight, f"{code} ({setting})", start, end)
            for code, start, end, setting, weight in found
            if code in self._knowledge.statuses
        ]

    def _from_phrases(self, hits: Iterable[PhraseHit], folded: str, source: SourceLines) -> list[Sign]:
        return [
            Sign("phrase", phrase.owner, self._weight(phrase) * likeness, phrase.source, start, end)
            for phrase, start, end, likeness in hits
            if phrase.owner != FOREIGN
            and not _ASSIGNMENT.match(folded, folded.rfind("\n", 0, start) + 1, start)
            and not source.hold(start)
        ]

    def _weight(self, phrase: Phrase) -> float:
        """Return how sure a phrase makes it: the longer, the surer; of two words only if they speak of failure.

        A Chinese word is two characters.
        """
        length = sum(0.5 if IS_CJK.match(word) else 1 for word in phrase.words)
        if length > 2:
            return 0.85
        if length <= 1:
            return 0.6
        return 0.78 if self._knowledge.speaks_of_failure(phrase) else 0.7


def _named(folded: str, knowledge: Knowledge) -> Sign | None:
    """Return the entry or case that the whole message names: `429`, `error 429?`, `403/balance`."""
    length = len(folded)
    if length > LONGEST_NAME:
        return None
    if match := _BARE.fullmatch(name := folded.strip()):
        entry = knowledge.statuses.get(int(match[1]))
        return Sign("name", Meaning(entry), 1.0, match[1], 0, length) if entry else None
    entry, _, case = name.partition("/")
    if entry in knowledge.entries and (not case or case in knowledge.entries[entry].cases):
        return Sign("name", Meaning(entry, case or None), 1.0, name, 0, length)
    return None


def _is_identifier(word: str) -> bool:
    """Say whether a word as written is a program's name for something, rather than prose."""
    return "_" in word or any(map(str.isupper, word[1:]))


def _unescape(value: str) -> str | None:
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    return plain if plain != value and not _ESCAPED.search(plain) else None


def _both_ends(found: list[T]) -> list[T]:
    return found if len(found) <= 2 * MOST else found[:MOST] + found[-MOST:]


def _judged(scan: _Scan, folded: str, source: SourceLines) -> list[Status]:
    """Return the numbers of folded text that may be a status."""
    return [found for number in _both_ends(scan.numbers) if (found := statuses.judge(*number, folded, source))]


def _may_hold_a_status(folded: str) -> bool:
    """Tell whether any number may be a status; each is tried, be it a word of its own or a part of one."""
    source = SourceLines(folded)
    return any(statuses.judge(int(match[0]), *match.span(), folded, source) for match in _DIGITS.finditer(folded))


def _from_hit(hit: TemplateHit) -> Sign:
    weight = 0.9 + 0.08 * min(hit.template.letters, 60) / 60
    return Sign("message", hit.template.owner, weight, hit.template.source, hit.start, hit.end)


def _pasted(
    hits: Iterable[TemplateHit], pairs: Iterable[Field], found: Iterable[Status]
) -> tuple[tuple[int, int], ...]:
    """Return the spans that software wrote, as far as the signs show it."""
    spans = [(hit.start, hit.end) for hit in hits]
    spans += [(start, end) for _, start, end, _ in pairs]
    spans += [(status.start, status.end) for status in found]
    return tuple(sorted(spans))
