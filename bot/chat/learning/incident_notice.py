"""The notice of an incident: what staff see of it in their channel, and how they close it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.utils import format_dt

from bot.chat.cards.card import DANGER, DONE
from bot.chat.learning.incident_words import WORDS
from bot.chat.learning.incidents import headed
from bot.chat.learning.ongoing import CALM
from bot.chat.office import Numbered, records_of
from bot.chat.reports.home import home_of
from bot.chat.reports.sending import find, nonce_of
from bot.chat.reports.staff_card import staff_language
from bot.chat.trouble import tell
from bot.chat.words import language
from bot.desk.database import DeskError
from bot.desk.incidents import Incident
from bot.desk.outbox import Delivery

if TYPE_CHECKING:
    from bot.chat.client import Desk


async def notice(desk: Desk, incident: Incident) -> ui.LayoutView:
    """Lay out the staff's notice, in the language of their server."""
    lang, minutes = staff_language(desk, incident.guild_id), CALM // timedelta(minutes=1)
    words, about = WORDS[lang], await headed(desk, incident, lang)
    within = desk.server(incident.guild_id).incident_minutes
    counted = words.counted.format(since=format_dt(incident.started_at, "f"), people=incident.people, minutes=within)
    box: ui.Container[ui.LayoutView]
    if incident.closed_at is None:
        box = ui.Container(ui.TextDisplay(f"### {words.several}\n{about}\n{counted}"), accent_colour=DANGER)
        box.add_item(ui.TextDisplay(f"-# {words.told.format(calm=minutes)}"))
        box.add_item(ui.ActionRow(Close.of(incident.id, lang, words.close)))
    else:
        ended = format_dt(incident.closed_at, "f")
        by = words.calmed.format(calm=minutes, ended=ended)
        if incident.closed_by is not None:
            by = words.closed.format(who=f"<@{incident.closed_by}>", ended=ended)
        box = ui.Container(ui.TextDisplay(f"### {words.over}\n{about}\n{counted}\n{by}"), accent_colour=DONE)
    return ui.LayoutView(timeout=None).add_item(box)


class Close(Numbered, name="incident", staff=True):
    """Ends an incident."""

    async def act(self, interaction: discord.Interaction[Desk]) -> None:
        """End it, and show so on the notice."""
        ongoing = interaction.client.ongoing
        if ongoing is None:
            raise DeskError("there is no database")
        if ended := await ongoing.close(self.number, interaction.user.id):
            await interaction.response.edit_message(view=await notice(interaction.client, ended))
        else:
            await tell(interaction, WORDS[language(interaction.locale.value)].gone)


async def post(desk: Desk, delivery: Delivery) -> None:
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
        posted = await place.send(view=await notice(desk, incident), nonce=nonce_of(delivery))
    await ongoing.posted(incident, home.channel_id, posted.id)
