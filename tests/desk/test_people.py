from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot.desk.database import Database, DeskError
from bot.desk.people import NOBODY, Erased
from bot.desk.records import Records
from bot.desk.reports import AskersCard
from bot.desk.tables import Table
from tests.desk.conftest import Clock
from tests.desk.test_answers import ANSWERED
from tests.desk.test_reports import ANN, ASKER, BEN, BIG, NEW, asked, handed_out, opened
from tests.desk.test_unanswered import MISSED

GUILD = NEW.guild_id
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FURTHER = AskersCard(None, BIG + 20, BIG + 21)
CARDS = {FURTHER, AskersCard(NEW.origin_guild_id, NEW.channel_id, NEW.card_id or 0)}


async def lived(records: Records, asker: int, staff: int, question_id: int) -> int:
    """Leave a trace of two people in every table, and return the report's number."""
    await records.answers.remember(replace(ANSWERED, asker_id=asker, question_id=question_id, guild_id=GUILD))
    await records.questions.log(asked(question_id, asker_id=asker))
    await records.questions.verdict(question_id, asker, False, by_asker=True)
    await records.questions.verdict(question_id, staff, True, by_asker=False)
    await records.unanswered.keep(replace(MISSED, asker_id=asker, question_id=question_id, guild_id=GUILD))
    report = await opened(records, replace(NEW, asker_id=asker, question_id=question_id))
    await records.reports.note(report.id, "ask", staff, "Which key?")
    await records.reports.note(report.id, "addition", asker, "The second")
    await records.reports.posted(report.id, 1, report.id)
    await records.reports.tell_on(report, FURTHER)
    incident, _ = await records.incidents.seen(GUILD, str(question_id), None, 5)
    await records.incidents.close(incident.id, staff)
    return report.id


async def everything(records: Records) -> str:
    """All that is in the database, as one text."""
    async with records.people._database.transaction() as connection:
        tables = [(await connection.execute(table.select())).all() for table in Table.metadata.sorted_tables]
    return repr(tables)


async def counts(records: Records) -> dict[str, int]:
    async with records.people._database.transaction() as connection:
        return {
            table.name: len((await connection.execute(table.select())).all()) for table in Table.metadata.sorted_tables
        }


async def test_the_export_has_all_that_is_a_persons_and_json_can_hold_it(records: Records, clock: Clock) -> None:
    await lived(records, ASKER, ANN, 1)
    await lived(records, BEN, ANN, 2)
    export = await records.people.export(ASKER)
    assert json.loads(json.dumps(export)) == export
    assert {name: len(rows) for name, rows in export.items()} == {
        "reports": 1,
        "cards": 1,
        "notes": 2,
        "questions": 1,
        "verdicts": 1,
        "unanswered": 1,
        "answers": 1,
        "handled": 0,
        "incidents": 0,
        "quiet": 0,
    }
    assert export["reports"][0]["text"] == NEW.text
    assert export["reports"][0]["facts"] == dict(NEW.facts)
    assert export["reports"][0]["created_at"] == clock.now.isoformat()
    assert [(note["text"], note["author_id"]) for note in export["notes"]] == [
        ("Which key?", None),
        ("The second", ASKER),
    ]
    assert str(BEN) not in repr(export)


async def test_the_export_of_staff_has_what_they_wrote_and_nothing_of_the_askers(records: Records) -> None:
    report = await lived(records, ASKER, ANN, 1)
    export = await records.people.export(ANN)
    assert [note["text"] for note in export["notes"]] == ["Which key?"]
    assert export["handled"] == [{"id": report}]
    assert [list(incident) for incident in export["incidents"]] == [["id"]]
    assert len(export["verdicts"]) == 1
    assert str(ASKER) not in repr(export)
    assert NEW.text not in repr(export)


async def test_of_somebody_unknown_there_is_nothing_to_export_or_to_erase(records: Records) -> None:
    await lived(records, ASKER, ANN, 1)
    before = await everything(records)
    assert not any((await records.people.export(404)).values())
    assert await records.people.erase(404) == Erased(0)
    assert await everything(records) == before


async def test_nothing_of_an_erased_asker_stays_and_all_of_the_others(records: Records) -> None:
    await lived(records, ASKER, ANN, 1)
    await lived(records, BEN, ANN, 2)
    others = await records.people.export(BEN)
    erased = await records.people.erase(ASKER)
    assert erased.records == 8
    assert set(erased.cards) == CARDS
    left = await everything(records)
    assert str(ASKER) not in left
    assert left.count("Which key?") == left.count("The second") == 1
    assert not any((await records.people.export(ASKER)).values())
    assert await records.people.export(BEN) == others
    assert await records.people.erase(ASKER) == Erased(0)


async def test_an_erased_askers_report_is_withdrawn_and_only_its_card_is_refreshed(
    records: Records, clock: Clock
) -> None:
    report_id = await lived(records, ASKER, ANN, 1)
    unposted = await opened(records, replace(NEW, asker_id=ASKER, entry="429"))
    clock.now += DAY
    await records.people.erase(ASKER)
    report = await records.reports.of(report_id)
    assert report is not None
    assert (report.state, report.asker_id, report.text, report.facts) == ("withdrawn", NOBODY, "", {})
    assert (report.entry, report.staff_id, report.staff_message_id) == ("403", ANN, report_id)
    assert report.closed_at == clock.now
    assert await records.reports.notes(report_id) == []
    due = [(kind, report_id) for kind, report_id, _ in await handed_out(records) if kind != "incident"]
    assert due == [("refresh", report_id)]
    assert await records.reports.claim(unposted.id, ANN) is None


async def test_a_resolved_report_of_an_erased_asker_stays_resolved(records: Records, clock: Clock) -> None:
    report_id = await lived(records, ASKER, ANN, 1)
    closed = await records.reports.close(report_id, "resolved", ANN)
    assert closed is not None
    clock.now += DAY
    await records.people.erase(ASKER)
    report = await records.reports.of(report_id)
    assert report is not None
    assert (report.state, report.closed_at, report.claimed_at) == ("resolved", closed.closed_at, closed.claimed_at)


async def test_who_is_left_alone_where_is_in_their_export_alone(records: Records, clock: Clock) -> None:
    until = clock.now + timedelta(minutes=10)
    for name in (f"5:{ASKER}", f"{ASKER}", f"5:{BEN}", f"{ASKER}0", "5"):
        await records.servers.hush(GUILD, name, until)
    await records.servers.hush(BIG, f"6:{ASKER}", until)
    told = (await records.people.export(ASKER))["quiet"]
    assert json.loads(json.dumps(told)) == told
    places = {(each["guild_id"], each["channel_id"]) for each in told}
    assert places == {(GUILD, 5), (GUILD, None), (BIG, 6)}
    assert {each["until"] for each in told} == {until.isoformat()}


async def test_an_erased_person_is_in_no_dismissal_and_stays_in_moderators_decisions_until_they_are_over(
    records: Records, elsewhere: Records, clock: Clock
) -> None:
    until = clock.now + timedelta(minutes=10)
    for name in (f"5:{ASKER}", f"6:{ASKER}", f"{ASKER}", f"5:{BEN}", "5"):
        await records.servers.hush(GUILD, name, until)
    assert await elsewhere.people.erase(ASKER) == Erased(2)
    await records.servers.hush(GUILD, "7", until)  # before it is told of that
    assert set(records.servers.of(GUILD).quiet) == {f"{ASKER}", f"5:{BEN}", "5", "7"}
    clock.now = until
    await records.people.purge()
    assert str(ASKER) not in await everything(records)


async def test_two_who_are_erased_do_not_stand_in_each_others_way(records: Records) -> None:
    for asker in (ASKER, BEN):
        await opened(records, replace(NEW, asker_id=asker))
        await records.people.erase(asker)
    assert (await counts(records))["reports"] == 2


async def test_of_erased_staff_the_words_stay_and_the_name_goes(records: Records) -> None:
    report_id = await lived(records, ASKER, ANN, 1)
    assert await records.people.erase(ANN) == Erased(4)
    assert str(ANN) not in await everything(records)
    report = await records.reports.of(report_id)
    assert report is not None
    assert (report.state, report.asker_id, report.staff_id) == ("open", ASKER, NOBODY)
    assert [(note.author_id, note.text) for note in await records.reports.notes(report_id)] == [
        (NOBODY, "Which key?"),
        (ASKER, "The second"),
    ]


@pytest.mark.parametrize("days", [None, 3])
async def test_what_was_kept_long_enough_is_purged_and_nothing_a_moment_younger(
    records: Records, clock: Clock, days: int | None
) -> None:
    if days:
        await records.servers.change(GUILD, retention_days=days)
    report_id = await lived(records, ASKER, ANN, 1)
    await records.reports.close(report_id, "resolved", ANN)
    await records.answers.forget(1)
    clock.now += timedelta(days=days or 30)
    assert await records.people.purge() == 0
    clock.now += SECOND
    assert await records.people.purge() == 4
    left = await counts(records)
    assert left.pop("servers") == (1 if days else 0)
    assert not any(left.values())


async def test_each_server_keeps_for_its_own_time_and_direct_messages_are_kept_as_usual(
    records: Records, clock: Clock
) -> None:
    await records.servers.change(1, retention_days=3)
    await records.servers.change(2, retention_days=60)
    await records.servers.change(3, retention_days=3)
    for guild_id in (1, 2, 3, 4, None):
        await records.unanswered.keep(replace(MISSED, question_id=guild_id or 9, guild_id=guild_id))

    async def kept() -> set[int | None]:
        return {missed.guild_id for missed in await records.unanswered.all(None)}

    clock.now += 4 * DAY
    assert await records.people.purge() == 2
    assert await kept() == {2, 4, None}
    clock.now += 27 * DAY
    assert await records.people.purge() == 2
    assert await kept() == {2}
    clock.now += 30 * DAY
    assert await records.people.purge() == 1


async def test_open_reports_and_incidents_are_never_purged(records: Records, clock: Clock) -> None:
    report = await opened(records)
    await records.reports.note(report.id, "ask", ANN, "Which key?")
    incident, _ = await records.incidents.seen(GUILD, "503", None, 5)
    clock.now += 1000 * DAY
    assert await records.people.purge() == 0
    assert await records.reports.of(report.id) is not None
    assert len(await records.reports.notes(report.id)) == 1
    await records.reports.close(report.id, "resolved", ANN)
    await records.incidents.close(incident.id, ANN)
    assert await records.people.purge() == 0
    clock.now += 31 * DAY
    assert await records.people.purge() == 2


async def test_a_forgotten_server_leaves_nothing_and_takes_nothing_of_another(records: Records) -> None:
    await records.servers.change(BIG, heard=False)
    await opened(records, replace(NEW, guild_id=BIG, asker_id=BEN))
    await records.questions.log(asked(77, guild_id=None))
    before = await counts(records)
    await records.servers.change(GUILD, heard=False)
    await lived(records, ASKER, ANN, 1)
    assert await records.people.forget_server(GUILD) > 0
    assert await counts(records) == before
    assert str(GUILD) not in await everything(records)
    assert await records.people.forget_server(GUILD) == 0


@pytest.mark.parametrize("gone", ["erased", "purged", "forgotten"])
async def test_of_what_is_gone_no_word_stays_in_sqlites_files(tmp_path: Path, clock: Clock, gone: str) -> None:
    def found() -> bool:
        return any(b"hunter2" in file.read_bytes() for file in tmp_path.iterdir())

    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/desk.sqlite3")
    records = Records(database, clock)
    await records.unanswered.keep(replace(MISSED, asker_id=ASKER, guild_id=GUILD, text="my hunter2"))
    assert found()
    match gone:
        case "erased":
            await records.people.erase(ASKER)
        case "purged":
            clock.now += 31 * DAY
            await records.people.purge()
        case "forgotten":
            await records.people.forget_server(GUILD)
    assert not found()
    await database.close()


async def test_who_was_erased_is_told_so_though_the_files_are_in_use(
    records: Records, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived(records, ASKER, ANN, 1)
    monkeypatch.setattr(database, "wipe", AsyncMock(side_effect=DeskError("locked")))
    assert (await records.people.erase(ASKER)).records
