"""The one way in: every surface asks here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from bot.assistant import answer, language, matching, secrets
from bot.assistant.answer import Answer
from bot.assistant.evidence import Reader
from bot.assistant.findings import Diagnosis, Trouble
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.schema import Language

Worth = Literal["chat", "unsure", "sure"]
"""No sign of an error; a sign, and no answer unless somebody asks; an answer, or a warning of a key."""


def _now() -> datetime:
    return datetime.now(UTC)


class Assistant:
    """Answers messages from one knowledge base; it keeps nothing of what it is asked.

    Args:
        knowledge: What to answer from.
        catalogue: What the service offers, where that is known.
        clock: Tells the time in UTC; a catalogue does not stay true for ever.
        trouble: Is told of a finding that fails, and the answer is given without it; without this, that is raised.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        catalogue: Catalogue | None = None,
        *,
        clock: Callable[[], datetime] = _now,
        trouble: Trouble | None = None,
    ) -> None:
        self.knowledge = knowledge
        self._reader = Reader(knowledge)
        self._diagnosis = Diagnosis(knowledge, catalogue, clock, trouble)

    def ask(self, text: str, *, lang: Language | None = None, fallback: Language = "en") -> Answer:
        """Answer a message, a code, or the name of an entry or case (`403/balance`).

        Args:
            text: What was typed or pasted, of any length, keys and all.
            lang: The reader's language where it is known; otherwise the words around the paste tell.
            fallback: The language where nothing tells.

        Returns:
            An answer in any case; its `entry` is None where nothing fits.
        """
        masked = secrets.mask(text)
        evidence = self._reader.read(masked.text)
        own = language.around(masked.text, evidence.pasted)
        ranking = matching.rank(evidence, masked.text, own, self.knowledge)
        reader = lang or language.spoken(own) or fallback
        findings = self._diagnosis.look(masked, evidence, ranking, reader)
        return answer.compose(masked, evidence, ranking, findings, self.knowledge, reader)

    def prepare(self) -> None:
        """Make all that would be made only when it is first asked for: this takes as long as hundreds of answers."""
        self.knowledge.templates.prepare()
        self.knowledge.same_model("any")
        for meaning in self.knowledge.meanings():
            for text in self.knowledge.part(meaning).examples:
                self.hear(text)
                self.ask(text)

    def hear(self, text: str) -> Worth:
        """Tell what a message is worth that nobody addressed to the bot, in a small part of the time of `ask`.

        Args:
            text: What was typed, keys and all.
        """
        masked = secrets.mask(text)
        if masked.secrets:
            return "sure"
        if not self._reader.may_read(masked.text):
            return "chat"
        evidence = self._reader.glance(masked.text)
        if not (evidence.signs or evidence.name):
            return "chat"
        own = language.around(masked.text, evidence.pasted)
        return "sure" if matching.rank(evidence, masked.text, own, self.knowledge).speaks else "unsure"
