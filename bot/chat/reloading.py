"""Knowledge without restarts: read anew when its files change, on SIGHUP, and when the bot's owner says so.

New knowledge is read and checked whole, in a thread, and put in the place of the old at one stroke. Where anything in
it is wrong, the old stays, and the log and the bot's owner are told what and where.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import discord

from bot.assistant.assistant import Assistant
from bot.chat.background import going_on
from bot.chat.markup import block
from bot.chat.trouble import FAILED, report
from bot.knowledge.base import Knowledge, KnowledgeError, default_directory
from bot.knowledge.changes import Changes, changes
from bot.knowledge.files import stamp
from bot.knowledge.watching import touched

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)

QUIET = 0.5
"""Seconds for which nobody may have written to the files before they are read."""

ATTEMPTS = 20
"""How often that is waited for; after ten seconds of writing they are read as they are."""

MOST = 5
"""How many mistakes are told one by one; `python -m bot check` lists all."""

LONGEST = 1500
"""How many characters of them stand in a message, which Discord allows 2,000."""

REFUSED = "The knowledge base was changed and cannot be used as it is. I go on with what I knew before."
IN_ORDER = "The knowledge base could not be used for a while. It is in order again, and I answer from it."


def load(directory: Path) -> Knowledge:
    """Read a knowledge base, see `loading.load`."""
    from bot.knowledge import loading  # noqa: PLC0415 - heavy, and what a start has kept does without

    return loading.load(directory)


class Reloader:
    """Reads the knowledge anew.

    Args:
        desk: the bot, and the folder in its settings.
        sleep: waits for some seconds.
    """

    def __init__(self, desk: Desk, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self.directory = desk.settings.knowledge_dir or default_directory()
        self._desk = desk
        self._sleep = sleep
        self._turn, self._telling = asyncio.Lock(), asyncio.Lock()
        self._refused: str | None = None
        self._alarm: discord.Message | None = None

    async def reload(self) -> Changes:
        """Read the knowledge anew and answer from it.

        Returns:
            What is different in it.

        Raises:
            KnowledgeError: it cannot be used; the old one stays. The log has that as well.
        """
        async with self._turn:
            catalogue = self._desk.catalogue
            found = await self._read_in_peace()
            if isinstance(found, KnowledgeError):
                log.error("the knowledge stays as it was, for its files cannot be used:\n%s", mistakes(found))
                raise found
            different = changes(self._desk.knowledge, found.knowledge)
            if self._desk.catalogue is catalogue:
                self._desk.take(found)
            else:
                self._desk.learn(found.knowledge)
            self._refused = None
            log.info("the knowledge was reloaded: %s", different)
        if self._alarm:
            await self._tell_owner(IN_ORDER, over=True)
        return different

    async def look(self) -> None:
        """Reload the knowledge if its files are not as they were when they were last read; nothing is raised."""
        try:
            changed = await self._stamp() != (self._refused or self._desk.knowledge.stamp)
        except Exception as error:  # whatever it is, it must not be the last time
            report(error, "looking at the knowledge")
        else:
            if changed:
                await self.obey()

    async def obey(self) -> None:
        """Reload the knowledge for nobody who waits for an answer: the bot's owner gets a message where it is bad."""
        try:
            await self.reload()
        except KnowledgeError as error:
            await self._tell_owner(f"{REFUSED}\n{block(mistakes(error), LONGEST)}")
        except Exception as error:  # whatever it is, it must not be the last time
            report(error, "reloading the knowledge")

    async def _stamp(self) -> str:
        return await asyncio.to_thread(stamp, self.directory)

    async def _read_in_peace(self) -> Assistant | KnowledgeError:
        """Return what the files give once nobody writes to them: neither half of a file nor half of an update."""
        found: Assistant | KnowledgeError | None = None
        for _ in range(ATTEMPTS):
            before = await self._stamp()
            await self._sleep(QUIET)
            if await self._stamp() != before:
                continue
            self._refused = before
            found = await self._read()
            if await self._stamp() == before:
                break
        return found or await self._read()

    async def _read(self) -> Assistant | KnowledgeError:
        try:
            return await asyncio.to_thread(self._prepare)
        except KnowledgeError as error:
            return error

    def _prepare(self) -> Assistant:
        """Return what answers from the files, with all that it would make only when it is first asked."""
        # So much that is new makes Python look for garbage among all that it has, and every thread waits for that.
        gc.freeze()
        assistant = Assistant(load(self.directory), self._desk.catalogue, trouble=report)
        assistant.prepare()
        return assistant

    async def _tell_owner(self, text: str, *, over: bool = False) -> None:
        """Tell the bot's owner: with one message, changed as things change, until all is in order again."""
        async with self._telling:
            alarm = self._alarm
            try:
                if alarm:
                    await alarm.edit(content=text)
                elif owner_id := _owner(self._desk):
                    direct = await self._desk.create_dm(discord.Object(owner_id))
                    alarm = await direct.send(text)
            except FAILED as error:
                log.warning("the bot's owner could not be told: %s", type(error).__name__)
            self._alarm = None if over else alarm


def mistakes(error: KnowledgeError) -> str:
    """Return the first of a knowledge base's mistakes, one a line, and how many more there are."""
    lines = [str(problem) for problem in error.problems[:MOST]]
    if more := len(error.problems) - MOST:
        lines += [f"… and {more} more: `python -m bot check` lists them all"] if more > 0 else []
    return "\n".join(lines)


def in_a_line(error: KnowledgeError) -> str:
    """Return the first of a knowledge base's mistakes, and how many more there are, in one line."""
    first, *more = error.problems
    return f"{first} ({len(more)} more: `python -m bot check` lists them all)" if more else str(first)


def _owner(desk: Desk) -> int | None:
    """Return who owns the bot, for the one process that tells them; of a team, its owner."""
    application = desk.application
    if application is None or not desk.share.first:
        return None
    if desk.owner_id:
        return desk.owner_id
    return application.team.owner_id if application.team else application.owner.id


@asynccontextmanager
async def reloading(desk: Desk, called: asyncio.Event) -> AsyncIterator[None]:
    """Reload the knowledge in the background when its files change or it is called for, as long as the context lasts.

    Args:
        desk: the bot, logged in; its files are watched from the moment it is connected.
        called: is set to have the knowledge reloaded.
    """

    async def watch() -> None:
        await desk.wait_until_ready()
        async with aclosing(touched(desk.reloader.directory)) as changing:
            async for _ in changing:
                await desk.reloader.look()

    async def listen() -> None:
        while await called.wait():
            called.clear()
            await desk.reloader.obey()

    async with going_on(watch(), listen(), name="knowledge"):
        yield
