"""The knowledge base's own tests: every entry's `examples` and `not_examples`, asked for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.knowledge.schema import Meaning

LONGEST = 100
"""How much of an example is quoted, in characters."""

Place = tuple[str | int, ...]


class Failure(NamedTuple):
    """What is wrong with an example, in words that show no key; `place` leads to it in the entry's file."""

    meaning: Meaning
    place: Place
    wrong: str


def run(assistant: Assistant) -> Iterator[Failure]:
    """Ask every example of a knowledge base.

    An entry's example has to resolve to the entry (any case of it), a case's example to that case, and
    a `not_example` must not be answered with it in a support channel. None may hold a key or password: a
    knowledge base is published and copied.

    Yields:
        What is not so, in the order of the files.
    """
    for meaning in assistant.knowledge.meanings():
        part = assistant.knowledge.part(meaning)
        above: Place = ("cases", meaning.case) if meaning.case else ()
        for i, text in enumerate(part.examples):
            answer = assistant.ask(text)
            wanted = "" if _is(meaning, answer) else str(meaning)
            yield from _failures(meaning, (*above, "examples", i), answer, wanted)
        for i, text in enumerate(part.not_examples):
            answer = assistant.ask(text)
            wanted = f"anything but {meaning}" if answer.speaks and _is(meaning, answer) else ""
            yield from _failures(meaning, (*above, "not_examples", i), answer, wanted)


def _failures(meaning: Meaning, place: Place, answer: Answer, wanted: str) -> Iterator[Failure]:
    """Yield what is wrong with one example; `wanted` is empty where it resolves as it should."""
    for secret in answer.secrets:
        yield Failure(meaning, place, f"holds an API key or a password, {secret.shown}: put a placeholder there")
    if wanted:
        found = str(Meaning(answer.entry, answer.case)) if answer.entry else "no entry"
        quoted = " ".join(answer.text.split())[:LONGEST]
        yield Failure(meaning, place, f"resolves to {found}, wanted {wanted}: {quoted}")


def _is(meaning: Meaning, answer: Answer) -> bool:
    return answer.entry == meaning.entry and meaning.case in (None, answer.case)
