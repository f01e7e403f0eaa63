from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import discord
import pytest
from discord import ui
from simcord.actors import MemberActor
from simcord.builders import UserHandle
from simcord.results import InteractionResult

from bot.chat.cards.card import STATE
from bot.chat.client import Desk
from bot.chat.learning.feedback import WORDS as FEEDBACK
from bot.chat.reports import report_form
from bot.chat.reports.asker_card import WORDS as REPORTING
from bot.chat.reports.asker_card import refresh_asker_card, state_line
from bot.chat.reports.escalation import ReportForm
from bot.chat.reports.escalation_words import SAID
from bot.chat.reports.own_report import standing
from bot.chat.reports.report_form import ERROR, PARAGRAPH, PASTED, TRIED
from bot.chat.reports.staff_card import heading_of
from bot.chat.reports.staff_card_words import WORDS as STAFF
from bot.chat.words import WORDS
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.desk.reports import Report
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.conftest import Start
from tests.chat.town import KEY, Town, labels, private, public, shown, wrote

EN, ZH = WORDS["en"], WORDS["zh"]
SAY = SAID["en"]
REQUEST = "20260108101207331846221Yb7rTnLs"
QUOTA = f"Error code: 429 - Too many requests, model: gpt-5 (request id: {REQUEST})"
FORBIDDEN = f"Error code: 403 - forbidden, model: gpt-5 (request id: {REQUEST})"
"""For a 403 support asks for the token's name, too."""
NOT_FOUND = "Error code: 404 - {'error': {'message': 'no such model', 'code': 'model_not_found'}}"
"""What the gateway itself calls a 503."""
OTHER = FORBIDDEN.replace("gpt-5", "gpt-6")
"""The same with another model: to ask the same twice in an hour is no new question."""


@pytest.fixture
async def staffed(town: Town) -> Town:
    """The town, with a channel in which staff get the reports."""
    staff = town.guild.create_text_channel("staff")
    await records(town).servers.change(town.guild.id, staff_channel_id=staff.id)
    return town


@pytest.fixture
async def card(staffed: Town) -> discord.Message:
    """A 403 of Maya's."""
    await staffed.maya.send(staffed.support, FORBIDDEN)
    return staffed.card()


def records(town: Town) -> Records:
    desk = town.env.bot
    assert isinstance(desk, Desk)
    assert desk.records
    return desk.records


async def reports(town: Town) -> list[Report]:
    """Every report there is."""
    found = [await records(town).reports.of(number) for number in range(1, 20)]
    return [report for report in found if report]


async def report(town: Town) -> Report:
    """The only report."""
    (found,) = await reports(town)
    return found


async def press(who: MemberActor | UserHandle, card: Any, label: str = EN.to_support) -> InteractionResult:
    """Press *Send to support*, after which a form is open."""
    result = await who.click(card, label=label)
    assert result.modal is not None
    return result


def fields(result: InteractionResult) -> dict[str, dict[str, Any]]:
    """The fields of an open form, in their order."""
    assert result.modal is not None
    return {row["component"]["custom_id"]: row["component"] for row in result.modal["components"]}


def filled(result: InteractionResult, values: Mapping[str, str] = {}) -> dict[str, str]:
    """What somebody sends who fills in these fields, leaves what stands in the others, and else puts a dash."""
    return {
        name: values.get(name, field.get("value") or ("-" if field["required"] else ""))
        for name, field in fields(result).items()
    }


async def send(
    town: Town, card: Any, who: MemberActor | UserHandle | None = None, /, **values: str
) -> InteractionResult:
    """Press the button, fill in the form and send it."""
    who = who or town.maya
    opened = await press(who, card)
    return await who.submit_modal(opened, filled(opened, values))


def state(message: discord.Message) -> str:
    """What a card says of a report."""
    items = ui.LayoutView.from_message(message).walk_children()
    return "".join(item.content for item in items if isinstance(item, ui.TextDisplay) and item.id == STATE)


async def test_what_was_read_is_filled_in_and_what_is_missing_is_required(staffed: Town, card: discord.Message) -> None:
    rows = fields(await press(staffed.maya, card))
    assert rows["model"]["value"] == "gpt-5"
    assert rows["request_id"]["value"] == REQUEST
    assert rows["token_name"]["required"]
    assert "value" not in rows["token_name"]
    assert list(rows)[-1] == TRIED
    assert not rows[TRIED]["required"]
    assert not {"time", ERROR} & rows.keys()


async def test_staff_see_the_status_that_the_askers_message_shows(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, NOT_FOUND)
    await send(staffed, staffed.card())
    sent = await report(staffed)
    assert sent.facts["status"] == "404"
    assert heading_of(staffed.desk, sent, "en").startswith("404 · No channel")


@pytest.mark.parametrize(("shown", "asked"), [("", {"request_id", "ray_id"}), ("Ray ID: 6e38aaae2b924b8c", set())])
async def test_of_a_request_id_and_a_ray_id_the_form_wants_either(staffed: Town, shown: str, asked: set[str]) -> None:
    await staffed.maya.send(staffed.support, f"HTTP 502 Bad Gateway, model: gpt-5 {shown}")
    rows = fields(await press(staffed.maya, staffed.card()))
    assert {"request_id", "ray_id"} & rows.keys() == asked
    assert not any(rows[name]["required"] for name in asked)
    assert rows["model"]["required"]
    if asked:
        assert rows["ray_id"]["placeholder"] == "Not needed if you have this: Request ID"


async def test_where_a_ray_id_would_do_a_request_id_that_was_read_wrong_may_be_taken_out(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"HTTP 502 Bad Gateway, model: gpt-5 (request id: {REQUEST})")
    rows = fields(await press(staffed.maya, staffed.card()))
    assert rows["request_id"]["value"] == REQUEST
    assert not rows["request_id"]["required"]
    assert rows["model"]["required"]


async def test_blanks_in_a_field_that_has_to_be_filled_in_leave_what_was_read(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card, model="   ", request_id=" \n ", token_name="  ")
    stored = await report(staffed)
    assert (stored.model, stored.facts["request_id"]) == ("gpt-5", REQUEST)
    assert "token_name" not in stored.facts


async def test_what_was_read_wrong_and_taken_out_is_gone(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"HTTP 502 Bad Gateway, model: gpt-5 (request id: {REQUEST})")
    await send(staffed, staffed.card(), request_id="")
    assert "request_id" not in (await report(staffed)).facts


async def test_a_report_holds_what_was_filled_in_what_was_read_and_the_message(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card, token_name="ci", group="vip", model="gpt-5-mini", tried="a new token")
    stored = await report(staffed)
    assert stored.facts == {
        "model": "gpt-5-mini",
        "request_id": REQUEST,
        "token_name": "ci",
        "group": "vip",
        "time": "2026-01-01 00:00",
    }
    assert (stored.entry, stored.case, stored.model, stored.tried) == ("403", None, "gpt-5-mini", "a new token")
    assert stored.text == FORBIDDEN
    assert stored.card_id == card.id
    assert card.reference
    assert stored.question_id == card.reference.message_id
    assert (stored.guild_id, stored.origin_guild_id) == (staffed.guild.id, staffed.guild.id)
    assert (stored.asker_id, stored.channel_id) == (staffed.maya.id, staffed.support.id)
    assert stored.lang == "en"


async def test_findings_on_the_card_go_along(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"{FORBIDDEN} at http://api.4allapi.com/v1/chat/completions")
    await send(staffed, staffed.card())
    assert "begins with http" in (await report(staffed)).findings


async def test_the_asker_alone_is_told_the_number_and_what_they_can_do(staffed: Town, card: discord.Message) -> None:
    told = private(await send(staffed, card))
    assert SAY.sent.format(number=1) in shown(told)
    assert labels(told) == [SAY.add, SAY.withdraw]


async def test_everybody_sees_the_state_on_the_card_which_otherwise_stays(staffed: Town, card: discord.Message) -> None:
    before, buttons = shown(card), labels(card)
    await send(staffed, card)
    after = staffed.card()
    assert state(after) == state_line(await report(staffed), "en")
    assert shown(after).replace(f"\n{state(after)}", "") == before
    assert labels(after) == buttons


async def test_the_question_is_logged_as_sent_to_support(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    assert (await records(staffed).questions.stats(None, timedelta(days=1))).escalated == 1


async def test_a_form_that_was_open_over_a_restart_is_taken(staffed: Town, card: discord.Message, start: Start) -> None:
    opened = await press(staffed.maya, card)
    await staffed.env.restart_bot(start())
    told = private(await staffed.maya.submit_modal(opened, filled(opened, {"token_name": "ci"})))
    assert SAY.sent.format(number=1) in shown(told)
    assert (await report(staffed)).facts["token_name"] == "ci"
    assert (await report(staffed)).text == FORBIDDEN
    assert state(staffed.card())


async def test_two_open_forms_do_not_swallow_each_other(staffed: Town, card: discord.Message) -> None:
    await staffed.maya.send(staffed.support, QUOTA)
    first = await press(staffed.maya, card)
    second = await press(staffed.maya, staffed.cards()[-1])
    await staffed.maya.submit_modal(first, filled(first, {TRIED: "one"}))
    await staffed.maya.submit_modal(second, filled(second, {TRIED: "two"}))
    assert [(found.entry, found.tried) for found in await reports(staffed)] == [("403", "one"), ("429", "two")]


async def test_keys_in_a_form_are_masked_and_the_asker_is_told_to_revoke_them(
    staffed: Town, card: discord.Message
) -> None:
    told = private(await send(staffed, card, token_name=KEY, model=KEY, tried=f"I tried {KEY} again"))
    stored = await report(staffed)
    assert KEY not in repr(stored)
    assert KEY[:5] in stored.facts["token_name"]
    assert "again" in stored.tried
    assert SAY.key in shown(told)
    assert KEY not in staffed.reply()


async def test_a_key_in_the_question_is_masked(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"{FORBIDDEN} Authorization: Bearer {KEY}")
    told = private(await send(staffed, staffed.card()))
    stored = await report(staffed)
    assert KEY not in repr(stored)
    assert FORBIDDEN in stored.text
    assert SAY.key not in shown(told)


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_report_whose_question_cannot_be_read_is_stored_with_what_is_known(
    staffed: Town, card: discord.Message, status: int
) -> None:
    assert card.reference
    path = f"/channels/{staffed.support.id}/messages/{card.reference.message_id}"
    staffed.env.inject_error("GET", path, status=status, times=None)
    told = private(await send(staffed, card, tried="waiting"))
    assert SAY.sent.format(number=1) in shown(told)
    stored = await report(staffed)
    assert (stored.text, stored.tried, stored.facts["request_id"]) == ("", "waiting", REQUEST)


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (404, 10015), (401, 50027), (500, 0)])
async def test_a_report_is_stored_when_discord_no_longer_waits_for_an_answer(
    staffed: Town, card: discord.Message, status: int, code: int
) -> None:
    opened = await press(staffed.maya, card)
    staffed.env.inject_error("POST", "/interactions/*/callback", status=status, code=code, times=None)
    staffed.env.inject_error("POST", "/webhooks/*", status=status, code=code, times=None)
    await staffed.maya.submit_modal(opened, filled(opened))
    assert (await report(staffed)).state == "open"
    assert state(staffed.card())


async def test_a_second_press_leads_to_the_first_report(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    await records(staffed).reports.note(1, "ask", staffed.sam.id, "Which *app* is it?")
    told = private(await staffed.maya.click(staffed.card(), label=EN.to_support))
    assert state_line(await report(staffed), "en", await records(staffed).reports.notes(1)) in shown(told)
    assert SAY.notes["ask"] in shown(told)
    assert r"Which \*app\* is it" in shown(told)
    assert f"/{staffed.guild.id}/{staffed.support.id}/{card.id}" in shown(told)
    assert labels(told) == [SAY.add, SAY.withdraw]


async def test_the_same_error_once_more_leads_to_the_first_report_also_in_private(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    again = private(await staffed.maya.slash(staffed.general, "error", code="403"))
    assert state_line(await report(staffed), "en") in shown(
        private(await staffed.maya.click(again, label=EN.to_support))
    )


async def test_two_forms_for_one_error_make_one_report_and_nothing_is_lost(
    staffed: Town, card: discord.Message
) -> None:
    first, second = await press(staffed.maya, card), await press(staffed.maya, card)
    await staffed.maya.submit_modal(first, filled(first, {TRIED: "one", "token_name": "ci"}))
    told = private(await staffed.maya.submit_modal(second, filled(second, {TRIED: "two", "token_name": "ci"})))
    assert (await report(staffed)).tried == "one"
    assert SAY.already.format(number=1) in shown(told)
    assert SAY.more in shown(told)
    (note,) = await records(staffed).reports.notes(1)
    assert (note.kind, note.text) == ("addition", "What have you tried?: two")


async def test_the_message_of_a_second_card_joins_the_first_ones_and_goes_when_the_report_is_closed(
    staffed: Town, card: discord.Message
) -> None:
    await staffed.maya.send(staffed.support, OTHER)
    first, *others = [await press(staffed.maya, message) for message in (card, *[staffed.cards()[-1]] * 2)]
    await staffed.maya.submit_modal(first, filled(first, {TRIED: "one"}))
    told = [private(await staffed.maya.submit_modal(form, filled(form, {TRIED: "two"}))) for form in others]
    assert [SAY.more in shown(one) for one in told] == [True, False]
    assert (await report(staffed)).text == f"{FORBIDDEN}\n\n{OTHER}"
    (note,) = await records(staffed).reports.notes(1)
    assert "two" in note.text
    assert "Error code" not in note.text
    assert [state(message) for message in staffed.cards()] == [state_line(await report(staffed), "en")] * 2
    closed = await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    assert closed
    await staffed.desk.deliverer.once()
    assert [state(message) for message in staffed.cards()] == [state_line(closed, "en")] * 2
    kept = [await report(staffed), *await records(staffed).reports.notes(1)]
    assert "Error code" not in repr(kept)


async def test_a_second_card_on_which_the_button_leads_to_the_report_tells_of_it_from_then_on(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    await staffed.maya.send(staffed.support, OTHER)
    other = staffed.cards()[-1]
    assert not state(other)
    await staffed.maya.click(other, label=EN.to_support)
    assert state(staffed.cards()[-1]) == state_line(await report(staffed), "en")
    staffed.env.inject_error("PATCH", f"/channels/{staffed.support.id}/messages/{card.id}", status=500)
    claimed = await records(staffed).reports.claim(1, staffed.sam.id)
    assert claimed
    with pytest.raises(discord.HTTPException):
        await refresh_asker_card(staffed.desk, claimed)
    assert "👀" in state(staffed.cards()[-1])


async def test_two_errors_that_nobody_knows_are_two_reports(staffed: Town) -> None:
    for text in ("no such thing", "another thing"):
        await staffed.maya.slash(staffed.support, "error", code=text)
        await send(staffed, staffed.cards()[-1], error=text)
    one, two = await reports(staffed)
    assert [one.text, two.text] == ["no such thing", "another thing"]
    told = private(await staffed.maya.click(staffed.cards()[0], label=EN.to_support))
    assert state_line(one, "en") in shown(told)


async def test_of_two_errors_that_nobody_knows_staff_are_not_told_that_they_are_the_same(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"{staffed.mention} the blender exploded")
    await send(staffed, staffed.cards()[-1], error="the blender exploded")
    await staffed.bob.send(staffed.support, f"{staffed.mention} my cat sits on the router")
    await send(staffed, staffed.cards()[-1], staffed.bob, error="my cat sits on the router")
    for theirs in staffed.replies(staffed.guild.channels["staff"]):
        assert STAFF["en"].similar.partition("}")[2] not in theirs
        assert STAFF["en"].alone not in theirs


async def test_a_group_that_the_gateway_names_is_not_asked_for(staffed: Town) -> None:
    text = f"Error code: 503 - No available channel for model gpt-5 under group vip (request id: {REQUEST})"
    await staffed.maya.send(staffed.support, text)
    opened = await press(staffed.maya, staffed.card())
    assert "group" not in fields(opened)
    await staffed.maya.submit_modal(opened, filled(opened))
    assert (await report(staffed)).facts["group"] == "vip"


async def test_a_form_that_is_sent_twice_adds_nothing(staffed: Town, card: discord.Message) -> None:
    first, second = await press(staffed.maya, card), await press(staffed.maya, card)
    await staffed.maya.submit_modal(first, filled(first))
    told = private(await staffed.maya.submit_modal(second, filled(second)))
    assert SAY.more not in shown(told)
    assert not await records(staffed).reports.notes(1)


async def test_staff_who_press_send_the_askers_report(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card, staffed.sam, tried="a look at the logs")
    assert (await report(staffed)).asker_id == staffed.maya.id
    told = private(await staffed.maya.click(staffed.card(), label=EN.to_support))
    assert state_line(await report(staffed), "en") in shown(told)


async def test_somebody_else_gets_a_copy_and_a_report_of_their_own(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    copy = private(await staffed.bob.click(staffed.card(), label=EN.to_support))
    assert EN.what_to_do in shown(copy)
    assert state(staffed.card()) not in shown(copy)
    await send(staffed, copy, staffed.bob)
    mine, theirs = await reports(staffed)
    assert (mine.asker_id, theirs.asker_id) == (staffed.maya.id, staffed.bob.id)
    assert theirs.card_id is None
    assert theirs.text == ""
    assert "1" in state(staffed.card())


async def test_the_report_of_somebody_else_has_nothing_that_was_read_from_the_askers_message(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"{FORBIDDEN} at http://api.4allapi.com/v1/chat/completions")
    copy = private(await staffed.bob.click(staffed.card(), label=EN.to_support))
    assert EN.what_to_do in shown(copy)
    for theirs in (REQUEST, "gpt-5", "api.4allapi.com"):
        assert theirs not in shown(copy)
    opened = await press(staffed.bob, copy)
    assert REQUEST not in filled(opened).values()
    await staffed.bob.submit_modal(opened, filled(opened))
    stored = await report(staffed)
    assert stored.asker_id == staffed.bob.id
    assert not {"url", "status"} & stored.facts.keys()
    assert not stored.findings
    assert REQUEST not in staffed.reply(staffed.guild.channels["staff"])


async def test_what_was_typed_into_a_command_goes_along_as_the_asker_left_it(staffed: Town) -> None:
    card = private(await staffed.maya.slash(staffed.general, "error", code=FORBIDDEN))
    opened = await press(staffed.maya, card)
    assert fields(opened)[ERROR]["value"] == FORBIDDEN
    await staffed.maya.submit_modal(opened, filled(opened, {ERROR: f"{FORBIDDEN} since noon"}))
    stored = await report(staffed)
    assert stored.text == f"{FORBIDDEN} since noon"
    assert stored.card_id is None


async def test_what_was_typed_is_asked_for_again_when_nobody_remembers_it(staffed: Town, start: Start) -> None:
    card = private(await staffed.maya.slash(staffed.general, "error", code=FORBIDDEN))
    await staffed.env.restart_bot(start())
    opened = await press(staffed.maya, card)
    assert "value" not in fields(opened)[ERROR]
    assert not fields(opened)[ERROR]["required"]


async def test_of_an_unknown_error_the_text_is_required(staffed: Town) -> None:
    card = public(await staffed.maya.slash(staffed.support, "error", code="no such thing"))
    rows = fields(await press(staffed.maya, card))
    assert rows[ERROR]["required"]
    assert [name for name, row in rows.items() if row["required"]] == [ERROR]
    await send(staffed, card, error="it says no")
    stored = await report(staffed)
    assert (stored.entry, stored.model) == ("", None)
    assert "it says no" in stored.text
    assert state(staffed.card())


async def test_the_text_of_an_unknown_error_stands_in_the_form_and_no_key_with_it(staffed: Town) -> None:
    await staffed.maya.send(staffed.support, f"{staffed.mention} the blender exploded, key {KEY}")
    opened = await press(staffed.maya, staffed.card())
    assert fields(opened)[ERROR]["value"].startswith("the blender exploded, key sk-")
    assert KEY not in fields(opened)[ERROR]["value"]
    await staffed.maya.submit_modal(opened, filled(opened))
    assert (await report(staffed)).text == fields(opened)[ERROR]["value"]


@pytest.mark.parametrize("why", ["gone", "slow"])
async def test_a_text_that_cannot_be_had_at_once_is_asked_for(
    staffed: Town, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    question = await staffed.maya.send(staffed.support, f"{staffed.mention} the blender exploded")
    if why == "gone":
        staffed.env.inject_error("GET", f"/channels/{staffed.support.id}/messages/{question.id}", status=500)
    else:
        monkeypatch.setattr("bot.chat.reports.escalation.PATIENCE", 0.01)
        monkeypatch.setattr("bot.chat.reports.escalation.words_of", lambda *_: asyncio.sleep(60))
    rows = fields(await press(staffed.maya, staffed.card()))
    assert "value" not in rows[ERROR]
    assert rows[ERROR]["required"]


async def test_a_fact_that_is_not_at_hand_is_none(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card, token_name="Unknown", model="不清楚")
    stored = await report(staffed)
    assert "token_name" not in stored.facts
    assert stored.model is None


async def test_more_is_added_to_a_report_also_over_a_restart(
    staffed: Town, card: discord.Message, start: Start
) -> None:
    told = private(await send(staffed, card))
    opened = await press(staffed.maya, told, SAY.add)
    await staffed.env.restart_bot(start())
    result = private(await staffed.maya.submit_modal(opened, {"text": f"  also with {KEY} today "}))
    assert SAY.added in shown(result)
    assert SAY.key in shown(result)
    (note,) = await records(staffed).reports.notes(1)
    assert (note.kind, note.author_id) == ("addition", staffed.maya.id)
    assert re.fullmatch(r"also with sk-\S+ today", note.text)
    assert KEY not in note.text


async def test_what_is_added_twice_in_a_row_is_stored_and_posted_once(staffed: Town, card: discord.Message) -> None:
    told = private(await send(staffed, card))
    for opened in [await press(staffed.maya, told, SAY.add) for _ in range(2)]:
        assert SAY.added in shown(private(await staffed.maya.submit_modal(opened, {"text": "It is curl"})))
    assert [note.text for note in await records(staffed).reports.notes(1)] == ["It is curl"]
    opened = await press(staffed.maya, told, SAY.add)
    await staffed.maya.submit_modal(opened, {"text": "and Python"})
    assert len(await records(staffed).reports.notes(1)) == 2


async def test_lines_of_an_answer_stay_lines_where_the_asker_reads_it_again(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    await records(staffed).reports.note(1, "answer", staffed.sam.id, "First top up.\n\nThen make a key.")
    told = shown(private(await staffed.maya.click(staffed.card(), label=EN.to_support)))
    assert "> First top up\\.\n> Then make a key\\." in told


async def test_where_discord_does_not_take_the_whole_the_asker_gets_the_beginning_and_the_buttons(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    staffed.env.inject_error("POST", "/webhooks/*", status=400, code=50035)
    result = await staffed.maya.click(staffed.card(), label=EN.to_support)
    told = next(message for message in (result.response, *result.followups) if message and labels(message))
    assert shown(told) == state_line(await report(staffed), "en")
    assert labels(told) == [SAY.add, SAY.withdraw]


async def test_what_staff_ask_in_public_is_for_the_asker_to_reply_to(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    await records(staffed).reports.note(1, "ask", staffed.sam.id, "Which app?")
    await staffed.desk.deliverer.once()
    asked = staffed.cards()[-1]
    (add,) = labels(asked)
    assert private(await staffed.bob.click(asked, label=add)).content == SAY.not_yours
    opened = await press(staffed.maya, asked, add)
    await staffed.maya.submit_modal(opened, {"text": "curl"})
    assert [note.text for note in await records(staffed).reports.notes(1)] == ["Which app?", "curl"]


async def test_blanks_are_not_added(staffed: Town, card: discord.Message) -> None:
    told = private(await send(staffed, card))
    opened = await press(staffed.maya, told, SAY.add)
    assert private(await staffed.maya.submit_modal(opened, {"text": "  \n"})).content == SAY.empty
    assert not await records(staffed).reports.notes(1)


async def test_a_report_is_withdrawn_for_good(staffed: Town, card: discord.Message) -> None:
    told = private(await send(staffed, card))
    await staffed.maya.click(told, label=SAY.withdraw)
    assert (await report(staffed)).state == "withdrawn"
    assert SAY.withdrawn.format(number=1) in shown(told)
    assert SAY.again in shown(told)
    assert not labels(told)
    assert "↩️" in state(staffed.card())


@pytest.mark.parametrize("label", [SAY.add, SAY.withdraw])
async def test_a_closed_report_can_be_neither_added_to_nor_withdrawn(
    staffed: Town, card: discord.Message, label: str
) -> None:
    told = private(await send(staffed, card))
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    result = await staffed.maya.click(told, label=label)
    (line,) = [message.content for message in (result.response, *result.followups) if message and message.content]
    assert line == f"{state_line(await report(staffed), 'en')}\n{SAY.closed}"
    assert "✅ resolved" in line
    assert (await report(staffed)).state == "resolved"


@pytest.mark.parametrize("label", [SAY.add, SAY.withdraw])
async def test_a_press_on_a_closed_report_takes_its_buttons_away_and_leaves_its_words(
    staffed: Town, card: discord.Message, label: str
) -> None:
    told = private(await send(staffed, card))
    before = shown(told)
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    await staffed.maya.click(told, label=label)
    assert shown(told) == before
    assert not labels(told)


async def test_so_does_a_press_on_a_report_whose_time_is_over(
    staffed: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(_: int) -> None:
        return None

    told = private(await send(staffed, card))
    monkeypatch.setattr(records(staffed).reports, "of", none)
    result = await staffed.maya.click(told, label=SAY.withdraw)
    assert [message.content for message in result.followups] == [SAY.closed]
    assert not labels(told)


async def test_where_the_buttons_of_a_closed_report_cannot_be_taken_away_the_press_is_answered_all_the_same(
    staffed: Town, card: discord.Message
) -> None:
    told = private(await send(staffed, card))
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    staffed.env.inject_error("PATCH", "/webhooks/*/*/messages/*", status=500)
    result = await staffed.maya.click(told, label=SAY.withdraw)
    (line,) = [message.content for message in result.followups]
    assert line.endswith(SAY.closed)


async def test_somebody_elses_press_leaves_the_buttons_of_an_open_report(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    await records(staffed).reports.note(1, "ask", staffed.sam.id, "Which app?")
    await staffed.desk.deliverer.once()
    asked = staffed.cards()[-1]
    await staffed.bob.click(asked, label="Reply")
    assert labels(staffed.cards()[-1]) == ["Reply"]
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    await staffed.maya.click(asked, label="Reply")
    assert labels(staffed.cards()[-1]) == []
    assert "Which app?" in shown(staffed.cards()[-1])


async def test_what_is_added_to_a_report_that_was_closed_meanwhile_is_refused(
    staffed: Town, card: discord.Message
) -> None:
    opened = await press(staffed.maya, private(await send(staffed, card)), SAY.add)
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    assert SAY.closed in shown(private(await staffed.maya.submit_modal(opened, {"text": "more"})))
    assert not await records(staffed).reports.notes(1)


async def test_after_a_report_is_closed_the_button_begins_a_new_one_which_the_card_then_tells_of(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    closed = await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    assert closed
    await refresh_asker_card(staffed.desk, closed)
    assert "✅" in state(staffed.card())
    await send(staffed, staffed.card())
    new = (await reports(staffed))[-1]
    assert new.state == "open"
    assert state(staffed.card()) == state_line(new, "en")
    await refresh_asker_card(staffed.desk, closed)
    assert state(staffed.card()) == state_line(new, "en")


@pytest.mark.parametrize("end", ["resolved", "withdrawn"])
async def test_after_that_the_form_has_what_its_asker_sent_last(
    staffed: Town, card: discord.Message, end: Literal["resolved", "withdrawn"]
) -> None:
    last = {"model": "gpt-5-mini", "token_name": "laptop", TRIED: "Waited"}
    await send(staffed, card, staffed.maya, **last)
    await records(staffed).reports.close(1, end, staffed.maya.id)
    opened = filled(await press(staffed.maya, staffed.card()))
    assert opened | last == opened
    copy = private(await staffed.bob.click(staffed.card(), label=EN.to_support))
    assert "laptop" not in filled(await press(staffed.bob, copy)).values()


async def test_after_an_edit_to_another_error_the_form_has_what_was_read_of_that(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card, token_name="laptop")
    question = next(message for message in staffed.support.history() if not message.author.bot)
    new = f"Error code: 503 - Service Unavailable, model: gpt-6 (request id: {REQUEST[:-4]}zzzz)"
    await staffed.maya.edit(question, new)
    rows = fields(await press(staffed.maya, staffed.card()))
    assert rows["request_id"]["value"] == f"{REQUEST[:-4]}zzzz"
    assert rows["model"]["value"] == "gpt-6"


async def test_so_it_has_from_a_private_card(staffed: Town) -> None:
    card = private(await staffed.maya.slash(staffed.general, "error", code=FORBIDDEN))
    await send(staffed, card, token_name="laptop")
    await records(staffed).reports.close(1, "resolved", staffed.sam.id)
    assert filled(await press(staffed.maya, card))["token_name"] == "laptop"


async def test_the_card_tells_who_looks_at_it_that_they_answered_and_that_it_is_resolved(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    book, sam = records(staffed).reports, staffed.sam.id

    async def told(changed: Report | None) -> str:
        assert changed
        await refresh_asker_card(staffed.desk, changed)
        return state(staffed.card())

    assert f"👀 <@{sam}>" in await told(await book.claim(1, sam))
    assert f"❓ <@{sam}>" in await told(await book.note(1, "ask", sam, "which app?"))
    assert f"👀 <@{sam}>" in await told(await book.note(1, "addition", staffed.maya.id, "curl"))
    assert f"💬 <@{sam}>" in await told(await book.note(1, "answer", sam, "mended"))
    assert "✅" in await told(await book.close(1, "resolved", sam))
    assert shown(staffed.card()).count("#1") == 1
    sent = staffed.env.backend.get_message(staffed.support.id, card.id)
    assert not sent.ping_user_ids


async def test_the_card_names_who_answered_and_who_asked_and_not_who_has_the_report(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    book, sam, wei = records(staffed).reports, staffed.sam.id, staffed.bob.id
    await book.claim(1, sam)
    await book.note(1, "answer", wei, "mended")
    await staffed.desk.deliverer.once()
    assert f"💬 <@{wei}> answered" in state(staffed.cards()[0])
    told = shown(private(await staffed.maya.click(staffed.cards()[0], label=EN.to_support)))
    assert f"💬 <@{wei}> answered" in told
    assert f"<@{sam}>" not in told
    await book.note(1, "ask", wei, "does it work now?")
    await staffed.desk.deliverer.once()
    assert f"❓ <@{wei}> has a question for you" in state(staffed.cards()[0])
    await book.note(1, "ask", sam, "and now?")
    await staffed.desk.deliverer.once()
    assert f"❓ <@{sam}> has a question for you" in state(staffed.cards()[0])


async def test_of_staff_who_had_their_data_deleted_the_card_names_nobody(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    await records(staffed).reports.note(1, "answer", staffed.sam.id, "mended")
    await records(staffed).people.erase(staffed.sam.id)
    told = shown(private(await staffed.maya.click(staffed.card(), label=EN.to_support)))
    assert f"💬 {REPORTING['en'].nobody} answered" in told
    assert "<@" not in told


async def test_a_state_that_the_card_tells_already_is_not_sent_again(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    before = len(staffed.env.http_requests)
    await refresh_asker_card(staffed.desk, await report(staffed))
    assert [request.method for request in staffed.env.http_requests[before:]] == ["GET"]


async def test_the_state_stays_when_the_card_is_switched_and_corrected(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    line = state(staffed.card())
    await staffed.maya.select(staffed.card(), ["403/balance"])
    assert state(staffed.card()) == line
    question = next(message for message in staffed.support.history() if not message.author.bot)
    await staffed.maya.edit(question, QUOTA)
    assert "429" in staffed.reply()
    assert state(staffed.card()) == line


async def test_an_asker_who_takes_the_question_for_solved_closes_the_report_and_staff_see_why(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    await records(staffed).reports.claim(1, staffed.sam.id)
    result = await staffed.maya.click(staffed.card(), label=EN.solved)
    assert SAY.solved.format(number=1) in [told.content for told in result.followups if told.ephemeral]
    assert ((await report(staffed)).state, (await report(staffed)).staff_id) == ("solved", staffed.sam.id)
    await staffed.desk.deliverer.once()
    assert EN.is_solved in staffed.reply()
    assert REPORTING["en"].states["solved"] in state(staffed.card())
    assert labels(staffed.card()) == [EN.show_answer, EN.dismiss]
    theirs = shown(staffed.card(staffed.guild.channels["staff"]))
    assert STAFF["en"].states["solved"].partition(" ·")[0] in theirs


async def copy_of_solved(town: Town, who: MemberActor) -> Any:
    """What somebody sees of Maya's card who opens it after it was solved."""
    await town.maya.click(town.card(), label=EN.solved)
    return private(await who.click(town.card(), label=EN.show_answer))


@pytest.mark.usefixtures("card")
async def test_a_solved_card_is_open_again_once_its_asker_says_on_their_copy_that_it_is_not(
    staffed: Town, start: Start
) -> None:
    before = staffed.reply()
    copy = await copy_of_solved(staffed, staffed.maya)
    await staffed.env.restart_bot(start())
    await staffed.maya.click(copy, label=EN.not_solved)
    assert staffed.reply() == before
    assert labels(staffed.card()) == [EN.solved, EN.not_solved, EN.to_support, EN.dismiss]
    assert FEEDBACK["en"].support in shown(copy)


async def test_a_report_from_their_copy_opens_the_card_which_tells_of_it_and_staff_answer_there(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, await copy_of_solved(staffed, staffed.maya))
    assert (await report(staffed)).card_id == card.id
    assert EN.is_solved not in staffed.reply()
    assert EN.to_support in labels(staffed.card())
    assert state(staffed.card()) == state_line(await report(staffed), "en")
    assert card.jump_url in staffed.reply(staffed.guild.channels["staff"])
    await records(staffed).reports.note(1, "answer", staffed.sam.id, "mended")
    await staffed.desk.deliverer.once()
    assert "mended" in staffed.replies()[-1]


@pytest.mark.usefixtures("card")
async def test_somebody_elses_word_on_their_copy_leaves_a_solved_card_folded(staffed: Town) -> None:
    copy = await copy_of_solved(staffed, staffed.sam)
    await staffed.sam.click(copy, label=EN.not_solved)
    await send(staffed, copy, staffed.sam)
    assert EN.is_solved in staffed.reply()
    assert (await report(staffed)).card_id is None


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("trouble", ["gone", "refused", "away"])
async def test_where_the_card_cannot_be_opened_again_the_asker_goes_on_in_private(
    staffed: Town, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    copy = await copy_of_solved(staffed, staffed.maya)
    if trouble == "gone":
        await staffed.sam.delete(staffed.card())
    elif trouble == "refused":
        staffed.env.inject_error("PATCH", "/channels/*", status=403, times=None)
    else:
        monkeypatch.setattr(records(staffed).answers, "of_question", broken)
    await staffed.maya.click(copy, label=EN.not_solved)
    assert FEEDBACK["en"].support in shown(copy)
    assert SAY.sent.format(number=1) in shown(private(await send(staffed, copy)))


async def test_a_private_card_that_the_asker_takes_for_solved_closes_the_report_as_well(staffed: Town) -> None:
    card = private(await staffed.maya.slash(staffed.general, "error", code=FORBIDDEN))
    await send(staffed, card)
    await staffed.maya.click(card, label=EN.solved)
    assert (await report(staffed)).state == "solved"


async def test_staff_who_take_the_askers_question_for_solved_resolve_the_report(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    await staffed.sam.click(staffed.card(), label=EN.solved)
    assert ((await report(staffed)).state, (await report(staffed)).staff_id) == ("resolved", staffed.sam.id)


async def test_what_others_say_of_the_answer_leaves_the_report_open(staffed: Town, card: discord.Message) -> None:
    await send(staffed, card)
    await staffed.bob.click(staffed.card(), label=EN.solved)
    assert (await report(staffed)).state == "open"


async def test_a_card_solved_while_the_desk_is_away_is_folded_all_the_same(
    staffed: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(staffed, card)
    monkeypatch.setattr(records(staffed).reports, "of_card", broken)
    result = await staffed.maya.click(staffed.card(), label=EN.solved)
    assert not result.followups
    assert EN.is_solved in staffed.reply()


@pytest.mark.parametrize("first", [True, False], ids=["not solved, then sent", "sent, then not solved"])
async def test_a_card_whose_report_is_sent_no_longer_tells_to_send_one(
    staffed: Town, card: discord.Message, first: bool
) -> None:
    words = FEEDBACK["en"]
    if first:
        await staffed.maya.click(card, label=EN.not_solved)
        assert words.other_or_support in staffed.reply()
        await send(staffed, staffed.card())
        assert "Not solved." not in staffed.reply()
    else:
        await send(staffed, card)
        await staffed.maya.click(staffed.card(), label=EN.not_solved)
        assert words.reported in staffed.reply()
    assert words.other_or_support not in staffed.reply()
    assert EN.what_to_do in staffed.reply()
    assert state(staffed.card()) == state_line(await report(staffed), "en")
    assert EN.to_support in labels(staffed.card())


async def test_a_card_works_as_before_once_it_tells_a_state(staffed: Town, card: discord.Message, start: Start) -> None:
    await send(staffed, card)
    await staffed.maya.select(staffed.card(), ["403/ip"])
    assert "403/ip" in staffed.reply()
    await staffed.env.restart_bot(start())
    await staffed.maya.click(staffed.card(), label=EN.dismiss)
    assert not staffed.cards()


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50013), (400, 50083)])
async def test_a_card_that_cannot_be_changed_any_more_stays_as_it_is(
    staffed: Town, card: discord.Message, status: int, code: int
) -> None:
    await send(staffed, card)
    before = staffed.reply()
    claimed = await records(staffed).reports.claim(1, staffed.sam.id)
    assert claimed
    staffed.env.inject_error("PATCH", "/channels/*", status=status, code=code)
    await refresh_asker_card(staffed.desk, claimed)
    assert staffed.reply() == before


async def test_a_card_that_discord_cannot_change_now_is_for_whoever_asked_to_try_again(
    staffed: Town, card: discord.Message
) -> None:
    await send(staffed, card)
    claimed = await records(staffed).reports.claim(1, staffed.sam.id)
    assert claimed
    staffed.env.inject_error("PATCH", "/channels/*", status=500)
    with pytest.raises(discord.HTTPException):
        await refresh_asker_card(staffed.desk, claimed)


async def test_a_report_counts_although_its_card_cannot_tell(
    staffed: Town, card: discord.Message, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await press(staffed.maya, card)
    staffed.env.inject_error("PATCH", "/channels/*", status=500)
    told = private(await staffed.maya.submit_modal(opened, filled(opened)))
    assert SAY.sent.format(number=1) in shown(told)
    assert "telling a card of its report failed" in caplog.text


async def test_from_a_direct_message_a_report_goes_to_the_one_server_that_is_named(
    staffed: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staffed.desk, "settings", replace(staffed.desk.settings, staff_channel="staff"))
    maya = staffed.maya.user
    await maya.send_dm(FORBIDDEN)
    await send(staffed, maya.dm_channel.last_message, maya)
    stored = await report(staffed)
    assert (stored.guild_id, stored.origin_guild_id) == (staffed.guild.id, None)
    assert stored.text == FORBIDDEN
    card = maya.dm_channel.last_message
    assert card
    assert state(card) == state_line(stored, "en")


async def test_without_staff_the_button_gives_the_text_to_send(town: Town) -> None:
    await town.maya.send(town.support, FORBIDDEN)
    told = shown(private(await town.maya.click(town.card(), label=EN.to_support)))
    assert EN.report in told
    assert town.desk.assistant.knowledge.service.support["en"] in told


async def test_without_records_the_button_gives_the_text_to_send(
    staffed: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staffed.desk, "records", None)
    assert EN.report in shown(private(await staffed.maya.click(card, label=EN.to_support)))


async def test_when_the_records_cannot_be_read_the_button_gives_the_text_to_send(
    staffed: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records(staffed).reports, "open_of", broken)
    assert EN.report in shown(private(await staffed.maya.click(card, label=EN.to_support)))


async def test_a_report_that_cannot_be_stored_is_given_back_to_send_it_oneself(
    staffed: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await press(staffed.maya, card)
    monkeypatch.setattr(records(staffed).reports, "open", broken)
    values = {"token_name": "ci``", TRIED: f"```{KEY}\n@everyone"}
    result = await staffed.maya.submit_modal(opened, filled(opened, values))
    assert SAY.not_stored in shown(private(result))
    (rest,) = result.followups
    told = shown(rest)
    assert rest.ephemeral
    assert EN.report in told
    assert "Token name: ci" in told
    assert "What have you tried?: " in told
    assert KEY not in told
    assert told.count("```") == 2
    assert not state(staffed.card())


async def broken(*_: object, **__: object) -> None:
    raise DeskError("the database failed")


async def test_a_form_takes_no_more_than_discord_and_the_desk_do(staffed: Town, card: discord.Message) -> None:
    rows = fields(await press(staffed.maya, card))
    assert rows[TRIED]["max_length"] == PARAGRAPH
    told = private(await send(staffed, card, tried="x" * PARAGRAPH, token_name="y" * 200))
    assert len(shown(told)) <= 4000
    for number in range(9):
        await records(staffed).reports.note(1, "answer", staffed.sam.id, f"{number} {'*' * 3000}")
    told = private(await staffed.maya.click(staffed.card(), label=EN.to_support))
    assert len(shown(told)) <= 4000
    assert SAY.notes["answer"] in shown(told)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("text", ['{"error": {"code": "[*]"}}\n' * 70, "`" * 2000, "_\n" * 1000, "字" * 2000])
async def test_the_fullest_state_fits_into_a_message(
    staffed: Town, card: discord.Message, lang: Language, text: str
) -> None:
    await send(staffed, card)
    book = records(staffed).reports
    for number in range(9):
        await book.note(1, "ask" if number % 2 else "addition", 2**62, f"{number} {text}")
    fullest = replace(await report(staffed), staff_id=2**62, channel_id=2**62, card_id=2**62)
    view = await standing(records(staffed), fullest, lang, SAID[lang].added, SAID[lang].key)
    assert sum(map(len, wrote(view))) <= 3900
    assert SAID[lang].notes["addition"] in "".join(wrote(view))
    assert len(list(view.walk_children())) <= 40


async def test_a_long_question_that_was_typed_is_cut_to_what_a_field_takes(staffed: Town) -> None:
    card = private(await staffed.maya.slash(staffed.general, "error", code=f"{FORBIDDEN} {'x' * 5000}"))
    assert len(fields(await press(staffed.maya, card))[ERROR]["value"]) == PASTED


@pytest.mark.usefixtures("staffed")
async def test_a_chinese_question_gets_a_chinese_form_reply_and_state(town: Town) -> None:
    await town.maya.send(town.support, f"请问这个报错怎么解决？一直不行，帮我看看\n{FORBIDDEN}")
    opened = await press(town.maya, town.card(), ZH.to_support)
    assert opened.modal
    assert opened.modal["title"] == report_form.WORDS["zh"].title
    assert [row["label"] for row in opened.modal["components"]][-1] == report_form.WORDS["zh"].labels[TRIED]
    told = private(await town.maya.submit_modal(opened, filled(opened)))
    assert SAID["zh"].sent.format(number=1) in shown(told)
    assert (await report(town)).lang == "zh"
    assert state(town.card()) == state_line(await report(town), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("posted", [True, False])
def test_every_entry_and_case_asks_in_five_rows_at_most_for_all_that_is_needed(
    knowledge: Knowledge, town: Town, lang: Language, posted: bool
) -> None:
    for meaning in (*knowledge.meanings(), None):
        answer = town.desk.explain(meaning, lang)
        for read in ({}, {"model": "m" * 160, "request_id": "r" * 160}):
            rows = report_form.rows(answer, read, {ERROR: "x" * 9000, TRIED: "x" * 9000}, posted=posted)
            names = [row.component.custom_id for row in rows if isinstance(row.component, ui.TextInput)]
            assert 2 <= len(rows) <= 5
            assert names[-1] == TRIED
            assert len({*names}) == len(names)
            wanted = [names for names in answer.ask_for if "time" not in names and not read.keys() & names]
            assert {name for alternatives in wanted for name in alternatives} <= {*names}
            required = {name for name, *others in wanted if not others} if meaning else {ERROR}
            assert required <= {*names}
            for row in rows:
                assert isinstance(row.component, ui.TextInput)
                assert row.component.required or row.component.custom_id not in required
                assert 0 < len(row.text) <= 45
                assert len(row.description or "") <= 100
                assert len(row.component.placeholder or "") <= 100
                assert len(row.component.default or "") <= (row.component.max_length or 0) <= 4000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_labels_fit(lang: Language) -> None:
    say = SAID[lang]
    assert len(report_form.WORDS[lang].title) <= 45
    assert max(map(len, (say.add, say.add_label, say.withdraw))) <= 45
    assert len(say.add_hint) <= 100


@pytest.mark.usefixtures("staffed")
async def test_the_longest_custom_id_fits(town: Town) -> None:
    pattern = report_form_id("a" * 24, "b" * 24, "zh", 2**64 - 1, 2**64 - 1)
    assert len(pattern) <= 100
    assert ReportForm.pattern.fullmatch(pattern)


def report_form_id(entry: str, case: str, lang: str, question: int, opener: int) -> str:
    return f"{ReportForm.name}:{entry}:{case}:{lang}:{question:x}:{opener}"
