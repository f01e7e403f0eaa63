"""What is read and written beside an answer: nobody waits for it longer than a moment, and what is written is kept.

While the database is locked, gone, full or slow, nothing is read, and what is to be written waits here in its order.
Once the database is there again, that comes first. It waits in memory: a process that ends meanwhile loses it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from itertools import chain, islice

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.errors import DeskError, RefusedError

log = logging.getLogger(__name__)

WAIT = 1.0
"""Seconds that an answer waits for the database at the most."""

PAUSE = 5.0
"""Seconds for which nobody waits for a database that let somebody wait in vain."""

MOST = 5_000
"""How many changes may wait; of more, the oldest are let go. They take a kilobyte each, those with a text some more."""

AT_ONCE = 20
"""How many changes are made in one transaction: with a server that is far away, most of its time goes into the way."""

Change = Callable[[], Executable]
"""Makes a statement. It does so when it is needed: a statement takes thirty times the memory of what it says."""


class Backlog:
    """The changes that wait for a database.

    Args:
        transaction: gives a connection for that many seconds, or raises `DeskError`.
        wait: how long an answer waits, in seconds.
        clock: tells seconds, and never goes back.
    """

    def __init__(
        self,
        transaction: Callable[[float], AbstractAsyncContextManager[AsyncConnection]],
        wait: float = WAIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transaction = transaction
        self._wait = wait
        self._clock = clock
        self._waiting: deque[tuple[Change, ...]] = deque()
        self._turn = asyncio.Lock()
        self._away_until: float | None = None
        self._at_once = AT_ONCE
        self._made = self._made_before = self._lost = 0

    def __len__(self) -> int:
        return len(self._waiting)

    async def write(self, *changes: Change) -> None:
        """Make changes that hold together: now, or as soon as the database can. Twice has to be as good as once."""
        self._waiting.append(changes)
        if len(self._waiting) > MOST:
            self._waiting.popleft()
            if not self._lost:
                log.error("more than %d changes wait for the desk: from now on the oldest are lost", MOST)
            self._lost += 1
        if self._may_try():
            with suppress(DeskError):
                await self.catch_up(self._wait)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees all that was written here.

        Raises:
            DeskError: the database cannot do it at once, or could not a moment ago.
        """
        if not self._may_try():
            raise DeskError("the database could not do it a moment ago")
        if self._waiting:
            await self.catch_up(self._wait)
        with self._noting():
            async with self._transaction(self._wait) as connection:
                yield connection

    async def catch_up(self, limit: float) -> int:
        """Make the changes that wait, and return how many they were.

        Args:
            limit: the seconds that it may take.

        Raises:
            DeskError: the database cannot do it yet. What was made until then is made.
        """
        before = self._made
        with self._noting():
            try:
                async with asyncio.timeout(limit), self._turn:
                    while self._waiting:
                        await self._make_some(limit)
                    self._at_once = AT_ONCE
            except TimeoutError as error:
                raise DeskError(f"the database did not catch up within {limit:g} seconds") from error
        return self._made - before

    async def _make_some(self, limit: float) -> None:
        """Make the first changes that wait. One that can never be made is found by itself, and let go."""
        some = list(islice(self._waiting, self._at_once))
        try:
            async with self._transaction(limit) as connection:
                for change in chain.from_iterable(some):
                    await connection.execute(change())
        except DeskError as error:
            if not isinstance(error, RefusedError):
                raise
            if len(some) == 1:
                log.error("a change is lost: %s", error)
                self._let_go(some)
        except Exception:
            if len(some) == 1:
                self._let_go(some)
                raise
        else:
            self._made += len(some)
            self._let_go(some)
            return
        self._at_once = AT_ONCE if len(some) == 1 else 1

    def _let_go(self, some: Iterable[tuple[Change, ...]]) -> None:
        """Take out changes that are the first, as far as they have not been let go meanwhile."""
        done = set(map(id, some))
        while self._waiting and id(self._waiting[0]) in done:
            self._waiting.popleft()

    def _may_try(self) -> bool:
        """Tell whether the database is there; where it was not a moment ago, one caller goes and sees."""
        if self._away_until is None:
            return True
        now = self._clock()
        if now < self._away_until:
            return False
        self._away_until = now + PAUSE
        return True

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Take down whether the database could do what is done in here."""
        try:
            yield
        except RefusedError:
            raise
        except DeskError as error:
            if self._away_until is None:
                log.warning("answers go on without the desk: %s", error)
                self._made_before = self._made
            self._away_until = self._clock() + PAUSE
            raise
        if self._away_until is not None:
            self._away_until = None
            made, lost, self._lost = self._made - self._made_before, self._lost, 0
            log.warning("answers have the desk again: changes caught up %d, lost %d", made, lost)
