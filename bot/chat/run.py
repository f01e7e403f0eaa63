"""From the settings to a bot that is connected, and back."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.chat import gateway, patience
from bot.chat.background import going_on
from bot.chat.catalogue import kept_fresh
from bot.chat.client import INTENTS, Desk
from bot.chat.doctor.rest import fault
from bot.chat.learning.calming import calming
from bot.chat.logs import configure
from bot.chat.privacy.retention import retaining
from bot.chat.reloading import in_a_line, reloading
from bot.chat.reports.delivery import delivering
from bot.chat.servers.membership import kept_current
from bot.chat.shards import find_the_gateway, forgetting
from bot.chat.trouble import report
from bot.ending import FAILED, UNUSABLE, complain
from bot.knowledge import cache
from bot.knowledge.base import Knowledge, KnowledgeError, default_directory
from bot.settings import Settings

log = logging.getLogger(__name__)

FINISH = 2.0
"""Seconds that answers under way may take after a signal before they are given up."""

LAST = 5.0
"""Seconds after a signal at which the process ends, whatever it is doing: what waits for a thread cannot be
cancelled, and looking up a name is such a thing."""

TIDY = 0.2
"""Seconds for what goes on in the background to come to its end: a connection to a database that is cancelled
while it closes never does."""

ANSWERING = (
    "discord.py: ",
    "CommandTree-invoker",
    "discord-ui-view-dispatch",
    "discord-ui-modal-dispatch",
    "discord-ui-dynamic-item",
)
"""How discord.py names the tasks that it starts for an event, a command, a button and a modal."""

DEAF = (
    "Discord does not let the bot read messages: turn on Message Content Intent in the Developer Portal (Bot, "
    "Privileged Gateway Intents) and restart. Until then slash commands, the context menu, mentions and direct "
    "messages are answered, and nothing else is heard"
)

CLOSED = {
    4010: "Discord knows no such shard (code 4010): check SHARD_IDS and SHARD_COUNT",
    4011: (
        "Discord wants more shards for as many servers (code 4011): set a larger SHARD_COUNT, the same in all "
        "processes, or unset it where there is only one, and Discord says how many"
    ),
    4012: "Discord has given up the version of its API that the bot speaks (code 4012): install a newer Error Desk",
    4013: "Discord has given up what the bot asks to be told of (code 4013): install a newer Error Desk",
}
"""https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""

FLEETING = (
    "the desk is an SQLite file on the disk of %s, which Heroku clears at every restart, once a day at least: "
    "settings, reports and statistics go with it. Add Heroku Postgres, which sets DATABASE_URL"
)
"""https://devcenter.heroku.com/articles/active-storage-on-heroku#ephemeral-disk"""

UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What discord.py raises where it reads an answer that is none of Discord's."""


class NotDiscordError(Exception):
    """What answers at the API's address does not speak as Discord does."""


def run(settings: Settings) -> int:
    """Run the bot until it is told to stop.

    Args:
        settings: the operator's choices; the token is required.

    Returns:
        The exit code: 0 after SIGINT or SIGTERM, `UNUSABLE` where there is nothing to answer from, and `FAILED` where
        the bot could not start or stay connected. One line on standard error then says why.
    """
    if not settings.discord_token:
        return complain("no token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it")
    configure(settings.log_level, settings.log_format, settings.secrets)
    if settings.dyno and settings.database_url.startswith("sqlite"):
        log.warning(FLEETING, settings.dyno)
    if settings.discord_api_url:
        Route.BASE = settings.discord_api_url
    # Until the loop listens for it, SIGTERM is as good as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.platform != "win32" and not os.isatty(0):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the knowledge is only just being read
    last = threading.Timer(LAST, os._exit, (0,))
    last.daemon = True
    try:
        asyncio.run(
            _until_told(settings, cache.load(settings.knowledge_dir or default_directory(), apart=True), last.start)
        )
    except KeyboardInterrupt:
        pass
    except Exception as error:  # the operator gets one line and no traceback
        return complain(_reason(error), UNUSABLE if isinstance(error, KnowledgeError) else FAILED)
    finally:
        last.cancel()
    return 0


def _reason(error: Exception) -> str:
    """Return one line for the operator."""
    match error:
        case KnowledgeError():
            return in_a_line(error)
        case NotDiscordError():
            return str(fault(error.__cause__ or error))
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004) | discord.HTTPException():
            return str(fault(error))
        case discord.ConnectionClosed(code=code):
            return CLOSED.get(code, f"Discord closed the connection for good (code {code})")
        case discord.PrivilegedIntentsRequired():
            return "Discord closed the connection for good (code 4014)"
        case aiohttp.ClientError() | OSError():
            return str(fault(error))
    return f"an error in the bot, {type(error).__name__}; the log has more under reference {report(error, 'run')}"


async def _until_told(settings: Settings, knowledge: Knowledge, stopping: Callable[[], None]) -> None:
    loop, told, reload = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    listen_for_the_unforeseen(loop)
    heed(told)
    if sys.platform != "win32":
        in_terminal = os.isatty(0)

        def hung_up() -> None:
            """Reload; where the signal says that the terminal was closed, stop: nobody sees the bot any more."""
            (told if in_terminal and not os.isatty(0) else reload).set()

        loop.add_signal_handler(signal.SIGHUP, hung_up)
    ours = asyncio.all_tasks()
    life = asyncio.create_task(_live(settings, knowledge, reload))
    ours |= {life, waiting := asyncio.create_task(told.wait())}
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        log.info("stopping")
        stopping()
        life.cancel()
        await asyncio.wait({life})
    if others := asyncio.all_tasks() - ours:
        await asyncio.wait(others, timeout=TIDY)
    if not told.is_set():
        await life


def heed(told: asyncio.Event) -> None:
    """Have the running loop set an event when the process is told to stop; on Windows, Ctrl-C raises as ever."""
    if sys.platform != "win32":
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, told.set)


def listen_for_the_unforeseen(loop: asyncio.AbstractEventLoop) -> None:
    """Log what no code was there to catch; asyncio's own way quotes the exception, and that may quote a message."""

    def heard(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(error := context.get("exception"), BaseException):
            report(error, "a task")
        else:
            log.warning("%s", context["message"])

    loop.set_exception_handler(heard)


async def _live(settings: Settings, knowledge: Knowledge, reload: asyncio.Event) -> None:
    """Stay connected, with the message-content intent where Discord grants it."""
    intents = INTENTS
    while True:
        desk = Desk(settings, knowledge, intents=intents)
        try:
            async with contextlib.AsyncExitStack() as services:
                if settings.metrics_port:
                    from bot.chat.metrics import serving  # noqa: PLC0415 - few have monitoring

                    await services.enter_async_context(serving(desk, settings.metrics_port))
                for service in (
                    kept_fresh(settings.gateway_url, settings.gateway_key, desk.know),
                    kept_current(desk),
                    calming(desk),
                    retaining(desk),
                ):
                    await services.enter_async_context(service)
                await _log_in(desk)
                await services.enter_async_context(delivering(desk))
                await services.enter_async_context(reloading(desk, reload))
                await services.enter_async_context(going_on(_settle(desk), name="settling"))
                return await desk.connect()
        except discord.PrivilegedIntentsRequired:
            if not intents.message_content:
                raise
            log.warning(DEAF)
            knowledge = desk.knowledge
            intents = discord.Intents(**dict(INTENTS) | {"message_content": False})
        finally:
            await _say_goodbye(desk)


async def _settle(desk: Desk) -> None:
    """Make what the first message would wait for, and let Python look for garbage only among what comes from now on.

    What is there stays, and to look through all of it holds everything up for a tenth of a second, again and again.
    """
    await desk.wait_until_ready()
    await asyncio.to_thread(desk.assistant.prepare)
    gc.collect()
    gc.freeze()
    gc.collect()  # Python looks at all there is once it is a quarter more than this time: from here on, that is soon


async def _log_in(desk: Desk) -> None:
    gateway.install()
    patience.install(desk.http)
    parsers = desk._connection.parsers  # noqa: SLF001 - the one place where an event can be skipped
    parsers["READY"] = forgetting(desk, parsers["READY"])
    parsers.update({name: _skipping(name, parse) for name, parse in parsers.items()})
    try:
        await desk.login(desk.settings.discord_token)
    except UNREADABLE as error:
        if desk.application:  # the answers were read: what failed is our own, that follows on them
            raise
        raise _not_discord() from error
    try:
        await find_the_gateway(desk)
    except UNREADABLE as error:
        raise _not_discord() from error


def _not_discord() -> NotDiscordError:
    log.debug("an answer to the log-in cannot be read", exc_info=True)
    return NotDiscordError()


def _skipping(event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a parser for which an event that discord.py cannot read is no reason to end the connection."""

    def skipping(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # anything can be wrong with an event
            report(error, f"reading {event}")

    return skipping


async def _say_goodbye(desk: Desk) -> None:
    """Let answers under way go out, as far as they take no longer than `FINISH`, and close the connection."""
    answering = {task for task in asyncio.all_tasks() if task.get_name().startswith(ANSWERING)}
    if answering:
        _, late = await asyncio.wait(answering, timeout=FINISH)
        for task in late:
            task.cancel()
    await desk.close()
