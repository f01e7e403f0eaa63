"""Discord on the loopback interface with many servers, each of which only its shard hears of."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.wire.events import APPLICATION, GENERAL, GUILD, ME, SUPPORT, Event, guild, new_id
from tests.wire.loopback import Loopback, Seen

FIRST = int(GUILD)


def town(number: int) -> Event:
    """A server like the usual one, with ids of its own: of two shards, the even ones are the first one's."""
    base = FIRST - (FIRST >> 22) % 64 * (1 << 22)
    text = json.dumps(guild()).replace(GUILD, str(base + number * (1 << 22))).replace('"13000', f'"13{number:03}')
    town: Event = json.loads(text)
    return town


def place(town: Event, name: str) -> str:
    """The id of a text channel in a server."""
    id_: str = next(channel["id"] for channel in town["channels"] if (channel["name"], channel["type"]) == (name, 0))
    return id_


def moved(event: Event, town: Event) -> Event:
    """What happens in the usual server, in another one."""
    text = json.dumps(event).replace(GUILD, town["id"])
    for like, name in ((SUPPORT, "support"), (GENERAL, "general")):
        text = text.replace(like, place(town, name))
    moved: Event = json.loads(text)
    return moved


def direct(event: Event, channel_id: str) -> Event:
    """What happens in the usual server, in a direct message."""
    return {name: value for name, value in event.items() if name not in {"guild_id", "member"}} | {
        "channel_id": channel_id
    }


@dataclass
class Session:
    """One shard's connection, and what it was told."""

    id: str = ""
    socket: web.WebSocketResponse | None = None
    sent: list[Event] = field(default_factory=list)

    async def tell(self, name: str, data: Any) -> None:
        event = {"op": 0, "t": name, "d": data, "s": len(self.sent) + 1}
        self.sent.append(event)
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_json(event)


class Sharded(Loopback):
    """Both halves of Discord, for one bot in many servers.

    https://docs.discord.com/developers/events/gateway#sharding
    """

    def __init__(self, towns: Iterable[Event], shards: int = 2) -> None:
        super().__init__()
        self.towns = {town["id"]: town for town in towns}
        self.shards = shards
        """How many shards it recommends and takes."""
        self.pause = 0.0
        """Seconds that have to lie between two who identify themselves."""
        self.sessions = [Session() for _ in range(shards)]
        self._identified = float("-inf")

    def shard_of(self, guild_id: str | None) -> int:
        """Whose a server is; direct messages are the first shard's."""
        return (int(guild_id) >> 22) % self.shards if guild_id else 0

    async def dispatch(self, name: str, data: Any) -> None:
        """Tell the shard of something that it concerns."""
        guild_id = data["id"] if name.startswith("GUILD_") else data.get("guild_id")
        await self.sessions[self.shard_of(guild_id)].tell(name, data)

    async def part(self, shard: int) -> None:
        """Cut the connection of a shard."""
        socket = self.sessions[shard].socket
        assert socket is not None
        await socket.close(code=1001)

    async def _welcome(self, socket: web.WebSocketResponse, identify: Event) -> None:
        await self._write(Seen("IDENTIFY", json=identify))
        shard, count = identify["shard"]
        if self.refusals or count != self.shards:
            await socket.close(code=self.refusals.pop(0) if self.refusals else 4010)
            return
        too_soon, self._identified = time.monotonic() - self._identified < self.pause, time.monotonic()
        if too_soon:
            await self._turn_away(socket)
            return
        session = self.sessions[shard] = Session(new_id(), socket)
        mine = [town for town in self.towns.values() if self.shard_of(town["id"]) == shard]
        await session.tell(
            "READY",
            {
                "v": 10, "user": ME, "session_id": session.id, "shard": identify["shard"],
                "guilds": [{"id": town["id"], "unavailable": True} for town in mine],
                "application": {"id": APPLICATION, "flags": 0},
                "resume_gateway_url": self.address.replace("http", "ws"),
            },
        )  # fmt: skip
        for town in mine:
            await session.tell("GUILD_CREATE", town)

    async def _welcome_back(self, socket: web.WebSocketResponse, resume: Event) -> None:
        await self._write(Seen("RESUME", json=resume))
        session = next((one for one in self.sessions if one.id == resume["session_id"]), None)
        if session is None or not self.resumable:
            await self._turn_away(socket)
            return
        session.socket = socket
        for event in session.sent[resume["seq"] :]:
            await socket.send_json(event)
        await session.tell("RESUMED", {})

    async def _turn_away(self, socket: web.WebSocketResponse) -> None:
        await socket.send_json({"op": 9, "d": False, "s": None, "t": None})

    def _usual(self, method: str, path: list[str], content: Any) -> web.Response:
        answer: Any = None
        match method, path:
            case "GET", ["gateway", "bot"]:
                limit = {"total": 1000, "remaining": 990, "reset_after": 3_600_000, "max_concurrency": 1}
                answer = {"url": self.address.replace("http", "ws"), "shards": self.shards}
                answer |= {"session_start_limit": limit}
            case "GET", ["channels", id_]:
                answer = next(
                    (
                        channel | {"guild_id": town["id"]}
                        for town in self.towns.values()
                        for channel in town["channels"]
                        if channel["id"] == id_
                    ),
                    None,
                )
            case "GET", ["channels", _, "messages", id_]:
                answer = next((message for message in self.kept if message["id"] == id_), None)
            case "POST", ["users", "@me", "channels"]:
                id_ = str(content["recipient_id"])
                user = {"id": id_, "username": "somebody", "discriminator": "0", "avatar": None}
                answer = {"id": f"17{id_[2:]}", "type": 1, "recipients": [user]}
            case "GET", ["users", "@me", "guilds"]:
                answer = list(self.towns.values())
            case "GET", ["guilds", id_, *_] if id_ in self.towns:
                self.guild = self.towns[id_]
        if answer is None:
            return super()._usual(method, path, content)
        return web.Response(body=json.dumps(answer).encode(), headers={"Content-Type": "application/json"})
