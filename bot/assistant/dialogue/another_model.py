"""Another model: messages that say that it does no better than the one whose error was answered."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.assistant.dialogue.together import model_of, says_still
from bot.assistant.dialogue.wording import ASKS, FILLERS, SAME, WORD
from bot.knowledge.schema import Meaning
from bot.knowledge.wording import fold

_ALSO = re.compile(
    r"\balso (?:happen|fail|with\b)|\b(?:happen|fail)(?:s|ing|ed)?\b.*\b(?:also|too|as well)\b"
    r"|也(?:报错|不行|这样|是这样)"
)
"""What says that it is so elsewhere as well."""

_CHANGING = frozenset(
    "again and but changed changing even exact exactly get gets getting gives giving have i've just now result returns "
    "returning same still switched switching thing too also as well tried try trying with happen happened fail "
    "failed".split()
) | frozenset("换成了改试过也还是一样同都现在依然仍旧照结果个到得到不行这")
"""What people say who tell of another model, beside what they say around a fact."""


def with_another_model(assistant: Assistant, before: Answer, later: Answer) -> Answer | None:
    """Return the answer to a message that says that another model gives its writer the same error.

    It may name the error by its status or not at all (`with gpt-4.1 it is the same`), and says nothing else.

    Args:
        assistant: who answers.
        before: what its writer was answered, with an entry.
        later: the answer to the message alone.
    """
    spans = list(assistant.knowledge.models.find(later.text))
    if len(spans) != 1 or later.secrets or later.entry not in {None, before.entry} or before.entry is None:
        return None
    ((start, end),) = spans
    model, rest = later.text[start:end], fold(f"{later.text[:start]} {later.text[end:]}")
    known = (model_of(before) or "").casefold()
    says_so = SAME.search(rest) or _ALSO.search(rest) or (later.entry and (known or says_still(later)))
    if not says_so or ASKS.search(rest) or model.casefold() == known:
        return None
    own = FILLERS | _CHANGING | {"error", str(before.met or before.status)}
    if not all(word in own for word in WORD.findall(rest)):
        return None
    same = assistant.ask(str(Meaning(before.entry, before.case)), lang=later.lang)
    evidence = replace(later.evidence, status=before.evidence.status, model=model)
    return replace(same, speaks=True, met=before.met, evidence=evidence, text=later.text)
