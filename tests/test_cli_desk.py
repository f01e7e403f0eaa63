from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click import unstyle
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.desk.database import Database
from bot.desk.questions import Asked
from bot.desk.records import Records
from bot.desk.unanswered import Missed
from tests.knowledge import small

HERE, ELSEWHERE = 11, 22
STRANGE = "the flux capacitor stays empty"


def bot(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, list(words))


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the bot's database is, if it is there."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data" / "desk.sqlite3"
    path.parent.mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{path}")
    return path


def fill(path: Path, work: Callable[[Records], Awaitable[None]]) -> None:
    async def fill() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{path}")
        await work(Records(database, lambda: datetime.now(UTC)))
        await database.close()

    asyncio.run(fill())


def missed(question_id: int, text: str, guild_id: int = HERE, days: int = 0) -> Missed:
    when = datetime.now(UTC) - timedelta(days=days)
    return Missed(
        question_id=question_id, guild_id=guild_id, asker_id=1, text=text, lang="en", entry=None, created_at=when
    )


@pytest.fixture
def filled(path: Path) -> Path:
    """A database with three messages without an answer, and a question that got one."""

    async def work(records: Records) -> None:
        for one in (missed(1, STRANGE), missed(2, "good morning", ELSEWHERE), missed(3, "long ago it was", days=40)):
            await records.unanswered.keep(one)
        await records.questions.log(
            Asked(
                question_id=4,
                guild_id=HERE,
                channel_id=1,
                asker_id=1,
                asked=True,
                entry="429",
                case=None,
                model="=gpt",
                lang="en",
            )
        )

    fill(path, work)
    return path


@pytest.mark.usefixtures("filled")
def test_drafts_are_printed_one_behind_the_other() -> None:
    result = bot("desk", "export", "--unanswered")
    assert result.exit_code == 0
    first, second = result.stdout.split("---\n")
    assert "- good morning\n" in first + second
    assert f"- {STRANGE}\n" in first + second
    assert "long ago" not in result.stdout


@pytest.mark.usefixtures("filled")
def test_days_and_server_narrow_and_widen_what_is_exported() -> None:
    assert "long ago it was" in bot("desk", "export", "--unanswered", "--days", "60").stdout
    assert "good morning" not in bot("desk", "export", "--unanswered", "--server", str(HERE)).stdout
    elsewhere = bot("desk", "export", "--stats", "--server", str(ELSEWHERE), "--days", "7")
    assert "questions,,0," in elsewhere.stdout


@pytest.mark.usefixtures("filled")
def test_drafts_in_a_knowledge_base_are_named_by_check_with_all_that_they_lack(tmp_path: Path) -> None:
    base = small.write(tmp_path / "base")
    result = bot("desk", "export", "--unanswered", "--server", str(HERE), "--out", str(base / "errors"))
    assert result.exit_code == 0
    assert result.stderr == f"1 draft in {base / 'errors'}\n"
    checked = bot("check", str(base))
    assert checked.exit_code == 1
    assert "unanswered-1: 'texts.en.title' is empty: fill it in" in checked.stdout
    assert "8 mistakes" in checked.stderr
    file = base / "errors" / "unanswered-1.yaml"
    written = file.read_text(encoding="utf-8").replace("    steps:\n", "    steps: [Fill it.]\n")
    for part in ("title", "cause", "escalate"):
        written = written.replace(f"    {part}:\n", f"    {part}: Written.\n")
    file.write_text(written, encoding="utf-8")
    assert f"resolves to no entry, wanted unanswered-1: {STRANGE}" in bot("check", str(base)).stdout
    file.write_text(written.replace("phrases: []", "phrases: [flux capacitor empty]"), encoding="utf-8")
    assert bot("check", str(base)).exit_code == 0


@pytest.mark.usefixtures("filled")
def test_a_draft_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "unanswered-2.yaml"
    there.write_text("mine", encoding="utf-8")
    result = bot("desk", "export", "--unanswered", "--out", str(tmp_path))
    assert result.exit_code == 2
    assert f"{there} is there already" in result.stderr
    assert there.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "unanswered-1.yaml").exists()


@pytest.mark.usefixtures("filled")
def test_figures_are_csv_of_a_day_a_week_and_a_month_unless_told_otherwise(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(bot("desk", "export", "--stats").stdout)))
    assert [row["days"] for row in rows if row["what"] == "questions"] == ["1", "7", "30"]
    file = tmp_path / "stats.csv"
    for _ in range(2):
        result = bot("desk", "export", "--stats", "--days", "2", "--out", str(file))
        assert (result.exit_code, result.stdout) == (0, "")
    rows = list(csv.DictReader(file.open(encoding="utf-8", newline="")))
    assert {row["days"] for row in rows} == {"2"}
    assert [row["name"] for row in rows if row["what"] == "model"] == ["'=gpt"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("what", ["--unanswered", "--stats"])
def test_whoever_has_read_enough_is_told_nothing(what: str, pytestconfig: pytest.Config) -> None:
    command = [sys.executable, "-m", "bot", "desk", "export", what]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=pytestconfig.rootpath
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (1, "")


def test_nothing_to_export_is_said_and_no_failure(path: Path, tmp_path: Path) -> None:
    async def nothing(_: Records) -> None:
        """Leave it empty."""

    fill(path, nothing)
    result = bot("desk", "export", "--unanswered", "--days", "1", "--out", str(tmp_path / "drafts"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "nothing went unanswered in the last 1 day\n"
    assert not (tmp_path / "drafts").exists()
    assert "questions,,0," in bot("desk", "export", "--stats").stdout


@pytest.mark.parametrize("what", ["--unanswered", "--stats"])
def test_a_database_that_is_not_there_is_told_and_not_made(path: Path, what: str) -> None:
    result = bot("desk", "export", what)
    assert result.exit_code == 2
    assert result.stderr == f"error: there is no database {path}: run this where the bot runs, with its DATABASE_URL\n"
    assert not list(path.parent.iterdir())


def test_a_file_that_is_no_database_is_told_in_one_line(path: Path) -> None:
    path.write_text("This is a text and has nothing in it that a database begins with. " * 20, encoding="utf-8")
    result = bot("desk", "export", "--stats")
    assert result.exit_code == 2
    assert result.stderr == "error: the database of DATABASE_URL cannot be opened: file is not a database\n"


def test_a_setting_that_cannot_mean_anything_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://desk")
    result = bot("desk", "export", "--stats")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: DATABASE_URL is not an address")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("what", ["--unanswered", "--stats"])
def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()
    result = bot("desk", "export", what, "--out", str(tmp_path / "file" / "in it"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: {tmp_path / 'file'}")
    assert "Not a directory" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "give --unanswered or --stats"),
        (("--unanswered", "--stats"), "give --unanswered or --stats"),
        (("--stats", "--days", "0"), "--days"),
        (("--stats", "--server", "support"), "--server"),
        (("--stats", "--server", "9" * 23), "--server"),
    ],
)
def test_a_wrong_use_is_told(options: tuple[str, ...], told: str) -> None:
    result = bot("desk", "export", *options)
    assert result.exit_code == 2
    assert told in unstyle(result.stderr)


def test_the_help_says_where_drafts_go() -> None:
    told = unstyle(bot("desk", "export", "--help").stdout)
    assert "errors/" in told
    assert "python -m bot check" in told


def test_asking_does_not_load_the_desk(pytestconfig: pytest.Config) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "bot", "ask", "429"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=pytestconfig.rootpath)
    assert "bot.cli" in done.stderr
    assert "sqlalchemy" not in done.stderr
    assert "bot.desk" not in done.stderr


def test_everything_is_moved_to_another_database_and_the_rows_are_counted(path: Path, tmp_path: Path) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    there = f"sqlite+aiosqlite:///{tmp_path}/there.sqlite3"
    done = bot("desk", "move", there)
    assert done.exit_code == 0
    assert "unanswered: 1 row\n" in done.output
    again = bot("desk", "move", there)
    assert again.exit_code == 2
    assert "not empty" in again.output


def test_what_would_be_gone_at_once_is_not_moved(path: Path) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    for there in ("sqlite+aiosqlite:///", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"):
        done = bot("desk", "move", there)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith("error: the database to move to is in memory")


def spoil(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_value_that_cannot_be_read_is_told_in_one_line_with_its_database(path: Path, tmp_path: Path) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    spoil(path, "UPDATE unanswered SET created_at = 'yesterday'")
    for words in (("move", f"sqlite+aiosqlite:///{tmp_path}/there.sqlite3"), ("export", "--unanswered")):
        done = bot("desk", *words)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith("error: the database of DATABASE_URL failed: a value cannot be read")
        assert "yesterday" not in done.stderr


@pytest.mark.parametrize("words", [("move", "sqlite+aiosqlite:///there.sqlite3"), ("export", "--stats")])
def test_an_option_in_the_address_that_means_nothing_is_told_in_one_line(
    path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    path.touch()
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{path}?timeout=abc")
    done = bot("desk", *words)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: the database of DATABASE_URL cannot be opened: its address has")


def test_a_target_of_an_unknown_revision_is_told_in_one_line(path: Path, tmp_path: Path) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    there = tmp_path / "there.sqlite3"
    spoil(there, "CREATE TABLE alembic_version AS SELECT '0001_initial' AS version_num")
    done = bot("desk", "move", f"sqlite+aiosqlite:///{there}")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: the database to move to is not a desk of ours")


@pytest.mark.parametrize("there", ["", "mysql://host/desk", "desk.sqlite3"])
def test_an_address_that_is_none_is_told_and_nothing_is_made(path: Path, there: str) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    done = bot("desk", "move", there)
    assert done.exit_code == 2
    assert "error: URL " in done.output


def test_a_target_that_cannot_be_reached_is_not_taken_for_the_database_of_database_url(path: Path) -> None:
    fill(path, lambda records: records.unanswered.keep(missed(1, STRANGE)))
    done = bot("desk", "move", "postgresql://me:hunter2@127.0.0.1:1/desk")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: the database to move to cannot be opened: ")
    assert "hunter2" not in done.stderr


def test_there_is_nothing_to_move_where_there_is_no_database(tmp_path: Path) -> None:
    done = bot("desk", "move", f"sqlite+aiosqlite:///{tmp_path}/there.sqlite3")
    assert done.exit_code == 2
    assert "there is no database" in done.output
    assert not list(tmp_path.glob("**/*.sqlite3"))
