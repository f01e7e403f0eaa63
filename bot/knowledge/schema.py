"""What a knowledge base may say: one class per YAML file, strict about every key.

The classes are the single source of the format: the loader has pydantic validate with them, and
`schema.json` (what editors complete from) is generated from them. They are plain dataclasses, so that
what has been validated once can be used without pydantic. Limits on lengths keep every answer, with
four findings on top, inside the 4,000 characters of text that Discord allows in one message's
components.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from annotated_types import Ge, Le, MaxLen, MinLen

from bot.knowledge.wording import fold, phrase_words

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

Acts = Literal["you", "wait", "support"]
"""Who has to act next: the asker, nobody (time), or the people who run the service."""

Wanted = Literal["model", "request_id", "group", "time", "url", "client", "request", "ray_id", "ip", "token_name"]
"""What support may ask for. A modal holds five rows, so an entry names four at most, see `MOST_WANTED`."""

MOST_WANTED = 4

PLACEHOLDERS: dict[str, str] = {
    "any": r".{0,300}?",
    "error": r".{0,300}",
    "model": r"[^\s'\"`,;)(]{0,100}",
    "group": r"[^'\"`\n]{1,60}?",
    "token": r"[^\s'\"`]{1,80}?",
    "param": r"[\w.\[\]$-]{1,80}",
    "value": r"[^\s'\"`]{1,80}?",
    "url": r"\S{1,300}?",
    "path": r"[^\s)]{1,300}",
    "method": r"[a-z]{2,10}",
    "ip": r"[\w.:*/]{3,60}?",
    "status": r"\d{3}",
    "number": r"[\d,.]{1,20}",
    "limit": r"\d[\d,.]{0,20}",
    "used": r"\d[\d,.]{0,20}",
    "requested": r"\d[\d,.]{0,20}",
    "have": r"[^\s,;]{1,30}",
    "need": r"[^\s,;)]{1,30}",
    "seconds": r"\d{1,9}(?:\.\d{1,9})?",
    "minutes": r"\d{1,6}",
}
"""Placeholder name -> what may stand in its place (a regular expression over folded text).

Every name but `any`, `error`, `number` and `value` is kept as evidence.
"""

CODE = r"^[\w.:\-]{1,80}$"
SLUG = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"

_BRACES = re.compile(r"\{(\w*)\}")
_NAMES = "|".join(PLACEHOLDERS)
_HALF_BRACED = re.compile(rf"\{{\s*(?P<opened>{_NAMES})\b(?!\s*[:=])|(?<![:=])(?<![:=]\s)\b(?P<closed>{_NAMES})\s*\}}")
"""A placeholder with a brace missing or a space inside; `{error: …` and `… = value}` are text."""


def _template(source: str) -> str:
    folded = fold(source)
    unknown = [name for name in _BRACES.findall(folded) if name not in PLACEHOLDERS]
    if unknown:
        raise ValueError(f"unknown placeholder {{{unknown[0]}}}; known: {', '.join(PLACEHOLDERS)}")
    fixed = _BRACES.sub(" ", folded)
    if broken := _HALF_BRACED.search(fixed):
        name = broken["opened"] or broken["closed"]
        raise ValueError(f"write the placeholder as {{{name}}}, both braces, no space in it")
    if len(re.sub(r"\W|_", "", fixed)) < 4:
        raise ValueError("a template needs at least four letters besides its placeholders")
    return source


def _phrase(source: str) -> str:
    words = phrase_words(source)
    if not words:
        raise ValueError("a phrase needs a word that not every sentence has")
    if all(word.isdigit() for word in words):
        raise ValueError("a phrase needs words; a status number is recognised without one")
    return source


def _wording(source: str) -> str:
    """Accept text whose braces are all plain placeholders: `{model}`, neither `{}` nor `{model.x}`."""
    try:
        fields = [(name, spec or conversion) for _, name, spec, conversion in Formatter().parse(source)]
    except ValueError:
        fields = [("", None)]
    if any(name is not None and (not re.fullmatch(r"[a-z]+", name) or more) for name, more in fields):
        raise ValueError("write a placeholder as a name in braces, such as {model}")
    return source


_FOLD = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def _prose(source: str) -> str:
    """Take out the space that YAML folds a line break into between two Chinese characters."""
    return _FOLD.sub("", source)


def _address(source: str) -> str:
    parts = urlsplit(source)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(ADDRESS)
    return source


ADDRESS = "no address"


@dataclass(frozen=True)
class Line:
    """A piece of text, trimmed: how long it may be, and what else it has to be.

    `check` returns the text or raises ValueError with what is wrong.
    """

    longest: int
    shortest: int = 1
    pattern: str | None = None
    check: Callable[[str], str] | None = None

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """Tell pydantic; it is loaded only to validate."""
        from pydantic_core import core_schema  # noqa: PLC0415

        text = core_schema.str_schema(
            strip_whitespace=True, min_length=self.shortest, max_length=self.longest, pattern=self.pattern
        )
        return core_schema.no_info_after_validator_function(self.check, text) if self.check else text


NO_WANTED = "no wanted"


@dataclass(frozen=True)
class Either:
    """What support may ask for, or a list of what does as well one as the other; either way it becomes a tuple."""

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> CoreSchema:
        """Tell pydantic; it is loaded only to validate."""
        from pydantic_core import core_schema  # noqa: PLC0415

        name = core_schema.literal_schema([*get_args(Wanted)])
        names = core_schema.tuple_variable_schema(name, min_length=2)
        one_or_more = core_schema.union_schema(
            [name, names], custom_error_type=NO_WANTED, custom_error_message=NO_WANTED
        )
        return core_schema.no_info_after_validator_function(_alternatives, one_or_more)


def _alternatives(wanted: Wanted | tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    return (wanted,) if isinstance(wanted, str) else wanted


Alternatives = Annotated[tuple[Wanted, ...], Either()]
Title = Annotated[str, Line(90, check=_prose)]
Prose = Annotated[str, Line(700, check=_prose)]
Step = Annotated[str, Line(320, check=_prose)]
Advice = Annotated[str, Line(400, check=_prose)]
Message = Annotated[str, Line(2000)]
Code = Annotated[str, Line(80, pattern=CODE)]
Template = Annotated[str, Line(400, 4, check=_template)]
Phrase = Annotated[str, Line(80, 2, check=_phrase)]
Wording = Annotated[str, Line(240, check=_wording)]
Slug = Annotated[str, Line(24, pattern=SLUG)]
Address = Annotated[str, Line(200, check=_address)]


def _said(description: str, **options: Any) -> Any:
    """Return a dataclass field with the description that editors show."""
    return field(metadata={"description": description}, **options)


@dataclass(frozen=True, kw_only=True)
class Strict:
    """A class whose YAML may hold no other keys."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True)
class Texts(Strict):
    """One answer in one language, in the order the reader acts."""

    title: Title = _said("What happened, in one line; no status number, the card adds it.")
    cause: Prose = _said("Why it happens, for somebody who has never met it.")
    steps: Annotated[tuple[Step, ...], MinLen(1), MaxLen(8)] = _said(
        "What to do, one action a step, most likely cure first."
    )
    escalate: Advice = _said("When to go to a human, to whom, and what to send.")


@dataclass(frozen=True, kw_only=True)
class Match(Strict):
    """What in a message points here. Every list may be left out."""

    codes: tuple[Code, ...] = _said(
        "Machine codes (`error.code`), exact; each belongs to one entry or case only.", default=()
    )
    types: tuple[Code, ...] = _said(
        "`error.type` values and exception classes; case and underscores do not matter "
        "(rate_limit_error is RateLimitError).",
        default=(),
    )
    messages: tuple[Template, ...] = _said(
        "Documented error texts with placeholders such as {model}, {group}, {seconds}.", default=()
    )
    phrases: tuple[Phrase, ...] = _said("What people type when they describe this; typos are forgiven.", default=())


@dataclass(frozen=True, kw_only=True)
class Case(Strict):
    """A narrower meaning of an entry's status, with its own texts."""

    acts: Acts | None = _said("Only where it differs from the entry's.", default=None)
    ask_for: Annotated[tuple[Alternatives, ...], MaxLen(MOST_WANTED)] | None = _said(
        "Only where it differs from the entry's.", default=None
    )
    texts: dict[Language, Texts]
    match: Match
    examples: tuple[Message, ...] = ()
    not_examples: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry(Strict):
    """One file under `errors/`: what an error means and what to do about it."""

    status: Annotated[int, Ge(100), Le(599)] | None = _said(
        "The HTTP status; left out where the error has none.", default=None
    )
    acts: Acts
    ask_for: Annotated[tuple[Alternatives, ...], MaxLen(MOST_WANTED)] = _said(
        "What support needs, four names at most; of a list inside it one is enough: [model, [request_id, ray_id]].",
        default=(),
    )
    texts: dict[Language, Texts]
    match: Match = field(default_factory=Match)
    examples: Annotated[tuple[Message, ...], MinLen(1)] = _said("Messages that must resolve to this entry.")
    not_examples: tuple[Message, ...] = _said(
        "Messages that must not be answered with it in a support channel.", default=()
    )
    cases: dict[Slug, Case] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Service(Strict):
    """`service.yaml`: the service this knowledge base speaks for."""

    name: Annotated[str, Line(60)]
    site: Address
    base_url: Address
    api_base: Address = _said("The base URL an OpenAI-style client wants, with its path.")
    models_page: dict[Language, Annotated[str, Line(200)]] = _said("Where the exact model names stand.")
    support: dict[Language, Annotated[str, Line(300)]] = _said("How to reach a human, in one sentence.")
    published: tuple[str, ...] = _said(
        "Ids of the entries that the service itself publishes; they come first where a choice is close.", default=()
    )
    error_types: tuple[str, ...] = _said("`error.type` values of the service's own gateway.", default=())


class Meaning(NamedTuple):
    """What a piece of evidence points to: an entry, or one case of it."""

    entry: str
    case: str | None = None

    def __str__(self) -> str:
        """Return `403` or `403/balance`, the form in which people and custom ids name it."""
        return self.entry if self.case is None else f"{self.entry}/{self.case}"


Cue = Literal["over", "about", "trouble", "failing", "calls"]


@dataclass(frozen=True, kw_only=True)
class Cues(Strict):
    """`cues.yaml`: what people say around an error, whichever error it is."""

    over: tuple[Phrase, ...] = _said("It is solved, intended, or not to be looked at.", default=())
    about: tuple[Phrase, ...] = _said(
        "Talk about errors that is no call for help: plans, explanations, documentation.", default=()
    )
    trouble: tuple[Phrase, ...] = _said("A call for help; it outweighs `over` and `about`.", default=())
    failing: tuple[Phrase, ...] = _said(
        "Words of failure, which turn a topic (`rate limit`) into a report of one.", default=()
    )
    calls: tuple[Phrase, ...] = _said("Words of calls to an API, near which a bare number is a status.", default=())
    foreign: tuple[Phrase, ...] = _said("Software whose errors are not this service's.", default=())


ModelName = Annotated[str, Line(100, 2, pattern=r"^[\w./:@+-]+$")]


@dataclass(frozen=True, kw_only=True)
class Family(Strict):
    """One provider's models, as the service names them."""

    provider: Annotated[str, Line(40)]
    prefixes: Annotated[tuple[Annotated[str, Line(30, pattern=r"^[a-z][a-z0-9.-]*$")], ...], MinLen(1)] = _said(
        "How names of this family begin (`gpt`, `o1`, `claude`): by them a model is recognised."
    )
    models: tuple[ModelName, ...] = _said("Exact names in use today.", default=())
    aliases: dict[ModelName, ModelName] = _said(
        "Other spellings that people use, and the exact name.", default_factory=dict
    )
    retired: dict[ModelName, ModelName | None] = _said(
        "Names that are gone, and what replaced them (nothing, where nothing did).", default_factory=dict
    )


@dataclass(frozen=True, kw_only=True)
class Models(Strict):
    """`models.yaml`: the model names that people use today, by family."""

    families: dict[Slug, Family] = field(default_factory=dict)


FINDINGS: dict[str, tuple[str, ...]] = {
    # The key
    "key-placeholder": ("placeholder",),
    "key-empty": (),
    "key-bearer-twice": (),
    "key-quoted": (),
    "key-spaced": (),
    "key-other-provider": ("provider",),
    "key-tail": (),
    "key-no-header": ("header",),
    "key-unset": ("variable",),
    "key-missing": ("header",),
    # The address
    "address-doubled": ("sent", "put"),
    "address-doubled-called": ("sent", "put"),
    "address-endpoint": ("sent", "put"),
    "address-endpoint-called": ("sent", "put"),
    "address-website": ("sent", "put"),
    "address-website-set": ("sent", "put", "other"),
    "address-extra-v1": ("sent", "put"),
    "address-no-v1": ("sent", "put"),
    "address-port": ("sent", "put"),
    "address-http": ("sent", "put"),
    "address-elsewhere": ("host", "put"),
    "address-answered": ("host", "type"),
    "address-misspelt": ("sent", "put"),
    "address-unknown": ("sent", "put"),
    "address-spelt-right": ("sent",),
    "address-proxy": ("sent",),
    "address-local": ("sent",),
    "address-refused": ("sent",),
    # The model
    "model-missing": (),
    "model-spaces": ("sent", "put"),
    "model-prefix": ("sent", "put"),
    "model-alias": ("sent", "put"),
    "model-retired": ("sent", "put"),
    "model-gone": ("sent",),
    "model-near": ("sent", "names"),
    "model-not-offered": ("sent", "names"),
    "model-not-offered-none": ("sent",),
    "model-other-groups": ("sent", "groups", "group"),
    "model-offered": ("sent", "groups"),
    "model-right": ("sent", "group"),
    # The request
    "request-renamed": ("param", "put"),
    "request-moved": ("param", "put"),
    "request-system-role": ("place",),
    "request-value": ("param", "value"),
    "request-parameter": ("param",),
    "request-field": ("param",),
    "request-quotes": (),
    "request-json-line": ("line", "column"),
    "request-json-character": ("character",),
    "request-json-position": ("position",),
    "request-json-end": (),
    "request-type-missing": (),
    "request-type": ("sent",),
    # Numbers and names
    "group-refused": ("group",),
    "ip-refused": ("ip", "allowed"),
    "quota-token": ("have", "need", "short"),
    "quota-account": ("have", "need", "short"),
    "quota-left": ("have",),
    "context-room": ("limit", "used", "asked", "room"),
    "context-over": ("limit", "used", "over"),
    "output-over": ("limit", "asked"),
    "rate-too-large": ("limit", "requested"),
    "rate-used": ("limit", "used", "requested"),
    "rate-day": (),
    "limiter-total": ("count", "minutes"),
    "limiter": ("count", "minutes"),
    "wait-moment": (),
    "wait-seconds": ("seconds",),
    "wait-minutes": ("minutes",),
    "wait-hours": ("hours",),
    "wait-days": ("days",),
    # Who said it
    "sender-cloudflare": ("ray",),
    "sender-cdn": (),
    "sender-nginx": (),
    "sender-login": (),
    "sender-website": (),
    "sender-page": ("title",),
    "sender-upstream": (),
    "sender-upstream-status": ("status",),
    "sender-passed-on": ("provider",),
    "sender-provider": ("provider", "host"),
    "sender-certificate": ("host", "names"),
    "sender-gateway": ("type",),
}
"""Everything that may be visibly wrong in a message, most useful first -> what its wording may name."""


@dataclass(frozen=True, kw_only=True)
class Findings(Strict):
    """`findings.yaml`: the words for what is visibly wrong in a message; what has none is not told."""

    findings: dict[str, dict[Language, Wording]] = field(default_factory=dict)
