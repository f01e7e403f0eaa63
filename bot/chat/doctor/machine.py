"""Checks of what is on this machine, or is reached from it without Discord."""

from __future__ import annotations

import asyncio
import os
import re
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from discord.utils import utcnow

from bot.chat.catalogue import fetch, reason
from bot.chat.doctor.finding import LIMIT, FaultError, Finding
from bot.desk import sqlite
from bot.desk.database import BehindError, Database, DeskError, hindrance
from bot.desk.servers import Servers
from bot.ending import counted
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import KnowledgeError, default_directory, load
from bot.reading.pictures import PictureError
from bot.reading.screenshots import INSTALL, BusyError, Screenshots, UnavailableError, available
from bot.settings import Settings, SettingsError


def read_settings(environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Read the environment as far as it can be read.

    Args:
        environ: the environment.

    Returns:
        The settings without the variables that cannot mean anything, and what is wrong with each of those.
    """
    left, problems = dict(environ), dict[str, str]()
    while True:
        try:
            return Settings.from_env(left), problems
        except SettingsError as error:
            named = [name for name in re.findall(r"[A-Z][A-Z_]+", str(error)) if name in left]
            if not named:
                return Settings(), problems | {"": str(error)}
            problems[named[0]] = str(error)
            del left[named[0]]


def settings(problems: Mapping[str, str]) -> list[Finding]:
    """Tell what is wrong with the environment."""
    if not problems:
        return [Finding("settings", "well", "every variable that is set can be read")]
    todo = "set it anew; the README's table Configuration tells what each variable takes"
    return [Finding("settings", "wrong", problem, todo) for problem in problems.values()]


async def knowledge(directory: Path | None) -> tuple[list[Finding], Knowledge]:
    """Load the knowledge base.

    Raises:
        FaultError: it cannot be used.
    """
    where = directory or default_directory()
    try:
        base = await asyncio.to_thread(load, where)
    except KnowledgeError as error:
        first, *more = error.problems
        told = f"{first} ({len(more)} more)" if more else str(first)
        raise FaultError(told, "mend it: `python -m bot check` lists every mistake with its file and line") from None
    cases = sum(1 for _ in base.meanings()) - len(base.entries)
    told = f"{counted(len(base.entries), 'entry', 'entries')} with {counted(cases, 'case')}, from {where}"
    return [Finding("knowledge", "well", told)], base


async def database(url: str, *, fleeting: bool) -> tuple[list[Finding], Servers | None]:
    """Open the database to read it; nothing is made and nothing changed.

    Args:
        url: as `Settings.database_url` has it.
        fleeting: what is on the disk here does not last.

    Returns:
        What was found, and the servers' settings where there are any.

    Raises:
        FaultError: it cannot be used.
    """
    missing = sqlite.missing(url)
    if missing == sqlite.MEMORY:
        told = "it is kept in memory: reports and settings are gone with every restart"
        return [Finding("database", "open", told, "set DATABASE_URL to a file or to PostgreSQL")], None
    if fleeting and url.startswith("sqlite"):
        raise FaultError(
            "an SQLite file does not last on Heroku's disk", "add Heroku Postgres, which sets DATABASE_URL"
        )
    if url.startswith("sqlite") and (file := sqlite.file_of(url)):
        _look_at(file)
    if missing:
        return [Finding("database", "well", f"{missing} is not there yet: the bot makes it at its first start")], None
    servers, told = None, "it can be read, and its schema is this version's"
    try:
        try:
            servers = await _servers(url)
        except BehindError as error:
            told = f"{str(error).partition(':')[0]}: the bot brings it up to date when it starts"
        why = await hindrance(url, patience=LIMIT - 1)
    except DeskError as error:
        raise FaultError(str(error), "look after the database, and at DATABASE_URL") from None
    if why:
        todo = "have the database's owner allow it, or name another database or user in DATABASE_URL"
        return [Finding("database", "wrong", f"nothing can be stored in it: {why}", todo)], servers
    return [Finding("database", "well", told)], servers


async def _servers(url: str) -> Servers:
    database = await Database.open(url, patience=LIMIT - 1, read_only=True)
    try:
        servers = Servers(database, utcnow)
        await servers.refresh()
    finally:
        await database.close()
    return servers


def _look_at(file: Path) -> None:
    """Tell where the bot could not write an SQLite file, or beside it, where its log is kept."""
    try:
        if file.is_dir():
            raise FaultError(f"{file} is a folder", f"name a file in DATABASE_URL, such as {file / 'desk.sqlite3'}")
        if not file.parent.is_dir():
            todo = "make it, for the user that the bot runs as, or change DATABASE_URL"
            raise FaultError(f"there is no folder {file.parent}", todo)
        there = [path for path in (file, file.parent) if path.exists()]
    except OSError as error:  # a folder above it that may not be entered, or a name that is too long
        todo = "let the user that the bot runs as enter its folders, or change DATABASE_URL"
        raise FaultError(f"{file} cannot be looked at: {error.strerror}", todo) from None
    for path in there:
        if not os.access(path, os.W_OK):
            raise FaultError(f"{path} cannot be written by this user", "give it to the user that the bot runs as")


async def catalogue(settings: Settings) -> list[Finding]:
    """Ask the service for its list of models.

    Raises:
        FaultError: it gives none.
    """
    if settings.gateway_url is None:
        told = "GATEWAY_URL is not set: the models that are commonly known serve"
        return [Finding("catalogue", "open", told, "set it to the service's base URL to have its own list")]
    host = urlsplit(settings.gateway_url).hostname
    try:
        found = await fetch(settings.gateway_url, settings.gateway_key, patience=LIMIT - 1)
    except Exception as error:  # there is no end to what a service may send
        todo = "check GATEWAY_URL, without /v1; where prices are not public, set GATEWAY_KEY"
        raise FaultError(f"no list of models from {host}: {reason(error)}", todo) from None
    told = f"{host} lists {counted(len(found.models), 'model')} in {counted(len(found.groups), 'group')}"
    return [Finding("catalogue", "well", told)]


async def screenshots() -> list[Finding]:
    """Have a picture read, where that is installed.

    Raises:
        FaultError: it is installed and does not run.
    """
    if not available():
        return [Finding("screenshots", "open", "pictures are not read: the extra is not installed", INSTALL)]
    reader = Screenshots()
    try:
        await reader.read(_blank())
    except (PictureError, UnavailableError, BusyError) as error:
        raise FaultError(f"the extra is installed and does not run: {error}", f"install it anew: {INSTALL}") from None
    finally:
        await reader.close()
    return [Finding("screenshots", "well", "pictures can be read")]


def _blank() -> bytes:
    """Return a picture with nothing on it: PNG specification, 5.3, 11.2.1 and 11.2.3."""
    side = 64
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0),
        b"IDAT": zlib.compress((b"\0" + b"\xff" * side) * side),
        b"IEND": b"",
    }
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
