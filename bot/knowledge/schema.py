"""What a knowledge base may say: one model per YAML file, strict about every key.

The models are the single source of the format: the loader validates with them and `schema.json`
(what editors complete from) is generated from them. Limits on lengths keep every answer, with three
findings on top, inside the 4,000 characters of text that Discord allows in one message's components.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from bot.knowledge.wording import fold, words

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

Acts = Literal["you", "wait", "support"]
"""Who has to act next: the asker, nobody (time), or the people who run the service."""

Wanted = Literal["model", "request_id", "group", "time", "url", "client", "request", "ray_id", "ip", "token_name"]
"""What support may ask for. A modal holds five rows, so an entry names four at most."""

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
    if not words(fold(source)):
        raise ValueError("a phrase needs a word that not every sentence has")
    return source


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=90)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=700)]
Step = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=320)]
Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=CODE)]
Template = Annotated[str, StringConstraints(min_length=4, max_length=400), AfterValidator(_template)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80), AfterValidator(_phrase)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=24)]


class Strict(BaseModel):
    """A model that refuses keys it does not know and never changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Texts(Strict):
    """One answer in one language, in the order the reader acts."""

    title: Title = Field(description="What happened, in one line; no status number, the card adds it.")
    cause: Prose = Field(description="Why it happens, for somebody who has never met it.")
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=8)] = Field(
        description="What to do, one action a step, most likely cure first."
    )
    escalate: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)] = Field(
        description="When to go to a human, to whom, and what to send."
    )


class Match(Strict):
    """What in a message points here. Every list may be left out."""

    codes: tuple[Code, ...] = Field(
        (), description="Machine codes (`error.code`), exact; each belongs to one entry or case only."
    )
    types: tuple[Code, ...] = Field(
        (),
        description="`error.type` values and exception classes; case and underscores do not matter "
        "(rate_limit_error is RateLimitError).",
    )
    messages: tuple[Template, ...] = Field(
        (), description="Documented error texts with placeholders such as {model}, {group}, {seconds}."
    )
    phrases: tuple[Phrase, ...] = Field((), description="What people type when they describe this; typos are forgiven.")


class Case(Strict):
    """A narrower meaning of an entry's status, with its own texts."""

    acts: Acts | None = Field(None, description="Only where it differs from the entry's.")
    ask_for: Annotated[tuple[Wanted, ...], Field(max_length=4)] | None = None
    texts: dict[Language, Texts]
    match: Match
    examples: tuple[Message, ...] = ()
    not_examples: tuple[Message, ...] = ()


class Entry(Strict):
    """One file under `errors/`: what an error means and what to do about it."""

    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        None, description="The HTTP status; left out where the error has none."
    )
    acts: Acts
    ask_for: Annotated[tuple[Wanted, ...], Field(max_length=4)] = ()
    texts: dict[Language, Texts]
    match: Match = Match()
    examples: Annotated[tuple[Message, ...], Field(min_length=1)] = Field(
        description="Messages that must resolve to this entry."
    )
    not_examples: tuple[Message, ...] = Field((), description="Messages that must not.")
    cases: dict[Slug, Case] = Field(default_factory=dict)


class Service(Strict):
    """`service.yaml`: the service this knowledge base speaks for."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    site: HttpUrl
    base_url: HttpUrl
    api_base: HttpUrl = Field(description="The base URL an OpenAI-style client wants, with its path.")
    models_page: dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field(
        description="Where the exact model names stand."
    )
    support: dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=300)]] = Field(
        description="How to reach a human, in one sentence."
    )
    published: tuple[str, ...] = Field(
        (), description="Ids of the entries that the service itself publishes; they come first where a choice is close."
    )
    error_types: tuple[str, ...] = Field((), description="`error.type` values of the service's own gateway.")


class Meaning(NamedTuple):
    """What a piece of evidence points to: an entry, or one case of it."""

    entry: str
    case: str | None = None

    def __str__(self) -> str:
        """Return `403` or `403/balance`, the form in which people and custom ids name it."""
        return self.entry if self.case is None else f"{self.entry}/{self.case}"


Cue = Literal["over", "about", "trouble", "failing", "foreign"]


class Cues(Strict):
    """`cues.yaml`: what people say around an error, whichever error it is."""

    over: tuple[Phrase, ...] = Field((), description="It is solved, intended, or not to be looked at.")
    about: tuple[Phrase, ...] = Field(
        (), description="Talk about errors that is no call for help: plans, explanations, documentation."
    )
    trouble: tuple[Phrase, ...] = Field((), description="A call for help; it outweighs `over` and `about`.")
    failing: tuple[Phrase, ...] = Field(
        (), description="Words of failure, which turn a topic (`rate limit`) into a report of one."
    )
    foreign: tuple[Phrase, ...] = Field((), description="Software whose errors are not this service's.")


ModelName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w./:@+-]{2,100}$")]


class Family(Strict):
    """One provider's models, as the service names them."""

    provider: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    prefixes: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9.-]*$")], ...] = Field(
        min_length=1,
        description="How names of this family begin (`gpt`, `o1`, `claude`): by them a model is recognised.",
    )
    models: tuple[ModelName, ...] = Field((), description="Exact names in use today.")
    aliases: dict[ModelName, ModelName] = Field(
        default_factory=dict, description="Other spellings that people use, and the exact name."
    )
    retired: dict[ModelName, ModelName | None] = Field(
        default_factory=dict, description="Names that are gone, and what replaced them (nothing, where nothing did)."
    )


class Models(Strict):
    """`models.yaml`: the model names that people use today, by family."""

    families: dict[Slug, Family] = Field(default_factory=dict)
