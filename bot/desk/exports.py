"""What the desk knows, for other programs: unanswered messages as drafts of entries, figures as a table."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, Any

import yaml

from bot.desk import sqlite
from bot.desk.clusters import clusters
from bot.desk.database import Database, DeskError
from bot.desk.questions import Stats
from bot.desk.records import Records
from bot.desk.unanswered import Missed
from bot.knowledge.schema import LANGUAGES

EXAMPLES = 5
"""How many messages of those that are alike a draft has: enough to see what differs among them."""

WIDTH = 110

COLUMNS = ("days", "since", "what", "name", "count", "rate")
"""`rate` is the share of all questions, between 0 and 1; times are counted in seconds and have none."""

RISKY = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, see https://owasp.org/www-community/attacks/CSV_Injection."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Records]:
    """Open the records of a bot to read them. They have to be there: nothing is made, and nothing changed.

    Args:
        url: as `Settings.database_url` has it.

    Raises:
        DeskError: there are none, they are of an older version, or they cannot be read.
    """
    if missing := sqlite.missing(url):
        raise DeskError(f"there is no database {missing}: run this where the bot runs, with its DATABASE_URL")
    database = await Database.open(url, read_only=True)
    try:
        yield Records(database, lambda: datetime.now(UTC))
    finally:
        await database.close()


def drafts(missed: Sequence[Missed]) -> list[str]:
    """Return a draft of an entry for each sort of message that went unanswered, the most frequent first.

    A draft is a file for `errors/` of a knowledge base as it has to be, but for the texts, which are empty: until they
    are written, and `match` knows the examples, `python -m bot check` says what is missing.

    Args:
        missed: the messages, masked.
    """
    together = clusters([message.text for message in missed])
    return [draft for places in together if (draft := _draft([missed[place] for place in places]))]


def write_stats(file: IO[str], stats: Iterable[tuple[timedelta, Stats]]) -> None:
    """Write figures as CSV, in the columns of `COLUMNS`. No cell can be taken for a formula.

    Args:
        file: open for text, with `newline=""`.
        stats: the figures, each with how far back they go.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for within, figures in stats:
        head = (within.days, figures.since.isoformat(timespec="seconds"))
        writer.writerows([_cell(cell) for cell in (*head, *row)] for row in _rows(figures))


def _draft(alike: Sequence[Missed]) -> str:
    """Return the draft for messages that are alike; empty where none of them can be seen."""
    examples = list(dict.fromkeys(filter(None, (_clean(message.text) for message in alike))))[:EXAMPLES]
    if not examples:
        return ""
    times = "once" if len(alike) == 1 else f"{len(alike)} times"
    taken = Counter(message.entry for message in alike if message.entry)
    head = [
        "# yaml-language-server: $schema=../schema.json",
        f"# Asked {times}, last on {max(message.created_at for message in alike):%Y-%m-%d}.",
        *(f"# Taken for {entry}: {number}." for entry, number in taken.most_common()),
        "# Messages of real people: take out of the examples what is nobody's business.",
    ]
    texts = {"title": None, "cause": None, "steps": None, "escalate": None}
    entry: dict[str, Any] = {
        "acts": "you",
        "texts": {lang: dict(texts) for lang in LANGUAGES},
        "match": {"messages": [], "phrases": []},
        "examples": examples,
    }
    body = yaml.dump(entry, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return "\n".join((*head, body))


class _Dumper(yaml.SafeDumper):
    """Writes YAML as people do: a long text as a block, nothing where there is nothing, no short cuts."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - whatever it is
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _nothing(dumper: yaml.SafeDumper, _: None) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)


def _clean(text: str) -> str:
    """Return a message without what YAML cannot show as it is: control characters and blanks at the ends of lines."""
    text = text.replace("\t", "    ")
    shown = "".join(char for char in text if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn"})
    return "\n".join(line.rstrip() for line in shown.strip().split("\n"))


def _rows(stats: Stats) -> Iterator[tuple[object, ...]]:
    """Yield the rows of one time: what, name, count, rate."""

    def rate(count: int) -> str:
        return f"{count / stats.questions:.4f}" if stats.questions else ""

    yield "questions", "", stats.questions, ""
    for name in ("answered", "unanswered", "solved", "not_solved", "solved_by_others", "escalated"):
        count = getattr(stats, name)
        yield name, "", count, rate(count)
    for what, counted in (("entry", stats.entries), ("model", stats.models)):
        for name, count in counted:
            yield what, name, count, rate(count)
    for what, time in (("seconds_to_claim", stats.to_claim), ("seconds_to_resolve", stats.to_resolve)):
        if time is not None:
            yield what, "", round(time.total_seconds()), ""


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(RISKY) else text
