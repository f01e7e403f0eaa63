"""The time of an answer grows with the text and no faster, whatever the text is made of."""

from __future__ import annotations

import time

import pytest

from bot.assistant.assistant import Assistant

SHAPES = {
    "braces": "{",
    "quotes": '"',
    "escaped quotes": '\\"',
    "digits": "429",
    "statuses": "error 429 ",
    "the beginning of a key": "sk-",
    "spaces": " ",
    "new lines": "\n",
    "one endless word": "A",
    "dots": "a.b.c.",
    "Chinese": "令牌分组",
    "fields": '"message":"',
    "models": "model=",
    "addresses": "http://",
    "request ids": "request id: ",
    "hints to wait": "try again in ",
    "the beginning of an error text": "Invalid URL (",
    "code fences": "`",
    "a log": '2026-01-02 10:00:00 INFO "POST /v1/chat/completions HTTP/1.1" 200 413 model=gpt-4o\n',
}
SMALL, TIMES = 40_000, 4


def seconds(assistant: Assistant, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        assistant.ask(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("unit", SHAPES.values(), ids=list(SHAPES))
def test_four_times_the_text_takes_about_four_times_the_time(assistant: Assistant, unit: str) -> None:
    count = SMALL // len(unit)
    small = seconds(assistant, unit * count)
    # Twice the linear growth is left for a busy machine; quadratic growth would be four times it.
    assert seconds(assistant, unit * count * TIMES) < 2 * TIMES * small + 0.01
