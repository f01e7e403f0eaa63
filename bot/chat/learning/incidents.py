"""Incidents: several different people meet the same error with the same model at once.

Staff get one notice, and answers about it say that others see it too, until staff close it or it calms down.

What counts is what may be the service's doing: errors for which waiting or support is the way, and those of a server
or without an answer at all (every status but HTTP's client errors, 4xx), even where the likeliest reason is the
asker's own. A wrong key or a malformed request stays everybody's own mistake, however many make it, and so does a case
of a server's error that the knowledge calls the asker's to mend. One person counts once, however much they paste; bots
are never heard.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import ui
from discord.utils import format_dt, utcnow

from bot.chat.cards.card import title
from bot.chat.learning.incident_words import WORDS
from bot.chat.learning.ongoing import CALM
from bot.chat.markup import code
from bot.chat.reports.delivery import find, nonce_of
from bot.chat.reports.home import home_of
from bot.chat.reports.office import Numbered, records_of
from bot.chat.reports.staff_card import staff_language
from bot.chat.trouble import report, tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.incidents import Incident
from bot.desk.outbox import Delivery
from bot.desk.questions import Asked
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

STEP = 15.0
"""Seconds between two looks at what is open: by then an incident that another process closed is over in this one."""

OPEN, OVER = discord.Colour(0xED4245), discord.Colour(0x248046)


def may_be_an_outage(knowledge: Knowledge, meaning: Meaning) -> bool:
    """Tell whether an error counts, see above."""
    if knowledge.acts(meaning) != "you":
        return True
    if meaning.case and knowledge.part(meaning).acts == "you":
        return False
    status = knowledge.entries[meaning.entry].status
    return status is None or not 400 <= status < 500


def server_of(desk: Desk, guild_id: int | None) -> int | None:
    """Return the server whose incidents are meant where something is asked: this one, or the one that `home_of` names.

    Args:
        desk: the bot.
        guild_id: where it is asked; None for a direct message.
    """
    if guild_id and desk.get_guild(guild_id):
        return guild_id
    home = home_of(desk, None)
    return home.guild_id if home else None


async def watch(desk: Desk, asked: Asked) -> None:
    """Look whether a question that was just logged makes or prolongs an incident.

    Direct messages are counted by themselves, and belong to the server that `home_of` names. An open incident goes on
    while at least two people have met it within `CALM`: one alone does not keep it open.

    Args:
        desk: the bot.
        asked: the question, as it was logged.

    Raises:
        DeskError: the database cannot do it.
    """
    records, ongoing = desk.records, desk.ongoing
    guild_id = server_of(desk, asked.guild_id)
    if records is None or ongoing is None or guild_id is None or asked.entry is None:
        return
    meaning = Meaning(asked.entry, asked.case)
    if not (desk.knows(meaning) and may_be_an_outage(desk.assistant.knowledge, meaning)):
        return
    server = desk.server(guild_id)

    async def people(within: timedelta) -> int:
        return await records.questions.people(asked.guild_id, asked.entry, asked.model, within)

    met = await people(timedelta(minutes=server.incident_minutes))
    same = (incident for incident in ongoing.of(guild_id) if incident.entry == asked.entry)
    is_open = any(incident.model == asked.model for incident in same)
    if met < server.incident_people and not (is_open and await people(CALM) > 1):
        return
    if await ongoing.seen(guild_id, asked.entry, asked.model, met):
        desk.deliverer.hurry()


def others(desk: Desk, guild_id: int | None, meaning: Meaning | None, model: str | None, lang: Language) -> str:
    """Return the line that tells the reader of an answer that others see it too; empty where there is no incident.

    Args:
        desk: the bot.
        guild_id: where it was asked; None for a direct message.
        meaning: what the answer explains.
        model: what model the message named.
        lang: the answer's language.
    """
    server = server_of(desk, guild_id)
    if desk.ongoing is None or server is None or meaning is None:
        return ""
    incident = desk.ongoing.about(server, meaning.entry, model)
    if incident is None or not may_be_an_outage(desk.assistant.knowledge, meaning):
        return ""
    words, since = WORDS[lang], since_when(incident, utcnow())
    named = incident.model if model is None else None
    told = (words.others_with if named else words.others).format(since=since, model=code(named or ""))
    return told + (words.known if incident.message_id else words.unknown)


def since_when(incident: Incident, now: datetime) -> str:
    """Return when an incident began, in the reader's time zone: the time of day, with the date for an older one."""
    return format_dt(incident.started_at, "t" if now - incident.started_at < timedelta(hours=12) else "f")


def headed(desk: Desk, incident: Incident, lang: Language) -> str:
    """Return what an incident is about: `**503 · The model is not available** · gpt-5`."""
    meaning = Meaning(incident.entry)
    name = f"**{title(desk.explain(meaning, lang))}**" if desk.knows(meaning) else code(incident.entry)
    return " · ".join(filter(None, (name, code(incident.model or ""))))


def notice(desk: Desk, incident: Incident) -> ui.LayoutView:
    """Lay out the staff's notice, in the language of their server."""
    lang, minutes = staff_language(desk, incident.guild_id), CALM // timedelta(minutes=1)
    words, about = WORDS[lang], headed(desk, incident, lang)
    within = desk.server(incident.guild_id).incident_minutes
    counted = words.counted.format(since=format_dt(incident.started_at, "f"), people=incident.people, minutes=within)
    box: ui.Container[ui.LayoutView]
    if incident.closed_at is None:
        box = ui.Container(ui.TextDisplay(f"### {words.several}\n{about}\n{counted}"), accent_colour=OPEN)
        box.add_item(ui.TextDisplay(f"-# {words.told.format(calm=minutes)}"))
        box.add_item(ui.ActionRow(Close.of(incident.id, lang, words.close)))
    else:
        ended = format_dt(incident.closed_at, "f")
        by = words.calmed.format(calm=minutes, ended=ended)
        if incident.closed_by is not None:
            by = words.closed.format(who=f"<@{incident.closed_by}>", ended=ended)
        box = ui.Container(ui.TextDisplay(f"### {words.over}\n{about}\n{counted}\n{by}"), accent_colour=OVER)
    return ui.LayoutView(timeout=None).add_item(box)


class Close(Numbered, name="incident", staff=True):
    """Ends an incident."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """End it, and show so on the notice."""
        ongoing = interaction.client.ongoing
        if ongoing is None:
            raise DeskError("there is no database")
        if ended := await ongoing.close(self.number, interaction.user.id):
            await interaction.response.edit_message(view=notice(interaction.client, ended))
        else:
            await tell(interaction, WORDS[language(interaction.locale.value)].gone)


async def post_incident(desk: Desk, delivery: Delivery) -> None:
    """Post an incident's notice to the staff; without a staff channel, or once it is over, there is none.

    Args:
        desk: the bot.
        delivery: what the outbox holds. From the second attempt on, the channel is looked at first: the notice may
            stand there already.

    Raises:
        DeskError: the database cannot do it.
        discord.HTTPException: Discord does not take it.
        aiohttp.ClientError: Discord cannot be reached.
    """
    home, ongoing = home_of(desk, delivery.guild_id), desk.ongoing
    incident = await records_of(desk).incidents.of(delivery.incident_id or 0)
    if home is None or home.guild_id != delivery.guild_id or ongoing is None:
        return
    if incident is None or incident.closed_at or incident.message_id:
        return
    place = desk.get_partial_messageable(home.channel_id, guild_id=home.guild_id)
    about = f"{Close.name}:{incident.id}:"

    def is_it(message: discord.Message) -> bool:
        items = ui.LayoutView.from_message(message).walk_children()
        return any((item.custom_id or "").startswith(about) for item in items if isinstance(item, ui.Button))

    posted = await find(desk, place, incident.started_at, is_it) if delivery.attempts > 1 else None
    if posted is None:
        posted = await place.send(view=notice(desk, incident), nonce=nonce_of(delivery))
    await ongoing.posted(incident, home.channel_id, posted.id)


class Calming:
    """Ends incidents that calmed down, and keeps the notices true.

    Args:
        desk: the bot.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ended: dict[int, Incident] = {}
        self._drawn: dict[int, int] = {}

    async def once(self) -> None:
        """Do so once. A notice that Discord does not take now is drawn the next time.

        Raises:
            DeskError: the database cannot do it.
        """
        ongoing = self._desk.ongoing
        if ongoing is None:
            return
        self._ended |= {incident.id: incident for incident in await ongoing.calm()}
        await ongoing.refresh()
        is_open = {incident.id: incident for incident in ongoing.of(None)}
        self._drawn = {id_: people for id_, people in self._drawn.items() if id_ in is_open}
        for incident in is_open.values():
            if incident.message_id and self._drawn.get(incident.id) != incident.people and await self._draw(incident):
                self._drawn[incident.id] = incident.people
        for incident in list(self._ended.values()):
            if await self._draw(incident):
                del self._ended[incident.id]

    async def _draw(self, incident: Incident) -> bool:
        """Show an incident on its notice, and tell whether that is done with."""
        if incident.channel_id is None or incident.message_id is None:
            return True
        message = self._desk.get_partial_messageable(incident.channel_id).get_partial_message(incident.message_id)
        try:
            await message.edit(view=notice(self._desk, incident))
        except (discord.NotFound, discord.Forbidden) as error:
            log.warning("the notice of incident %d stays as it was: HTTP %d", incident.id, error.status)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("the notice of incident %d has to wait: %s", incident.id, type(error).__name__)
            return False
        return True


@asynccontextmanager
async def calming(desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> AsyncIterator[None]:
    """End incidents that calmed down in the background, as long as the context lasts.

    Args:
        desk: the bot; it may connect later.
        sleep: waits for some seconds.
    """
    service = Calming(desk)

    async def go_on() -> None:
        while True:
            await sleep(STEP)
            try:
                await service.once()
            except DeskError as error:
                log.warning("the incidents have to wait: %s", error)
            except Exception as error:  # the next step finds things as they are
                report(error, "watching incidents")

    task: asyncio.Task[Any] = asyncio.create_task(go_on(), name="incidents")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def set_watch(interaction: discord.Interaction[Desk], people: int, minutes: int) -> None:
    """Set when a server's staff get a notice, for a user who may, and tell them so.

    Args:
        interaction: the command.
        people: how many different people have to meet the same.
        minutes: within how many minutes.

    Raises:
        DeskError: the database cannot do it.
        ValueError: a figure is out of its range, see `bot.desk.servers.RANGES`.
    """
    assert interaction.guild_id is not None  # noqa: S101 - the command is for servers alone
    servers = records_of(interaction.client).servers
    await servers.change(interaction.guild_id, incident_people=people, incident_minutes=minutes)
    told = WORDS[language(interaction.locale.value)].watched.format(people=people, minutes=minutes)
    await tell(interaction, told)
