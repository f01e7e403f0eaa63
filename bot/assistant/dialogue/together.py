"""Several messages of one person read as one question: what those before add, and what a later one adds.

Both are strict, as a wrong word on a card in public is worse than a missing one. Chat adds nothing. A message adds to
another where it consists of facts alone (`it's gpt-4o`, `模型是 gpt-4o`), tells what its writer uses, complains, or
states the same error in more words; never where it contrasts, asks or guesses, speaks of another error, or is meant
for somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.assistant.dialogue.telling import (
    ANOTHERS,
    NOT_WORKING,
    contrasts,
    cries_for_help,
    is_all_topic,
    is_facts_alone,
    points,
    tells,
)
from bot.assistant.dialogue.unchanged import says_unchanged
from bot.assistant.dialogue.wording import SAME
from bot.assistant.facts import called
from bot.assistant.language import around, spoken
from bot.assistant.matching import HOPEFUL, SPEAKS, SURE
from bot.knowledge.schema import Language
from bot.knowledge.wording import fold

FACTS = ("model", "group", "request_id", "url", "ray_id", "retry_after")
"""What of `Evidence` one message may tell of another's error."""

ENOUGH = 3
"""From so many words on, words in the Latin alphabet tell that their writer does not write Chinese."""

_ANOTHER = re.compile(
    r"\b(?:another|also|other|different|now|then|next|second|besides|unrelated|again|separate\w*|before|yesterday|"
    r"earlier|bot)\b|另[外一]|还有|又|别的|其[他它]|不同|现在|然后|接着|第二|换了?|之前|昨天"
)
"""What says that an error is another one than that before."""

_GUESSES = re.compile(
    r"[?？吗嗎]|\b(?:not|never|maybe|perhaps|probably|guess|think|if|might|could|or|docs?|support|means?|said|told|they|he|"
    r"she|some(?:one|body)|people)\b|n['’]t\b|可能|也许|是不是|不是|应该|觉得|如果|或者|文档|客服|意思|听说|他们|据说"
)
"""What makes a meaning one that its writer only considers, or has from others."""

_STILL = re.compile(rf"{SAME.pattern}|\bstill\b|还是|仍|依然|依旧")
"""What says that an error is there as it was before."""


def language_before(before: Sequence[str], answer: Answer) -> Language | None:
    """Return the language in which somebody wrote before what is hardly more than a paste; else None.

    Args:
        before: their messages, oldest first.
        answer: the answer to what they wrote now.
    """
    if _language(around(answer.text, answer.evidence.pasted)):
        return None
    return next(filter(None, (_language(around(text, ())) for text in reversed(before))), None)


def with_those_before(
    assistant: Assistant, before: Sequence[str], answer: Answer, *, called: bool, nobody_else: bool
) -> Answer:
    """Return the answer to a message, read with what its author wrote just before.

    Args:
        assistant: who answers.
        before: the author's messages, oldest first, without those that have an answer of their own.
        answer: the answer to the message alone.
        called: the message calls the bot, and may point to what was posted before.
        nobody_else: nobody else wrote there in that time, whom a bare fact may have been an answer to.

    Returns:
        The same answer where those before add nothing that is certain.
    """
    if _is_sure(answer):
        telling = [text for text in before if tells(assistant, text, answer.entry, bare=nobody_else)]
        both = _ask(assistant, [*telling, worded(answer)], answer) if telling else answer
        return _kept_sure(both, answer) if _adds(both, answer) and both.case == answer.case else answer
    if called and before and points(answer.text):
        both = _ask(assistant, before, answer)
        return both if both.entry else answer
    cries = [text for text in before if cries_for_help(assistant, text)]
    if cries and answer.entry and answer.confidence >= HOPEFUL and is_all_topic(answer):
        both = _ask(assistant, [*cries, answer.text], answer)
        return both if both.speaks and (both.entry, both.case) == (answer.entry, answer.case) else answer
    return answer


def with_one_after(
    assistant: Assistant, text: str, answer: Answer, later: Answer, *, nobody_else: bool
) -> Answer | None:
    """Return the answer to a message, made better by one that its author wrote soon after.

    Args:
        assistant: who answers.
        text: the message with the answer, masked.
        answer: its answer, with an entry.
        later: the answer to the later message alone.
        nobody_else: nobody else wrote there in that time, whom a bare fact may be an answer to.

    Returns:
        The very `answer` where the later message says no more than the first; None where it is no follow-up, be it
        another error or chat.
    """
    own = _own(later)
    if answer.entry and later.entry is None and says_unchanged(later.text, nobody_else=nobody_else):
        return answer
    if later.secrets or not text or not answer.entry or _ANOTHER.search(own) or ANOTHERS.search(own):
        return None
    still = says_still(later)
    guesses = _is_vague(later) and _GUESSES.search(NOT_WORKING.sub(" ", own) if still else own)
    states = (later.speaks or still) and later.entry == answer.entry and not guesses
    if not states and not (later.entry is None and is_facts_alone(assistant, later.text, bare=nobody_else)):
        return None
    if _differs(answer.case, later.case) or _differs(model_of(answer), model_of(later)):
        return None
    if later.evidence.model and not answer.evidence.model and contrasts(own):
        return None
    both = replace(assistant.ask(joined([text, worded(later)]), lang=answer.lang), secrets=answer.secrets)
    if _adds(both, answer) and (both.case == answer.case or (states and both.case == later.case)):
        return _kept_sure(both, answer)
    says_no_more = later.case in {None, answer.case} and later.evidence.model in {None, answer.evidence.model}
    return answer if states and says_no_more else None


def joined(texts: Sequence[str]) -> str:
    """Return messages as one."""
    return "\n\n".join(texts)


def worded(answer: Answer) -> str:
    """Return what was answered, so that it says the same beside other words: `429` alone is an error, in a text not."""
    name, status = answer.evidence.name, answer.status
    return f"error {status}" if name and status else answer.text


def says_still(later: Answer) -> bool:
    """Tell whether a message says that an error is there as before, which it names (`still the same: …`) or not."""
    return bool(_STILL.search(_own(later))) if later.entry else says_unchanged(later.text, nobody_else=True)


def model_of(answer: Answer) -> str | None:
    """Return the model that a question is about, also by a name that nobody knows."""
    return answer.evidence.model or called(answer.text)


def _language(own: str) -> Language | None:
    """Return the language of somebody's own words; a few Latin ones may be an error's, or the name of a model."""
    lang = spoken(own)
    return lang if lang != "en" or len(re.findall(r"\b[a-z']{2,}\b", own)) >= ENOUGH else None


def _own(later: Answer) -> str:
    """Return what somebody says around what was pasted, and around what tells the error."""
    signs = ((sign.start, sign.end) for sign in later.why)
    return fold(around(later.text, (*later.evidence.pasted, *signs)))


def _ask(assistant: Assistant, texts: Sequence[str], alone: Answer) -> Answer:
    """Ask about several messages; the keys that are warned of are those of the last, and so is what is kept of it."""
    return replace(assistant.ask(joined(texts), lang=alone.lang), text=alone.text, secrets=alone.secrets)


def _is_sure(answer: Answer) -> bool:
    return answer.entry is not None and answer.confidence >= SPEAKS


def _kept_sure(both: Answer, answer: Answer) -> Answer:
    """What is sure by one message stays so, in however many words it is said."""
    return replace(both, confidence=max(both.confidence, answer.confidence), speaks=both.speaks or answer.speaks)


def _differs(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() != other.casefold()


def _adds(both: Answer, answer: Answer) -> bool:
    """Tell whether one answer says all that the other says, and more."""
    if both.entry != answer.entry or (answer.case and both.case != answer.case):
        return False
    known = {name: getattr(answer.evidence, name) for name in FACTS}
    told = {name: getattr(both.evidence, name) for name in FACTS}
    if any(value is not None and told[name] != value for name, value in known.items()):
        return False
    found, finds = {finding.id for finding in answer.findings}, {finding.id for finding in both.findings}
    surer = answer.confidence < SURE <= both.confidence and not answer.speaks
    return found <= finds and (told != known or found != finds or both.case != answer.case or surer)


def _is_vague(later: Answer) -> bool:
    return not any(sign.kind in {"message", "code", "type"} for sign in later.why)
