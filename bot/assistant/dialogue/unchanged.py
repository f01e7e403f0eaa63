"""Unchanged: plain words that say that nothing has changed, and not of which error: `still the same`, `没用`.

They mean something only beside a card of their writer's own. A message says so where it consists of nothing else; a
question, or a word about anything else, makes it chat.
"""

from __future__ import annotations

import re

from bot.assistant.dialogue.wording import ASKS, SAME, WORD
from bot.knowledge.wording import fold

_UNCHANGED = re.compile(
    r"\bstill\b|\bunchanged\b|\bpersists?\b|\bto\s+no\s+avail\b"
    r"|\b(?:no|without)\s+(?:any\s+)?(?:luck|success|change|difference|effect|improvement)\b"
    r"|(?:\b(?:not|never|nothing|none)|n['’]?t)\s+(?:(?:really|even|make|made)\s+)?(?:any\s+|a\s+)?"
    r"(?:help\w*|work\w*|fix\w*|solv\w*|chang\w*|difference)\b"
    r"|\bsame\b(?=.*\b(?:again|before)\b)|\btried\b(?=.*\bsame\b)"
    r"|(?:还是|仍然?|依然|依旧|照样)(?:不行|不可以|没有?用|一样|这样|如此)?|没有?用(?!过|[这那它到上])"
    r"|没有?(?:效果?|作用|变化?|解决|好转|改善)|不行|不管用|不起作用|无效|老样子"
)
_DENIES = re.compile(r"(?:\bnot|n['’]?t)\s+(?:(?:quite|exactly|really)\s+)?(?:the\s+)?same\b|不太?一样")

_AROUND = frozenset(
    "a after all already also always and answer any anything as at before broken but can did didn't do does doesn't "
    "don't down error errors every everything exact exactly fail failed failing fails for from get gets getting give "
    "gives got happen happened happening happens has hasn't have i i'm i've is isn't issue it it's its just keep keeps "
    "me message my no nope nothing now of oh on problem sadly same so something sorry step steps stuck that that's the "
    "there thing this those to tried try trying unfortunately us was we we've with yes your again hm hmm um".split()
) | frozenset("了的啊呀呢哦嗯唉我们这那个它是都也就有又再按照做试过错误问题报结果方法步骤一样同所全部办抱歉但已经")
"""What people say around it, and that says nothing else."""


def says_unchanged(text: str, *, nobody_else: bool) -> bool:
    """Tell whether a message says that something is as it was before, and nothing else.

    Args:
        text: the message.
        nobody_else: nobody else wrote there of late, whom it may agree with.
    """
    own = fold(text)
    if ASKS.search(own) or _DENIES.search(own):
        return False
    rest, said = _UNCHANGED.subn(" ", own)
    alike = nobody_else and SAME.search(own)
    return bool(said or alike) and all(word in _AROUND for word in WORD.findall(rest))
