from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

import pytest

from bot.desk.database import Database
from bot.desk.outbox import Kind, Outbox
from bot.desk.questions import Asked
from bot.desk.records import Records
from bot.desk.reports import OPEN, AskersCard, Closed, NewReport, NoteKind, Report
from tests.desk.conftest import Clock

BIG = 1_345_678_901_234_567_890
ASKER, ANN, BEN = BIG + 1, BIG + 2, BIG + 3
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

NEW = NewReport(
    guild_id=BIG + 10,
    question_id=BIG + 11,
    origin_guild_id=BIG + 12,
    channel_id=BIG + 13,
    card_id=BIG + 14,
    asker_id=ASKER,
    entry="403",
    case="quota",
    model="gpt-5",
    facts=MappingProxyType({"request_id": "req_1", "group": "名'\"🙂"}),
    findings="The base URL lacks /v1.",
    tried="Another key",
    text="403 again with sk-…",
    lang="zh",
)
SPARE = replace(NEW, question_id=1, origin_guild_id=None, card_id=None, entry="", case=None, model=None, facts={})


async def opened(records: Records, new: NewReport = NEW) -> Report:
    report, is_new = await records.reports.open(new)
    assert is_new
    return report


async def handed_out(records: Records) -> list[tuple[Kind, int | None, int | None]]:
    """What is due, taken and done."""
    due = await records.outbox.due(100)
    for delivery in due:
        await records.outbox.done(delivery.id)
    return [(delivery.kind, delivery.report_id, delivery.note_id) for delivery in due]


@pytest.mark.parametrize("new", [NEW, SPARE])
async def test_a_report_is_stored_with_all_that_is_known_of_it_and_is_due_for_delivery(
    records: Records, clock: Clock, new: NewReport
) -> None:
    report = await opened(records, new)
    assert {field.name: getattr(report, field.name) for field in fields(NewReport)} == {
        field.name: getattr(new, field.name) for field in fields(NewReport)
    }
    assert (report.state, report.staff_id, report.claimed_at, report.closed_at) == ("open", None, None, None)
    assert report.created_at == report.changed_at == clock.now
    assert await records.reports.of(report.id) == report
    [delivery] = await records.outbox.due()
    assert (delivery.kind, delivery.report_id, delivery.guild_id) == ("report", report.id, new.guild_id)


async def test_a_second_report_of_the_same_leads_to_the_first(records: Records) -> None:
    first = await opened(records)
    assert await records.reports.open(replace(NEW, question_id=5, text="once more", case=None)) == (first, False)
    assert await handed_out(records) == [("report", first.id, None)]


@pytest.mark.parametrize(
    "other", [replace(NEW, asker_id=ANN), replace(NEW, guild_id=1), replace(NEW, entry="429"), replace(NEW, entry="")]
)
async def test_reports_of_others_elsewhere_or_about_something_else_stand_beside_it(
    records: Records, other: NewReport
) -> None:
    first = await opened(records)
    second = await opened(records, other)
    assert await records.reports.open_of(NEW.asker_id, NEW.guild_id, NEW.entry, NEW.question_id) == first
    assert await records.reports.open_of(other.asker_id, other.guild_id, other.entry, other.question_id) == second


async def test_of_errors_that_no_entry_explains_each_question_is_a_report_of_its_own(records: Records) -> None:
    first, other = await opened(records, SPARE), replace(SPARE, question_id=2)
    assert await records.reports.open_of(ASKER, NEW.guild_id, "", other.question_id) is None
    second = await opened(records, other)
    assert await records.reports.open(SPARE) == (first, False)
    assert await records.reports.open_of(ASKER, NEW.guild_id, "", SPARE.question_id) == first
    assert await records.reports.open_of(ASKER, NEW.guild_id, "", other.question_id) == second


@pytest.mark.parametrize("new", [NEW, SPARE])
async def test_the_same_report_opened_by_two_processes_at_once_is_one_with_one_delivery(
    records: Records, elsewhere: Records, new: NewReport
) -> None:
    results = await asyncio.gather(*(place.reports.open(new) for place in (records, elsewhere) * 4))
    assert sorted(is_new for _, is_new in results) == [False] * 7 + [True]
    assert len({report.id for report, _ in results}) == 1
    assert len(await handed_out(records)) == 1


async def test_a_report_whose_delivery_cannot_be_stored_is_not_stored(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError("the plug was pulled")

    records = Records(database, clock)
    monkeypatch.setattr(Outbox, "put", fail)
    with pytest.raises(Exception, match="the plug was pulled"):
        await records.reports.open(NEW)
    monkeypatch.undo()
    assert await records.reports.open_of(ASKER, NEW.guild_id, NEW.entry, NEW.question_id) is None
    report = await opened(records)
    monkeypatch.setattr(Outbox, "put", fail)
    with pytest.raises(Exception, match="the plug was pulled"):
        await records.reports.note(report.id, "answer", ANN, "Top up.")
    monkeypatch.undo()
    assert await records.reports.of(report.id) == report
    assert await records.reports.notes(report.id) == []


async def test_a_report_is_found_by_its_card_the_newest_where_there_are_several(records: Records) -> None:
    first = await opened(records)
    assert await records.reports.of_card(BIG + 14) == first
    await records.reports.close(first.id, "withdrawn", ASKER)
    second = await opened(records)
    assert await records.reports.of_card(BIG + 14) == second
    assert await records.reports.of_card(404) is None
    assert await records.reports.of(404) is None
    assert await records.reports.open_of(404, NEW.guild_id, NEW.entry, NEW.question_id) is None


async def test_a_report_is_found_by_every_card_that_tells_of_it_until_one_tells_of_a_newer(records: Records) -> None:
    report = await opened(records)
    own, further = AskersCard(NEW.origin_guild_id, NEW.channel_id, BIG + 14), AskersCard(None, 7, 8)
    for card in (own, further, further):
        await records.reports.tell_on(report, card)
    assert await records.reports.cards(report) == [own, further]
    assert await records.reports.of_card(8) == report
    newer = await opened(records, replace(SPARE, card_id=8))
    assert await records.reports.of_card(8) == newer


async def test_a_private_report_has_no_cards_but_further_ones(records: Records) -> None:
    report = await opened(records, SPARE)
    assert await records.reports.cards(report) == []
    await records.reports.tell_on(report, AskersCard(1, 2, 3))
    assert await records.reports.cards(report) == [AskersCard(1, 2, 3)]
    await records.people.forget_server(NEW.guild_id)
    assert await records.reports.cards(report) == []


async def test_a_report_is_found_by_its_question(records: Records) -> None:
    report = await opened(records)
    assert await records.reports.of_question(NEW.question_id) == report
    assert await records.reports.of_question(404) is None


async def test_a_closed_report_makes_room_for_a_new_one_with_a_number_of_its_own(records: Records) -> None:
    first = await opened(records)
    await records.reports.close(first.id, "resolved", ANN)
    await records.people.forget_server(NEW.guild_id)
    second = await opened(records)
    assert second.id > first.id


async def test_a_claimed_report_has_its_staff_and_when_it_was_taken(records: Records, clock: Clock) -> None:
    report = await opened(records)
    clock.now += MINUTE
    claimed = await records.reports.claim(report.id, ANN)
    assert claimed == replace(report, state="claimed", staff_id=ANN, claimed_at=clock.now, changed_at=clock.now)
    assert await records.reports.claim(report.id, ANN) == claimed
    assert await handed_out(records) == [("report", report.id, None), ("refresh", report.id, None)]


async def test_another_of_the_staff_takes_a_claimed_report_over(records: Records, clock: Clock) -> None:
    report = await opened(records)
    first = await records.reports.claim(report.id, ANN)
    clock.now += MINUTE
    assert await records.reports.claim(report.id, BEN) is None
    taken = await records.reports.claim(report.id, BEN, take_over=True)
    assert first is not None
    assert taken == replace(first, staff_id=BEN, changed_at=clock.now)


async def test_of_two_processes_that_give_a_report_away_at_once_one_does(records: Records, elsewhere: Records) -> None:
    report = await opened(records)
    claimed = await asyncio.gather(records.reports.claim(report.id, ANN), elsewhere.reports.claim(report.id, BEN))
    assert [bool(one) for one in claimed].count(True) == 1
    assert await records.reports.of(report.id) in claimed


async def test_taking_over_an_answered_report_leaves_it_answered(records: Records) -> None:
    report = await opened(records)
    await records.reports.note(report.id, "answer", ANN, "Top up.")
    taken = await records.reports.claim(report.id, BEN, take_over=True)
    assert taken is not None
    assert (taken.state, taken.staff_id) == ("answered", BEN)


@pytest.mark.parametrize(("kind", "state"), [("answer", "answered"), ("ask", "asked")])
async def test_what_staff_says_is_kept_is_to_be_delivered_and_takes_the_report(
    records: Records, clock: Clock, kind: NoteKind, state: str
) -> None:
    report = await opened(records)
    await handed_out(records)
    clock.now += MINUTE
    said = await records.reports.note(report.id, kind, ANN, "Top up.")
    assert said is not None
    assert (said.state, said.staff_id, said.claimed_at) == (state, ANN, clock.now)
    [note] = await records.reports.notes(report.id)
    assert (note.kind, note.author_id, note.text, note.created_at) == (kind, ANN, "Top up.", clock.now)
    assert sorted(await handed_out(records), key=str) == [("refresh", report.id, None), ("reply", report.id, note.id)]


async def test_an_answer_by_another_leaves_the_report_with_whom_it_is(records: Records) -> None:
    report = await opened(records)
    await records.reports.claim(report.id, ANN)
    said = await records.reports.note(report.id, "answer", BEN, "Top up.")
    assert said is not None
    assert said.staff_id == ANN


@pytest.mark.parametrize(
    ("before", "state"), [(None, "open"), ("claim", "claimed"), ("answer", "open"), ("ask", "open")]
)
async def test_what_the_asker_adds_opens_an_answered_report_again_and_keeps_the_staff(
    records: Records, before: NoteKind | Literal["claim"] | None, state: str
) -> None:
    report = await opened(records)
    if before == "claim":
        await records.reports.claim(report.id, ANN)
    elif before:
        await records.reports.note(report.id, before, ANN, "Which key?")
    await handed_out(records)
    added = await records.reports.note(report.id, "addition", ASKER, "The second")
    assert added is not None
    assert (added.state, added.staff_id) == (state, ANN if before else None)
    notes = await records.reports.notes(report.id)
    assert [note.text for note in notes][-1:] == ["The second"]
    assert ("addition", report.id, notes[-1].id) in await handed_out(records)


@pytest.mark.parametrize(("text", "joined"), [(NEW.text, f"{NEW.text}\n\nand 429"), ("", "and 429")])
async def test_a_message_that_comes_with_an_addition_joins_the_first_and_goes_with_it(
    records: Records, text: str, joined: str
) -> None:
    report = await opened(records, replace(NEW, text=text))
    added = await records.reports.note(report.id, "addition", ASKER, "Another one", "and 429")
    assert added is not None
    assert added.text == joined
    assert [note.text for note in await records.reports.notes(report.id)] == ["Another one"]
    closed = await records.reports.close(report.id, "resolved", ANN)
    assert closed is not None
    assert closed.text == ""


@pytest.mark.parametrize(
    ("state", "by", "staff"), [("resolved", BEN, BEN), ("solved", ASKER, ANN), ("withdrawn", ASKER, ANN)]
)
async def test_a_report_is_closed_for_good_by_staff_or_asker_and_its_message_goes(
    records: Records, clock: Clock, state: Closed, by: int, staff: int
) -> None:
    report = await opened(records)
    claimed = await records.reports.claim(report.id, ANN)
    assert claimed is not None
    await handed_out(records)
    clock.now += HOUR
    closed = await records.reports.close(report.id, state, by)
    assert closed == replace(claimed, state=state, staff_id=staff, text="", closed_at=clock.now, changed_at=clock.now)
    assert await records.reports.of(report.id) == closed
    assert await handed_out(records) == [("refresh", report.id, None)]
    assert await records.reports.open_of(ASKER, NEW.guild_id, NEW.entry, NEW.question_id) is None


async def test_a_duplicate_names_the_report_that_it_repeats(records: Records) -> None:
    first, second = await opened(records), await opened(records, replace(NEW, asker_id=BEN))
    closed = await records.reports.close(second.id, "duplicate", ANN, first.id)
    assert closed is not None
    assert (closed.state, closed.duplicate_of) == ("duplicate", first.id)


@pytest.mark.parametrize("gone", [False, True])
async def test_nothing_happens_to_a_report_that_is_closed_or_gone(records: Records, gone: bool) -> None:
    report = await opened(records)
    closed = await records.reports.close(report.id, "resolved", ANN)
    if gone:
        closed = None
        await records.people.forget_server(NEW.guild_id)
    await handed_out(records)
    assert await records.reports.claim(report.id, BEN) is None
    for kind in ("answer", "ask", "addition"):
        assert await records.reports.note(report.id, kind, BEN, "Late") is None
    assert await records.reports.close(report.id, "withdrawn", ASKER) is None
    assert await records.reports.of(report.id) == closed
    assert await records.reports.notes(report.id) == []
    assert await handed_out(records) == []


async def test_of_two_processes_that_close_a_report_at_once_one_does(records: Records, elsewhere: Records) -> None:
    report = await opened(records)
    closed = await asyncio.gather(
        records.reports.close(report.id, "resolved", ANN), elsewhere.reports.close(report.id, "withdrawn", ASKER)
    )
    assert [bool(one) for one in closed].count(True) == 1
    assert await records.reports.of(report.id) in closed


async def test_many_changes_wait_as_one_refresh(records: Records) -> None:
    report = await opened(records)
    for staff in (ANN, BEN) * 6:  # PostgreSQL plans a statement anew after the fifth time
        await records.reports.claim(report.id, staff, take_over=True)
    await records.reports.close(report.id, "resolved", ANN)
    assert [kind for kind, _, _ in await handed_out(records)] == ["report", "refresh"]


async def test_where_the_staffs_card_stands_is_remembered_and_alters_nothing_else(records: Records) -> None:
    report = await opened(records)
    await handed_out(records)
    await records.reports.posted(report.id, BIG, BIG + 1)
    await records.reports.posted(404, 1, 1)
    assert await records.reports.of(report.id) == replace(report, staff_channel_id=BIG, staff_message_id=BIG + 1)
    assert await handed_out(records) == []


async def test_a_report_that_changed_before_its_card_was_posted_is_due_for_a_refresh(
    records: Records, clock: Clock
) -> None:
    report, other = await opened(records), await opened(records, SPARE)
    await records.reports.close(report.id, "withdrawn", ASKER)
    clock.now += MINUTE
    await records.reports.note(other.id, "addition", ASKER, "And then it worked")
    await handed_out(records)
    await records.reports.posted(report.id, 1, 2)
    await records.reports.posted(other.id, 1, 3)
    assert await handed_out(records) == [("refresh", report.id, None), ("refresh", other.id, None)]


def asked(question_id: int, **changes: object) -> Asked:
    given: dict[str, object] = {
        "question_id": question_id,
        "guild_id": NEW.guild_id,
        "channel_id": 1,
        "asker_id": 2,
        "asked": True,
        "entry": "403",
        "case": None,
        "model": "gpt-5",
        "lang": "en",
    }
    return Asked(**given | changes)  # type: ignore[arg-type]


async def test_similar_are_the_questions_and_reports_of_the_same_entry_and_model_before_it(
    records: Records, clock: Clock
) -> None:
    await records.questions.log(asked(1))
    clock.now += MINUTE
    await records.questions.log(asked(2))
    await records.questions.log(asked(3, guild_id=NEW.origin_guild_id))
    await records.questions.log(asked(NEW.question_id))
    for other in (asked(4, entry="429"), asked(5, model=None), asked(6, guild_id=9), asked(7, guild_id=None)):
        await records.questions.log(other)
    await opened(records, replace(NEW, question_id=2, asker_id=BEN))
    await opened(records, replace(NEW, question_id=8, asker_id=ANN))
    await opened(records, replace(NEW, question_id=9, asker_id=ANN, guild_id=9))
    clock.now += HOUR
    report = await opened(records)
    clock.now += HOUR
    await records.questions.log(asked(10))
    assert await records.reports.similar(report, HOUR) == 3
    assert await records.reports.similar(report, HOUR + MINUTE) == 4
    assert await records.reports.similar(report, MINUTE) == 0


async def test_similar_to_a_report_without_a_model_are_those_without(records: Records) -> None:
    await records.questions.log(asked(2, entry="403", model=None))
    await records.questions.log(asked(3, entry="403"))
    report = await opened(records, replace(NEW, question_id=5, model=None))
    assert await records.reports.similar(report, HOUR) == 1


async def test_nobody_can_tell_what_is_similar_to_an_error_that_no_entry_explains(records: Records) -> None:
    await records.questions.log(asked(2, entry=None, model=None))
    report = await opened(records, replace(SPARE, question_id=5))
    assert await records.reports.similar(report, HOUR) is None


def test_the_states_that_are_open_are_those_that_nobody_closed() -> None:
    assert {"open", "claimed", "asked", "answered"} == OPEN
