"""What there is to choose from: while somebody types a code, and in the menu on a card."""

from __future__ import annotations

from bot.assistant.answer import Answer
from bot.assistant.matching import SPEAKS
from bot.chat.cards.nearest import likeness_to, nearest
from bot.chat.markup import clip
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language, Meaning

MOST = 25
"""Discord shows no more, in either place."""

POPULAR = ("429", "401", "403", "503", "404", "400", "500", "504", "524", "413")
"""The errors that people ask about most, most of all first."""


def label(knowledge: Knowledge, meaning: Meaning, lang: Language) -> str:
    """Return how a meaning is named in a list; Discord allows 100 characters."""
    status = knowledge.entries[meaning.entry].status
    title = knowledge.texts(meaning, lang).title
    return clip(f"{status} · {title}" if status else title, 100)


def suggest(knowledge: Knowledge, typed: str) -> list[Meaning]:
    """Return what to offer for the letters typed so far, best first, no more than Discord shows.

    What begins with them comes first, then what contains them, then titles that are like them; of these, entries
    come before cases and the popular before the rest. Titles count in every language. Nothing typed gives the
    entries, cases left out.
    """
    wanted = typed.casefold().strip()
    ranked = (
        (rank, meaning.case is not None, place, meaning)
        for place, meaning in enumerate(_by_popularity(knowledge))
        if (wanted or meaning.case is None) and (rank := _rank(knowledge, meaning, wanted)) is not None
    )
    return [meaning for *_, meaning in sorted(ranked)[:MOST]]


def complete(knowledge: Knowledge, typed: str, answer: Answer) -> list[Meaning]:
    """Return what to offer for a code being typed or an error pasted in its place.

    Args:
        knowledge: what there is.
        typed: the letters so far.
        answer: what the assistant makes of them; where it is sure, that comes first.
    """
    found = suggest(knowledge, typed)
    meant = Meaning(answer.entry, answer.case) if answer.entry else None
    if meant is None or answer.confidence < SPEAKS:
        return found
    return [meant, *(meaning for meaning in found if meaning != meant)][:MOST]


def others(knowledge: Knowledge, answer: Answer) -> tuple[Meaning, ...]:
    """Return the meanings that a card lets its reader choose from; empty where there is no choice.

    For an answer these are itself, the runners-up, and, where no case of it was recognised, its cases. Where
    nothing is known they are the nearest.
    """
    if answer.entry is None:
        return tuple(nearest(knowledge, answer))
    here = Meaning(answer.entry, answer.case)
    found = [here, *(Meaning(other.entry, other.case) for other in answer.alternatives)]
    if here.case is None:
        found += (Meaning(here.entry, case) for case in knowledge.entries[here.entry].cases)
    return tuple(dict.fromkeys(found))[:MOST] if len(found) > 1 else ()


def _by_popularity(knowledge: Knowledge) -> list[Meaning]:
    published = knowledge.service.published
    first = [entry for entry in (*POPULAR, *published) if entry in published]
    places = {entry: place for place, entry in reversed(list(enumerate(first)))}
    return sorted(knowledge.meanings(), key=lambda meaning: (places.get(meaning.entry, len(first)), str(meaning)))


def _rank(knowledge: Knowledge, meaning: Meaning, wanted: str) -> float | None:
    labels = [label(knowledge, meaning, lang).casefold() for lang in LANGUAGES]
    titles = [knowledge.texts(meaning, lang).title.casefold() for lang in LANGUAGES]
    if any(name.startswith(wanted) for name in (str(meaning), *labels, *titles)):
        return 0
    if any(wanted in name for name in (str(meaning), *labels)):
        return 1
    likeness = likeness_to(knowledge, meaning, wanted) if len(wanted) > 2 else 0
    return 102 - likeness if likeness else None
