"""What only a server can do to us."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from bot.desk.answers import Answers
from bot.desk.database import BehindError, Database, DeskError, hindrance
from bot.desk.records import Records
from tests.desk.conftest import Clock
from tests.desk.test_answers import ANSWERED, SPARE
from tests.desk.test_backlog import CHANGES, PROMPT, assert_all_is_there, leave_behind, took

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


class Line:
    """A line to the server that can go dead, and be cut and laid again at its old place."""

    def __init__(self, url: str) -> None:
        self.alive = asyncio.Event()
        self.alive.set()
        self.far = urlsplit(url)
        self.carried: set[asyncio.Task[None]] = set()
        self.ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(self.far.hostname, self.far.port or 5432)
        self.ends |= {writer, far_writer}
        for way in (self.carry(reader, far_writer), self.carry(far_reader, writer)):
            self.carried.add(asyncio.create_task(way))

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.alive.wait()
                writer.write(data)
        writer.close()

    async def lay(self) -> None:
        self.server = await asyncio.start_server(self.connect, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """As where the server is stopped: those connected are thrown out, and nobody else comes in."""
        self.server.close()
        for end in self.ends:
            end.transport.abort()
        self.ends.clear()

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator[str]:
        await self.lay()
        host, user = f"127.0.0.1:{self.port}", self.far.netloc.rpartition("@")[0]
        yield self.far._replace(netloc=f"{user}@{host}" if user else host).geturl()
        self.alive.set()
        self.server.close()
        await asyncio.gather(*self.carried)


async def test_a_line_that_goes_dead_is_told_in_time_and_taken_up_again(url: str, clock: Clock) -> None:
    line = Line(url)
    async with line.laid() as through:
        database = await Database.open(through, limit=0.3)
        answers = Answers(database, clock)
        await answers.remember(ANSWERED)
        line.alive.clear()
        began = time.monotonic()
        with pytest.raises(DeskError, match=r"no answer within 0\.3 seconds"):
            await answers.purge()
        assert time.monotonic() - began < 1.5
        line.alive.set()
        assert await answers.of_question(ANSWERED.question_id) is not None
        line.alive.clear()
        began = time.monotonic()
        await database.close()
        assert time.monotonic() - began < 1.5


async def test_a_server_that_is_stopped_and_started_again_is_caught_up_with(url: str, clock: Clock) -> None:
    line = Line(url)
    async with line.laid() as through:
        database = await Database.open(through)
        records = Records(database, clock)
        await records.answers.remember(SPARE)
        line.cut()
        assert await took(leave_behind(records)) < 1 + PROMPT
        with pytest.raises(DeskError, match="Connect call failed"):
            await records.catch_up()
        with pytest.raises(DeskError, match="Connect call failed"):
            await records.servers.change(11, language="zh")
        await line.lay()
        assert await records.catch_up() == CHANGES
        await assert_all_is_there(records)
        await database.close()


async def test_a_server_that_is_slow_is_waited_for_once_and_gets_all_in_its_own_time(url: str, clock: Clock) -> None:
    line = Line(url)
    async with line.laid() as through:
        database = await Database.open(through)
        records = Records(database, clock)
        line.alive.clear()
        assert await took(asyncio.gather(records.answers.of_question(1), return_exceptions=True)) < 1.5 + PROMPT
        assert await took(asyncio.gather(records.answers.of_question(1), return_exceptions=True)) < PROMPT
        assert await took(leave_behind(records)) < PROMPT
        catching_up = asyncio.create_task(records.catch_up())
        await asyncio.sleep(2.5)  # longer than anybody waits who waits for an answer
        line.alive.set()
        assert await catching_up == CHANGES
        await assert_all_is_there(records)
        await database.close()


async def test_connections_that_the_server_ended_are_replaced_unnoticed(url: str, clock: Clock) -> None:
    database = await Database.open(url)
    answers = Answers(database, clock)
    await answers.remember(ANSWERED)
    async with database.transaction() as connection:
        pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar()
    server = await asyncpg.connect(url)
    assert await server.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
    await server.close()
    assert await answers.of_question(ANSWERED.question_id) is not None
    await database.close()


async def test_a_table_that_is_locked_altogether_is_told_in_time_and_nobody_waits_on(url: str, clock: Clock) -> None:
    database = await Database.open(url, limit=0.3)
    answers = Answers(database, clock)
    server = await asyncpg.connect(url)
    async with server.transaction():
        await server.execute("LOCK TABLE answers IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DeskError, match=r"no answer within 0\.3 seconds"):
            await answers.purge()
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'answers'::regclass AND NOT granted"
        assert await server.fetchval(waiting) == 0
    await server.close()
    assert await answers.of_question(1) is None
    await database.close()


@pytest.mark.parametrize("option", ["sslmode=disable", "application_name=desk"])
async def test_what_an_address_asks_for_reaches_the_server(url: str, option: str) -> None:
    await (await Database.open(f"{url}&{option}")).close()


async def test_an_option_that_the_server_does_not_know_is_named(url: str) -> None:
    with pytest.raises(DeskError, match="channel_binding"):
        await Database.open(f"{url}&channel_binding=require")


@contextlib.asynccontextmanager
async def somebody(url: str, *rights: str) -> AsyncIterator[str]:
    """The address for a user who has these rights alone; `{schema}` stands for the test's own."""
    schema, user = url.rpartition("search_path=")[2], f"user_{uuid4().hex}"
    owner = await asyncpg.connect(url)
    await owner.execute(f"CREATE ROLE {user}; GRANT USAGE ON SCHEMA {schema} TO {user}")
    for right in rights:
        await owner.execute(f"GRANT {right.format(schema=schema)} TO {user}")
    try:
        yield f"{url}&role={user}"
    finally:
        await owner.execute(f"DROP OWNED BY {user}; DROP ROLE {user}")
        await owner.close()


TABLES = "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}"
NUMBERS = "USAGE ON ALL SEQUENCES IN SCHEMA {schema}"


@pytest.mark.parametrize(
    ("rights", "told"),
    [
        ((TABLES, NUMBERS), ""),
        ((TABLES,), "may not read and write deliveries_id_seq"),
        (("SELECT ON ALL TABLES IN SCHEMA {schema}",), "may not read and write answers"),
    ],
)
async def test_who_may_not_store_in_a_desk_is_told(url: str, rights: tuple[str, ...], told: str) -> None:
    await (await Database.open(url)).close()
    async with somebody(url, *rights) as theirs:
        assert (await hindrance(theirs)).partition(" ")[2] == told


@pytest.mark.parametrize(("rights", "told"), [((), "may make no tables"), (("CREATE ON SCHEMA {schema}",), "")])
async def test_who_may_not_make_a_desk_is_told(url: str, rights: tuple[str, ...], told: str) -> None:
    async with somebody(url, *rights) as theirs:
        with pytest.raises(BehindError):
            await Database.open(theirs, read_only=True)
        assert told in (found := await hindrance(theirs))
        assert bool(found) == bool(told)


async def test_a_database_that_takes_no_changes_or_has_no_schema_is_told(url: str) -> None:
    await (await Database.open(url)).close()
    assert await hindrance(url) == ""
    assert "may only be read" in await hindrance(f"{url}&default_transaction_read_only=on")
    nowhere = f"{url.partition('search_path=')[0]}search_path=nowhere"
    assert await hindrance(nowhere) == "its search_path names no schema"
