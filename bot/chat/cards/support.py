"""What to send to the service's support, ready to copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from discord import ui

from bot.assistant.answer import Answer
from bot.chat.markup import clip
from bot.chat.words import WORDS, Words
from bot.knowledge.schema import Wanted

WANTED_OF_UNKNOWN: tuple[tuple[Wanted, ...], ...] = (("model",), ("request_id",))
"""What support needs at least, whatever the error is."""

LONGEST = 3600
"""Characters of the block to copy: with what stands around it, a message holds 4,000."""


def report(
    answer: Answer,
    read: Mapping[str, str],
    noticed: Sequence[str],
    when: datetime,
    where: str,
    more: Mapping[str, str] | None = None,
) -> ui.LayoutView:
    """Lay out what support needs to know of an error.

    Args:
        answer: what the error means; an entry says what support asks for.
        read: what was read from the message, by the names of `Evidence`.
        noticed: what is visibly wrong in the message, a line each and with no backtick.
        when: the time of the question, in UTC.
        where: how to reach support, in the reader's language.
        more: what the asker wrote besides, by its labels.

    Returns:
        A view: the facts that are known, a line for each that is missing, what was noticed, and where to send it all.
    """
    words = WORDS[answer.lang]
    more = {label: value for label, value in (more or {}).items() if value}
    missing = _missing(answer, read, words, text=not more)
    parts = (*_known(answer, read, when, words), *missing, *_more(more, words), *_seen(noticed, words))
    lines = clip("\n".join(parts).replace("`", "ˋ"), LONGEST)  # nothing may end the block
    texts = (f"### {words.report}", f"```\n{lines}\n```", where)
    return ui.LayoutView(timeout=None).add_item(ui.Container(*(ui.TextDisplay(text) for text in texts)))


def _known(answer: Answer, read: Mapping[str, str], when: datetime, words: Words) -> Iterator[str]:
    facts = {**read, "time": f"{when:%Y-%m-%d %H:%M}"}
    if answer.entry is not None:
        name = "/".join(filter(None, (answer.entry, answer.case)))
        facts["error"] = f"{name} · {answer.title}"
    yield from (f"{label}{words.colon}{facts[name]}" for name, label in words.report_names.items() if name in facts)


def _missing(answer: Answer, read: Mapping[str, str], words: Words, *, text: bool) -> Iterator[str]:
    if answer.entry is None and text:
        yield words.report_text
    for alternatives in answer.ask_for if answer.entry else WANTED_OF_UNKNOWN:
        if "time" not in alternatives and not read.keys() & alternatives:
            first, *others = (words.report_wanted[wanted] for wanted in alternatives)
            yield first
            yield from (f"{words.or_else}{other}" for other in others)


def _more(more: Mapping[str, str], words: Words) -> Iterator[str]:
    yield from (f"{label}{words.colon}{value}" for label, value in more.items())


def _seen(noticed: Sequence[str], words: Words) -> Iterator[str]:
    if noticed:
        yield f"{words.noticed}{words.colon}".rstrip()
    yield from (f"- {line}" for line in noticed)
