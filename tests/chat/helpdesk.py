"""A staff channel in the town, and what becomes of a report there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.chat.client import Desk
from bot.chat.reports.staff_words import WORDS
from bot.desk.records import Records
from bot.desk.reports import NewReport, Report
from tests.chat.town import ERROR, Town, labels

EN = WORDS["en"]
_MODELS = (f"model: gpt-{number}" for number in itertools.count(5))
"""Each question about another model: to ask the same twice in an hour is no new question."""

REQUEST = "20260108101207331846221Yb7rTnLs"


@dataclass(frozen=True)
class Helpdesk:
    """`#staff` is for staff; Dana has the staff role and no other right; Sam may manage messages."""

    town: Town
    staff: ChannelHandle
    dana: MemberActor

    @property
    def desk(self) -> Desk:
        """The bot that runs now."""
        assert isinstance(self.town.env.bot, Desk)
        return self.town.env.bot

    @property
    def records(self) -> Records:
        """What it remembers."""
        assert self.desk.records is not None
        return self.desk.records

    async def store(self, **changes: Any) -> Report:
        """Maya asks in `#support`, is answered and sends a report, of which nothing is delivered yet."""
        question = await self.town.maya.send(self.town.support, f"What is this? {next(_MODELS)} {ERROR}")
        card = self.town.cards()[-1]
        new: dict[str, Any] = {
            "guild_id": self.town.guild.id,
            "question_id": question.id,
            "origin_guild_id": self.town.guild.id,
            "channel_id": question.channel.id,
            "card_id": card.id,
            "asker_id": self.town.maya.id,
            "entry": "429",
            "case": None,
            "model": "gpt-5",
            "facts": {"model": "gpt-5", "group": "vip", "request_id": REQUEST},
            "findings": "The address has no /v1.",
            "tried": "Waited for a minute",
            "text": ERROR,
            "lang": "en",
        }
        with self.town.env.time_context():
            report, _ = await self.records.reports.open(NewReport(**new | changes))
        return report

    async def deliver(self) -> int:
        """Deliver what is due."""
        with self.town.env.time_context():
            return await self.desk.deliverer.once()

    async def report(self, **changes: Any) -> Report:
        """Maya sends a report and staff have its card."""
        report = await self.store(**changes)
        await self.deliver()
        return await self.of(report.id)

    def answers(self) -> list[discord.Message]:
        """What came from staff to `#support`."""
        return [message for message in self.town.cards() if labels(message) in ([], ["Reply"], ["回复"])]

    def answer(self) -> discord.Message:
        """The only one of these."""
        (answer,) = self.answers()
        return answer

    async def of(self, report_id: int) -> Report:
        """The report as the desk has it."""
        report = await self.records.reports.of(report_id)
        assert report is not None
        return report

    async def later(self, seconds: float) -> None:
        """Let time pass and deliver what is due then."""
        await self.town.env.advance_time(seconds)
        await self.deliver()

    def card(self) -> discord.Message:
        """The only card in the staff channel."""
        return self.town.card(self.staff)

    async def say(self, who: MemberActor, button: str, text: str) -> InteractionResult:
        """Somebody presses a button of the card and fills in its form."""
        form = await who.click(self.card(), label=button)
        return await who.submit_modal(form, {"text": text})

    async def waiting(self) -> list[str]:
        """Why what was tried is not delivered yet."""
        return [why for _, why in await self.records.outbox.waiting()]


@asynccontextmanager
async def helpdesk(town: Town) -> AsyncIterator[Helpdesk]:
    """Open the staff channel, as `/desk setup` does."""
    role = town.guild.create_role("Agent")
    dana = town.guild.add_member(town.env.create_user("dana"), roles=[role])
    staff = town.guild.create_text_channel("staff")
    assert town.desk.records is not None
    await town.desk.records.servers.change(town.guild.id, staff_channel_id=staff.id, staff_role_id=role.id)
    yield Helpdesk(town, staff, dana)
