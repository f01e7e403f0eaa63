"""The knowledge base's own tests: every entry's `examples` and `not_examples`, asked for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.knowledge.schema import Meaning


class Failure(NamedTuple):
    """An example that does not resolve as its entry says; `place` leads to it in the entry's file."""

    meaning: Meaning
    place: tuple[str | int, ...]
    text: str
    found: str
    wanted: str


def run(assistant: Assistant) -> Iterator[Failure]:
    """Ask every example of a knowledge base.

    An entry's example has to resolve to the entry (any case of it), a case's example to that case, and
    a `not_example` must not be answered with it in a support channel.

    Yields:
        What does not, in the order of the files.
    """
    for meaning in assistant.knowledge.meanings():
        part = assistant.knowledge.part(meaning)
        place = ("cases", meaning.case) if meaning.case else ()
        for i, text in enumerate(part.examples):
            answer = assistant.ask(text)
            if not _is(meaning, answer):
                yield Failure(meaning, (*place, "examples", i), text, _name(answer), str(meaning))
        for i, text in enumerate(part.not_examples):
            answer = assistant.ask(text)
            if answer.speaks and _is(meaning, answer):
                wanted = f"anything but {meaning}"
                yield Failure(meaning, (*place, "not_examples", i), text, _name(answer), wanted)


def _name(answer: Answer) -> str:
    return str(Meaning(answer.entry, answer.case)) if answer.entry else "no entry"


def _is(meaning: Meaning, answer: Answer) -> bool:
    return answer.entry == meaning.entry and meaning.case in (None, answer.case)
