"""All that the desk remembers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.desk.answers import Answers
from bot.desk.database import Database
from bot.desk.incidents import Incidents
from bot.desk.outbox import Outbox
from bot.desk.people import People
from bot.desk.questions import Questions
from bot.desk.reports import Reports
from bot.desk.servers import Servers
from bot.desk.share import WHOLE, Share
from bot.desk.unanswered import Unanswered

LONG = 10.0
"""Seconds that catching up may take in one go: nobody waits for it."""


class Records:
    """The records of one database.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
        share: the servers of this process; what others do for theirs is left to them.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], share: Share = WHOLE) -> None:
        self.answers = Answers(database, clock)
        self.servers = Servers(database, clock)
        self.outbox = Outbox(database, clock, share)
        self.reports = Reports(database, clock, self.outbox)
        self.questions = Questions(database, clock)
        self.unanswered = Unanswered(database, clock)
        self.incidents = Incidents(database, clock, self.outbox, share)
        self.people = People(database, clock, self.outbox)
        self._database = database

    async def catch_up(self) -> int:
        """Write what could not be written for a while, and return how many changes that were.

        Raises:
            DeskError: the database still cannot do it.
        """
        return await self._database.catch_up(LONG)
