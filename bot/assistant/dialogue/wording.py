"""What people say around a fact or an error, in a row of messages, and the words for it."""

from __future__ import annotations

import re

WORD = re.compile(r"[a-z_']+|\d+|[\u3400-\u9fff]|[^\W\d_]")
"""A word, of Chinese a character."""

ASKS = re.compile(r"[?？吗嗎]")
"""What makes a message a question."""

SAME = re.compile(r"\bsame\b|(?<!不)(?<!不[太大])一样|同样|照样|老样子")
"""What says that something is as it was before, or as it is elsewhere."""

FILLERS = frozenset(
    "a add am an api at base baseurl base_url by call calling called endpoint every everytime fails failing for forgot "
    "from happens happening here hi i id im i'm in is it it's its model my name named of oh on only our request "
    "request_id sorry that the this time to trace url use used uses using via was we we're when while with ah yes "
    "yeah btw the_model address sdk".split()
) | frozenset("我们用的是模型使调在请求这个名称字叫了地址接口就号补充一下忘说时候都啊哦嗯抱歉报错")
"""What people say around a fact that they add, and that says nothing else."""
