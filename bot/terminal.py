"""Answers and figures in the terminal: colour and boxes where a person watches, plain lines in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.assistant.answer import Answer
from bot.assistant.baselines import Measured
from bot.assistant.evaluation import GROUPS, Result, by, confusion, figures, misses
from bot.knowledge.base import Knowledge
from bot.knowledge.model_lookup import ModelFacts, ModelLookup
from bot.knowledge.model_sentences import origin, provider_named, sentences
from bot.knowledge.schema import Acts, Language, Service
from bot.knowledge.spellings import LONGEST

ItemT = TypeVar("ItemT")

SEEN = 400
"""How much of what was read in a picture is shown, in characters."""

_COLOUR: dict[Acts, str] = {"you": "yellow", "wait": "blue", "support": "red"}

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "cause": "Why",
        "steps": "What to do",
        "escalate": "When to ask a human",
        "read": "Read from your text",
        "seen": "Read in the picture: {text}",
        "also": "It may also be",
        "sure": "{share} % sure",
        "secret": "Your text held an API key ({shown}). Whoever saw it can use it: revoke it and make a new one.",
        "unknown": "No entry fits this text.",
        "human": "A human can help: {support}",
        "model": "model",
        "group": "group",
        "request_id": "request id",
        "url": "address",
        "ray_id": "Ray ID",
    },
    "zh": {
        "cause": "原因",
        "steps": "怎么办",
        "escalate": "何时联系客服",
        "read": "从你的文字里读到",
        "seen": "从图片里读到：{text}",
        "also": "也可能是",
        "sure": "把握 {share} %",
        "secret": "你的文字里有一个 API 密钥（{shown}）。看到它的人都能使用：请作废它，再新建一个。",
        "unknown": "没有符合这段文字的条目。",
        "human": "可以找人工帮忙：{support}",
        "model": "模型",
        "group": "分组",
        "request_id": "请求 ID",
        "url": "地址",
        "ray_id": "Ray ID",
    },
}


def _console() -> Console:
    """Return a console for standard output; in a pipe it neither wraps nor colours."""
    watched = sys.stdout.isatty()
    return Console(soft_wrap=not watched, highlight=False, markup=False, emoji=False, width=None if watched else 10_000)


_BOLD = re.compile(r"\*\*(.+?)\*\*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _prose(text: str) -> Text:
    """Return a text of the knowledge base, its Discord bold as the terminal's."""
    prose = Text()
    for i, part in enumerate(_BOLD.split(text)):
        prose.append(part, "bold" if i % 2 else "")
    return prose


def _plain(text: str) -> str:
    """Return somebody's text without what would steer the terminal, every character in its place."""
    return _UNPRINTABLE.sub("\ufffd", text)


def show_seen(answer: Answer) -> None:
    """Print what stood in a picture, its keys masked: one dim line, of a long text the part that decided."""
    start = max(0, answer.why[0].start - SEEN // 2) if answer.why and len(answer.text) > SEEN else 0
    text = _plain(answer.text)[start : start + SEEN]
    clipped = f"{'…' * (start > 0)}{' '.join(text.split())}{'…' * (start + SEEN < len(answer.text))}"
    _console().print(Text(_WORDS[answer.lang]["seen"].format(text=clipped), style="dim"))


def show(answer: Answer, knowledge: Knowledge, *, explain: bool = False) -> None:
    """Print an answer.

    Args:
        answer: What the assistant said.
        knowledge: Where to find a human when nothing fits.
        explain: Also show on the text which evidence decided.
    """
    console, words = _console(), _WORDS[answer.lang]
    for secret in answer.secrets:
        console.print(Text(words["secret"].format(shown=secret.shown), style="bold red"))
    if answer.entry is None:
        console.print(words["unknown"])
        console.print(words["human"].format(support=knowledge.service.support[answer.lang]))
    else:
        _show_entry(console, answer, knowledge.service.support[answer.lang])
    if explain:
        _explain(console, answer)


def _show_entry(console: Console, answer: Answer, support: str) -> None:
    words, colour = _WORDS[answer.lang], _COLOUR[answer.acts]
    name = answer.entry if answer.case is None else f"{answer.entry}/{answer.case}"
    aside = "" if name == str(answer.met or answer.status) else f"  {name}"
    console.print(Text.assemble((answer.heading, f"bold {colour}"), (aside, "dim")))
    for finding in answer.findings:
        console.print(Text.assemble(("→ ", "bold"), _plain(finding.text)))
    console.print()
    console.print(Text.assemble((words["cause"] + ": ", "bold"), _prose(answer.cause)))
    console.print(Text(words["steps"], style="bold"))
    _show_steps(console, answer.steps)
    console.print(Text.assemble((words["escalate"] + ": ", "bold"), _prose(answer.escalate)))
    console.print(Text(words["human"].format(support=support), style="dim"))
    read = {name: getattr(answer.evidence, name) for name in ("model", "group", "request_id", "url", "ray_id")}
    if any(read.values()):
        shown = ", ".join(f"{words[name]} {value}" for name, value in read.items() if value)
        console.print(Text(_plain(f"{words['read']}: {shown}"), style="dim"))
    if answer.alternatives:
        others = " · ".join(
            f"{other.entry if other.case is None else f'{other.entry}/{other.case}'} {other.title}"
            for other in answer.alternatives
        )
        console.print(Text(f"{words['also']}: {others}", style="dim"))
    if answer.confidence < 1:
        console.print(Text(words["sure"].format(share=round(100 * answer.confidence)), style="dim"))


def _show_steps(console: Console, steps: Sequence[str]) -> None:
    """Number the steps; where lines wrap, they do so beside their number."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    for number, step in enumerate(steps, start=1):
        if console.is_terminal:
            grid.add_row(f"  {number}.", _prose(step))
        else:
            console.print(Text(f"  {number}. ").append_text(_prose(step)))
    if grid.rows:
        console.print(grid)


def _explain(console: Console, answer: Answer) -> None:
    """Mark the evidence on the (masked) text and list it."""
    text = Text(_plain(answer.text))
    for sign in reversed(answer.why):
        text.stylize("reverse bold", sign.start, sign.end)
    console.print(Panel(text) if console.is_terminal else text)
    for sign in answer.why:
        place = f"{sign.start}-{sign.end}"
        console.print(f"{sign.kind:8} {sign.meaning!s:20} {place:12} {sign.weight:.2f}  {_plain(sign.text)}")


def watched(items: Iterable[ItemT], what: str, total: int | None = None) -> Iterator[ItemT]:
    """Yield items behind a progress bar on standard error, if a person is there to see it."""
    if not sys.stderr.isatty() or (total is not None and total < 50):
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=what, total=total, console=Console(stderr=True), transient=True)


def show_check(mark: str, name: str, told: str, todo: str) -> None:
    """Print what a check found: `✓`, `✗` or `–`, its name, and on a line of its own what to do about it."""
    console, colour = _console(), {"✓": "green", "✗": "bold red"}.get(mark, "dim")
    console.print(Text.assemble((f"{mark} {name}: ", colour), _plain(told)))
    if todo:
        console.print(Text.assemble(("    → ", "bold"), _plain(todo)))


def show_model(facts: ModelFacts, lookup: ModelLookup, service: Service, lang: Language) -> None:
    """Print what is known of a model's name, and where that comes from.

    Args:
        facts: What was found.
        lookup: Where it was found.
        service: Whose model it is.
        lang: The reader's language.
    """
    console = _console()
    for line in sentences(facts, lang, lambda name: _plain(name)[:LONGEST]):
        console.print(Text(line))
    console.print(_origin(lookup, service, lang))


def show_models(lookup: ModelLookup, service: Service, lang: Language) -> None:
    """Print every exact name by its provider, with the groups that serve it, and where they come from."""
    console, catalogue = _console(), lookup.catalogue
    for provider, names in lookup.by_family.items():
        console.print(Text(provider_named(provider, lang), style="bold"))
        for name in names:
            groups = sorted(catalogue.groups_of(name)) if catalogue else ()
            console.print(
                Text.assemble("  ", _plain(name), (f"  {_plain(', '.join(groups))}" if groups else "", "dim"))
            )
    console.print(_origin(lookup, service, lang))


def _origin(lookup: ModelLookup, service: Service, lang: Language) -> Text:
    when = f"{lookup.catalogue.fetched_at:%Y-%m-%d %H:%M} UTC" if lookup.catalogue else None
    return Text.assemble("\n", _prose(origin(service, lang, when)), style="dim")


def show_figures(
    results: Sequence[Result], knowledge: Knowledge, plain: Sequence[Measured], *, with_misses: bool
) -> None:
    """Print how right the answers were, overall, beside the plain ways, and by label, language and kind."""
    console = _console()
    published = knowledge.service.published
    overall = figures(results, published)
    console.print(f"{len(results)} messages, in percent")
    table = Table("", "rows", *overall, box=None, pad_edge=False)
    table.add_row("all", str(len(results)), *map(_percent, overall.values()))
    for way in plain:
        name = way.name if way.threshold is None else f"{way.name} ≥ {way.threshold}"
        table.add_row(name, str(len(results)), *map(_percent, way.figures.values()), "–")
    for title, key in GROUPS.items():
        table.add_section()
        for value, group in by(results, key).items():
            shares = map(_percent, figures(group, published).values())
            table.add_row(_plain(f"{title} {value or '–'}"), str(len(group)), *shares)
    console.print(table)
    if wrong := confusion(results):
        told = ", ".join(f"{label}→{entry} ×{n}" for (label, entry), n in wrong.most_common())
        console.print(_plain(f"confused: {told}"))
    if with_misses:
        for result in misses(results, knowledge):
            shown = " ".join(result.row.text.split())[:160]
            verdict = "spoke" if result.speaks else "silent"
            console.print(
                _plain(f"{result.row.id} wanted {result.row.label}, {verdict}, first {result.first or '-'}: {shown}")
            )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1f}"
