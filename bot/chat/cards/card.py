"""An answer as a Discord card: what stands on it, and how it is laid out.

Discord allows 4,000 characters of text and 40 components in one message; discord.py does not check
the former. Everything that came from a message is shown inert (see `markup`).

A card is the only place where what was read from a message is kept. Those texts have fixed ids, so that
they are found again on a card of ours when it shows another meaning, also after a restart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

import discord
from discord import ui

from bot.assistant.answer import Answer
from bot.assistant.matching import SURE
from bot.chat.cards import facts, noticed
from bot.chat.markup import clip, code
from bot.chat.words import WORDS, Words
from bot.knowledge.schema import Acts, Language, Meaning

MAX_TEXT = 4000

ABOVE, WARNING, NOTICED, READ, STATE, INCIDENT, SEEN, ONWARD = 101, 102, 103, 104, 105, 106, 107, 108
"""Ids of the texts that belong to the message and not to a meaning."""

COLOURS: dict[Acts, discord.Colour] = {
    "you": discord.Colour(0x5865F2),
    "wait": discord.Colour(0xF0B232),
    "support": discord.Colour(0xEB459E),
}
UNKNOWN = discord.Colour(0x80848E)
DANGER = discord.Colour(0xED4245)
DONE = discord.Colour(0x248046)

Box = ui.Container[ui.LayoutView]
Row = ui.ActionRow[Any]


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows; the texts are markup that is ready to be shown.

    Attributes:
        answer: the meaning that it explains, or that there is none.
        asked: somebody asked, who is also told that nothing is known.
        above: a line over the card.
        incident: that others see it too, see `incidents`. It is about the meaning and the moment.
        doubt: how sure the answer is, where that is worth saying.
        warning: of a key in the message, or of one that was in it.
        noticed: what is visibly wrong in the message, see `noticed`.
        seen: what was read in its pictures, and which of its files were not read, see `explain`.
        read: what was read from the message, see `facts`.
        state: what became of the asker's report to support, see `asker_card`.
        onward: where to go from here, as the answer did not help.
        meanings: what the reader may choose from.
    """

    answer: Answer
    asked: bool
    above: str = ""
    incident: str = ""
    doubt: str = ""
    warning: str = ""
    noticed: str = ""
    seen: str = ""
    read: str = ""
    state: str = ""
    onward: str = ""
    meanings: tuple[Meaning, ...] = ()

    @classmethod
    def of(
        cls,
        answer: Answer,
        meanings: tuple[Meaning, ...] = (),
        *,
        asked: bool = False,
        private: bool = False,
        above: str = "",
        seen: str = "",
    ) -> Self:
        """Return the card for a new answer.

        Args:
            answer: what the assistant found, or did not find.
            meanings: what the reader may choose from.
            asked: somebody asked the bot; it then says how sure it is, and says so where it knows nothing.
            private: nobody else could see the message, nor will see the card.
            above: a line over the card.
            seen: what to say of the message's files.
        """
        words = WORDS[answer.lang]
        doubt = words.unsure.format(percent=round(answer.confidence * 100))
        return cls(
            answer=answer,
            asked=asked,
            above=above,
            doubt=doubt if asked and answer.entry and answer.confidence < SURE else "",
            warning=_warning(words, private) if answer.secrets else "",
            noticed=noticed.lines(answer.findings, words),
            seen=seen,
            read=facts.line(replace(answer.evidence, status=answer.met), words, answer.why),
            meanings=meanings,
        )

    @classmethod
    def again(cls, message: discord.Message, answer: Answer) -> Self:
        """Return the card that a message of ours shows, with another answer or with the same.

        What belongs to the message stays, and so does the status that it shows. How sure the first answer was does
        not: somebody has chosen since.
        """
        items = list(ui.LayoutView.from_message(message).walk_children())
        texts = {item.id: item.content for item in items if isinstance(item, ui.TextDisplay)}
        met = facts.read(texts.get(READ, ""), WORDS[answer.lang]).get("status")
        options = [option.value for item in items if isinstance(item, ui.Select) for option in item.options]
        return cls(
            answer=replace(answer, met=int(met) if met else None),
            asked=True,
            above=texts.get(ABOVE, ""),
            warning=texts.get(WARNING, ""),
            noticed=texts.get(NOTICED, ""),
            seen=texts.get(SEEN, ""),
            read=texts.get(READ, ""),
            state=texts.get(STATE, ""),
            meanings=tuple(Meaning(*option.split("/", 1)) for option in options),
        )

    @property
    def meaning(self) -> Meaning | None:
        """The meaning that the card explains."""
        return Meaning(self.answer.entry, self.answer.case) if self.answer.entry else None


def render(card: Card, controls: Sequence[Row] = (), *, human: str = "") -> ui.LayoutView:
    """Lay out a card.

    Args:
        card: what to show.
        controls: menus and buttons; they stand at the foot of the card.
        human: how to reach one, in the reader's language.

    Returns:
        A view to send without any content beside it.
    """
    words = WORDS[card.answer.lang]
    boxes = []
    if card.answer.entry is not None:
        boxes.append(_known(card, words, human))
    elif card.asked:
        boxes.append(_unknown(card, words, human))
    return _view(card, boxes, controls)


def render_solved(card: Card, controls: Sequence[Row] = ()) -> ui.LayoutView:
    """Lay out a card whose question is solved: its title, and what was read, for whoever opens it again."""
    box = Box(ui.TextDisplay(f"**{card.answer.heading}**\n-# {WORDS[card.answer.lang].is_solved}"), accent_colour=DONE)
    _add(box, (card.noticed, NOTICED), (card.seen, SEEN), (card.read, READ))
    return _view(replace(card, incident=""), [box], controls)


def key_gone(lang: Language) -> str:
    """Return what a card says in place of the warning of a key, once nobody can see the key any more."""
    words = WORDS[lang]
    return words.key_gone.format(step=words.key_posted_steps[0])


def with_state(message: discord.Message, state: str) -> ui.LayoutView | None:
    """Lay out a card of ours as it stands, with another word on what became of the asker's report.

    The first such word takes the place of where to go from here: the asker has gone there.

    Args:
        message: the card.
        state: the new word.

    Returns:
        A view that only serves to edit the message; None where the card says so already, or is no card of an answer.
    """
    view = ui.LayoutView.from_message(message)
    view.stop()  # its buttons are no controls, and discord.py would keep them
    texts = [item for item in view.walk_children() if isinstance(item, ui.TextDisplay)]
    if said := next((text for text in texts if text.id == STATE), None):
        if said.content == state:
            return None
        said.content = state
    else:
        boxes = [item for item in view.children if isinstance(item, ui.Container)]
        if not boxes:
            return None
        box, items = boxes[-1], _without_onward(boxes[-1].children)
        foot = next((at for at, item in enumerate(items) if isinstance(item, ui.ActionRow)), len(items))
        foot -= isinstance(items[foot - 1], ui.Separator)
        box.clear_items()
        for item in (*items[:foot], *_told(state), *items[foot:]):
            box.add_item(item)
    _fit([item for item in view.walk_children() if isinstance(item, ui.TextDisplay)])
    return view


def without_state(message: discord.Message) -> ui.LayoutView | None:
    """Lay out a card of ours as it stands, without a word on what became of a report.

    Args:
        message: the card.

    Returns:
        A view that only serves to edit the message; None where the card says nothing of a report.
    """
    view = ui.LayoutView.from_message(message)
    view.stop()  # as in `with_state`
    for box in view.children:
        if isinstance(box, ui.Container):
            for line, text in pairwise(box.children):
                if text.id == STATE:
                    box.remove_item(line).remove_item(text)
                    return view
    return None


def digest(view: ui.LayoutView) -> str:
    """Return a fingerprint that two cards share when they look and work the same, whatever others see."""
    components = view.to_components()  # type: ignore[no-untyped-call]
    lasting = [component for component in components if component.get("id") != INCIDENT]
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:32]


def _known(card: Card, words: Words, human: str) -> Box:
    answer = card.answer
    head = _small(words.acts[answer.acts], card.doubt)
    box = Box(ui.TextDisplay(f"### {answer.heading}\n{head}"), accent_colour=COLOURS[answer.acts])
    box.add_item(ui.Separator(visible=False))
    if card.noticed:
        _add(box, (card.noticed, NOTICED))
        box.add_item(ui.Separator(visible=False))
    _add(box, (answer.cause, None))
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay(f"**{words.what_to_do}**\n{_numbered(answer.steps)}"))
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay("\n".join(filter(None, (f"**{words.not_enough}**", answer.escalate, _small(human))))))
    box.add_item(ui.Separator(visible=False))
    name = code("/".join(filter(None, (answer.entry, answer.case))))
    _add(box, (card.seen, SEEN), (card.read, READ), (_small(f"{words.source} · {name}"), None))
    return box


def _unknown(card: Card, words: Words, human: str) -> Box:
    box = Box(ui.TextDisplay(f"### {words.unknown}\n{words.unknown_cause}"), accent_colour=UNKNOWN)
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay(f"**{words.what_helps}**\n{_numbered(words.unknown_steps)}"))
    box.add_item(ui.Separator(visible=False))
    _add(box, (human, None), (card.seen, SEEN), (card.read, READ))
    return box


def _warning(words: Words, private: bool) -> str:
    if private:
        return f"### {words.key_given}\n{words.key_given_cause}"
    return f"### {words.key_posted}\n{_numbered(words.key_posted_steps)}"


def _add(box: Box, *texts: tuple[str, int | None]) -> None:
    for text, id_ in texts:
        if text:
            box.add_item(ui.TextDisplay(text, id=id_))


def _without_onward(items: Sequence[ui.Item[Any]]) -> list[ui.Item[Any]]:
    at = next((at for at, item in enumerate(items) if item.id == ONWARD), len(items))
    return [*items[: at - 1], *items[at + 1 :]] if at < len(items) else [*items]  # and the line over it


def _told(state: str) -> tuple[ui.Item[Any], ...]:
    return ui.Separator(), ui.TextDisplay(state, id=STATE)


def _numbered(steps: Iterable[str]) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _small(*lines: str) -> str:
    return "\n".join(f"-# {line}" for line in lines if line)


def _view(card: Card, boxes: list[Box], controls: Sequence[Row]) -> ui.LayoutView:
    """Stack the boxes, under what stands above and with the controls in the last, cut to Discord's limit."""
    view = ui.LayoutView(timeout=None)
    if card.above:
        view.add_item(ui.TextDisplay(card.above, id=ABOVE))
    if card.incident:
        view.add_item(ui.TextDisplay(card.incident, id=INCIDENT))
    if card.warning:
        boxes.insert(0, Box(ui.TextDisplay(card.warning, id=WARNING), accent_colour=DANGER))
    for item in _told(card.state) if card.state else ():
        boxes[-1].add_item(item)
    if card.onward:
        boxes[-1].add_item(ui.Separator())
        boxes[-1].add_item(ui.TextDisplay(card.onward, id=ONWARD))
    if controls:
        boxes[-1].add_item(ui.Separator(visible=False))
    for row in controls:
        boxes[-1].add_item(row)
    for box in boxes:
        view.add_item(box)
    _fit([item for item in view.walk_children() if isinstance(item, ui.TextDisplay)])
    return view


def _fit(texts: Sequence[ui.TextDisplay[Any]]) -> None:
    """Cut texts to Discord's limit for a message: the longest gives way first."""
    while (over := sum(len(text.content) for text in texts) - MAX_TEXT) > 0:
        longest = max(texts, key=lambda text: len(text.content))
        size = len(longest.content)
        longest.content = clip(longest.content, max(size - over, size // 2))
