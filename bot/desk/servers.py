"""What each server has set."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.desk.database import Database
from bot.desk.tables import ServerRow

log = logging.getLogger(__name__)

LanguageChoice = Literal["auto", "en", "zh"]

RANGES = {
    "retention_days": range(1, 366),
    "incident_people": range(2, 51),
    "incident_minutes": range(1, 121),
    "repeat_minutes": range(121),
}
"""The figures that a server may set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server's settings; the defaults are what a server has that set nothing.

    Attributes:
        guild_id: the server; 0 for none.
        support_channels: where the bot listens; empty for nowhere; None where the environment says it.
        staff_channel_id: where reports go; None where the environment says it.
        staff_role_id: who may work on them, besides those who may manage messages.
        language: the answers' language; `auto` for the reader's.
        heard: the bot answers what it only heard, too.
        webhooks: other bots' webhooks that are read.
        retention_days: how long is kept what is kept.
        incident_people: how many people have to meet the same for an incident…
        incident_minutes: … in how many minutes.
        repeat_minutes: for how long the same problem leads to the card that is there; 0 for not at all.
        quiet: until when the bot keeps quiet about whom or where, by the names that `hush` was given; it may be over.
        greeted: the bot introduced itself.
        left_at: when the bot left the server; None while it is there.
    """

    guild_id: int
    support_channels: frozenset[int] | None = None
    staff_channel_id: int | None = None
    staff_role_id: int | None = None
    language: LanguageChoice = "auto"
    heard: bool = True
    webhooks: frozenset[int] = frozenset()
    retention_days: int = 30
    incident_people: int = 5
    incident_minutes: int = 10
    repeat_minutes: int = 10
    quiet: Mapping[str, datetime] = field(default_factory=dict)
    greeted: bool = False
    left_at: datetime | None = None


SETTINGS = frozenset(Server.__slots__) - {"guild_id", "quiet", "greeted", "left_at"}
"""What a server may set itself, with `change`."""

QUIETED = 200
"""About how many people and places a server may have quiet at a time; those that would be over first give way."""


class Servers:
    """The servers' settings, of which this process has a copy.

    Every method that waits raises `DeskError` where the database cannot do it.

    Args:
        database: where they are kept.
        clock: tells the time, with its time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[int, tuple[int, Server]] = {}
        self._turn = asyncio.Lock()  # what was read before a change must not take its place in the copy

    def of(self, guild_id: int | None) -> Server:
        """Return a server's settings, as they were last read or changed here; the defaults for one that set nothing."""
        if guild_id in self._known:
            return self._known[guild_id][1]
        return _with_defaults(guild_id or 0)

    def known(self) -> frozenset[int]:
        """Return the servers that are remembered and were not left, as they were last read or changed here."""
        return frozenset(guild_id for guild_id, (_, server) in self._known.items() if server.left_at is None)

    async def refresh(self) -> None:
        """Read what was changed since the last time, by other processes too."""
        async with self._turn, self._database.transaction() as connection:
            stamps = {row.guild_id: row.stamp for row in await connection.execute(_STAMPS)}
            changed = [guild_id for guild_id, stamp in stamps.items() if self._stamp(guild_id) != stamp]
            found = select(ServerRow)
            if self._known:  # else it is all of them, which may be more than a statement's values
                found = found.where(ServerRow.guild_id.in_(changed))
            rows = (await connection.execute(found)).mappings().all() if changed else []
            self._known = {guild_id: known for guild_id, known in self._known.items() if guild_id in stamps}
            for row in rows:
                self._take(row)
            if rows:
                log.debug("%d servers' settings were read", len(rows))

    async def change(self, guild_id: int, **changes: object) -> Server:
        """Change some of a server's settings.

        Args:
            guild_id: the server.
            changes: fields of `Server` and their values; a set may be any iterable.

        Raises:
            ValueError: no setting is called so, or its value is none of those it may have; the message begins with
                the field's name.
        """
        values = {name: _checked(name, value) for name, value in changes.items()}
        async with self._turn:
            async with self._database.transaction() as connection:
                row = await self._store(connection, guild_id, values)
            return self._take(row)

    async def hush(self, guild_id: int, whom: str, until: datetime | None) -> Server:
        """Keep quiet in a server about somebody or somewhere, in place of what was said of them before.

        Args:
            guild_id: the server.
            whom: a channel's or a person's id, or both for the person in that channel, as `channel:person`.
            until: when it is over. None ends it now, and with it what is quiet about the person in any channel, or
                about any person in the channel.
        """
        async with self._turn:
            async with self._database.transaction() as connection:
                row = await self._store(connection, guild_id, {})  # and nobody else changes it until we have
                quiet: dict[str, int] = row["quiet"] or {}
                if until:
                    quiet = quiet | {whom: int(until.timestamp())}
                else:
                    quiet = {name: end for name, end in quiet.items() if whom not in {name, *name.split(":")}}
                row = await self._store(connection, guild_id, {"quiet": lasting(quiet, self._clock())})
            return self._take(row)

    async def left(self, guild_id: int) -> None:
        """Remember that the bot is no longer in a server, from now on or since it was first said."""
        async with self._turn:
            async with self._database.transaction() as connection:
                row = await self._store(connection, guild_id, {})
                if row["left_at"] is None:
                    row = await self._store(connection, guild_id, {"left_at": self._clock()})
            self._take(row)

    async def joined(self, guild_id: int) -> bool:
        """Remember that the bot is in a server.

        Returns:
            Whether the bot has yet to introduce itself there: True for one process, once.
        """
        ungreeted = update(ServerRow).where(ServerRow.guild_id == guild_id, ~ServerRow.greeted)
        async with self._turn:
            async with self._database.transaction() as connection:
                await self._store(connection, guild_id, {"left_at": None})
                first = bool((await connection.execute(ungreeted.values(greeted=True))).rowcount)
                row = await self._store(connection, guild_id, {})
            self._take(row)
        return first

    async def gone(self, since: timedelta) -> list[int]:
        """Return the servers that the bot left longer ago than that."""
        found = select(ServerRow.guild_id).where(ServerRow.left_at < self._clock() - since)
        async with self._database.transaction() as connection:
            return list((await connection.execute(found.order_by(ServerRow.guild_id))).scalars())

    async def _store(self, connection: AsyncConnection, guild_id: int, values: dict[str, Any]) -> Mapping[Any, Any]:
        values = {**values, "stamp": new_stamp()}
        defaults = asdict(Server(guild_id=guild_id)) | {"webhooks": [], "quiet": {}}
        new = self._database.insert(ServerRow).values(defaults | values)
        stored = new.on_conflict_do_update(index_elements=["guild_id"], set_=values).returning(ServerRow)
        return (await connection.execute(stored)).mappings().one()

    def _stamp(self, guild_id: int) -> int | None:
        known = self._known.get(guild_id)
        return known and known[0]

    def _take(self, row: Mapping[Any, Any]) -> Server:
        values = dict(row)
        stamp = values.pop("stamp")
        channels = values["support_channels"]
        server = Server(
            **values
            | {
                "support_channels": None if channels is None else frozenset(channels),
                "webhooks": frozenset(values["webhooks"]),
                "quiet": {name: datetime.fromtimestamp(end, UTC) for name, end in (values["quiet"] or {}).items()},
            }
        )
        self._known[server.guild_id] = (stamp, server)
        return server


@lru_cache(maxsize=1_000)
def _with_defaults(guild_id: int) -> Server:
    """Return what a server has that set nothing; each message asks for it, and to make one takes a while."""
    return Server(guild_id=guild_id)


def new_stamp() -> int:
    """Return what tells a server's settings from what they were before."""
    return random.getrandbits(63)


def lasting(quiet: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Return of what is quiet in a server what is not over yet, and of very much the part that lasts longest."""
    left = sorted(((end, name) for name, end in quiet.items() if end > now.timestamp()), reverse=True)
    return {name: end for end, name in left[:QUIETED]}


_STAMPS = select(ServerRow.guild_id, ServerRow.stamp)


def _checked(name: str, value: Any) -> Any:
    """Return a setting's value as it is stored, where it may have it."""
    if name not in SETTINGS:
        raise ValueError(f"{name}: no setting is called so")
    if name in RANGES and value not in RANGES[name]:
        raise ValueError(f"{name}: {value} is not from {RANGES[name][0]} to {RANGES[name][-1]}")
    if name == "language" and value not in get_args(LanguageChoice):
        raise ValueError(f"{name}: {value} is none of {', '.join(get_args(LanguageChoice))}")
    if name == "webhooks" or (name == "support_channels" and value is not None):
        return sorted(set(value))
    return value
