"""The answer's language is that of the words around what was pasted."""

import pytest

from bot.assistant.assistant import Assistant

NO_CHANNEL = "当前分组 default 下对于模型 gpt-4o 无可用渠道"
BODY = '{"error":{"message":"Invalid token","type":"new_api_error"}}'


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        (f"I get this all the time: {NO_CHANNEL}", "en"),
        (f"这是怎么回事 {BODY}", "zh"),
        (f"{BODY} 写长文的时候，没开流式", "zh"),
        (f"{BODY} when I write long texts", "en"),
        ("为什么 Error code: 503 no available channel for model gpt-4o under group default", "zh"),
        ("报错 429 Too many requests, please try again later", "zh"),
        ("getting this: 您已达到总请求数限制：5分钟内最多请求30次，包括失败次数，请检查您的请求是否正确", "en"),
        ("why: 当前分组负载已饱和，请稍后再试，或升级账户以提升服务质量。", "en"),
        ("gpt-4o 一直报 429 怎么办", "zh"),
        ("Привет, ошибка 429", "en"),
        ("ошибка: 无效的令牌", "en"),
        ("429 エラーが出ます", "en"),
        ("429 吗", "zh"),
        ("500？", "zh"),
        ("what does 429 mean？", "en"),
        ("```\n这里是日志\n```\nwhat does it mean?", "en"),
        ('为什么报错\nTraceback (most recent call last):\n  File "main.py", line 3, in run', "zh"),
    ],
)
def test_the_words_around_a_paste_decide(assistant: Assistant, text: str, lang: str) -> None:
    assert assistant.ask(text).lang == lang


@pytest.mark.parametrize("text", ["429", BODY, NO_CHANNEL, "", "🤖"])
def test_without_words_of_their_own_the_fallback_decides(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text, fallback="zh").lang == "zh"
    assert assistant.ask(text).lang == "en"


def test_a_known_language_is_taken_whatever_the_words_are(assistant: Assistant) -> None:
    assert assistant.ask("怎么办 429", lang="en").lang == "en"


def test_words_before_and_after_a_long_log_are_read(assistant: Assistant) -> None:
    log = "2026-01-02 10:00:00 INFO request served\n" * 500
    assert assistant.ask("为什么会这样呢，求助\n" + log).lang == "zh"
    assert assistant.ask(log + "为什么会这样呢，求助").lang == "zh"
