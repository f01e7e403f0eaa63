"""What went wrong, told to the log and to whoever met it, and never with anybody's words in it."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections import Counter
from typing import Any

import aiohttp
import discord

from bot.chat.words import WORDS, language

log = logging.getLogger(__name__)

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


async def apologise(interaction: discord.Interaction[Any], error: BaseException, where: str) -> None:
    """Log an exception and give its reference to the user alone.

    Args:
        interaction: what the user did, acknowledged or not.
        error: what was raised.
        where: as `report` takes it.
    """
    reference = report(error, where)
    text = WORDS[language(interaction.locale.value)].trouble.format(reference=reference)
    try:
        await tell(interaction, text)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as failed:
        log.warning("reference %s could not be given: %s", reference, type(failed).__name__)


async def tell(interaction: discord.Interaction[Any], text: str) -> None:
    """Say a sentence to the user alone, whether or not there was an answer already.

    Raises:
        discord.HTTPException: Discord does not take it.
    """
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
