"""`python -m bot doctor`: what keeps the bot from working, and how to mend it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading

import typer

from bot.chat.doctor.examination import Report, examine
from bot.ending import counted
from bot.terminal import show_check

MARKS = {"well": "✓", "wrong": "✗", "open": "–"}

LAST = 1.0
"""Seconds after the report at which the process ends: a name that is looked up in vain is nothing to wait for."""


def doctor(server: int | None, *, as_json: bool) -> int:
    """Print the doctor's report.

    Args:
        server: the one Discord server to look at; None for all.
        as_json: one JSON object, instead of lines for people.

    Returns:
        The exit code: 1 where anything is wrong.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # else warnings of others' stand among the lines
    timer: list[threading.Timer] = []

    async def work() -> int:
        report = await examine(os.environ, server=server)
        _show(report, as_json=as_json)
        code = 1 if report.wrong else 0
        last = threading.Timer(LAST, os._exit, (code,))
        last.daemon = True
        timer.append(last)
        last.start()
        return code

    try:
        return asyncio.run(work())
    finally:
        for last in timer:
            last.cancel()


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        for finding in report.findings:
            show_check(MARKS[finding.state], finding.check, finding.told, finding.todo)
        typer.echo(f"{counted(report.wrong, 'thing')} to mend" if report.wrong else "all well")
    sys.stdout.flush()
