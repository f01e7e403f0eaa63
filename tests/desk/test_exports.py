from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import inspect

from bot.desk.database import DeskError, _engine, _stored_revision
from bot.desk.exports import COLUMNS, EXAMPLES, drafts, opened, write_stats
from bot.desk.migrations import upgrade
from bot.desk.questions import Stats
from bot.desk.records import Records
from bot.desk.unanswered import Missed
from bot.knowledge.loading import KnowledgeError, load
from bot.knowledge.strict_yaml import load as read_strictly
from tests.knowledge import small

DAY = timedelta(days=1)

STATS = Stats(
    since=datetime(2026, 3, 1, tzinfo=UTC),
    questions=8,
    answered=6,
    solved=3,
    not_solved=1,
    solved_by_others=1,
    escalated=1,
    unanswered=2,
    entries=(("403/quota", 4), ("429", 2)),
    models=(("gpt-5", 5),),
    to_claim=timedelta(minutes=4),
    to_resolve=timedelta(hours=2),
)
NOTHING = replace(
    STATS,
    questions=0,
    answered=0,
    solved=0,
    not_solved=0,
    solved_by_others=0,
    escalated=0,
    unanswered=0,
    entries=(),
    models=(),
    to_claim=None,
    to_resolve=None,
)


def missed(*texts: str, entry: str | None = None) -> list[Missed]:
    return [
        Missed(
            question_id=number,
            guild_id=1,
            asker_id=2,
            text=text,
            lang="en",
            entry=entry,
            created_at=datetime(2026, 3, number, tzinfo=UTC),
        )
        for number, text in enumerate(texts, start=1)
    ]


def examples(draft: str) -> list[str]:
    """The examples of a draft, as the loader of the knowledge base reads them."""
    document = read_strictly(draft.encode())
    assert not document.mistakes
    found: list[str] = document.content["examples"]
    return found


def table(*stats: Stats) -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    write_stats(file, [(DAY, figures) for figures in stats])
    return list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))


def test_messages_that_are_alike_become_one_draft_and_the_most_frequent_is_first() -> None:
    found = drafts(missed("good morning all", "why is the capacitor empty?", "Why is the capacitor empty"))
    assert [examples(draft) for draft in found] == [
        ["why is the capacitor empty?", "Why is the capacitor empty"],
        ["good morning all"],
    ]
    assert "# Asked 2 times, last on 2026-03-03.\n" in found[0]
    assert "# Asked once, last on 2026-03-01.\n" in found[1]


def test_a_draft_says_what_its_messages_were_taken_for() -> None:
    taken = [*missed("a strange thing", "a strange thing!", entry="403/quota"), *missed("a strange thing?")]
    (draft,) = drafts(taken)
    assert "# Taken for 403/quota: 2.\n" in draft


def test_the_same_words_are_one_example_and_there_are_a_few_at_most() -> None:
    (draft,) = drafts(missed(*["the very same thing happens"] * 3, *(f"the same thing happens {n}" for n in range(9))))
    assert len(examples(draft)) == EXAMPLES
    assert examples(draft).count("the very same thing happens") == 1


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("429", "429"),
        ("no", "no"),
        ("key: [x] # - {y}", "key: [x] # - {y}"),
        ("'single' and \"double\"", "'single' and \"double\""),
        ("* star", "* star"),
        ("---\nacts: support\n---", "---\nacts: support\n---"),
        ("  first\n    second  \n\n```py\nx\t= 1\n```\n", "first\n    second\n\n```py\nx    = 1\n```"),
        ("bell\x07 and \x1b[31mred\u202e and \u200bnothing", "bell and [31mred and nothing"),
        ("图片一直转圈 🙂\u2028next", "图片一直转圈 🙂\u2028next"),
        ("long " * 300, ("long " * 300).strip()),
        ("null\r\nline", "null\nline"),
    ],
)
def test_any_message_is_an_example_that_is_read_back_as_it_was(text: str, example: str) -> None:
    (draft,) = drafts(missed(text))
    assert examples(draft) == [example]
    assert yaml.safe_load(draft)["examples"] == [example]


def test_a_message_that_nobody_can_see_makes_no_draft() -> None:
    assert drafts(missed("\u200b\u200b", "\x07")) == []


def test_a_draft_lacks_its_texts_alone_and_is_an_entry_once_they_are_written(tmp_path: Path) -> None:
    base = small.write(tmp_path / "base")
    (draft,) = drafts(missed("the flux capacitor stays empty"))
    file = base / "errors" / "unanswered-1.yaml"
    file.write_text(draft, encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        load(base)
    lacking = [
        f"'texts.{lang}.{part}' is empty" for lang in ("en", "zh") for part in ("title", "cause", "steps", "escalate")
    ]
    told = [str(problem) for problem in raised.value.problems]
    assert len(told) == len(lacking)
    for line, expected in zip(told, lacking, strict=True):
        assert "unanswered-1.yaml:" in line
        assert expected in line
    for part in ("title", "cause", "escalate"):
        draft = draft.replace(f"    {part}:\n", f"    {part}: Written.\n")
    file.write_text(draft.replace("    steps:\n", "    steps: [Do it.]\n"), encoding="utf-8")
    assert load(base).entries["unanswered-1"].examples == ("the flux capacitor stays empty",)


def test_figures_are_rows_of_what_a_time_adds_up_to() -> None:
    rows = {(row["what"], row["name"]): (row["count"], row["rate"]) for row in table(STATS)}
    assert rows == {
        ("questions", ""): ("8", ""),
        ("answered", ""): ("6", "0.7500"),
        ("unanswered", ""): ("2", "0.2500"),
        ("solved", ""): ("3", "0.3750"),
        ("not_solved", ""): ("1", "0.1250"),
        ("solved_by_others", ""): ("1", "0.1250"),
        ("escalated", ""): ("1", "0.1250"),
        ("entry", "403/quota"): ("4", "0.5000"),
        ("entry", "429"): ("2", "0.2500"),
        ("model", "gpt-5"): ("5", "0.6250"),
        ("seconds_to_claim", ""): ("240", ""),
        ("seconds_to_resolve", ""): ("7200", ""),
    }
    assert {(row["days"], row["since"]) for row in table(STATS)} == {("1", "2026-03-01T00:00:00+00:00")}


def test_a_time_without_questions_has_its_rows_and_no_rates() -> None:
    rows = table(NOTHING)
    assert tuple(rows[0]) == COLUMNS
    assert {row["count"] for row in rows} == {"0"}
    assert {row["rate"] for row in rows} == {""}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
@pytest.mark.parametrize("before", ["", "\t", "\r", "\n"])
def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_text(before: str, name: str) -> None:
    (row,) = (row for row in table(replace(STATS, models=((before + name, 1),))) if row["what"] == "model")
    assert row["name"] == f"'{name}"


def test_a_name_with_commas_quotes_and_lines_stays_one_cell_on_one_line() -> None:
    name = 'gpt,"5"\nnew'
    (row,) = (row for row in table(replace(STATS, models=((name, 1),))) if row["what"] == "model")
    assert row["name"] == 'gpt,"5" new'


async def test_the_records_of_a_bot_are_opened(url: str, records: Records) -> None:
    await records.unanswered.keep(missed("kept")[0])
    async with opened(url) as read:
        assert [one.text for one in await read.unanswered.all(None)] == ["kept"]


async def refused(url: str) -> str:
    with pytest.raises(DeskError) as caught:
        async with opened(url):
            pass
    return str(caught.value)


def in_the_folder(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize("statement", ["", "CREATE TABLE answers (id INTEGER)"])
async def test_a_file_without_a_desk_stays_as_it_is(tmp_path: Path, statement: str) -> None:
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as other:
        other.execute(statement)
    file.touch()
    before = file.read_bytes()
    assert await refused(f"sqlite+aiosqlite:///{file}") == "there is no desk in the database of DATABASE_URL"
    assert file.read_bytes() == before
    assert in_the_folder(tmp_path) == [file]


async def test_a_database_without_a_desk_gets_none(url: str) -> None:
    engine = _engine(url, 2, read_only=False)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE strange (id INTEGER)")
    assert "there is no desk" in await refused(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(lambda sync: inspect(sync).get_table_names()) == ["strange"]
    await engine.dispose()


async def test_an_older_schema_is_not_brought_up_to_date(url: str) -> None:
    engine = _engine(url, 2, read_only=False)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0001")
    assert "older schema: start the bot with it" in await refused(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(_stored_revision) == "0001"
    await engine.dispose()


@pytest.mark.parametrize("address", ["{path}", "{path}?timeout=5", "file:{path}?uri=true"])
async def test_where_there_is_no_database_none_is_made(tmp_path: Path, address: str) -> None:
    path = tmp_path / "desk.sqlite3"
    with pytest.raises(DeskError, match=f"there is no database {path}"):
        async with opened(f"sqlite+aiosqlite:///{address.format(path=path)}"):
            pass
    assert not path.exists()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_database_in_memory_is_nobodys_but_the_bots(url: str) -> None:
    with pytest.raises(DeskError, match="there is no database in memory"):
        async with opened(url):
            pass
