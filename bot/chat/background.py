"""What goes on in the background, beside the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def going_on(*works: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Have something go on as long as the context lasts; where it fails before, the log says so at once.

    Args:
        works: what goes on; at the end it is cancelled, and waited for.
        name: its tasks' name.
    """
    tasks = [asyncio.create_task(work, name=name) for work in works]
    for task in tasks:
        task.add_done_callback(_tell)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _tell(task: asyncio.Task[None]) -> None:
    """Log what a task died of: asyncio itself would do so at the bot's end, when nobody can wait for it any more."""
    if not task.cancelled() and (error := task.exception()):
        from bot.chat.trouble import report  # noqa: PLC0415 - it brings discord.py, which `models` does without

        report(error, task.get_name())
