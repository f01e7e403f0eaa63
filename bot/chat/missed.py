"""What could not be done while the desk was away, and is done once it is there again."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from bot.chat.trouble import report

MOST = 500
"""How much is remembered; of more, the oldest is let go. With a message of Discord's it takes some kilobytes each."""


class Missed:
    """What is to be done again, in the order in which it was missed."""

    def __init__(self) -> None:
        self._again: deque[Callable[[], Awaitable[object]]] = deque(maxlen=MOST)

    def __len__(self) -> int:
        return len(self._again)

    def note(self, again: Callable[[], Awaitable[object]]) -> None:
        """Have something done again later. Where it is missed again, it notes that itself."""
        self._again.append(again)

    async def make_good(self) -> None:
        """Do again what was missed so far; nothing is raised."""
        for _ in range(len(self._again)):
            try:
                await self._again.popleft()()
            except Exception as error:  # whatever it is, the next one is another matter
                report(error, "making good for what was missed")
