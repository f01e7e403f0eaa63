"""From the settings to a bot that is connected, and back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import aiohttp
import discord
from discord.http import Route

from bot.chat.client import Desk
from bot.chat.logs import configure
from bot.knowledge.loading import KnowledgeError, default_directory, load
from bot.settings import Settings

log = logging.getLogger(__name__)

GOODBYE = 5.0
"""Seconds that closing the connection may take before the process ends without it."""


def run(settings: Settings) -> int:
    """Run the bot until it is told to stop.

    Args:
        settings: the operator's choices; the token is required.

    Returns:
        The exit code: 0 after SIGINT or SIGTERM, 1 where the bot could not start or stay connected.
        One line on standard error then says why.
    """
    if not settings.discord_token:
        return _stop("no token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it")
    configure(settings.log_level, settings.log_format)
    if settings.discord_api_url:
        Route.BASE = settings.discord_api_url
    try:
        desk = Desk(settings, load(settings.knowledge_dir or default_directory()))
        asyncio.run(_stay(desk, settings.discord_token))
    except KnowledgeError as error:
        return _stop(str(error))
    except discord.LoginFailure:
        return _stop("Discord does not accept the token: copy it again from the Developer Portal, Bot, Token")
    except discord.PrivilegedIntentsRequired:
        return _stop("turn on Message Content Intent in the Developer Portal: Bot, Privileged Gateway Intents")
    except discord.HTTPException as error:
        return _stop(f"Discord answered HTTP {error.status}; it may be down, or this address may be blocked")
    except discord.ConnectionClosed as error:
        return _stop(f"Discord closed the connection for good (code {error.code})")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return _stop(f"Discord cannot be reached ({type(error).__name__}): check the network and any proxy")
    except KeyboardInterrupt:
        pass
    return 0


async def _stay(desk: Desk, token: str) -> None:
    here = asyncio.current_task()
    assert here is not None  # noqa: S101 - a coroutine runs in a task
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            asyncio.get_running_loop().add_signal_handler(name, here.cancel)
    try:
        await desk.start(token)
    except asyncio.CancelledError:
        log.info("stopping")
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await desk.close()


def _stop(reason: str) -> int:
    sys.stderr.write(f"error-desk: {reason}\n")
    return 1
