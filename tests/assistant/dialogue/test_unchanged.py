from __future__ import annotations

import pytest

from bot.assistant.dialogue.unchanged import says_unchanged


@pytest.mark.parametrize("nobody_else", [True, False])
@pytest.mark.parametrize(
    "text",
    ["still the same", "STILL THE SAME!!!", "same error again, tried everything!!", "same as before", "didn't help",
     "that didn’t help", "didnt help at all", "it still doesn't work", "still not working", "not working", "no luck",
     "no change, same problem", "nothing helps", "nothing changed", "tried all of that, still nothing", "no difference",
     "还是一样", "還是一樣！", "没用", "没有用", "还是不行", "试过了，还是一样的错误", "已经试过了，没用", "依然报错"],
)  # fmt: skip
def test_what_only_says_that_nothing_has_changed(text: str, nobody_else: bool) -> None:
    assert says_unchanged(text, nobody_else=nobody_else)


@pytest.mark.parametrize(
    "text",
    ["", "same here", "same here lol", "same here, still", "it still works", "still fine", "not the same",
     "it isn't the same", "is it still the same?", "still there?", "thanks, that helped", "it worked",
     "still using gpt-4o", "still 429", "still not sure which key to use", "same pizza again", "tried gpt-4o, same",
     "no, not really", "still at work", "同样的价格", "还是一样吗", "还是你厉害", "我没用过", "我没用这个", "没问题",
     "不一样", "行不行啊？", "ok", "thanks", "!!!"],
)  # fmt: skip
def test_a_question_or_a_word_about_something_else_is_chat(text: str) -> None:
    assert not says_unchanged(text, nobody_else=True)


@pytest.mark.parametrize("text", ["same", "same error", "same problem!", "一样", "同样的问题"])
def test_who_may_agree_with_somebody_else_says_nothing_of_their_own(text: str) -> None:
    assert says_unchanged(text, nobody_else=True)
    assert not says_unchanged(text, nobody_else=False)
