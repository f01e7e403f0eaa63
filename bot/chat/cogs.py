"""All that the bot does on Discord: the cogs, and the buttons that work whichever card they stand on."""

from __future__ import annotations

from bot.chat.cards.buttons import CONTROLS
from bot.chat.client import Desk
from bot.chat.learning import incident_notice, status
from bot.chat.office import Forms
from bot.chat.privacy import privacy
from bot.chat.reports import own_report, staff, staff_notes
from bot.chat.servers import administration, membership, quiet, setup
from bot.chat.surfaces import menu, models, replies, slash
from bot.chat.translations import Chinese
from bot.chat.trouble import report

BUTTONS = (
    *CONTROLS,
    *own_report.BUTTONS,
    *setup.SETTINGS,
    *privacy.BUTTONS,
    *staff.BUTTONS,
    staff_notes.Read,
    incident_notice.Close,
)

COGS = (
    replies.Replies,
    slash.Slash,
    models.Models,
    menu.Menu,
    administration.Administration,
    membership.Membership,
    quiet.Quiet,
    status.Status,
    privacy.Privacy,
    Forms,
)


async def furnish(desk: Desk) -> bool:
    """Add the cogs with their commands, asking nobody; one that cannot be added leaves the others alone.

    Returns:
        Whether all are there. Discord would take commands that are not put again for withdrawn, and forget what
        servers set for them.
    """
    desk.add_dynamic_items(*BUTTONS)
    whole = True
    for cog in COGS:
        try:
            await desk.add_cog(cog(desk))
        except Exception as error:  # whatever it is, the others have nothing to do with it
            report(error, f"adding {cog.__name__}")
            whole = False
    await desk.tree.set_translator(Chinese())
    return whole
