"""What goes on in the background, beside the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def going_on(*works: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Have something go on as long as the context lasts.

    Args:
        works: what goes on; at the end it is cancelled, and waited for.
        name: its tasks' name.
    """
    tasks = [asyncio.create_task(work, name=name) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
