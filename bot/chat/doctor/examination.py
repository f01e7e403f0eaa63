"""All checks together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from discord.http import Route

from bot.chat.doctor import application, machine, servers, shards
from bot.chat.doctor.finding import FaultError, Finding, checked, slow
from bot.chat.doctor.rest import Rest, opened
from bot.chat.logs import Masking
from bot.desk.servers import Server, Servers
from bot.knowledge.base import Knowledge

SHARDS = ("SHARD_COUNT", "SHARD_IDS", "STAFF_CHANNEL", "DATABASE_URL")

Work = Callable[[], Awaitable[list[Finding]]]


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor found.

    Attributes:
        findings: in the order in which they are to be read.
        invite: the link that invites the bot with the least permissions; empty where Discord did not tell whose it is.
    """

    findings: tuple[Finding, ...]
    invite: str

    @property
    def wrong(self) -> int:
        """How many findings are wrong."""
        return sum(finding.state == "wrong" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        names = ("check", "state", "told", "todo", "server")
        checks = [{name: getattr(finding, name) for name in names} for finding in self.findings]
        return {"well": not self.wrong, "invite": self.invite or None, "checks": checks}


async def examine(environ: Mapping[str, str], *, server: int | None = None) -> Report:
    """Look at everything that the bot needs. Nothing is changed, and every check goes on where others fail.

    No text of the report has a token, a key or a password, wherever in the environment one stands.

    Args:
        environ: the environment.
        server: the one Discord server to look at; None for all.
    """
    examination = _Examination(environ, server)
    findings = await examination.findings()
    return Report(tuple(map(examination.masked, findings)), examination.invite)


class _Examination:
    def __init__(self, environ: Mapping[str, str], server: int | None) -> None:
        self.invite = ""
        self._server = server
        self._settings, self._problems = machine.read_settings(environ)
        given = (environ.get(name, "").strip() for name in ("DISCORD_TOKEN", "GATEWAY_KEY"))  # refused ones as well
        self._masking = Masking((*self._settings.secrets, *given))
        self._knowledge: Knowledge | None = None
        self._servers: Servers | None = None
        self._new = False

    async def findings(self) -> list[Finding]:
        with _asking_at(self._settings.discord_api_url):
            async with opened() as rest:
                *here, token = await asyncio.gather(
                    self._check("knowledge", self._look_at_knowledge, "KNOWLEDGE_DIR"),
                    self._check("database", self._look_at_database, "DATABASE_URL"),
                    self._check("catalogue", lambda: machine.catalogue(self._settings), "GATEWAY_URL", "GATEWAY_KEY"),
                    self._check("screenshots", machine.screenshots),
                    self._log_in(rest),
                )
                there = await self._discord(rest)
        return [*machine.settings(self._problems), *(finding for found in (*here, token, there) for finding in found)]

    def masked(self, finding: Finding) -> Finding:
        """Return a finding without secrets."""
        return replace(finding, told=self._masking.masked(finding.told), todo=self._masking.masked(finding.todo))

    async def _check(
        self, name: str, work: Work, *variables: str, slow: Callable[[], FaultError] = slow
    ) -> list[Finding]:
        """Check something, unless a variable that it depends on cannot be read."""
        if unread := [variable for variable in (*variables, "") if variable in self._problems]:
            told = f"not looked at: {unread[0] or 'the environment'} cannot be read"
            return [Finding(name, "open", told, "mend the settings first")]
        return await checked(name, work(), slow=slow)

    async def _look_at_knowledge(self) -> list[Finding]:
        found, self._knowledge = await machine.knowledge(self._settings.knowledge_dir)
        return found

    async def _look_at_database(self) -> list[Finding]:
        fleeting = bool(self._settings.dyno)
        found, self._servers = await machine.database(self._settings.database_url, fleeting=fleeting)
        self._new = self._servers is None
        return found

    async def _log_in(self, rest: Rest) -> list[Finding]:
        async def log_in() -> list[Finding]:
            if not self._settings.discord_token:
                todo = "set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it"
                raise FaultError("there is none", todo)
            await rest.log_in(self._settings.discord_token)
            return [Finding("token", "well", f"it is {rest.client.user}'s")]

        variables = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DISCORD_API_URL")
        return await self._check("token", log_in, *variables, slow=rest.slow)

    async def _discord(self, rest: Rest) -> list[Finding]:
        """Return what there is to be seen once Discord has accepted the token."""
        if rest.client.user is None:
            told = "not looked at: first Discord has to accept the token"
            return [Finding(name, "open", told) for name in ("intents", "shards", "commands", "servers", "invite")]
        found = await asyncio.gather(
            checked("intents", application.intents(rest), slow=rest.slow),
            self._check("shards", lambda: shards.shards(rest, self._settings), *SHARDS, slow=rest.slow),
            checked("commands", self._look_at_commands(rest), slow=rest.slow),
            servers.servers(rest, self._settings, self._settings_of, self._server),
            checked("invite", self._look_at_invitation(rest), slow=rest.slow),
        )
        return [finding for one in found for finding in one]

    async def _look_at_commands(self, rest: Rest) -> list[Finding]:
        if self._knowledge is None:
            told = "not looked at: the bot does not start with this knowledge"
            return [Finding("commands", "open", told, "mend the knowledge first")]
        return await application.commands(rest, self._settings, self._knowledge, new=self._new)

    async def _look_at_invitation(self, rest: Rest) -> list[Finding]:
        found, self.invite = await application.invitation(rest)
        return found

    def _settings_of(self, guild_id: int) -> Server:
        return self._servers.of(guild_id) if self._servers else Server(guild_id=guild_id)


@contextmanager
def _asking_at(url: str | None) -> Iterator[None]:
    """Have discord.py ask at an address of ours, as `run` does, as long as the context lasts."""
    usual = Route.BASE
    Route.BASE = url or usual
    try:
        yield
    finally:
        Route.BASE = usual
