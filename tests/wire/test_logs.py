from __future__ import annotations

import asyncio
import gc
import json
import logging
import signal
from datetime import datetime

import pytest

from bot.chat.logs import JsonLines, Lines
from bot.chat.run import listen_for_the_unforeseen
from tests.wire.events import CLOSED, KEY, PASTED, SUPPORT, WORDS, mention, message, slash
from tests.wire.loopback import loopback
from tests.wire.process import bot


async def test_whatever_goes_wrong_no_line_holds_a_word_a_key_or_the_token() -> None:
    text = f"{PASTED} Authorization: Bearer {KEY}"
    async with loopback() as there, bot(there.address, LOG_LEVEL="DEBUG", LOG_FORMAT="json") as running:
        await there.seen("IDENTIFY")
        echo = {"message": f"Invalid Form Body: {text}", "code": 50035}
        for status, channel in ((403, CLOSED), (400, SUPPORT), (404, SUPPORT)):
            there.fail("POST", f"/channels/{channel}/messages", status, echo)
            await there.say(message(text, channel))
        await there.dispatch("MESSAGE_CREATE", {"content": text})
        there.fail("POST", "/interactions/", 400, echo, times=2)
        await there.ask(slash(text))
        there.drop()
        await there.seen("RESUME")
        await there.say(mention(text))
        ended = await running.end(signalled=signal.SIGTERM)  # which looks for them
    assert (ended.code, ended.err) == (0, "")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert all(set(line) - {"exception"} == {"time", "level", "logger", "message"} for line in lines)
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)
    assert any("HTTP 400, code 50035" in line["message"] for line in lines)
    assert any(line["message"].startswith("reading MESSAGE_CREATE failed with KeyError") for line in lines)


@pytest.mark.parametrize("style", [Lines("%(message)s"), JsonLines()])
def test_an_exception_is_logged_by_its_type_and_place_without_its_words(style: logging.Formatter) -> None:
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
        line = style.format(logging.LogRecord("bot", logging.ERROR, __file__, 1, "it failed", (), info))
    assert "it failed" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert WORDS not in line


async def test_a_task_that_nobody_waits_for_fails_without_its_words_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails() -> None:
        raise ValueError(WORDS)

    listen_for_the_unforeseen(asyncio.get_running_loop())
    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    del task
    gc.collect()
    assert "a task failed with ValueError, reference " in caplog.text
    assert WORDS not in caplog.text
