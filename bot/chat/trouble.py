"""What went wrong, told to the log and to whoever met it, and never with anybody's words in it."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot.chat.patience import OVER
from bot.chat.words import WORDS, language
from bot.desk.database import DeskError

log = logging.getLogger(__name__)

FAILED = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What is raised where Discord does not do something, or cannot be reached."""

GONE = OVER | {10015, 50027}
"""The codes of Discord's errors where nobody waits for an answer any more: an interaction that is over or answered, and
one whose fifteen minutes are over, so that its webhook is unknown and its token invalid."""

raised: Counter[str] = Counter()
"""How often `report` was given an exception, by its type, since the process began."""


def report(error: BaseException, where: str) -> str:
    """Log an exception by its type and its place in the code.

    The exception's own text is left out: it may quote a message, and with it a key.

    Args:
        error: what was raised.
        where: the callback it was raised in, such as `/error` or `on_message`.

    Returns:
        A short reference that stands in the log line, to give to whoever met the error.
    """
    reference = secrets.token_hex(3)
    kind = type(error).__qualname__
    raised[kind] += 1
    if isinstance(error, discord.HTTPException):
        kind += f" (HTTP {error.status}, code {error.code})"
    frames = "".join(traceback.format_tb(error.__traceback__))
    fields = {"where": where, "error": kind, "reference": reference}
    log.error("%s failed with %s, reference %s\n%s", where, kind, reference, frames.rstrip(), extra=fields)
    return reference


async def attend(
    interaction: discord.Interaction[Any], act: Callable[[discord.Interaction[Any]], Awaitable[None]], where: str
) -> None:
    """Have something done for a user, once, or tell them what kept it from that. All menus, buttons and forms do so.

    Args:
        interaction: what the user did.
        act: is called with it.
        where: as `report` takes it.
    """
    if interaction.client.first_met(interaction.id):
        try:
            await act(interaction)
        except Exception as error:  # the user is waiting, whatever it is
            await apologise(interaction, error, where)


async def apologise(interaction: discord.Interaction[Any], error: BaseException, where: str) -> None:
    """Log an exception and give its reference to the user alone; where it is the desk's, tell them to try again.

    Where it says that Discord does not wait for an answer any more, it is nobody's fault, and nobody can be told.

    Args:
        interaction: what the user did, acknowledged or not.
        error: what was raised.
        where: as `report` takes it.
    """
    if isinstance(error, discord.HTTPException) and error.code in GONE:
        log.info("%s came too late to be answered: HTTP %s, code %s", where, error.status, error.code)
        return
    words = WORDS[language(interaction.locale.value)]
    if isinstance(error, DeskError):
        log.warning("%s did nothing: %s", where, error)
        text = words.no_desk
    else:
        text = words.trouble.format(reference=report(error, where))
    try:
        await tell(interaction, text)
    except FAILED as failed:
        log.warning("what went wrong with %s could not be told: %s", where, type(failed).__name__)


async def tell(interaction: discord.Interaction[Any], text: str) -> None:
    """Say a sentence to the user alone, whether or not there was an answer already.

    Raises:
        discord.HTTPException: Discord does not take it.
    """
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
