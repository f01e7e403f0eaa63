"""Discord's API as the doctor asks it: discord.py's own client, which never connects to the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route

from bot.chat.doctor.finding import LIMIT, FaultError

NETWORK = "check the network and any proxy, and DISCORD_API_URL if it is set"


class Rest:
    """A client that asks by REST alone, and how Discord answered last."""

    def __init__(self) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._answered)
        self.client = discord.Client(
            intents=discord.Intents(guilds=True),  # without it discord.py warns of what it keeps
            http_trace=trace,
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self._status = 0

    async def log_in(self, token: str) -> None:
        """Tell Discord the token; from then on `client.user` is whose it is.

        Raises:
            FaultError: that cannot be told.
        """
        try:
            await self.client.login(token)
        except Exception as error:
            if self.client.user is None:  # else it was the second request, which is another check's
                raise fault(error) from None

    async def application(self) -> discord.AppInfo:
        """Return what Discord knows of the application.

        Raises:
            FaultError: it does not tell.
        """
        try:
            return self.client.application or await self.client.application_info()
        except Exception as error:
            raise fault(error) from None

    def slow(self) -> FaultError:
        """Tell of an answer that does not come: discord.py waits, and asks again, where Discord is in trouble."""
        if self._status >= 400:
            return FaultError(f"{_place()} answers HTTP {self._status}", _BUSY)
        return FaultError(f"{_place()} does not answer within {LIMIT:g} seconds", NETWORK)

    async def _answered(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self._status = end.response.status


@asynccontextmanager
async def opened() -> AsyncIterator[Rest]:
    """Open a client for as long as the context lasts."""
    rest = Rest()
    async with rest.client:
        yield rest


def fault(error: BaseException) -> FaultError:
    """Return what it means that Discord did not answer as it should; `run` tells it in the same words."""
    match error:
        case FaultError():
            return error
        case discord.LoginFailure() | discord.ConnectionClosed(code=4004):
            told = "Discord does not accept the token"
            return FaultError(told, "copy it again (Developer Portal, Bot, Reset Token) and set DISCORD_TOKEN to it")
        case discord.NotFound():
            return FaultError(f"{_place()} answers HTTP 404", NETWORK)
        case discord.HTTPException():
            return FaultError(f"{_place()} answers HTTP {error.status}", _BUSY)
        case aiohttp.ClientError() | OSError():
            return FaultError(f"Discord cannot be reached at {_place()} ({type(error).__name__})", NETWORK)
    return FaultError(f"what answers at {_place()} is not Discord ({type(error).__name__})", NETWORK)


_BUSY = "try again later; Discord may be down (https://discordstatus.com), or refuse this machine's address"


def _place() -> str:
    """Return where Discord is asked, without what it may be asked with."""
    return urlsplit(Route.BASE).netloc.rpartition("@")[2]
