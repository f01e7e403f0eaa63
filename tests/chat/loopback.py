"""Discord on the loopback interface: as much of its API and gateway as a start and a stop need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

TOKEN = "the.right.token"
ME = {"id": "1", "username": "desk", "discriminator": "0", "avatar": None, "bot": True}


def _json(content: Any, status: int = 200) -> web.Response:
    """Answer with the exact content type that discord.py looks for, which has no charset."""
    return web.Response(body=json.dumps(content).encode(), status=status, headers={"Content-Type": "application/json"})


class Loopback:
    """What happened so far, for a test to wait for.

    Args:
        refuse: a gateway close code to answer a good identify with, such as 4014.
    """

    def __init__(self, refuse: int | None = None) -> None:
        self.refuse = refuse
        self.address = ""
        self.identified = asyncio.Event()
        self.commands: list[Any] = []
        self.closed_with: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def me(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        return _json(ME)

    async def application(self, _: web.Request) -> web.Response:
        about = {"id": "1", "name": "desk", "description": "", "verify_key": "", "team": None, "owner": ME}
        return _json(about | {"bot_public": False, "bot_require_code_grant": False, "icon": None})

    async def put_commands(self, request: web.Request) -> web.Response:
        self.commands = await request.json()
        return _json([])

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for frame in socket:
            assert frame.type is WSMsgType.TEXT
            if frame.json()["op"] != 2:
                continue
            if self.refuse:
                await socket.close(code=self.refuse)
                break
            ready = {"v": 10, "user": ME, "guilds": [], "session_id": "s", "application": {"id": "1", "flags": 0}}
            ready["resume_gateway_url"] = self.address.replace("http", "ws")
            await socket.send_json({"op": 0, "d": ready, "s": 1, "t": "READY"})
            self.identified.set()
        if not self.closed_with.done():
            self.closed_with.set_result(socket.close_code)
        return socket


@asynccontextmanager
async def loopback(refuse: int | None = None) -> AsyncIterator[Loopback]:
    """Serve on a free port."""
    there = Loopback(refuse)
    app = web.Application()
    app.router.add_get("/api/users/@me", there.me)
    app.router.add_get("/api/oauth2/applications/@me", there.application)
    app.router.add_put("/api/applications/1/commands", there.put_commands)
    app.router.add_get("/", there.gateway)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    there.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield there
    finally:
        await runner.cleanup()
