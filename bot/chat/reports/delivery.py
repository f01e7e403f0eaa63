"""Delivery of what the desk has for Discord: the cards of reports, answers to the askers, additions, notices.

What is to be delivered was stored together with what it tells of, and stays stored until Discord has it; whatever
happens in between, it is tried again, also by the next process. It comes once: Discord takes a message with a nonce
that it met in the last minutes for the one that it has, and from the second attempt on the place is looked at first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.utils import utcnow

from bot.chat.permissions import missing
from bot.chat.reports import staff_card, staff_notes
from bot.chat.reports.home import home_of
from bot.chat.reports.office import records_of
from bot.chat.reports.reporting import refresh_asker_card
from bot.chat.reports.staff_card import StaffCard, staff_language
from bot.chat.trouble import report as log_trouble
from bot.desk.database import DeskError
from bot.desk.outbox import LEASE, Delivery, Kind
from bot.desk.reports import Note, Report

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

LOOK = 500
"""How many messages are looked at, from the oldest on that can be the one."""

SKEW = timedelta(minutes=5)
"""How much Discord's clock and ours may differ."""

HOUR = timedelta(hours=1)
"""How long the operator is not told again of the same."""

_CANNOT_BE_REACHED = "whoever asked can be reached neither where they asked nor by a direct message"

Place = discord.PartialMessageable | discord.DMChannel
_Way = tuple[Callable[[], Awaitable[Place]], discord.ui.LayoutView, tuple[int, ...]]


class HeldError(Exception):
    """A delivery has to wait. The text says why, in one line without content.

    Args:
        why: the reason.
        delay: for how long; by default, the longer the oftener it was tried.
    """

    def __init__(self, why: str, delay: timedelta | None = None) -> None:
        super().__init__(why)
        self.delay = delay


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
        self._ways: Mapping[Kind, Callable[[Delivery], Awaitable[None]]] = {
            "report": self._report,
            "reply": self._reply,
            "addition": self._addition,
            "refresh": self._refresh,
            "incident": self._incident,
        }

    def hurry(self) -> None:
        """Deliver at once, without waiting for it, what was just stored."""
        task = asyncio.create_task(self.once(), name="delivery")
        self._hurried.add(task)
        task.add_done_callback(self._hurried.discard)

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
            await self._show_whether_delivered(delivery)
        return hindered is None

    async def _deliver(self, delivery: Delivery) -> HeldError | None:
        """Deliver something, or return what hinders it."""
        try:
            async with asyncio.timeout(LIMIT):
                await self._ways[delivery.kind](delivery)
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

    async def _report(self, delivery: Delivery) -> None:
        report = await self._report_of(delivery)
        if report is None or report.closed_at:
            return
        if not report.staff_message_id:
            await self._post(report, delivery)
        await refresh_asker_card(self._desk, report)

    async def _reply(self, delivery: Delivery) -> None:
        report, note = await self._report_of(delivery), await self._note_of(delivery)
        if report is None or note is None or not report.asker_id:
            return
        heading = staff_card.heading_of(self._desk, report, report.lang)
        view = staff_notes.to_asker(report, note, heading)
        there = self._place(report.channel_id, report.origin_guild_id)
        # What was asked in private is answered in private, or where it was asked, by word of an answer.
        ways: list[_Way] = (
            [(self._direct(report), view, ()), (_given(there), staff_notes.announcement(report, note), ())]
            if report.card_id is None
            else [(_given(there), view, (report.question_id, report.card_id)), (self._direct(report), view, ())]
        )
        if delivery.attempts > 1:
            for place, _, _ in ways:
                with suppress(discord.Forbidden, discord.NotFound):
                    if await find(
                        self._desk, await place(), note.created_at, lambda it: staff_notes.is_note(it, note.id)
                    ):
                        return
        ping = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(report.asker_id)])
        for place, shown, references in ways:
            with suppress(discord.Forbidden, discord.NotFound):
                await _send(await place(), shown, delivery, references, ping)
                return
        if not report.closed_at:
            raise HeldError(_CANNOT_BE_REACHED, LONGEST)

    async def _addition(self, delivery: Delivery) -> None:
        report, note = await self._report_of(delivery), await self._note_of(delivery)
        # A card that is yet to be posted will have it.
        if report is None or note is None or report.staff_channel_id is None or report.staff_message_id is None:
            return
        channel = self._place(report.staff_channel_id, report.guild_id)
        if delivery.attempts > 1 and await find(
            self._desk, channel, note.created_at, lambda it: staff_notes.is_note(it, note.id)
        ):
            return
        view = staff_notes.to_staff(report, note, staff_language(self._desk, report.guild_id))
        await _send(channel, view, delivery, (report.staff_message_id,))

    async def _refresh(self, delivery: Delivery) -> None:
        report = await self._report_of(delivery)
        if report is None:
            return
        try:
            await self._redraw(report, delivery)
        finally:
            if report.asker_id:
                await refresh_asker_card(self._desk, report)

    async def _incident(self, delivery: Delivery) -> None:
        from bot.chat.learning.incidents import post_incident  # noqa: PLC0415 - it knows the client

        await post_incident(self._desk, delivery)

    async def _post(self, report: Report, delivery: Delivery) -> None:
        """Post the staff's card, unless it stands there, and remember it."""
        home = home_of(self._desk, report.guild_id)
        if home is None or home.guild_id != report.guild_id:
            raise HeldError(f"server {report.guild_id} has no staff channel")
        channel = self._place(home.channel_id, home.guild_id)
        card = None
        if delivery.attempts > 1:
            card = await find(self._desk, channel, report.created_at, lambda it: staff_card.is_card_of(it, report.id))
        if card is None:
            view, files = await self._drawn(report), staff_card.files(report)
            try:
                card = await channel.send(view=view, files=files, nonce=nonce_of(delivery))
            except (discord.Forbidden, discord.NotFound) as error:
                where = f"staff channel {home.channel_id}"
                raise HeldError(f"{where} is closed to me or gone: HTTP {error.status}, code {error.code}") from error
        await records_of(self._desk).reports.posted(report.id, channel.id, card.id)

    async def _redraw(self, report: Report, delivery: Delivery) -> None:
        """Show on the staff's card how a report stands; an open one whose card was deleted gets a new card."""
        if report.staff_channel_id is None or report.staff_message_id is None:
            return
        card = self._place(report.staff_channel_id, report.guild_id).get_partial_message(report.staff_message_id)
        try:
            await card.edit(view=await self._drawn(report), attachments=staff_card.files(report))
        except discord.NotFound:
            if not report.closed_at:
                await self._post(report, delivery)

    async def _show_whether_delivered(self, delivery: Delivery) -> None:
        report = await self._report_of(delivery)
        if report and report.staff_channel_id and report.staff_message_id:
            card = self._place(report.staff_channel_id, report.guild_id).get_partial_message(report.staff_message_id)
            try:
                await card.edit(view=await self._drawn(report), attachments=staff_card.files(report))
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.info("the card of report %d stays as it was: %s", report.id, type(error).__name__)

    async def _drawn(self, report: Report) -> discord.ui.LayoutView:
        records, lang = records_of(self._desk), staff_language(self._desk, report.guild_id)
        waiting = await records.outbox.waiting(report.guild_id)
        card = StaffCard(
            report=report,
            notes=await records.reports.notes(report.id),
            similar=await records.reports.similar(report, HOUR),
            heading=staff_card.heading_of(self._desk, report, lang),
            undelivered=any(delivery.report_id == report.id and why == _CANNOT_BE_REACHED for delivery, why in waiting),
        )
        return staff_card.render(card, lang)

    async def _report_of(self, delivery: Delivery) -> Report | None:
        return await records_of(self._desk).reports.of(delivery.report_id or 0)

    async def _note_of(self, delivery: Delivery) -> Note | None:
        notes = await records_of(self._desk).reports.notes(delivery.report_id or 0)
        return next((note for note in notes if note.id == delivery.note_id), None)

    def _place(self, channel_id: int, guild_id: int | None) -> discord.PartialMessageable:
        """Return a channel, known or not: whether it is there is for Discord to say."""
        return self._desk.get_partial_messageable(channel_id, guild_id=guild_id)

    def _direct(self, report: Report) -> Callable[[], Awaitable[Place]]:
        async def place() -> Place:
            return await self._desk.create_dm(discord.Object(report.asker_id))

        return place

    def _tell(self, what: object, text: str) -> None:
        """Tell the operator, once an hour."""
        now = self._clock()
        self._told = {known: when for known, when in self._told.items() if now - when < HOUR}
        if (what, text) not in self._told:
            self._told[what, text] = now
            log.warning("%s", text)


def _given(place: Place) -> Callable[[], Awaitable[Place]]:
    async def given() -> Place:
        return place

    return given


async def find(
    desk: Desk, place: Place, since: datetime, is_it: Callable[[discord.Message], bool]
) -> discord.Message | None:
    """Return our message in a place that is the one, if it stands there: of those from that time on, the first."""
    async for message in place.history(limit=LOOK, after=since - SKEW, oldest_first=True):
        if desk.user and message.author.id == desk.user.id and is_it(message):
            return message
    return None


def nonce_of(delivery: Delivery) -> str:
    """Return a delivery's nonce, of at most 25 characters: a new database counts from one again."""
    return f"{delivery.id}-{delivery.created_at.timestamp():.0f}"


async def _send(
    place: Place,
    view: discord.ui.LayoutView,
    delivery: Delivery,
    references: tuple[int, ...] = (),
    mentions: discord.AllowedMentions | None = None,
) -> None:
    """Send something as a reply to the first of the messages that is there, or else by itself.

    Raises:
        discord.HTTPException: Discord does not take it.
    """
    options: dict[str, Any] = {"view": view, "nonce": nonce_of(delivery)}
    if mentions:
        options["allowed_mentions"] = mentions
    for message_id in filter(None, references):
        try:
            await place.send(reference=place.get_partial_message(message_id), mention_author=False, **options)
        except discord.HTTPException as error:
            # Discord calls a reply to a message that is not there a malformed one.
            if "message_reference" not in error.text:
                raise
        else:
            return
    await place.send(**options)


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

    task = asyncio.create_task(go_on(), name="deliveries")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
