"""The demo: the real bot in a local browser page, with no network, no token and no Discord account.

SimCord plays Discord: the client, its cogs and cards are the very ones that `run` connects.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from datetime import datetime
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.chat import reloading
from bot.chat.client import Desk
from bot.chat.run import heed
from bot.ending import UNUSABLE, complain
from bot.knowledge.loading import KnowledgeError, default_directory, load
from bot.settings import Settings

if TYPE_CHECKING:
    from simcord import Env
    from simcord.actors import MemberActor
    from simcord.builders import ChannelHandle
    from simcord.preview import Preview

PASTED = """\
Since this morning about every third call fails, what can I do?
```
openai.RateLimitError: Error code: 429 - {'error': {'message': 'Too many requests, please try again later. \
(request id: 20260108093015482915604kXw2pQaZ)', 'type': 'rate_limit_error', 'param': '', 'code': None}}
```"""
CHAT = "Thanks, that works! And 429 people online tonight, nice."
PASTED_IN_CHINESE = """\
早上还能用，现在一直报错，是什么意思？
```
{"error":{"message":"该令牌额度已用尽 (request id: 20260108101207331846221Yb7rTnLs)","type":"new_api_error"}}
```"""

HINT = "Paste an error there, type /error, or write to @Error Desk. Ctrl-C ends the demo."
ELSEWHERE = "Enter, in this terminal, opens {other} at a new address, and the page at this one ends."
ENDED = "The demo has ended, and all that was written there is forgotten."

TICK = 1.0
"""Seconds from one reading of the clock to the next."""


class Place(NamedTuple):
    """A channel that the page can show, and as whom."""

    channel: ChannelHandle
    viewers: list[MemberActor]
    told: str


def serve(directory: Path | None, port: int | None, open_browser: bool) -> int:
    """Serve the demo page until Ctrl-C, SIGTERM or its own "End preview session".

    Args:
        directory: the knowledge base to answer from; None takes the one that comes with the bot.
        port: where on 127.0.0.1; None or 0 takes a free port.
        open_browser: whether to open the page as well as print its address.

    Returns:
        The exit code; where it is not 0, one line on standard error says why.
    """
    try:
        import simcord  # noqa: PLC0415 - an extra: the bot itself runs without it
        from simcord import SetupError  # noqa: PLC0415
    except ImportError:
        return complain("the demo needs SimCord: pip install 'error-desk[demo]', or `make demo` in a checkout")
    try:
        knowledge = load(directory or default_directory())
        settings = Settings(
            knowledge_dir=directory,
            support_channels=frozenset({"support"}),
            staff_channel="staff",
            database_url="sqlite+aiosqlite://",
        )
        desk = Desk(settings, knowledge)
        with _telling_of(reloading.log):
            asyncio.run(_serve(simcord.run(desk, check_errors=False), desk, port, open_browser))
    except KnowledgeError as error:
        return complain(reloading.in_a_line(error), UNUSABLE)
    except SetupError as error:
        reason = error.__cause__
        taken = isinstance(reason, OSError) and reason.errno == errno.EADDRINUSE
        return complain(f"port {port} is taken; without --port, the demo finds a free one" if taken else str(error))
    except KeyboardInterrupt:
        pass
    sys.stdout.write(f"{ENDED}\n")
    return 0


async def _serve(world: AbstractAsyncContextManager[Env], desk: Desk, port: int | None, open_browser: bool) -> None:
    told = asyncio.Event()
    heed(told)
    async with world as env, reloading.reloading(desk, asyncio.Event()):
        support, staff = await _set_the_scene(env, desk)
        entered = _lines()
        for place, other in cycle(((support, staff), (staff, support))):
            async with env.preview(place.channel, viewers=place.viewers, layout="channel", port=port) as page:
                sys.stdout.write(f"The demo is at {page.url}\n{HINT}\n{ELSEWHERE.format(other=other.told)}\n")
                sys.stdout.flush()
                if open_browser:
                    # A browser for the terminal would hold us up until it is closed.
                    Thread(target=webbrowser.open, args=(page.url,), daemon=True).start()
                clock = asyncio.create_task(_go_on(env, page))
                switch = asyncio.create_task(entered.get())
                waiting = {switch, asyncio.create_task(told.wait()), asyncio.create_task(page.wait_closed())}
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in (*waiting, clock):
                    task.cancel()
            if not switch.done() or told.is_set():
                break
        await env.bot.close()


@contextmanager
def _telling_of(log: logging.Logger) -> Iterator[None]:
    """Print what a log says, as long as the context lasts."""
    before, handler = log.level, logging.StreamHandler(sys.stdout)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


async def _go_on(env: Env, page: Preview) -> None:
    """Let the time go on, which stands still otherwise: what is limited or quiet for a while ends by it.

    The page reckons from when it was opened how long ago something was, unless it is told.
    """
    before = time.perf_counter()
    while True:
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        env.backend.advance_clock(now - before)
        page.capture_time = datetime.fromisoformat(env.backend.now_iso())
        before = now


def _lines() -> asyncio.Queue[bytes]:
    """Return a queue of the lines that are entered in the terminal; where there is none, it stays empty."""
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        # `sys.stdin` has a lock, which at the end of the process nobody could take from a thread that waits.
        with suppress(OSError, RuntimeError):
            while line := os.read(0, 1024):
                loop.call_soon_threadsafe(queue.put_nowait, line)

    Thread(target=listen, daemon=True).start()
    return queue


async def _set_the_scene(env: Env, desk: Desk) -> tuple[Place, Place]:
    """Build a server with a support channel, in which a few people have already written, and one for staff."""
    if env.bot.user:
        await env.bot.user.edit(username="Error Desk")
    guild = env.create_guild(desk.knowledge.service.name)
    assert guild.me is not None  # noqa: S101 - the bot is in every server of SimCord's
    hidden, shown = discord.PermissionOverwrite(view_channel=False), discord.PermissionOverwrite(view_channel=True)
    staff = guild.create_role("Moderator", permissions=discord.Permissions(manage_messages=True, manage_guild=True))
    support = guild.create_text_channel("support", topic="Paste an error, or type /error")
    reports = guild.create_text_channel(
        "staff",
        topic="What people sent to support",
        overwrites={guild.default_role: hidden, staff: shown, guild.me: shown},
    )
    asker = guild.add_member(env.create_user("maya", global_name="Maya"))
    moderator = guild.add_member(env.create_user("sam", global_name="Sam (moderator)"), roles=[staff])
    desk.owner_id = moderator.id  # SimCord's bot has none but itself
    other = guild.add_member(env.create_user("xiaolin", global_name="小林"))
    await asker.send(support, PASTED)
    await moderator.send(support, CHAT)
    await other.send(support, PASTED_IN_CHINESE)
    return (
        Place(support, [asker, moderator], "#support, where people ask,"),
        Place(reports, [moderator], "#staff, where the team works,"),
    )
