from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from click import unstyle
from typer.testing import CliRunner, Result

from bot.chat.client import Desk
from bot.chat.cogs import furnish
from bot.chat.doctor import finding, machine, servers
from bot.chat.doctor.examination import Report, examine
from bot.chat.doctor.finding import Finding
from bot.chat.doctor.rest import NETWORK, fault
from bot.cli import app
from bot.desk.database import Database
from bot.desk.servers import Servers
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, load
from bot.settings import Settings
from tests.wire.events import FORUM, GENERAL, GUILD, SUPPORT, Event, channel
from tests.wire.loopback import TOKEN, Loopback, loopback
from tests.wire.process import bot

READS_MESSAGES = discord.ApplicationFlags(gateway_message_content_limited=True).value
PRICING = {
    "data": [{"model_name": "gpt-4o", "enable_groups": ["default"]}],
    "usable_group": {"default": "Everybody"},
}
PASSWORD = "correct-horse-battery"
STAFF = "1300000000000000007"
CHECKS = "settings knowledge database catalogue screenshots token intents shards commands server invite".split()


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """To start what reads them takes seconds, and only some tests are about it."""
    monkeypatch.setattr(machine, "available", lambda: False)


@pytest.fixture(autouse=True)
def with_the_base_at_hand(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> None:
    """The base that is shipped is read once; one of a test's own is read as ever."""
    monkeypatch.setattr(machine, "load", lambda where: knowledge if where == default_directory() else load(where))


@pytest.fixture
async def there(knowledge: Knowledge) -> AsyncIterator[Loopback]:
    """A Discord that is as the bot needs it."""
    desk = Desk(Settings(), knowledge)
    await furnish(desk)
    async with loopback() as there:
        there.application["flags"] = READS_MESSAGES
        there.commands = [command.to_dict(desk.tree) for command in desk.tree.get_commands()]
        yield there


@pytest.fixture
def environ(there: Loopback, desk_url: str) -> dict[str, str]:
    """What a bot that is well is started with."""
    return {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": f"{there.address}/api",
        "DATABASE_URL": desk_url,
        "SUPPORT_CHANNELS": "support",
    }


def of(report: Report, check: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.check == check]


def one(report: Report, check: str) -> Finding:
    (finding,) = of(report, check)
    return finding


def wrong(report: Report, check: str) -> str:
    """What is wrong, where that check is the only one that finds anything wrong and says what to do."""
    assert {finding.check for finding in report.findings if finding.state == "wrong"} == {check}
    findings = [finding for finding in of(report, check) if finding.state == "wrong"]
    assert all(finding.todo for finding in findings)
    return " / ".join(finding.told for finding in findings)


async def change(url: str, **changes: object) -> None:
    database = await Database.open(url)
    await Servers(database, discord.utils.utcnow).change(int(GUILD), **changes)
    await database.close()


def deny(place: Event, **permissions: bool) -> None:
    """Take permissions away from everybody in a channel."""
    denied = discord.Permissions(**permissions).value
    place["permission_overwrites"] = [{"id": GUILD, "type": 0, "allow": "0", "deny": str(denied)}]


def staff_channel(there: Loopback) -> Event:
    """A channel that the bot may read and write in, attach files included, and nobody else."""
    place = channel(STAFF, "staff")
    deny(place, view_channel=True)
    needed = discord.Permissions(view_channel=True, attach_files=True).value
    me = there.guild["members"][0]["user"]["id"]
    place["permission_overwrites"].append({"id": me, "type": 1, "allow": str(needed), "deny": "0"})
    there.guild["channels"].append(place)
    return place


async def test_a_bot_that_is_well_is_told_so_and_is_neither_connected_nor_changed(
    there: Loopback, environ: dict[str, str]
) -> None:
    report = await examine(environ)
    assert not report.wrong
    assert [finding.check for finding in report.findings] == CHECKS
    states = {finding.check: finding.state for finding in report.findings}
    assert states == {check: "open" if check in {"catalogue", "screenshots"} else "well" for check in CHECKS}
    assert {entry.method for entry in there.journal} == {"GET"}
    assert discord.http.Route.BASE.startswith("https://discord.com")


async def test_the_bot_itself_leaves_the_doctor_nothing_to_mend(tmp_path: Path) -> None:
    async with loopback() as there:
        there.application["flags"] = READS_MESSAGES
        database = f"sqlite+aiosqlite:///{tmp_path}/desk.db"
        settings = {"DISCORD_API_URL": f"{there.address}/api", "DISCORD_TOKEN": TOKEN, "DATABASE_URL": database}
        async with bot(there.address, DATABASE_URL=database):
            await there.seen("PUT", "/applications/")
            await there.seen("IDENTIFY")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "doctor", "--json"),
            env=dict(os.environ) | settings | {"SUPPORT_CHANNELS": "support"},
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    told = json.loads(out)
    assert [check for check in told["checks"] if check["state"] == "wrong"] == []
    assert (process.returncode, told["well"]) == (0, True)


# Settings


async def test_every_variable_that_cannot_be_read_is_told_and_the_others_count(environ: dict[str, str]) -> None:
    report = await examine(environ | {"LOG_LEVEL": "loud", "LOG_FORMAT": "xml"})
    told = wrong(report, "settings")
    assert "LOG_LEVEL is 'loud'" in told
    assert "LOG_FORMAT is 'xml'" in told
    assert "#support" in one(report, "server").told


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("DATABASE_URL", "mysql://here", "database"),
        ("KNOWLEDGE_DIR", "/nowhere", "knowledge"),
        ("GATEWAY_URL", "ftp://here", "catalogue"),
        ("DISCORD_API_URL", "discord", "token"),
        ("DISCORD_TOKEN", f"{TOKEN}\n{TOKEN}", "token"),
    ],
)
async def test_what_depends_on_a_variable_that_cannot_be_read_is_not_looked_at(
    environ: dict[str, str], variable: str, value: str, check: str
) -> None:
    report = await examine(environ | {variable: value})
    assert variable in wrong(report, "settings")
    assert one(report, check).state == "open"
    assert variable in one(report, check).told


# Knowledge


async def test_a_mistake_in_the_knowledge_is_told_with_its_file_and_hides_nothing_else(
    environ: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(default_directory(), tmp_path / "knowledge")
    for name in ("404", "429"):
        with (tmp_path / "knowledge" / "errors" / f"{name}.yaml").open("a") as entry:
            entry.write("\nphrase: oops\n")
    report = await examine(environ | {"KNOWLEDGE_DIR": str(tmp_path / "knowledge")})
    told = wrong(report, "knowledge")
    assert "404.yaml" in told
    assert "(1 more)" in told
    assert one(report, "commands").state == "open"
    assert one(report, "server").state == "well"


# Database


async def test_a_database_that_is_not_there_yet_is_well_and_is_not_made(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    environ["DATABASE_URL"] = f"sqlite+aiosqlite:///{tmp_path}/data/desk.sqlite3"
    report = await examine(environ)
    assert not report.wrong
    assert "not there yet" in one(report, "database").told
    assert not list((tmp_path / "data").iterdir())


async def test_a_database_of_an_older_version_is_well_and_stays_as_it_is(
    environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('0001')"
        )
    before = file.read_bytes()
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{file}"})
    assert not report.wrong
    assert "older schema: the bot brings it up to date" in one(report, "database").told
    assert file.read_bytes() == before


async def test_a_folder_that_is_not_there_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data/desk.sqlite3"})
    assert f"there is no folder {tmp_path}/data" in wrong(report, "database")


async def test_a_database_that_may_not_be_written_is_told(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert f"{tmp_path}/desk.db cannot be written" in wrong(await examine(environ), "database")


async def test_a_file_that_is_no_database_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("quokkas juggle pomegranates " * 100)
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/notes.txt"})
    assert "not a database" in wrong(report, "database")
    assert one(report, "server").state == "well"


@pytest.mark.parametrize(
    ("revision", "told"),
    [("9999", "newer than this program's"), ("0001_initial", "not a desk of ours")],
    ids=["a newer version's", "one that nobody knows"],
)
async def test_a_database_of_another_revision_is_told(
    environ: dict[str, str], tmp_path: Path, revision: str, told: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    assert told in wrong(await examine(environ), "database")


async def test_a_value_that_cannot_be_read_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    await change(environ["DATABASE_URL"], language="zh")
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection, connection:
        connection.execute("UPDATE servers SET support_channels = '[oops'")
    assert "DATABASE_URL failed: a value cannot be read" in wrong(await examine(environ), "database")


async def test_a_database_of_another_program_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection, connection:
        connection.execute("CREATE TABLE servers (name TEXT)")
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/other.db"})
    assert "has a table servers, which is no desk's" in wrong(report, "database")


async def test_a_database_that_takes_nothing_from_this_user_is_told_and_read_all_the_same(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hindrance(*_: object, **__: object) -> str:
        return "bob may not read and write answers"

    monkeypatch.setattr(machine, "hindrance", hindrance)
    report = await examine(environ)
    assert "nothing can be stored in it: bob may not" in wrong(report, "database")
    assert one(report, "server").state == "well"


async def test_a_folder_in_the_place_of_the_database_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}"})
    assert f"{tmp_path} is a folder" in wrong(report, "database")


async def test_a_database_below_a_file_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/file/desk.db"})
    assert f"there is no folder {tmp_path}/file" in wrong(report, "database")


async def test_a_database_whose_name_is_too_long_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/{'x' * 300}"})
    assert "cannot be looked at: File name too long" in wrong(report, "database")


async def test_a_database_in_a_folder_that_may_not_be_entered_is_told(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, look = tmp_path / "shut" / "desk.db", Path.stat

    def forbidden(path: Path, **options: Any) -> os.stat_result:
        if path == file:
            raise PermissionError(13, "Permission denied")
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", forbidden)
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{file}"})
    assert f"{file} cannot be looked at: Permission denied" in wrong(report, "database")


async def test_a_database_server_that_is_not_there_is_told_without_its_password(environ: dict[str, str]) -> None:
    report = await examine(environ | {"DATABASE_URL": f"postgresql://bob:{PASSWORD}@127.0.0.1:1/desk"})
    assert "cannot be opened" in wrong(report, "database")
    assert PASSWORD not in str(report)


async def test_a_database_in_memory_is_told_to_be_gone_with_a_restart(environ: dict[str, str]) -> None:
    report = await examine(environ | {"DATABASE_URL": "sqlite+aiosqlite://"})
    assert not report.wrong
    assert one(report, "database").state == "open"


async def test_a_file_on_a_disk_that_does_not_last_is_told(environ: dict[str, str]) -> None:
    assert "does not last" in wrong(await examine(environ | {"DYNO": "worker.1"}), "database")


# Catalogue and screenshots


async def test_a_service_with_a_list_of_models_is_well(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/pricing", 200, PRICING)
    report = await examine(environ | {"GATEWAY_URL": there.address})
    assert not report.wrong
    assert "1 model in 1 group" in one(report, "catalogue").told


async def test_a_service_that_gives_no_list_is_told_with_the_reason(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/pricing", 401)
    report = await examine(environ | {"GATEWAY_URL": there.address})
    assert "no list of models from 127.0.0.1: it answers HTTP 401" in wrong(report, "catalogue")
    assert "GATEWAY_KEY" in one(report, "catalogue").todo


async def test_a_picture_is_read_where_that_is_installed(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "available", lambda: True)
    monkeypatch.setattr(finding, "LIMIT", 60.0)  # the machine that runs the tests may be busy
    assert one(await examine(environ), "screenshots").state == "well"


async def test_an_extra_that_is_installed_and_does_not_run_is_told(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "available", lambda: True)
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert "does not run" in wrong(await examine(environ), "screenshots")


# The token, and Discord as a whole

UNSEEN = ("intents", "shards", "commands", "servers", "invite")


async def test_without_a_token_all_the_rest_is_looked_at(environ: dict[str, str]) -> None:
    report = await examine(environ | {"DISCORD_TOKEN": ""})
    assert "there is none" in wrong(report, "token")
    assert {one(report, check).state for check in UNSEEN} == {"open"}
    assert (one(report, "knowledge").state, one(report, "database").state) == ("well", "well")


async def test_a_token_that_discord_does_not_accept_is_told(environ: dict[str, str]) -> None:
    report = await examine(environ | {"DISCORD_TOKEN": "a-wrong-one"})
    refused = fault(discord.LoginFailure())
    assert wrong(report, "token") == refused.told
    assert one(report, "token").todo == refused.todo
    assert "a-wrong-one" not in str(report)


async def test_a_network_that_is_not_there_is_told(environ: dict[str, str]) -> None:
    report = await examine(environ | {"DISCORD_API_URL": "http://127.0.0.1:1/api"})
    assert "Discord cannot be reached at 127.0.0.1:1 (" in wrong(report, "token")


async def test_an_address_that_is_not_discord_is_told(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/", 200, "<!doctype html><title>Welcome</title>", Content_Type="text/html")
    assert f"{there.address.removeprefix('http://')} is not Discord" in wrong(await examine(environ), "token")


async def test_a_discord_that_refuses_is_told_by_its_status(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/users/@me", 503)
    assert f"{there.address.removeprefix('http://')} answers HTTP 503" in wrong(await examine(environ), "token")


async def test_what_knows_no_such_address_is_another_matter_than_a_discord_that_is_down(
    there: Loopback, environ: dict[str, str]
) -> None:
    there.fail("GET", "/users/@me", 404)
    found = one(await examine(environ), "token")
    assert found.told == f"{there.address.removeprefix('http://')} answers HTTP 404"
    assert found.todo == NETWORK


async def test_a_discord_that_stays_in_trouble_is_told_by_its_status(
    there: Loopback, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LIMIT", 0.9)
    there.fail("GET", "/users/@me", 502, times=9)
    found = one(await examine(environ), "token")
    assert (found.state, found.told) == ("wrong", f"{there.address.removeprefix('http://')} answers HTTP 502")


async def test_a_discord_that_does_not_answer_is_not_waited_for(
    there: Loopback, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LIMIT", 0.5)
    held = there.hold("GET", "/users/@me")
    found = one(await examine(environ), "token")
    held.go_on.set()
    assert found.state == "wrong"
    assert f"{there.address.removeprefix('http://')} does not answer" in found.told


# The application


async def test_messages_that_may_not_be_read_are_told(there: Loopback, environ: dict[str, str]) -> None:
    there.application["flags"] = 0
    report = await examine(environ)
    assert "does not let the bot read messages" in wrong(report, "intents")
    assert "Message Content Intent" in one(report, "intents").todo


async def test_an_application_that_is_not_told_of_leaves_the_servers_to_be_looked_at(
    there: Loopback, environ: dict[str, str]
) -> None:
    there.fail("GET", "/oauth2/applications/@me", 403, times=9)
    report = await examine(environ)
    assert {finding.check for finding in report.findings if finding.state == "wrong"} == {
        "intents",
        "commands",
        "invite",
    }
    assert (one(report, "token").state, one(report, "server").state) == ("well", "well")


async def test_shards_are_compared_with_what_discord_recommends(there: Loopback, environ: dict[str, str]) -> None:
    assert one(await examine(environ), "shards").told == "1 of 1 in this process; Discord recommends 1"
    apart = environ | {"SHARD_COUNT": "8", "SHARD_IDS": "0-3", "STAFF_CHANNEL": ""}
    report = await examine(apart | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/desk"})
    assert one(report, "shards").told == "4 of 8 in this process; Discord recommends 1"
    assert one(report, "shards").state == "well"


async def test_too_few_shards_and_starts_are_told_with_what_discord_recommends(
    there: Loopback, environ: dict[str, str]
) -> None:
    there.application["approximate_guild_count"] = 5001
    limit = {"total": 1000, "remaining": 1, "reset_after": 3 * 3_600_000, "max_concurrency": 1}
    answer = {"url": "ws://127.0.0.1:1", "shards": 6, "session_start_limit": limit}
    there.fail("GET", "/gateway/bot", 200, answer, times=2)
    report = await examine(environ | {"SHARD_COUNT": "2"})
    assert "5001 servers are too many for 2 shards" in wrong(report, "shards")
    assert "start 1 more shards today, and 2 are to start" in wrong(report, "shards")
    many, starts = of(report, "shards")
    assert "SHARD_COUNT to 6" in many.todo
    assert "in 3 hours" in starts.todo
    assert "5001" not in str(await examine(environ))


async def test_what_does_not_do_for_several_processes_is_told(environ: dict[str, str], there: Loopback) -> None:
    staff_channel(there)
    settings = {"SHARD_COUNT": "2", "SHARD_IDS": "1", "STAFF_CHANNEL": "staff"}
    report = await examine(environ | settings | {"DATABASE_URL": "sqlite:///error-desk.sqlite3"})
    assert "STAFF_CHANNEL is a name" in wrong(report, "shards")
    assert "only on one machine" in " ".join(found.told for found in of(report, "shards"))


async def test_a_discord_that_does_not_tell_of_its_gateway_is_told(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/gateway/bot", 403)
    assert "HTTP 403" in wrong(await examine(environ), "shards")


async def test_commands_that_are_not_there_are_told(there: Loopback, environ: dict[str, str]) -> None:
    there.commands = []
    assert "missing: /desk, /error" in wrong(await examine(environ), "commands")


async def test_commands_before_the_first_start_are_not_missed(
    there: Loopback, environ: dict[str, str], tmp_path: Path
) -> None:
    there.commands = []
    report = await examine(environ | {"DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/new.sqlite3"})
    assert not report.wrong
    assert one(report, "commands").state == "open"


async def test_commands_of_another_version_are_told(there: Loopback, environ: dict[str, str]) -> None:
    error = next(command for command in there.commands if command["name"] == "error")
    explain = next(command for command in there.commands if command["type"] == 3)
    error["options"] = error["options"][:1]
    there.commands.remove(explain)
    there.commands.append(error | {"name": "ping"})
    told = wrong(await examine(environ), "commands")
    assert told == f"missing: Apps → {explain['name']}; of another version: /error; not this bot's: /ping"


async def test_commands_whose_use_goes_elsewhere_are_told(there: Loopback, environ: dict[str, str]) -> None:
    there.application["interactions_endpoint_url"] = "https://elsewhere.example/use"
    assert "https://elsewhere.example/use" in wrong(await examine(environ), "commands")


async def test_the_invite_link_asks_for_the_least_permissions(environ: dict[str, str]) -> None:
    report = await examine(environ)
    assert report.invite in one(report, "invite").told
    query = parse_qs(urlsplit(report.invite).query)
    assert query["scope"] == ["bot applications.commands"]
    least = discord.Permissions(
        view_channel=True,
        read_message_history=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
    )
    assert query["permissions"] == [str(least.value)]


async def test_a_bot_that_nobody_can_invite_is_told(there: Loopback, environ: dict[str, str]) -> None:
    there.application["bot_require_code_grant"] = True
    assert "code grant" in wrong(await examine(environ), "invite")


# Servers


async def test_what_the_bot_lacks_is_told_by_server_and_channel(there: Loopback, environ: dict[str, str]) -> None:
    for place in there.guild["channels"]:
        if place["id"] == SUPPORT:
            deny(place, send_messages=True, read_message_history=True)
        if place["id"] == FORUM:
            deny(place, view_channel=True, send_messages_in_threads=True)
    report = await examine(environ)
    told = wrong(report, "server")
    assert "town: in #support the bot lacks Read Message History, Send Messages" in told
    assert "town: in #support the bot lacks View Channel" in told
    assert {finding.server for finding in of(report, "server")} == {int(GUILD)}


async def test_a_servers_own_channels_count_and_not_the_environments(there: Loopback, environ: dict[str, str]) -> None:
    await change(environ["DATABASE_URL"], support_channels=[int(GENERAL)])
    assert "it listens in #general;" in one(await examine(environ), "server").told


async def test_channels_that_are_gone_are_told(environ: dict[str, str]) -> None:
    await change(environ["DATABASE_URL"], support_channels=[int(GENERAL), 5, 6], staff_channel_id=7)
    told = wrong(await examine(environ), "server")
    assert "2 of its support channels are gone" in told
    assert "its staff channel is gone" in told


async def test_a_staff_channel_in_which_all_is_well_is_named(there: Loopback, environ: dict[str, str]) -> None:
    staff_channel(there)
    report = await examine(environ | {"STAFF_CHANNEL": "staff"})
    assert not report.wrong
    assert "reports go to #staff" in one(report, "server").told


async def test_a_staff_thread_in_which_all_is_well_is_named(there: Loopback, environ: dict[str, str]) -> None:
    place = staff_channel(there)
    metadata: Event = {"archived": False, "locked": False, "auto_archive_duration": 60}
    metadata |= {"archive_timestamp": "2026-01-08T09:30:15+00:00"}
    thread = channel("1300000000000000008", "desk", 11) | {"parent_id": place["id"], "thread_metadata": metadata}
    thread |= {"guild_id": GUILD, "owner_id": GUILD, "message_count": 0, "member_count": 0}
    there.guild["threads"].append(thread)
    report = await examine(environ | {"STAFF_CHANNEL": thread["id"]})
    assert not report.wrong
    assert "reports go to #desk" in one(report, "server").told


async def test_a_staff_channel_for_everybody_where_errors_are_answered_too_is_told(environ: dict[str, str]) -> None:
    await change(environ["DATABASE_URL"], support_channels=[int(GENERAL)], staff_channel_id=int(GENERAL))
    told = wrong(await examine(environ), "server")
    assert "in #general the bot lacks Attach Files" in told
    assert "everybody can read the staff channel #general" in told
    assert "#general is a support channel and the staff channel as well" in told


async def test_names_that_no_server_has_are_told(environ: dict[str, str]) -> None:
    report = await examine(environ | {"SUPPORT_CHANNELS": "support,suport", "STAFF_CHANNEL": "staf"})
    told = wrong(report, "channels")
    assert "SUPPORT_CHANNELS names suport, which is in no server" in told
    assert "STAFF_CHANNEL names staf" in told


async def test_a_server_that_fails_leaves_the_others_to_be_looked_at(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/users/@me/guilds", 200, [there.guild, there.guild | {"id": "5"}, there.guild | {"id": "6"}])
    there.fail("GET", "/guilds/5", 403)
    there.fail("GET", "/guilds/6", 503)
    report = await examine(environ)
    states = {found.server: (found.state, found.told) for found in of(report, "server")}
    assert states[int(GUILD)][0] == "well"
    assert states[5] == ("wrong", "the bot is not in server 5")
    assert states[6] == ("wrong", f"{there.address.removeprefix('http://')} answers HTTP 503")


async def test_one_server_can_be_looked_at_alone(there: Loopback, environ: dict[str, str]) -> None:
    assert one(await examine(environ, server=int(GUILD)), "server").state == "well"
    assert "the bot is not in server 5" in wrong(await examine(environ, server=5), "server")
    assert there.count("GET", "/users/@me/guilds") == 0


async def test_servers_beyond_the_most_that_are_looked_at_are_told(
    there: Loopback, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "MOST", 1)
    there.fail("GET", "/users/@me/guilds", 200, [there.guild, there.guild | {"id": "5"}])
    report = await examine(environ)
    assert not report.wrong
    assert one(report, "servers").state == "open"
    assert "--server ID" in one(report, "servers").todo
    assert there.count("GET", "/guilds/5") == 0


async def test_a_bot_in_no_server_is_told_how_to_come_into_one(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/users/@me/guilds", 200, [])
    report = await examine(environ)
    assert not report.wrong
    assert "invite" in one(report, "servers").todo


async def test_a_list_of_servers_that_does_not_come_is_told(there: Loopback, environ: dict[str, str]) -> None:
    there.fail("GET", "/users/@me/guilds", 403)
    assert "answers HTTP 403" in wrong(await examine(environ), "servers")


async def test_a_check_that_fails_in_itself_takes_no_other_along(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr(servers, "_support", fail)
    monkeypatch.setattr(machine, "load", fail)
    report = await examine(environ)
    failed = {found.check: found.told for found in report.findings if found.state == "wrong"}
    assert failed == dict.fromkeys(("knowledge", "server"), "the check itself failed: RuntimeError")


async def test_an_announcement_channel_needs_what_a_text_channel_needs(
    there: Loopback, environ: dict[str, str]
) -> None:
    place = channel("1300000000000000009", "news", 5)
    deny(place, send_messages=True)
    there.guild["channels"].append(place)
    assert "in #news the bot lacks Send Messages" in wrong(
        await examine(environ | {"SUPPORT_CHANNELS": "news"}), "server"
    )


async def test_servers_are_not_looked_at_without_end(
    there: Loopback, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "TOGETHER", -1.0)
    report = await examine(environ)
    assert not report.wrong
    assert "took too long" in one(report, "server").told
    assert there.count("GET", "/guilds/") == 0


async def test_a_check_that_takes_too_long_is_given_up(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(finding, "LIMIT", 0.5)
    monkeypatch.setattr(machine, "screenshots", for_ever)
    found = one(await examine(environ), "screenshots")
    assert (found.state, found.told) == ("wrong", "no answer within 0.5 seconds")


# In the terminal


async def doctor(environ: dict[str, str], *words: str) -> Result:
    names = ("DISCORD_TOKEN_FILE", "KNOWLEDGE_DIR", "GATEWAY_URL")
    runner = CliRunner(env=dict.fromkeys(names, "") | {"COLUMNS": "100"} | environ)
    return await asyncio.to_thread(runner.invoke, app, ["doctor", *words])


async def test_the_exit_code_is_0_where_all_is_well(environ: dict[str, str]) -> None:
    result = await doctor(environ)
    assert result.exit_code == 0
    lines = unstyle(result.stdout).splitlines()
    assert "✓ token: it is desk's" in lines
    assert lines[-1] == "all well"


async def test_the_exit_code_is_1_where_something_is_wrong_and_the_next_line_tells_what_to_do(
    there: Loopback, environ: dict[str, str]
) -> None:
    there.application["flags"] = 0
    result = await doctor(environ)
    assert result.exit_code == 1
    lines = unstyle(result.stdout).splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("✗ "))
    assert lines[place].startswith("✗ intents: Discord does not let the bot read messages")
    assert lines[place + 1].startswith("    → Developer Portal")
    assert lines[-1] == "1 thing to mend"


async def test_json_is_one_object_with_every_check(there: Loopback, environ: dict[str, str]) -> None:
    there.application["flags"] = 0
    result = await doctor(environ, "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["well"]) == (1, False)
    assert told["invite"].startswith("https://discord.com/oauth2/authorize?client_id=")
    assert [check["check"] for check in told["checks"]] == CHECKS
    assert {*told["checks"][0]} == {"check", "state", "told", "todo", "server"}


@pytest.mark.parametrize("words", [(), ("--json",)])
async def test_no_token_key_or_password_is_shown_wherever_it_stands(
    there: Loopback, environ: dict[str, str], words: tuple[str, ...]
) -> None:
    pasted = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GabcDE." + "aBcdefgh1jklmnopqrstuvwxyz0123456789AB"
    key = "sk-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2rS5tU8"
    there.guild["name"] = f"{TOKEN} and {key}"
    for fields in (
        {"LOG_LEVEL": TOKEN, "GATEWAY_KEY": key, "GATEWAY_URL": there.address},
        {"DISCORD_TOKEN": "", "DISCORD_TOKEN_FILE": pasted},
        {"LOG_LEVEL": PASSWORD, "DATABASE_URL": f"postgresql://bob:{PASSWORD}@127.0.0.1:1/desk"},
    ):
        result = await doctor(environ | fields, *words)
        assert result.exit_code == 1
        for secret in (TOKEN, key, pasted, PASSWORD):
            assert secret not in result.output
