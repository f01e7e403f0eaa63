"""Incidents: several different people meet the same error with the same model at once.

Staff get one notice, and answers about it say that others see it too, until staff close it or it calms down.

What counts is what may be the service's doing: errors for which waiting or support is the way, and those of a server
or without an answer at all (every status but HTTP's client errors, 4xx), even where the likeliest reason is the
asker's own. A wrong key or a malformed request stays everybody's own mistake, however many make it, and so does a case
of a server's error that the knowledge calls the asker's to mend. One person counts once, however much they paste; bots
are never heard.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord.utils import format_dt, utcnow

from bot.chat.learning.incident_words import WORDS
from bot.chat.learning.ongoing import CALM
from bot.chat.markup import code
from bot.chat.office import records_of
from bot.chat.reports.home import home_of
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.incidents import Incident
from bot.desk.questions import Asked
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


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
    at_once = timedelta(minutes=server.incident_minutes)

    async def people(within: timedelta) -> int:
        return await records.questions.people(asked.guild_id, asked.entry, asked.model, within)

    met = await people(at_once)
    same = (incident for incident in ongoing.of(guild_id) if incident.entry == asked.entry)
    is_open = any(incident.model == asked.model for incident in same)
    if met < server.incident_people and not (is_open and await people(CALM) > 1):
        return
    since = None
    if not is_open:
        since = await records.incidents.first_met(asked.guild_id, asked.entry, asked.model, at_once)
    if await ongoing.seen(guild_id, asked.entry, asked.model, met, since):
        desk.deliverer.hurry()


async def may_begin(desk: Desk, guild_id: int | None, meaning: Meaning | None, model: str | None) -> bool:
    """Tell whether one person more who meets an error may make an incident of it; where the desk is away, not.

    Args:
        desk: the bot.
        guild_id: where it was asked; None for a direct message.
        meaning: what the answer explains.
        model: what model the message named.
    """
    records, ongoing, server = desk.records, desk.ongoing, server_of(desk, guild_id)
    if records is None or ongoing is None or server is None or meaning is None or not desk.knows(meaning):
        return False
    if not may_be_an_outage(desk.assistant.knowledge, meaning) or ongoing.about(server, meaning.entry, model):
        return False
    people, within = desk.server(server).incident_people, timedelta(minutes=desk.server(server).incident_minutes)
    try:
        return await records.questions.people(guild_id, meaning.entry, model, within) >= people - 1
    except DeskError:
        return False


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


async def headed(desk: Desk, incident: Incident, lang: Language) -> str:
    """Return what an incident is about: `**503 · The model is not available** · gpt-5`.

    Where all who met it met the same case, it is called as on their cards; as far as the desk can tell.
    """
    meaning, questions = Meaning(incident.entry), records_of(desk).questions
    try:
        case = await questions.case(incident.guild_id, incident.entry, incident.model, incident.started_at)
    except DeskError as error:
        log.debug("going on without the desk: %s", error)
    else:
        met = Meaning(incident.entry, case)
        meaning = met if desk.knows(met) else meaning
    name = f"**{desk.explain(meaning, lang).heading}**" if desk.knows(meaning) else code(incident.entry)
    return " · ".join(filter(None, (name, code(incident.model or ""))))


async def set_watch(interaction: discord.Interaction[Desk], people: int, minutes: int | None = None) -> None:
    """Set when a server's staff get a notice, for a user who may, and tell them so.

    Args:
        interaction: the command.
        people: how many different people have to meet the same.
        minutes: within how many minutes; by default, as many as before.

    Raises:
        DeskError: the database cannot do it.
        ValueError: a figure is out of its range, see `bot.desk.servers.RANGES`.
    """
    assert interaction.guild_id is not None  # noqa: S101 - the command is for servers alone
    within = {"incident_minutes": minutes} if minutes else {}
    servers = records_of(interaction.client).servers
    server = await servers.change(interaction.guild_id, incident_people=people, **within)
    told = WORDS[language(interaction.locale.value)].watched.format(people=people, minutes=server.incident_minutes)
    await tell(interaction, told)
