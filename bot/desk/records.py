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
from bot.desk.unanswered import Unanswered


class Records:
    """The records of one database.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.answers = Answers(database, clock)
        self.servers = Servers(database, clock)
        self.outbox = Outbox(database, clock)
        self.reports = Reports(database, clock, self.outbox)
        self.questions = Questions(database, clock)
        self.unanswered = Unanswered(database, clock)
        self.incidents = Incidents(database, clock, self.outbox)
        self.people = People(database, clock, self.outbox)
