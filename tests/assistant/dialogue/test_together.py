from __future__ import annotations

import pytest

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.assistant.dialogue.telling import points
from bot.assistant.dialogue.together import language_before, with_one_after, with_those_before, worded
from bot.knowledge.schema import Language

ID = "20260108101207331846221Yb7rTnLs"
ADDRESS = "https://api.4allapi.com/chat/completions"
CHANNEL = (
    "Error code: 503 - {'error': {'message': 'No available channel for model gpt-4o under group vip (distributor)'}}"
)


def after(assistant: Assistant, first: str, later: str, *, nobody_else: bool = True) -> Answer | None:
    """What a later message makes of an answer; the first answer itself where it adds nothing."""
    answer = assistant.ask(first)
    return with_one_after(assistant, worded(answer), answer, assistant.ask(later), nobody_else=nobody_else)


def before(assistant: Assistant, *texts: str, called: bool = False, nobody_else: bool = True) -> Answer:
    """The answer to the last of several messages."""
    *earlier, last = texts
    return with_those_before(assistant, earlier, assistant.ask(last), called=called, nobody_else=nobody_else)


@pytest.mark.parametrize(
    "fact",
    [
        "gpt-4o",
        "`gpt-4o`",
        "it's gpt-4o",
        "oh sorry, gpt-4o",
        "model: gpt-4o",
        "the model name is gpt-4o",
        "with gpt-4o it fails every time",
        "模型是 gpt-4o",
        "我用的是gpt-4o",
        "用 gpt-4o 的时候报错",
        "抱歉忘了说 模型是gpt-4o",
        "Error 503, model: gpt-4o",
        "I get 503 with gpt-4o",
    ],
)
@pytest.mark.parametrize("first", ["503", "Error 503", "报错503"])
def test_the_model_of_the_error_is_added(assistant: Assistant, first: str, fact: str) -> None:
    found = after(assistant, first, fact)
    assert found is not None
    assert (found.entry, found.evidence.model) == ("503", "gpt-4o")
    assert found.speaks


@pytest.mark.parametrize(
    "chat",
    [
        "is gpt-4o down?",
        "gpt-4o?",
        "gpt-4o too",
        "same with gpt-4o",
        "tried gpt-4o, same",
        "gpt-4o works though",
        "gpt-4o was fine yesterday",
        "I'll try gpt-4o",
        "you could try gpt-4o",
        "no gpt-4o",
        "not gpt-4o",
        "gpt-4o and claude-3-opus",
        "mistral is nice",
        "i use Claude Code",
        "gpt-4o 怎么样",
        "gpt-4o 呢",
        "gpt-4o 也报错",
        "不是 gpt-4o",
        "你用 gpt-4o 试试",
        "他用的是 gpt-4o",
        "换成gpt-4o就好了",
        "у меня gpt-4o",
        "https://tenor.com/abc.gif",
        "https://docs.4allapi.com/v1/errors",
        "https://api.4allapi.com/v1 works",
        "thanks, 1000 times",
        "claude-3-opus works but gpt-4o error 503",
        "on claude-3-opus I also get error 503",
        "my friend gets Error 503 no available channel",
        "support said: no available channel",
        "I think it's 'no available channel'",
        "503 应该是没渠道吧",
    ],
)
def test_what_is_not_certainly_of_the_error_is_not_added(assistant: Assistant, chat: str) -> None:
    assert after(assistant, "Error 503", chat) is None


@pytest.mark.parametrize("fact", ["gpt-4o", "it's gpt-4o", ADDRESS])
def test_a_bare_fact_is_not_added_where_others_talk(assistant: Assistant, fact: str) -> None:
    assert after(assistant, "Error 503", fact) is not None
    assert after(assistant, "Error 503", fact, nobody_else=False) is None


@pytest.mark.parametrize("fact", ["model: gpt-4o", "I use gpt-4o", "模型是 gpt-4o", f"request id: {ID}"])
def test_a_fact_of_ones_own_call_is_added_also_where_others_talk(assistant: Assistant, fact: str) -> None:
    assert after(assistant, "Error 503", fact, nobody_else=False) is not None


def test_an_address_brings_what_is_wrong_with_it(assistant: Assistant) -> None:
    found = after(assistant, "error 404 Not Found", f"base url is {ADDRESS}")
    assert found is not None
    assert [finding.id for finding in found.findings] == ["address-no-v1"]


@pytest.mark.parametrize(
    ("first", "later", "case"),
    [
        ("Error 503", CHANNEL, "no-channel"),
        ("Error 503", "no available channel", "no-channel"),
        ("报错503", "当前分组 default 下对于模型 gpt-4o 无可用渠道", "no-channel"),
        ("error 403", "Error 403: token quota exhausted", "token-quota"),
    ],
)
def test_the_error_in_more_words_makes_the_answer_narrower_in_its_own_language(
    assistant: Assistant, first: str, later: str, case: str
) -> None:
    found = after(assistant, first, later)
    assert found is not None
    assert (found.case, found.lang) == (case, assistant.ask(first).lang)


@pytest.mark.parametrize("later", ["Error 503", "503?", "service unavailable", "还是503", "why 503"])
def test_the_error_in_other_words_adds_nothing_and_is_no_other(assistant: Assistant, later: str) -> None:
    first = assistant.ask("Error 503")
    assert with_one_after(assistant, "Error 503", first, assistant.ask(later), nobody_else=True) is first


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("Error 503", "Error 429 too many requests"),
        ("Error 403: token quota exhausted", "403 user quota is not enough"),
        ("Error 503, model: gpt-5", "Error 503, model: gpt-4o"),
        (CHANNEL, "claude-3-opus"),
        ("Error 503", "now it says 503 no available channel"),
        ("Error 503", "又503了"),
    ],
)
def test_another_error_is_none_of_it(assistant: Assistant, first: str, later: str) -> None:
    assert after(assistant, first, later) is None


@pytest.mark.parametrize(
    "earlier",
    [
        "gpt-4o keeps failing",
        "gpt-4o doesn't work",
        "gpt-4o 用不了",
        "gpt-4o 一直报错",
        "hi i'm using gpt-4o with Cherry Studio",
        "我用 gpt-4o",
        "is gpt-4o down? it keeps failing",
    ],
)
@pytest.mark.parametrize("error", ["503", "Error 503", "Error 503 no available channel"])
def test_a_model_that_was_complained_of_is_that_of_the_error(assistant: Assistant, earlier: str, error: str) -> None:
    found = before(assistant, earlier, error, nobody_else=False)
    assert (found.entry, found.evidence.model) == ("503", "gpt-4o")
    assert found.text == error


@pytest.mark.parametrize(
    "earlier",
    [
        "gpt-4o works fine",
        "gpt-4o works but claude-3-opus fails",
        "can i use gpt-4o?",
        "is anyone using gpt-4o",
        "gpt-4o is better than claude",
        "fixed gpt-4o errors, thanks",
        "my colleague's gpt-4o fails",
        "昨天 gpt-4o 还好好的",
        "gpt-4o 比 claude 好",
        "gpt-4o says 429 too many requests",
    ],
)
def test_a_model_that_was_only_spoken_of_is_not(assistant: Assistant, earlier: str) -> None:
    assert before(assistant, earlier, "Error 503").evidence.model is None


def test_the_model_beside_the_error_comes_before_one_named_earlier(assistant: Assistant) -> None:
    assert before(assistant, "gpt-4o keeps failing", "Error 503, model: gpt-5").evidence.model == "gpt-5"


@pytest.mark.parametrize("cry", ["help", "it keeps failing, help", "求助", "一直报错怎么办"])
def test_a_cry_for_help_makes_an_error_of_a_topic(assistant: Assistant, cry: str) -> None:
    assert not assistant.ask("rate limit").speaks
    assert before(assistant, cry, "rate limit").speaks


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("hello", "rate limit"),
        ("brb, error between chair and keyboard needs food", "rate limit"),
        ("Bus 429 is late again, I'll be there at half past", "rate limit"),
        ("что делать? ничего не помогает", "rate limit"),
        ("help", "is there a rate limit?"),
        ("help", "brb, dealing with a rate limit thing"),
    ],
)
def test_other_words_do_not(assistant: Assistant, earlier: str, later: str) -> None:
    assert not before(assistant, earlier, later).speaks


@pytest.mark.parametrize("call", ["", "?", "what does this mean?", "please help", "这是什么意思", "帮我看看"])
def test_a_call_that_only_points_asks_about_what_was_posted_before(assistant: Assistant, call: str) -> None:
    assert points(call)
    assert before(assistant, CHANNEL, call, called=True).case == "no-channel"


@pytest.mark.parametrize("call", ["what do you think of the weather?", "今天天气怎么样？", "my dog is sick"])
def test_a_call_with_words_of_its_own_does_not(assistant: Assistant, call: str) -> None:
    assert not points(call)
    assert before(assistant, CHANNEL, call, called=True).entry is None


@pytest.mark.parametrize(
    ("earlier", "now", "lang"),
    [
        (["大家好，求助一下"], CHANNEL, "zh"),
        (["求助", "gpt-4o"], CHANNEL, "zh"),
        (["hello, i need some help"], CHANNEL, "en"),
        (["gpt-4o"], CHANNEL, None),
        (["求助一下"], f"hi all, this is what i got today: {CHANNEL}", None),
        (["i need some help"], f"一直这样报错 {CHANNEL}", None),
        ([], CHANNEL, None),
    ],
)
def test_the_words_before_a_paste_tell_the_language(
    assistant: Assistant, earlier: list[str], now: str, lang: Language | None
) -> None:
    assert language_before(earlier, assistant.ask(now)) == lang
