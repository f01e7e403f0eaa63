from __future__ import annotations

import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import discord
import pytest

from bot.chat.doctor.rest import fault
from bot.chat.run import run
from bot.ending import UNUSABLE
from bot.knowledge.loading import default_directory
from bot.settings import Settings
from tests.wire.loopback import loopback
from tests.wire.process import bot, eager


async def test_a_wrong_token_is_told_in_one_line() -> None:
    async with loopback() as there, bot(there.address, "a-wrong-one") as running:
        ended = await running.end()
    assert ended.told() == f"error: {fault(discord.LoginFailure())}\n"
    assert "a-wrong-one" not in ended.out + ended.err


def test_a_missing_token_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Settings()) == 1
    told = capsys.readouterr().err
    assert "no token: set DISCORD_TOKEN" in told
    assert told.count("\n") == 1


async def test_no_network_is_told_in_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        async with bot(f"http://127.0.0.1:{port}") as running:
            told = (await running.end()).told()
    assert f"Discord cannot be reached at 127.0.0.1:{port} (" in told
    assert "check the network and any proxy, and DISCORD_API_URL" in told


async def test_a_knowledge_base_with_mistakes_is_told_in_one_line_with_the_first_of_them(tmp_path: Path) -> None:
    shutil.copytree(default_directory(), tmp_path, dirs_exist_ok=True)
    for name in ("404", "429"):
        with (tmp_path / "errors" / f"{name}.yaml").open("a") as entry:
            entry.write("\nphrase: oops\n")
    async with bot("http://127.0.0.1:1", KNOWLEDGE_DIR=str(tmp_path)) as running:
        told = (await running.end()).told(UNUSABLE)
    assert "404.yaml" in told
    assert "(1 more: " in told


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<!doctype html><title>Welcome</title>", "text/html"),
        ('{"id": "1", "user', "application/json"),
        ('{"status": "ok"}', "application/json"),
    ],
)
async def test_an_address_that_is_not_discord_is_told_in_one_line(body: str, kind: str) -> None:
    async with loopback() as there:
        there.fail("GET", "/", 200, body, Content_Type=kind)
        async with bot(there.address) as running:
            told = (await running.end()).told()
    assert f"{there.address.removeprefix('http://')} is not Discord" in told
    assert "DISCORD_API_URL" in told


async def test_an_address_with_nothing_there_is_told_in_one_line() -> None:
    async with loopback() as there:
        there.fail("GET", "/", 404, "nothing here")
        async with bot(there.address) as running:
            assert f"{there.address.removeprefix('http://')} answers HTTP 404" in (await running.end()).told()


async def test_a_start_while_discord_is_busy_waits_and_puts_the_commands() -> None:
    async with loopback() as there:
        there.fail("GET", "/users/@me", 503, "")
        async with bot(there.address):
            put = await there.seen("PUT", "/applications/")
            await there.seen("IDENTIFY")
    assert "error" in [command["name"] for command in put.json]


async def test_an_api_that_names_no_gateway_leaves_the_one_that_discord_py_knows() -> None:
    async with loopback() as there:
        there.fail("GET", "/gateway/bot", 404)
        known = there.address.replace("http", "ws")
        first = (
            f"import discord.gateway, yarl\ndiscord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL({known!r})\n"
        )
        async with bot(there.address, first=first):
            await there.seen("IDENTIFY")


@pytest.mark.parametrize(
    "spoiled",
    [
        "UPDATE servers SET support_channels = '[oops'",
        "UPDATE servers SET left_at = 'yesterday'",
        "UPDATE alembic_version SET version_num = '0001_initial'",
    ],
)
async def test_a_database_that_cannot_be_read_is_named_and_the_bot_goes_on_without_it(
    tmp_path: Path, spoiled: str
) -> None:
    file = tmp_path / "desk.db"
    shutil.copyfile(await eager(), file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(spoiled)
    url = f"sqlite+aiosqlite:///{file}"
    async with loopback() as there, bot(there.address, DATABASE_URL=url) as running:
        await running.logs("going on without the desk: the database of DATABASE_URL ")
        await there.seen("IDENTIFY")


async def test_an_option_of_the_database_that_means_nothing_is_named_and_the_bot_goes_on_without_it(
    tmp_path: Path,
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/desk.db?timeout=abc"
    async with loopback() as there, bot(there.address, DATABASE_URL=url) as running:
        await running.logs("going on without the desk: the database of DATABASE_URL cannot be opened: its address")
        await there.seen("IDENTIFY")


async def test_what_fails_of_our_own_while_the_bot_logs_in_is_not_blamed_on_discord() -> None:
    first = "import bot.chat.client\nbot.chat.client.look_for_home = None\n"
    async with loopback() as there, bot(there.address, first=first) as running:
        ended = await running.end()
    assert (ended.code, ended.err.partition(";")[0]) == (1, "error: an error in the bot, TypeError")
