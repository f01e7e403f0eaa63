from __future__ import annotations

import asyncio
import gc
import json
import logging
import signal
from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.chat.logs import JsonLines, Lines, Masking, configure
from bot.chat.run import listen_for_the_unforeseen
from bot.chat.trouble import report
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
    always, fields = {"time", "level", "logger", "message"}, {"where", "error", "reference"}
    assert all(set(line) - {"exception"} in (always, always | fields) for line in lines)
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


TOKEN = "an-operators-own.token_that-looks-like-nothing"
INTERACTION = "aW50ZXJhY3Rpb246MTIz.NDU2"


class Written(logging.Handler):
    """What a handler was given, in each style."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        for style in (Lines("%(message)s"), JsonLines(), logging.Formatter("%(message)s")):
            self.text += style.format(record) + "\n"


@pytest.fixture
def written() -> Iterator[Written]:
    """The handler of a logger that goes nowhere else."""
    handler, logger = Written(), logging.getLogger("somebody.elses")
    handler.addFilter(Masking((TOKEN, "of")))
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)
    logger.propagate = True


class Broken:
    """Cannot be written."""

    def __str__(self) -> str:
        raise ValueError(KEY)


@pytest.mark.parametrize("secret", [KEY, TOKEN])
def test_a_secret_is_masked_in_words_arguments_exceptions_stack_and_extra(secret: str, written: Written) -> None:
    log = logging.getLogger("somebody.elses")
    log.warning(f"Authorization: Bearer {secret}")  # noqa: G004 - as some write it
    log.warning("a header of %s, %r", secret, {"authorization": f"Bearer {secret}"})
    log.warning("%(key)s", {"key": secret})
    log.warning("more", extra={"token": secret, "headers": {"authorization": [secret]}, "attempt": 3})
    log.warning("stack", stack_info=True)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("raised")
    logging.getLogger("somebody.elses").handle(
        logging.makeLogRecord(
            {"msg": "formatted before", "levelno": logging.ERROR, "exc_text": f"ValueError: {secret}"}
        )
    )
    assert not [part for part in (secret, secret[5:20]) if part in written.text]
    assert '"attempt": 3' in written.text
    assert "a header of " in written.text
    assert written.text.count("ValueError") >= 3


@pytest.mark.parametrize(("words", "arguments"), [("%s and %s", (KEY,)), ("%d", (KEY,)), ("%s", (Broken(),))])
def test_a_line_whose_arguments_do_not_fit_is_written_without_them(
    words: str, arguments: tuple[object, ...], written: Written
) -> None:
    logging.getLogger("somebody.elses").warning(words, *arguments)
    assert words in written.text
    assert KEY not in written.text


def test_an_interactions_token_is_masked_in_the_path_that_it_stands_in(written: Written) -> None:
    path = f"https://discord.com/api/v10/interactions/123/{INTERACTION}/callback"
    logging.getLogger("somebody.elses").warning("We are being rate limited. POST %s responded with 429", path)
    assert INTERACTION not in written.text
    assert "/interactions/123/[secret]/callback responded with 429" in written.text


@pytest.fixture
def as_before() -> Iterator[None]:
    """Puts logging back as it was."""
    root, raising, last = logging.getLogger(), logging.raiseExceptions, logging.lastResort
    levels = {name: logging.getLogger(name).level for name in ("", "bot", "discord")}
    handlers, filters = root.handlers, last.filters[:] if last else []
    yield
    root.handlers, logging.raiseExceptions = handlers, raising
    if last:
        last.filters = filters
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_every_handler_masks_also_one_that_a_library_brought_along(
    as_before: None, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs, logger = Written(), logging.getLogger("somebody.elses")
    logger.addHandler(theirs)
    try:
        configure("INFO", "json", (TOKEN,))
        logger.warning("%s %s", KEY, TOKEN)
    finally:
        logger.removeHandler(theirs)
    ours = capsys.readouterr().out
    assert json.loads(ours)["logger"] == "somebody.elses"
    assert not [secret for secret in (KEY, TOKEN) if secret in ours + theirs.text]
    assert logging.lastResort
    assert logging.lastResort.filters


def test_an_errors_reference_is_a_field_of_its_json_line(as_before: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "json")
    reference = report(ValueError(WORDS), "on_message")
    line = json.loads(capsys.readouterr().out)
    assert {name: line[name] for name in ("where", "error", "reference")} == {
        "where": "on_message", "error": "ValueError", "reference": reference,
    }  # fmt: skip
    assert list(line)[:4] == ["time", "level", "logger", "message"]


def test_the_fields_of_a_line_never_take_the_place_of_its_own(
    as_before: None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("INFO", "json")
    logging.getLogger("bot").warning("words", extra={"time": "never", "level": "none", "guild": 7})
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["guild"]) == ("WARNING", 7)
    assert datetime.fromisoformat(line["time"])
