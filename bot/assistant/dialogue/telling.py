"""Telling: what a message says of an error that it does not name.

Where there is doubt, it says nothing.
"""

from __future__ import annotations

import re

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.assistant.dialogue.wording import ASKS, FILLERS, WORD
from bot.knowledge.wording import fold

_API = re.compile(r"/v1|//api\.", re.IGNORECASE)

NOT_WORKING = re.compile(
    r"(?:\b(?:not|never|no longer|stop(?:s|ped)?|barely)|n['’]?t)\s+(?:even\s+)?(?:work\w*|respond\w*|ok|fine)\b"
    r"|不(?:可以|正常|能)|没法"
)
"""Complaints whose words would else deny something, or praise it."""

_CONTRAST = re.compile(
    r"\b(?:not|no|never|without|but|except|instead|others?|else|works?|worked|working|fine|ok|okay|good|great|love|"
    r"switch\w*|chang\w*|tr(?:y|ied|ying)|unlike|than|yesterday|before|earlier|maybe|perhaps|should|could|would|"
    r"recommend\w*|compar\w*|vs|same|too|also|both|if|or)\b|n['’]t\b"
    r"|但|而|没问题|正常|可以|能用|好用|换|之前|昨天|除了|其[他它]|别的|另|不是|也|都行|或者|如果|推荐|试"
)
"""What makes it doubtful that a model is the one that fails."""

ANOTHERS = re.compile(r"\b(?:colleagues?|coworkers?|friends?|he|she|his|her|they|their)\b|朋友|同事|同学|[他她]")
"""What says that an error is somebody else's."""

_USES = re.compile(
    r"\b(?:i|we|i'm|im|i am|we're)\s(?:\w+\s)?(?:use|using|call|calling)\s|我们?(?:\w\s?)?(?:用|调用|使用)"
)

_LABEL = re.compile(
    rf"{_USES.pattern}|\bmodel(?:\sname)?\s?(?:is|[:=])|模型(?:名称?)?\s?(?:是|:|：)|base.?url|request.?id"
)
"""What says that a fact is of the writer's own call."""

_POINTS = frozenset(
    "a about above and any anyone can could do does error errors explain fix for get getting got happening help hey hi "
    "how i idea ideas is issue it look looking me mean means message my of on please pls plz problem see solve "
    "someone that the this tell to up what what's whats why with wrong you".split()
) | frozenset("帮我看下这个是什么么意思怎办解决回事为啥求助请问一呢吗错误报上面的如何麻烦谢")
"""What a call consists of that only points to what was posted before."""

_CRYING = (
    FILLERS
    | _POINTS
    | frozenset(
        "again always broken doesn't exception failed guys keep keeps no nothing now not since still stuck suddenly "
        "today urgent work working works".split()
    )
    | frozenset("一直总不行用了失败救命急今天突然能没到底大家")
)
"""What a call for help consists of."""


def is_facts_alone(assistant: Assistant, text: str, *, bare: bool) -> bool:
    """Tell whether a message consists of facts and of what people say around one.

    Args:
        assistant: who knows facts.
        text: the message, masked.
        bare: they may stand without a word that says whose they are.
    """
    evidence, models = assistant.ask(text).evidence, _models(assistant, text)
    facts = {name for name in (evidence.request_id, evidence.url, evidence.model) if name}
    if len(models) > 1 or not (facts or models) or ASKS.search(text):
        return False
    if evidence.url and not _API.search(evidence.url):
        return False
    rest = text.casefold()
    for fact in sorted({*models, *map(str.casefold, facts)}, key=len, reverse=True):
        rest = rest.replace(fact, " ")
    left = WORD.findall(fold(rest))
    return (bare or bool(_LABEL.search(fold(text)))) and all(word in FILLERS for word in left)


def tells(assistant: Assistant, text: str, entry: str | None, *, bare: bool) -> bool:
    """Tell whether a message before an error certainly tells something of it."""
    if is_facts_alone(assistant, text, bare=bare):
        return True
    own = fold(text)
    if len(_models(assistant, text)) != 1 or contrasts(own) or ANOTHERS.search(own):
        return False
    cues = assistant.knowledge.cued(text)
    complains = bool(cues & {"trouble", "failing"}) and assistant.ask(text).entry in {None, entry}
    return not cues & {"over", "about"} and (complains or bool(_USES.search(own) and not ASKS.search(own)))


def cries_for_help(assistant: Assistant, text: str) -> bool:
    """Tell whether a message is nothing but a call for help, or says no more than that something fails."""
    cues = assistant.knowledge.cued(text)
    only = all(word in _CRYING for word in WORD.findall(fold(text)))
    return only and bool(cues & {"trouble", "failing"}) and not cues & {"over", "about"}


def points(text: str) -> bool:
    """Tell whether a call says nothing of its own, but points to what was posted before: `what is this?`."""
    return all(word in _POINTS for word in WORD.findall(fold(text)))


def is_all_topic(answer: Answer) -> bool:
    """Tell whether a message is hardly more than the name of an error."""
    sign, text = answer.why[0], answer.text.strip()
    return sign.kind in {"phrase", "status"} and 2 * (sign.end - sign.start) >= len(text) and not ASKS.search(text)


def contrasts(own: str) -> bool:
    """Tell whether somebody's own words, folded, leave it in doubt that the model they name is the one that fails."""
    return bool(_CONTRAST.search(NOT_WORKING.sub(" ", own)))


def _models(assistant: Assistant, text: str) -> set[str]:
    return {text[start:end].casefold() for start, end in assistant.knowledge.models.find(text)}
