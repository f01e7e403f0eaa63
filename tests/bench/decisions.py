"""What a decision costs, and what has to be there for one."""

from __future__ import annotations

import gc
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from bot.assistant.assistant import Assistant
from bot.assistant.evaluation import NONE, read_rows
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, load
from bot.knowledge.schema import Entry, Match
from tests.bench.ratio import Ratio, p99

MESSAGES = Path(__file__).parents[1] / "data" / "messages.jsonl"
MEGABYTE = 1_000_000
LINE = (
    '2026-11-22 14:00:01,123 INFO httpx: HTTP Request: POST {} "HTTP/1.1 200 OK" took 1234ms model=gpt-4o tokens=400\n'
)


def seconds(call: Callable[[], object], times: int) -> float:
    """Return the best of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def longer(ours: Callable[[], object], theirs: Callable[[], object], times: int = 9) -> float:
    """Return how many times as long one call takes as another: both in turn, and of each the best run.

    Python looks for garbage only among what they make, and not among all that the measurement has loaded.
    """
    best = others = float("inf")
    gc.freeze()
    for _ in range(times):
        best, others = min(best, seconds(ours, 1)), min(others, seconds(theirs, 1))
    gc.unfreeze()
    return best / others


def costs(call: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Return the time that each text takes, the better of two."""
    return [seconds(lambda text=text: call(text), 2) for text in texts]  # type: ignore[misc]


def decisions(assistant: Assistant) -> Iterator[Ratio]:
    """A decision against the search of one phrase list by RapidFuzz."""
    knowledge = assistant.knowledge
    phrases = [phrase for meaning in knowledge.meanings() for phrase in knowledge.part(meaning).match.phrases]
    rows = read_rows(MESSAGES)
    random.Random(0).shuffle(rows)
    mixed = [row.text for row in rows[:150]]
    chat = [row.text for row in rows if row.label == NONE and row.kind == "negative-chat"]

    def search(text: str) -> object:
        return process.extractOne(text, phrases, scorer=fuzz.WRatio)

    ours, theirs = costs(assistant.ask, mixed), costs(search, mixed)
    yield Ratio("decision / extractOne(WRatio), median", statistics.median(ours) / statistics.median(theirs), 1)
    yield Ratio("decision / extractOne(WRatio), 99th percentile", p99(ours) / p99(theirs), 1)
    idle, spent = costs(assistant.ask, chat), costs(search, chat)
    yield Ratio("chat / extractOne(WRatio), median", statistics.median(idle) / statistics.median(spent), 0.1)


def large_texts(assistant: Assistant) -> Iterator[Ratio]:
    """A megabyte of log against one regular expression over it."""
    log = LINE * (MEGABYTE // len(LINE))
    took = longer(lambda: assistant.ask(log), lambda: re.findall(r"\d{3}", log))
    yield Ratio(r"1 MB of log / re.findall(r'\d{3}')", took, 20)


def a_large_base(assistant: Assistant) -> Iterator[Ratio]:
    """A decision with a thousand entries against one with ten."""
    letters = random.Random(1)

    def word() -> str:
        return "".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=letters.randint(4, 9)))

    def generated(entry: Entry, words: Sequence[str]) -> Entry:
        said = tuple(" ".join(letters.choices(words, k=3)) for _ in range(20))
        match = Match(
            phrases=said,
            messages=tuple(f"{one} {{model}} {word()}" for one in said[:8]),
            codes=tuple("_".join(letters.choices(words, k=3)) for _ in range(3)),
        )
        return replace(entry, status=None, match=match, cases={})

    known = assistant.knowledge
    ten = {id_: known.entries[id_] for id_ in known.service.published}
    few = Knowledge(known.service, known.cues, known.families, ten)
    words = [word() for _ in range(4000)]
    more = {f"made-{i}": generated(known.entries["429"], words) for i in range(990)}
    many = Knowledge(known.service, known.cues, known.families, {**ten, **more})
    texts = [row.text for row in read_rows(MESSAGES)[:200]]
    small, large = Assistant(few), Assistant(many)
    for one in (small, large):
        one.ask(texts[0])
    ours, theirs = sum(costs(large.ask, texts)), sum(costs(small.ask, texts))
    yield Ratio("1,000 entries / 10 entries, all decisions", ours / theirs, 2)


def loading() -> Iterator[Ratio]:
    """Loading against what libyaml takes for the same files, and a question against two imports."""
    files = [path.read_text(encoding="utf-8") for path in default_directory().rglob("*.yaml")]
    took = longer(
        lambda: load(default_directory()), lambda: [yaml.load(text, Loader=yaml.CSafeLoader) for text in files]
    )
    yield Ratio("loading / libyaml", took, 4)
    ask, imports = [], []
    for _ in range(9):
        ask.append(_process("-m", "bot", "ask", "429"))
        imports.append(_process("-c", "import rapidfuzz, yaml"))
    yield Ratio("`ask 429` / `import rapidfuzz, yaml`", statistics.median(ask) / statistics.median(imports), 6)


def _process(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def measures() -> Iterator[Iterator[Ratio]]:
    """Return what is measured here."""
    assistant = Assistant(load(default_directory()))
    assistant.ask("warm up: error 429, and something misspelt like tokn group disabeld")
    yield decisions(assistant)
    yield large_texts(assistant)
    yield a_large_base(assistant)
    yield loading()
