"""Delivery of what the desk has for Discord: the cards of reports, answers to the askers, additions, notices.

What is to be delivered was stored together with what it tells of, and stays stored until Discord has it; whatever
happens in between, it is tried again, also by the next process. It comes once: Discord takes a message with a nonce
that it met in the last minutes for the one that it has, and from the second attempt on the place is looked at first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.utils import utcnow

from bot.chat.background import going_on
from bot.chat.learning import incident_notice
from bot.chat.office import records_of
from bot.chat.permissions import missing
from bot.chat.reports import to_asker, to_staff
from bot.chat.reports.home import home_of
from bot.chat.reports.sending import HeldError
from bot.chat.trouble import report as log_trouble
from bot.desk.database import DeskError
from bot.desk.outbox import LEASE, Delivery, Kind

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

STEP = 15.0
"""Seconds between two looks at what is due."""

FIRST, LONGEST = timedelta(seconds=15), timedelta(hours=1)
"""How long a delivery that failed waits; doubled with every other failure; and at the most."""

LIMIT = (LEASE - timedelta(seconds=10)).total_seconds()
"""Seconds that a delivery may take: when its lease ends, nobody is at it any more."""

FINISH = 2.0
"""Seconds that deliveries under way may take when the bot leaves; they are tried again after that."""

HOUR = timedelta(hours=1)
"""How long the operator is not told again of the same."""

CONNECTED = ("on_shard_ready", "on_shard_resumed")
"""The events after which Discord is there again, and with it the servers."""

Way = Callable[["Desk", Delivery], Awaitable[None]]
"""It raises `HeldError` where the delivery has to wait, and what Discord and the desk raise."""

WAYS: Mapping[Kind, Way] = {
    "report": to_staff.report,
    "reply": to_asker.reply,
    "addition": to_staff.addition,
    "refresh": to_staff.refresh,
    "incident": incident_notice.post,
}


class Deliverer:
    """Delivers what is due.

    Args:
        desk: the bot; what is due is known from when its records are open.
        clock: tells the time, with its time zone.
    """

    def __init__(self, desk: Desk, clock: Callable[[], datetime] = utcnow) -> None:
        self._desk = desk
        self._clock = clock
        self._hurried: set[asyncio.Task[int]] = set()
        self._under_way: set[int] = set()
        self._began = False
        self._hindered: dict[int, object] = {}
        self._told: dict[tuple[object, str], datetime] = {}

    def hurry(self) -> None:
        """Deliver at once, without waiting for it, what was just stored."""
        task = asyncio.create_task(self.once(), name="delivery")
        self._hurried.add(task)
        task.add_done_callback(self._hurried.discard)

    def begin(self) -> None:
        """Deliver at once all that waits: the bot is connected anew, and what hindered it may be over."""
        self._began = False
        self.hurry()

    async def once(self) -> int:
        """Deliver what is due, one after the other, and return how much of it was delivered. Nothing is raised."""
        delivered = 0
        try:
            await self._look_again()
            while self._desk.records and (due := await self._desk.records.outbox.due(limit=1)):
                delivered += await self._attempt(due[0])
        except DeskError as error:
            self._tell("the desk", str(error))
        except Exception as error:  # what waits must not end with what cannot be foreseen
            log_trouble(error, "delivering")
        return delivered

    async def stop(self) -> None:
        """Let what was hurried come to its end, as far as that takes no longer than `FINISH`."""
        if tasks := set(self._hurried):
            _, late = await asyncio.wait(tasks, timeout=FINISH)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _look_again(self) -> None:
        """Try at once what waits for something that may have been mended: a setting or a right, or anything before us.

        Raises:
            DeskError: the desk cannot do it.
        """
        if self._desk.records is None:
            return
        outbox, began = self._desk.records.outbox, self._began
        changed = {guild_id for guild_id, view in self._hindered.items() if self._view(guild_id) != view}
        if began and not changed:
            return
        for delivery, why in await outbox.waiting():
            if why and delivery.id not in self._under_way and (not began or delivery.guild_id in changed):
                await outbox.later(delivery.id, timedelta(0), why)
        self._began = True
        self._hindered = {guild_id: view for guild_id, view in self._hindered.items() if guild_id not in changed}

    def _view(self, guild_id: int) -> object:
        """Return what can be seen of a server's staff channel: which it is, and what keeps the bot from it."""
        home = home_of(self._desk, guild_id)
        channel = self._desk.get_channel(home.channel_id) if home else None
        return home, channel is not None, missing(channel)

    async def _attempt(self, delivery: Delivery) -> bool:
        """Try a delivery, and return whether that is done with.

        Raises:
            DeskError: the desk cannot do it. The delivery is due again when its lease ends.
        """
        outbox = records_of(self._desk).outbox
        self._under_way.add(delivery.id)
        try:
            hindered = await self._deliver(delivery)
            if hindered is None:
                await outbox.done(delivery.id)
            else:
                delay = hindered.delay or min(FIRST * 2 ** min(delivery.attempts - 1, 20), LONGEST)
                await outbox.later(delivery.id, delay, str(hindered))
        finally:
            self._under_way.discard(delivery.id)
        if hindered:
            self._hindered[delivery.guild_id] = self._view(delivery.guild_id)
            what = "incident" if delivery.incident_id else "report"
            number = delivery.incident_id or delivery.report_id
            self._tell((what, number), f"{what} {number} ({delivery.kind}) waits: {hindered}")
        if delivery.kind == "reply" and (hindered or delivery.attempts > 1):
            await to_staff.show_whether_delivered(self._desk, delivery)
        return hindered is None

    async def _deliver(self, delivery: Delivery) -> HeldError | None:
        """Deliver something, or return what hinders it."""
        try:
            async with asyncio.timeout(LIMIT):
                await WAYS[delivery.kind](self._desk, delivery)
        except DeskError:
            raise
        except HeldError as held:
            return held
        except discord.HTTPException as error:
            return HeldError(f"Discord answers HTTP {error.status}, code {error.code}")
        except (aiohttp.ClientError, OSError) as error:  # asyncio's own TimeoutError is one of them
            return HeldError(f"Discord cannot be reached ({type(error).__name__})")
        except Exception as error:  # the others must not wait for it
            return HeldError(f"an error in the bot, reference {log_trouble(error, f'delivering a {delivery.kind}')}")
        return None

    def _tell(self, what: object, text: str) -> None:
        """Tell the operator, once an hour."""
        now = self._clock()
        self._told = {known: when for known, when in self._told.items() if now - when < HOUR}
        if (what, text) not in self._told:
            self._told[what, text] = now
            log.warning("%s", text)


@asynccontextmanager
async def delivering(desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
    """Deliver what is due in the background, as long as the context lasts.

    Args:
        desk: the bot, logged in; it may connect later, and nothing is delivered before.
        sleep: waits for some seconds.
    """

    async def go_on() -> None:
        await desk.wait_until_ready()
        while True:
            desk.deliverer.hurry()
            await sleep(STEP)

    async def connected(_: int) -> None:
        desk.deliverer.begin()

    for event in CONNECTED:
        desk.add_listener(connected, event)
    try:
        async with going_on(go_on(), name="deliveries"):
            yield
    finally:
        for event in CONNECTED:
            desk.remove_listener(connected, event)
