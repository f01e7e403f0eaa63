from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.chat.reports.asker_card import WORDS as REPORTING
from bot.chat.reports.asker_card import refresh_asker_card
from bot.chat.reports.delivery import LONGEST, delivering
from bot.chat.reports.staff_card_words import WORDS
from bot.desk.database import DeskError
from bot.desk.outbox import LEASE
from bot.desk.records import Records
from bot.desk.reports import Report
from tests.chat.conftest import Start
from tests.chat.helpdesk import EN, Helpdesk, helpdesk
from tests.chat.town import Town, labels, private, shown

CARD, ASKED = WORDS["en"], REPORTING["en"]
AFTER_LEASE = LEASE.total_seconds() + 1


@pytest.fixture
async def help_(town: Town) -> AsyncIterator[Helpdesk]:
    async with helpdesk(town) as there:
        yield there


def fail_once(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Let a call to the desk fail as if the process had ended before it."""
    original = getattr(owner, name)

    async def fail(*_: Any, **__: Any) -> Any:
        monkeypatch.setattr(owner, name, original)
        raise DeskError("the database failed: the process ended")

    monkeypatch.setattr(owner, name, fail)


def posts(there: Helpdesk, channel_id: int) -> int:
    """How often the bot asked Discord to post in a channel."""
    path = f"/channels/{channel_id}/messages"
    return sum((sent.method, sent.path) == ("POST", path) for sent in there.town.env.http_requests)


async def answered(there: Helpdesk, **changes: Any) -> Report:
    """A report of which the answer is stored and not delivered."""
    report = await there.report(**changes)
    with there.town.env.time_context():
        stored = await there.records.reports.note(report.id, "answer", there.dana.id, "Use v1.")
    assert stored
    return stored


# Reports


async def test_a_report_stored_before_the_process_ended_is_posted_by_the_next(help_: Helpdesk, start: Start) -> None:
    report = await help_.store()
    await help_.town.env.restart_bot(start())
    assert await help_.deliver() == 1
    assert f"Report #{report.id}" in shown(help_.card())
    assert not await help_.waiting()


async def test_a_card_posted_and_not_noted_down_is_found_again_and_not_posted_twice(
    help_: Helpdesk, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await help_.store()
    fail_once(monkeypatch, help_.records.reports, "posted")
    assert await help_.deliver() == 0
    card = help_.card()
    assert (await help_.of(report.id)).staff_message_id is None
    await help_.town.env.restart_bot(start())
    assert await help_.deliver() == 0
    await help_.later(AFTER_LEASE)
    assert help_.card().id == card.id
    assert (await help_.of(report.id)).staff_message_id == card.id
    assert posts(help_, help_.staff.id) == 1


async def test_a_card_noted_down_and_not_taken_from_the_outbox_is_not_posted_twice(
    help_: Helpdesk, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    await help_.store()
    fail_once(monkeypatch, help_.records.outbox, "done")
    await help_.deliver()
    await help_.town.env.restart_bot(start())
    await help_.later(AFTER_LEASE)
    assert help_.card()
    assert posts(help_, help_.staff.id) == 1
    assert not await help_.waiting()


async def test_a_card_not_noted_down_is_found_behind_what_others_wrote_and_after_a_claim(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await help_.store()
    fail_once(monkeypatch, help_.records.reports, "posted")
    for number in range(3):
        await help_.dana.send(help_.staff, f"{number}")
    await help_.deliver()
    await help_.dana.click(help_.card(), label=EN.claim)
    assert (await help_.of(report.id)).staff_message_id == help_.card().id
    assert f"<@{help_.dana.id}> is looking at it" in shown(help_.card())
    await help_.later(AFTER_LEASE)
    assert help_.card()


async def test_the_card_of_another_report_is_not_taken_for_this_ones(help_: Helpdesk) -> None:
    await help_.report(asker_id=help_.town.bob.id)
    help_.town.env.inject_error("POST", f"/channels/{help_.staff.id}/messages", status=500)
    await help_.report()
    await help_.later(60)
    assert len(help_.town.cards(help_.staff)) == 2


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
async def test_what_discord_refuses_waits_and_comes_once(help_: Helpdesk, status: int) -> None:
    help_.town.env.inject_error("POST", f"/channels/{help_.staff.id}/messages", status=status, times=3)
    await help_.store()
    await help_.deliver()
    (why,) = await help_.waiting()
    assert f"HTTP {status}" in why
    for _ in range(3):
        await help_.later(60)
    assert help_.card()
    assert not await help_.waiting()


async def test_it_waits_longer_with_each_failure_and_an_hour_at_most(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    help_.town.env.inject_error("POST", f"/channels/{help_.staff.id}/messages", status=500, times=None)
    waits: list[timedelta] = []
    later = help_.records.outbox.later

    async def note(delivery_id: int, delay: timedelta, why: str) -> None:
        waits.append(delay)
        await later(delivery_id, delay, why)

    monkeypatch.setattr(help_.records.outbox, "later", note)
    await help_.report()
    for _ in range(10):
        await help_.later(waits[-1].total_seconds() + 1)
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (15, 30, 60, 120)]
    assert waits[-1] == LONGEST


async def test_a_deleted_staff_channel_keeps_the_report_until_there_is_another(
    help_: Helpdesk, caplog: pytest.LogCaptureFixture
) -> None:
    channel = help_.desk.get_channel(help_.staff.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    report = await help_.report()
    assert f"report {report.id} (report) waits: staff channel {help_.staff.id} is closed to me or gone" in caplog.text
    await help_.later(3 * 3600)
    office = help_.town.guild.create_text_channel("office")
    await help_.records.servers.change(help_.town.guild.id, staff_channel_id=office.id)
    await help_.deliver()
    assert f"Report #{report.id}" in help_.town.reply(office)


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_the_asker_is_told_that_the_team_has_a_report_once_it_stands_in_their_channel(
    help_: Helpdesk, status: int
) -> None:
    has_it, stored = ASKED.states["open"], ASKED.stored
    help_.town.env.inject_error("POST", f"/channels/{help_.staff.id}/messages", status=status)
    report = await help_.report()
    await refresh_asker_card(help_.desk, report)
    assert stored in help_.town.reply()
    assert has_it not in help_.town.reply()
    await help_.later(60)
    assert help_.card()
    assert has_it in help_.town.reply()
    assert stored not in help_.town.reply()


async def test_of_two_who_tell_a_card_of_its_report_the_slower_one_does_not_leave_the_older_word(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await help_.store()
    edit = discord.Message.edit

    async def come_late(message: discord.Message, **options: Any) -> Any:
        monkeypatch.setattr(discord.Message, "edit", edit)
        await help_.deliver()
        assert ASKED.states["open"] in help_.town.reply()
        return await edit(message, **options)

    monkeypatch.setattr(discord.Message, "edit", come_late)
    await refresh_asker_card(help_.desk, report)
    assert ASKED.states["open"] in help_.town.reply()


async def test_a_card_that_could_not_be_told_that_the_team_has_the_report_is_told_later(help_: Helpdesk) -> None:
    report = await help_.store()
    help_.town.env.inject_error("PATCH", f"/channels/{report.channel_id}/messages/{report.card_id}", status=500)
    await help_.deliver()
    assert help_.card()
    assert ASKED.states["open"] not in help_.town.reply()
    await help_.later(60)
    assert ASKED.states["open"] in help_.town.reply()
    assert posts(help_, help_.staff.id) == 1


async def test_a_right_taken_and_given_back_brings_the_report_at_once(help_: Helpdesk) -> None:
    channel = help_.desk.get_channel(help_.staff.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.set_permissions(channel.guild.me, send_messages=False)
    report = await help_.report()
    assert not help_.town.cards(help_.staff)
    for _ in range(4):
        await help_.later(3600)
    await channel.set_permissions(channel.guild.me, overwrite=None)
    await help_.deliver()
    assert f"Report #{report.id}" in shown(help_.card())


async def test_a_report_without_a_staff_channel_waits_for_one_and_goes_to_no_other_server(help_: Helpdesk) -> None:
    await help_.records.servers.change(help_.town.guild.id, staff_channel_id=None)
    report = await help_.report()
    strange = await help_.store(guild_id=1, asker_id=help_.town.bob.id)
    await help_.records.servers.change(help_.town.guild.id, staff_channel_id=help_.staff.id)
    await help_.deliver()
    assert f"Report #{report.id}" in shown(help_.card())
    assert await help_.waiting() == ["server 1 has no staff channel"]
    assert (await help_.of(strange.id)).staff_message_id is None


async def test_a_report_to_a_server_that_the_bot_left_goes_to_no_other_server(help_: Helpdesk) -> None:
    help_.desk.settings = replace(help_.desk.settings, staff_channel="staff")
    await help_.report(guild_id=1)
    assert not help_.town.cards(help_.staff)
    assert await help_.waiting() == ["server 1 has no staff channel"]


async def test_what_waited_is_tried_at_once_after_a_restart(help_: Helpdesk, start: Start) -> None:
    help_.town.env.inject_error("POST", f"/channels/{help_.staff.id}/messages", status=500, times=6)
    await help_.report()
    for _ in range(5):
        await help_.later(1000)
    assert not help_.town.cards(help_.staff)
    await help_.town.env.restart_bot(start())
    await help_.deliver()
    assert help_.card()


async def test_the_operator_is_told_once_an_hour_of_the_same(help_: Helpdesk, caplog: pytest.LogCaptureFixture) -> None:
    path = f"/channels/{help_.staff.id}/messages"
    help_.town.env.inject_error("POST", path, status=403, code=50013, times=None)
    await help_.report()
    for _ in range(5):
        await help_.later(600)
    told = [record for record in caplog.records if "is closed to me or gone" in record.getMessage()]
    assert [record.levelno for record in told] == [logging.WARNING]
    await help_.later(3600)
    told = [record for record in caplog.records if "is closed to me or gone" in record.getMessage()]
    assert len(told) == 2


async def test_a_report_withdrawn_before_it_was_posted_is_not_posted(help_: Helpdesk) -> None:
    report = await help_.store()
    with help_.town.env.time_context():
        await help_.records.reports.close(report.id, "withdrawn", report.asker_id)
    await help_.deliver()
    assert not help_.town.cards(help_.staff)
    assert not await help_.waiting()


async def test_the_card_of_an_open_report_that_was_deleted_comes_back_when_something_happens(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.card().delete()
    with help_.town.env.time_context():
        await help_.records.reports.note(report.id, "addition", report.asker_id, "And again today.")
    await help_.deliver()
    cards = [card for card in help_.town.cards(help_.staff) if f"### Report #{report.id}" in shown(card)]
    assert "And again today" in shown(cards[0])
    assert (await help_.of(report.id)).staff_message_id == cards[0].id


# Answers


async def test_an_answer_stored_before_the_process_ended_is_posted_by_the_next(help_: Helpdesk, start: Start) -> None:
    await answered(help_)
    await help_.town.env.restart_bot(start())
    await help_.deliver()
    assert "Use v1." in shown(help_.answer())
    assert "> Use v1" in shown(help_.card())


async def test_an_answer_posted_and_not_noted_down_is_not_posted_twice(
    help_: Helpdesk, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answered(help_)
    for _ in ("the cards", "the answer"):
        fail_once(monkeypatch, help_.records.outbox, "done")
        await help_.deliver()
    assert help_.answer()
    await help_.town.env.restart_bot(start())
    await help_.later(AFTER_LEASE)
    assert "Use v1." in shown(help_.answer())
    assert not await help_.waiting()


async def test_a_second_answer_is_not_taken_for_the_first(help_: Helpdesk) -> None:
    report = await answered(help_)
    await help_.deliver()
    help_.town.env.inject_error("POST", f"/channels/{report.channel_id}/messages", status=500)
    with help_.town.env.time_context():
        await help_.records.reports.note(report.id, "answer", help_.dana.id, "And restart it.")
    await help_.deliver()
    await help_.later(60)
    assert ["And restart it." in shown(answer) for answer in help_.answers()] == [False, True]


async def test_the_answer_to_a_question_that_was_deleted_comes_by_itself(help_: Helpdesk) -> None:
    report = await answered(help_)
    question = await help_.desk.get_partial_messageable(report.channel_id).fetch_message(report.question_id)
    await question.delete()
    await help_.deliver()
    assert "Use v1." in shown(help_.answer())


@pytest.mark.parametrize("status", [403, 404])
async def test_where_the_place_of_the_question_is_closed_the_answer_goes_to_the_asker(
    help_: Helpdesk, status: int
) -> None:
    report = await answered(help_)
    help_.town.env.inject_error("POST", f"/channels/{report.channel_id}/messages", status=status, times=None)
    await help_.deliver()
    assert not help_.answers()
    (direct,) = help_.town.maya.user.dm_channel.history()
    assert "Use v1." in shown(direct)


async def test_an_answer_that_reaches_nobody_is_said_on_the_card_and_tried_every_hour(help_: Helpdesk) -> None:
    report = await answered(help_)
    help_.town.env.inject_error("POST", f"/channels/{report.channel_id}/messages", status=403, times=2)
    help_.town.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=3)
    told = CARD.undelivered.format(who=f"<@{report.asker_id}>")
    await help_.deliver()
    await help_.later(1)
    assert told in shown(help_.card())
    for _ in range(2):
        await help_.later(3601)
    assert "Use v1." in shown(help_.answer())
    assert told not in shown(help_.card())
    assert not await help_.waiting()


async def test_what_was_asked_in_private_is_answered_in_private(help_: Helpdesk) -> None:
    await answered(help_, card_id=None)
    await help_.deliver()
    assert not help_.answers()
    (direct,) = help_.town.maya.user.dm_channel.history()
    assert "Use v1." in shown(direct)


async def test_an_answer_in_a_direct_message_takes_no_more_replies_once_the_report_is_closed(help_: Helpdesk) -> None:
    report = await answered(help_, card_id=None)
    await help_.deliver()
    direct = help_.town.maya.user.dm_channel
    assert labels(direct.history()[0]) == ["Reply"]
    await help_.records.reports.close(report.id, "resolved", help_.dana.id)
    await help_.deliver()
    assert labels(direct.history()[0]) == []


@pytest.mark.parametrize(("status", "code"), [(500, 0), (400, 50083), (403, 50001)])
async def test_a_reply_that_cannot_be_taken_away_holds_nothing_up_and_goes_with_a_press(
    help_: Helpdesk, status: int, code: int
) -> None:
    report = await answered(help_)
    await help_.deliver()
    said = help_.answer()
    help_.town.env.inject_error("PATCH", f"/channels/{said.channel.id}/messages/{said.id}", status=status, code=code)
    with help_.town.env.time_context():
        await help_.records.reports.close(report.id, "resolved", help_.dana.id)
    await help_.deliver()
    assert labels(help_.answer()) == ["Reply"]
    assert not await help_.waiting()
    await help_.town.maya.click(help_.answer(), label="Reply")
    assert labels(help_.answer()) == []


async def test_what_was_asked_in_private_is_read_by_the_asker_alone_where_direct_messages_are_closed(
    help_: Helpdesk,
) -> None:
    await answered(help_, card_id=None)
    help_.town.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await help_.deliver()
    word = help_.town.cards()[-1]
    assert "Use v1." not in shown(word)
    stored = help_.town.env.backend.get_message(word.channel.id, word.id)
    assert list(stored.ping_user_ids) == [help_.town.maya.id]
    assert "Use v1." not in shown(private(await help_.town.bob.click(word, label="Read it")))
    await help_.records.reports.close(1, "resolved", help_.dana.id)
    await help_.deliver()
    assert "Use v1." in shown(private(await help_.town.maya.click(word, label="Read it")))


async def test_an_answer_is_delivered_though_the_report_was_resolved_right_after(help_: Helpdesk) -> None:
    report = await answered(help_)
    with help_.town.env.time_context():
        await help_.records.reports.close(report.id, "resolved", help_.dana.id)
    await help_.deliver()
    assert "Use v1." in shown(help_.answers()[-1])


async def test_what_is_filled_in_counts_where_discord_waits_no_longer(help_: Helpdesk) -> None:
    await help_.report()
    form = await help_.dana.click(help_.card(), label=EN.answer)
    help_.town.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    await help_.dana.submit_modal(form, {"text": "Use v1."})
    assert "Use v1." in shown(help_.answer())


# Additions


async def test_an_addition_posted_and_not_noted_down_is_not_posted_twice(
    help_: Helpdesk, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await help_.report()
    with help_.town.env.time_context():
        await help_.records.reports.note(report.id, "addition", report.asker_id, "And again today.")
    fail_once(monkeypatch, help_.records.outbox, "done")
    await help_.deliver()
    await help_.town.env.restart_bot(start())
    await help_.later(AFTER_LEASE)
    card, addition = help_.town.cards(help_.staff)
    assert "And again today." in shown(addition)
    assert "And again today" in shown(card)


async def test_an_addition_to_a_report_that_is_yet_to_be_posted_stands_on_its_card(help_: Helpdesk) -> None:
    report = await help_.store()
    with help_.town.env.time_context():
        await help_.records.reports.note(report.id, "addition", report.asker_id, "And again today.")
    await help_.deliver()
    assert "And again today" in shown(help_.town.cards(help_.staff)[0])


# The service


async def test_one_delivery_that_cannot_be_made_holds_up_no_other(help_: Helpdesk) -> None:
    await answered(help_, asker_id=help_.town.bob.id)
    await help_.store()
    help_.town.env.inject_error("POST", f"/channels/{help_.town.support.id}/messages", status=500)
    await help_.deliver()
    assert len(help_.town.cards(help_.staff)) == 2


async def test_an_error_in_the_bot_is_logged_without_words_and_the_report_waits(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(" ".join(("secret", "words")))

    with monkeypatch.context() as broke:
        broke.setattr("bot.chat.reports.staff_card.render", broken)
        await help_.store()
        await help_.deliver()
    assert "delivering a report failed with RuntimeError" in caplog.text
    assert "secret words" not in caplog.text
    await help_.later(60)
    assert help_.card()


async def test_a_desk_that_fails_ends_nothing(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await help_.store()
    fail_once(monkeypatch, help_.records.outbox, "due")
    assert await help_.deliver() == 0
    assert "the process ended" in caplog.text
    assert await help_.deliver() == 1


async def test_hurrying_often_delivers_once(help_: Helpdesk) -> None:
    await help_.store()
    with help_.town.env.time_context():
        for _ in range(5):
            help_.desk.deliverer.hurry()
        await help_.desk.deliverer.stop()
    assert help_.card()
    assert posts(help_, help_.staff.id) == 1


async def test_the_service_delivers_at_the_start_and_at_every_step(help_: Helpdesk) -> None:
    slept: list[float] = []
    step = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await step.wait()
        step.clear()

    await help_.store()
    with help_.town.env.time_context():
        async with delivering(help_.desk, sleep=sleep):
            await asyncio.sleep(0.2)
            assert help_.card()
            await help_.records.reports.note(1, "answer", help_.dana.id, "Use v1.")
            step.set()
            await asyncio.sleep(0.2)
            await help_.desk.deliverer.stop()
    assert "Use v1." in shown(help_.answer())
    assert slept == [15, 15]


async def test_without_a_desk_there_is_nothing_to_deliver(help_: Helpdesk) -> None:
    records, help_.desk.records = help_.desk.records, None
    assert await help_.deliver() == 0
    assert isinstance(records, Records)
    help_.desk.records = records
