"""The bot as it is run in earnest, which at its end tells how long the processor was at each message.

That is the look whether it is chat, what `dispatch` takes, and each step of the task that attends to it; neither what
that waits for nor discord.py's reading of the event is in it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Coroutine, Generator
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING, Any

from bot.chat import run
from bot.chat.client import Desk
from bot.chat.surfaces import chat
from bot.chat.surfaces.follow_ups import FollowUps
from bot.cli import main

if TYPE_CHECKING:
    from discord.types.gateway import MessageCreateEvent

passes = chat.passes

FILE = "BENCH_TIMES"
"""Names the file to write the seconds to, a JSON array."""

took: defaultdict[int, float] = defaultdict(float)
"""By the message."""


class Timed(Coroutine[Any, Any, None]):
    """A listener at work on a message."""

    def __init__(self, listener: Coroutine[Any, Any, None], message_id: int) -> None:
        self._listener = listener
        self._message_id = message_id

    def send(self, value: Any, /) -> Any:
        start = thread_time()
        try:
            return self._listener.send(value)
        finally:
            took[self._message_id] += thread_time() - start

    def throw(self, *error: Any) -> Any:
        return self._listener.throw(*error)

    def close(self) -> None:
        self._listener.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return self._listener.__await__()


class TimedDesk(Desk):
    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        start = thread_time()
        super().dispatch(event_name, *args, **kwargs)
        if event_name == "message":
            took[args[0].id] += thread_time() - start

    def _run_event(self, coro: Any, event_name: str, *args: Any, **kwargs: Any) -> Coroutine[Any, Any, None]:
        listener = super()._run_event(coro, event_name, *args, **kwargs)
        return Timed(listener, args[0].id) if event_name == "on_message" else listener


def timed_passes(desk: Desk, follow_ups: FollowUps, data: MessageCreateEvent) -> bool:
    start = thread_time()
    try:
        return passes(desk, follow_ups, data)
    finally:
        took[int(data["id"])] += thread_time() - start


if __name__ == "__main__":
    vars(run)["Desk"], vars(chat)["passes"] = TimedDesk, timed_passes
    try:
        main()
    finally:
        Path(os.environ[FILE]).write_text(json.dumps(list(took.values())))
