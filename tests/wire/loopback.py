"""Discord on the loopback interface: its REST API and its gateway over real sockets, scripted by a test.

Everything that the bot does goes into one journal: a request by its method and path, and what it says on the
gateway as `CONNECT`, `IDENTIFY`, `RESUME` and `CLOSE`. `Loopback.seen` waits for the next entry of a kind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.recorded import record
from tests.wire.events import APPLICATION, ME, Event, guild, new_id

TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.the-right.token"
PATIENCE = 30.0
"""Seconds to wait for what should come at once, on a machine that may be busy."""

IDENTIFY, RESUME = 2, 6
HANG_UP = -1


@dataclass
class Seen:
    """One thing that the bot did; `json` is a request's body, a gateway payload's data or a close code."""

    method: str
    path: str = ""
    json: Any = field(default=None, repr=False)


@dataclass
class Fault:
    """What to answer to the next requests of a kind, in place of the usual. See `Loopback.fail`."""

    method: str
    path: str
    status: int
    body: str
    headers: Mapping[str, str]
    times: int
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self) -> web.Response:
        return web.Response(body=self.body.encode(), status=self.status, headers=self.headers)


class Loopback:
    """Both halves of Discord. It knows one bot, which is in one server."""

    def __init__(self) -> None:
        self.address = ""
        self.guild = guild()
        self.refusals: list[int] = []
        """Gateway close codes to answer the next ones who identify with, such as 4014."""
        self.resumable = True
        """Whether a session can be resumed; otherwise it is called invalid."""
        self.stutters = 0
        """How many events that were known before are sent again to who resumes."""
        self.greets = True
        """Whether the gateway says anything to who connects."""
        self.cuts: list[str] = []
        """Where to cut the next connections: at `CONNECT`, before a word is said, or at `IDENTIFY` or `RESUME`."""
        self.kept: list[Event] = []
        """The messages that were posted, as Discord has them."""
        self.files: dict[str, bytes] = {}
        """What is attached to messages, by its name, see `attach`."""
        self.threads: dict[str, Event] = {}
        """The posts that were opened, by their ids."""
        self.application: Event = {}
        """What else is known of the application, such as its `flags`."""
        self.commands: list[Event] = []
        """The commands that were put."""
        self.journal: list[Seen] = []
        self._read: set[int] = set()
        self._written = asyncio.Condition()
        self._faults: list[Fault] = []
        self._sent: list[Event] = []
        self._socket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self.runner: web.AppRunner
        """What serves both."""
        self._session = ""

    # What a test does

    def fail(self, method: str, path: str, status: int, body: Any = None, times: int = 1, **headers: str) -> Fault:
        """Answer the next requests with this status, and a body that is JSON unless it is a text.

        Args:
            method: such as `POST`.
            path: how the path begins, below the API's version.
            status: the HTTP status; with `HANG_UP` the connection is closed without one.
            body: the content; None takes the kind of error that Discord sends.
            times: how many requests.
            headers: more of them, with `_` for `-`.
        """
        content = {"message": "no", "code": 0} if body is None else body
        kind = {} if isinstance(content, str) else {"Content-Type": "application/json"}
        text = content if isinstance(content, str) else json.dumps(content)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._faults.append(fault := Fault(method, path, status, text, kind | named, times))
        fault.go_on.set()
        return fault

    def hold(self, method: str, path: str) -> Fault:
        """Let the next request wait until `go_on` is set; `arrived` tells when it is there."""
        fault = self.fail(method, path, 0)
        fault.go_on.clear()
        return fault

    async def seen(self, method: str, path: str = "") -> Seen:
        """Return what the bot does next, or has done unread, of a kind; the path is how it begins."""

        def unread() -> int | None:
            for place, entry in enumerate(self.journal):
                if place not in self._read and entry.method == method and entry.path.startswith(path):
                    return place
            return None

        try:
            async with asyncio.timeout(PATIENCE), self._written:
                await self._written.wait_for(lambda: unread() is not None)
        except TimeoutError:
            raise AssertionError(f"no new {method} {path} among {self.journal}") from None
        place = unread()
        assert place is not None
        self._read.add(place)
        return self.journal[place]

    def count(self, method: str, path: str = "") -> int:
        """Return how often that was done so far."""
        return sum(entry.method == method and entry.path.startswith(path) for entry in self.journal)

    async def dispatch(self, name: str, data: Any) -> None:
        """Tell the bot of something; while it is away, that is kept for when it resumes."""
        event = {"op": 0, "t": name, "d": data, "s": len(self._sent) + 1}
        self._sent.append(event)
        if self._socket is not None:
            await self._socket.send_json(event)

    async def open(self, thread: Event) -> None:
        """Tell the bot of a new post."""
        self.threads[thread["id"]] = thread
        await self.dispatch("THREAD_CREATE", thread)

    def attach(self, name: str, data: bytes, kind: str | None = None) -> Event:
        """Keep a file and return what a message says of it."""
        self.files[name] = data
        url = f"{self.address}/attachments/{name}"
        return {"id": new_id(), "filename": name, "size": len(data), "url": url, "proxy_url": url} | (
            {"content_type": kind} if kind else {}
        )

    async def ask(self, interaction: Event) -> Event:
        """Send an interaction and return the message that answers it."""
        await self.dispatch("INTERACTION_CREATE", interaction)
        answer = await self.seen("POST", f"/interactions/{interaction['id']}/")
        assert answer.json["type"] == 4
        data: Event = answer.json["data"]
        return data

    async def say(self, message: Event) -> Event:
        """Send a message and return the reply to it."""
        await self.dispatch("MESSAGE_CREATE", message)
        return await self.reply(message)

    async def reply(self, message: Event) -> Event:
        """Return the next message in the same channel, which has to be the reply to this one."""
        reply: Event = (await self.seen("POST", f"/channels/{message['channel_id']}/messages")).json
        assert str(reply["message_reference"]["message_id"]) == message["id"]
        return reply

    async def send_away(self) -> None:
        """Tell the bot to connect again, as before maintenance."""
        assert self._socket is not None
        await self._socket.send_json({"op": 7, "d": None, "s": None, "t": None})
        self._socket = None

    def drop(self) -> None:
        """Cut the gateway's connection, as a network does: without a word."""
        assert self._transport is not None
        self._socket = None
        self._transport.abort()

    async def close(self, code: int) -> None:
        """Close the gateway's connection with a code, such as 4009."""
        assert self._socket is not None
        socket, self._socket = self._socket, None
        await socket.close(code=code)

    async def invalidate(self, *, resumable: bool) -> None:
        """Call the session invalid."""
        assert self._socket is not None
        await self.send(json.dumps({"op": 9, "d": resumable, "s": None, "t": None}))
        self._socket = None

    async def send(self, text: str) -> None:
        """Send a frame, whatever is in it."""
        assert self._socket is not None
        await self._socket.send_str(text)

    async def leave(self) -> None:
        """Be gone, API and gateway: nobody listens there any more, and every connection is cut."""
        assert self.runner.server is not None
        self._socket = None
        for site in list(self.runner.sites):
            await site.stop()
        for connection in self.runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def come_back(self) -> None:
        """Listen again, at the same address."""
        port = int(self.address.rpartition(":")[2] or 0)
        await web.TCPSite(self.runner, "127.0.0.1", port, reuse_address=True).start()

    # What Discord does

    async def _write(self, entry: Seen) -> None:
        async with self._written:
            self.journal.append(entry)
            self._written.notify_all()

    async def rest(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        content = await request.json() if request.content_type == "application/json" and request.can_read_body else None
        record(request.method, path, content)
        await self._write(Seen(request.method, path, content))
        for fault in self._faults:
            if (fault.method, fault.times > 0) == (request.method, True) and path.startswith(fault.path):
                fault.times -= 1
                fault.arrived.set()
                await fault.go_on.wait()
                if fault.status == HANG_UP:
                    assert request.transport is not None
                    request.transport.close()
                elif fault.status:
                    return fault.answer()
                break
        # An interaction's own token stands in the path, and is enough.
        is_known = path.startswith(("/interactions/", "/webhooks/"))
        if not is_known and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        return self._usual(request.method, path.strip("/").split("/"), content)

    def _usual(self, method: str, path: list[str], content: Any) -> web.Response:
        answer: Any = None
        match method, path:
            case "GET", ["users", "@me"]:
                answer = ME
            case "GET", ["oauth2" | "applications", *_, "@me"]:
                answer = {"id": APPLICATION, "name": "desk", "description": "", "verify_key": "", "team": None}
                answer |= {"owner": ME, "bot_public": False, "bot_require_code_grant": False, "icon": None}
                answer |= self.application
            case "GET", ["gateway", "bot"]:
                answer = {"url": self.address.replace("http", "ws"), "shards": 1}
            case "PUT", ["applications", _, "commands"]:
                self.commands, answer = content, []
            case "GET", ["applications", _, "commands"]:
                answer = self.commands
            case "GET", ["users", "@me", "guilds"]:
                answer = [self.guild]
            case "GET", ["guilds", id_, *what] if id_ == self.guild["id"]:
                parts = {"channels": self.guild["channels"], "members": self.guild["members"][0]}
                parts["threads"] = {"threads": self.guild["threads"], "members": []}
                answer = parts[what[0]] if what else self.guild
            case "PATCH", ["channels", id_]:
                self.threads[id_] |= content
                answer = self.threads[id_]
            case "POST", ["channels", channel_id, "messages"]:
                answer = _message(channel_id, new_id(), content)
                self.kept.append(answer | {"components": content.get("components") or []})
            case "GET", ["channels", channel_id, "messages"]:
                answer = [message for message in reversed(self.kept) if message["channel_id"] == channel_id]
            case "PATCH", ["channels", channel_id, "messages", id_]:
                answer = _message(channel_id, id_, content)
            case "POST", ["interactions", id_, _, "callback"]:
                answer = {"interaction": {"id": id_, "type": 2}}
            case "POST" | "PATCH", ["webhooks", *_]:
                answer = _message("0", new_id(), content)
            case "DELETE" | "PUT", _:
                return web.Response(status=204)
        return _json({"message": "404: Not Found", "code": 0}, 404) if answer is None else _json(answer)

    async def attachment(self, request: web.Request) -> web.Response:
        part = self.files[request.match_info["name"]][request.http_range]
        await self._write(Seen("GET", request.path, len(part)))
        return web.Response(body=part, status=206 if "Range" in request.headers else 200)

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert isinstance(request.transport, asyncio.Transport)
        self._transport = request.transport
        await self._write(Seen("CONNECT"))
        if not self.greets:
            await asyncio.Event().wait()
        if self._is_cut("CONNECT"):
            return socket
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for frame in socket:
            assert frame.type is WSMsgType.TEXT
            payload = frame.json()
            if payload["op"] == IDENTIFY:
                await self._welcome(socket, payload["d"])
            elif payload["op"] == RESUME:
                await self._welcome_back(socket, payload["d"])
        if self._socket is socket:
            self._socket = None
        await self._write(Seen("CLOSE", json=socket.close_code))
        return socket

    async def _welcome(self, socket: web.WebSocketResponse, identify: Event) -> None:
        await self._write(Seen("IDENTIFY", json=identify))
        if self._is_cut("IDENTIFY"):
            return
        refusal = self.refusals.pop(0) if self.refusals else identify["token"] != TOKEN and 4004
        if refusal:
            await socket.close(code=refusal)
            return
        self._sent.clear()
        self._socket = socket
        self._session = new_id()
        ready = {"v": 10, "user": ME, "guilds": [{"id": self.guild["id"], "unavailable": True}]}
        ready |= {
            "session_id": self._session,
            "shard": identify.get("shard", [0, 1]),
            "application": {"id": APPLICATION, "flags": 0},
            "resume_gateway_url": self.address.replace("http", "ws"),
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", self.guild)

    async def _welcome_back(self, socket: web.WebSocketResponse, resume: Event) -> None:
        await self._write(Seen("RESUME", json=resume))
        if self._is_cut("RESUME"):
            return
        if not self.resumable or resume["session_id"] != self._session:
            await socket.send_json({"op": 9, "d": False, "s": None, "t": None})
            return
        self._socket = socket
        for event in self._sent[max(0, resume["seq"] - self.stutters) :]:
            await socket.send_json(event)
        await self.dispatch("RESUMED", {})

    def _is_cut(self, at: str) -> bool:
        """Cut the newest connection, if it is to be cut here, and tell whether it was."""
        if self.cuts[:1] != [at]:
            return False
        self.cuts.pop(0)
        self.drop()
        return True


def _json(content: Any, status: int = 200) -> web.Response:
    """Answer with the exact content type that discord.py looks for, which has no charset."""
    return web.Response(body=json.dumps(content).encode(), status=status, headers={"Content-Type": "application/json"})


def _message(channel_id: str, id_: str, content: Event) -> Event:
    """A message of the bot's as Discord gives it back."""
    return {
        "id": id_, "channel_id": channel_id, "content": content.get("content") or "", "type": 0, "author": ME,
        "timestamp": "2026-01-08T09:30:15+00:00", "edited_timestamp": None, "tts": False, "mention_everyone": False,
        "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": [], "pinned": False,
        "flags": content.get("flags", 0),
    }  # fmt: skip


@asynccontextmanager
async def loopback(there: Loopback | None = None) -> AsyncIterator[Loopback]:
    """Serve on a free port."""
    there = there or Loopback()
    app = web.Application()
    app.router.add_route("*", "/api/{path:.*}", there.rest)
    app.router.add_get("/", there.gateway)
    app.router.add_get("/attachments/{name}", there.attachment)
    there.runner = runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await there.come_back()
        there.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield there
    finally:
        await runner.cleanup()
