from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import discord
import pytest

from bot.chat.servers.quiet import left_alone
from bot.chat.words import WORDS
from bot.desk.database import DeskError
from tests.chat.conftest import Start
from tests.chat.town import ERROR, KEY, Town, choices, labels, private, public, shown

EN = WORDS["en"]
REQUEST = "20260108101207331846221Yb7rTnLs"
FORBIDDEN = f"Error code: 403 - forbidden, model: gpt-5 (request id: {REQUEST})"


@pytest.fixture
async def card(town: Town) -> discord.Message:
    """A 403 of Maya's, which has several meanings."""
    await town.maya.send(town.support, FORBIDDEN)
    return town.card()


@pytest.mark.usefixtures("card")
async def test_the_asker_switches_the_card_itself_and_what_was_read_stays(town: Town) -> None:
    await town.maya.select(town.card(), ["403/balance"])
    assert town.desk.assistant.ask("403/balance", lang="en").cause in town.reply()
    assert "model `gpt-5`" in town.reply()
    assert f"`{REQUEST}`" in town.reply()


async def test_the_menu_stays_the_same_and_leads_back(town: Town, card: discord.Message) -> None:
    before, offered = shown(card), choices(card)
    await town.maya.select(town.card(), ["403/balance"])
    assert choices(town.card()) == offered
    await town.maya.select(town.card(), ["403"])
    assert shown(town.card()) == before


async def test_the_status_that_the_message_shows_stays_when_the_card_is_laid_out_anew(town: Town) -> None:
    await town.maya.send(town.support, "Error code: 404 - {'error': {'code': 'model_not_found', 'message': 'no such'}}")
    assert "### 404 · No channel" in town.reply()
    await town.maya.click(town.card(), label=EN.not_solved)
    assert "### 404 · No channel" in town.reply()
    await town.maya.click(town.card(), label=EN.solved)
    assert "**404 · No channel" in town.reply()


async def test_staff_switch_the_card_itself(town: Town, card: discord.Message) -> None:
    await town.sam.select(card, ["403/ip"])
    assert town.desk.assistant.ask("403/ip", lang="en").cause in town.reply()


async def test_somebody_else_gets_a_copy_of_the_meaning_they_chose(town: Town, card: discord.Message) -> None:
    before = shown(card)
    copy = private(await town.bob.select(card, ["403/ip"]))
    assert town.desk.assistant.ask("403/ip", lang="en").cause in shown(copy)
    assert shown(town.card()) == before


@pytest.mark.parametrize("label", [EN.to_support, EN.dismiss])
async def test_somebody_else_who_presses_a_button_gets_a_copy_of_their_own(
    town: Town, card: discord.Message, label: str
) -> None:
    before = shown(card)
    copy = private(await town.bob.click(card, label=label))
    assert EN.what_to_do in shown(copy)
    assert shown(town.card()) == before
    await town.bob.select(copy, ["403/ip"])
    await town.bob.click(copy, label=EN.solved)
    assert EN.is_solved in shown(copy)
    assert shown(town.card()) == before


async def test_a_copy_says_nothing_of_the_askers_key(town: Town) -> None:
    await town.maya.send(town.support, f"{FORBIDDEN} {KEY}")
    copy = private(await town.bob.click(town.card(), label=EN.dismiss))
    assert EN.key_posted not in shown(copy)
    assert EN.key_given not in shown(copy)


@pytest.mark.parametrize("who", ["maya", "sam"])
async def test_the_asker_and_staff_fold_the_card_when_it_is_solved(town: Town, card: discord.Message, who: str) -> None:
    await getattr(town, who).click(card, label=EN.solved)
    assert EN.is_solved in town.reply()
    assert EN.what_to_do not in town.reply()
    assert labels(town.card()) == [EN.show_answer, EN.dismiss]


@pytest.mark.parametrize("who", ["maya", "sam", "bob"])
async def test_anybody_opens_a_copy_of_a_folded_card(town: Town, card: discord.Message, who: str) -> None:
    await town.maya.click(card, label=EN.solved)
    copy = private(await getattr(town, who).click(town.card(), label=EN.show_answer))
    assert EN.what_to_do in shown(copy)
    assert (f"`{REQUEST}`" in shown(copy)) == (who == "maya")
    assert EN.is_solved in town.reply()


async def test_a_private_card_is_folded_and_opened_in_its_place(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code="429"))
    await town.maya.click(card, label=EN.solved)
    assert labels(card) == [EN.show_answer]
    await town.maya.click(card, label=EN.show_answer)
    assert EN.what_to_do in shown(card)
    assert labels(card) == [EN.solved, EN.not_solved, EN.to_support, EN.post_here]


@pytest.mark.parametrize("who", ["maya", "sam"])
async def test_what_to_send_to_support_is_shown_to_whoever_asks_alone(
    town: Town, card: discord.Message, who: str
) -> None:
    report = shown(private(await getattr(town, who).click(card, label=EN.to_support)))
    assert f"Request ID: {REQUEST}\n" in report
    assert "Model: gpt-5\n" in report
    assert "Time (UTC): 2026-01-01 00:00\n" in report
    assert EN.report_wanted["token_name"] in report
    assert town.desk.assistant.knowledge.service.support["en"] in report


TWO_MISTAKES = (
    f"HTTP 503 from http://api.4allapi.com/v1/chat/completions, request id: {REQUEST}: "
    "No available channel for model openai/gpt-4o under group vip (distributor)"
)
NOTICED = f"""
{EN.noticed}:
- http://api.4allapi.com/v1/chat/completions begins with http. It should be \
https://api.4allapi.com/v1/chat/completions.
- openai/gpt-4o has its provider's name before it. Try gpt-4o.
```"""


async def test_support_gets_what_was_noticed_also_after_a_switch_and_a_restart(town: Town, start: Start) -> None:
    await town.maya.send(town.support, f"{FORBIDDEN}\nand {TWO_MISTAKES}")
    assert NOTICED in shown(private(await town.maya.click(town.card(), label=EN.to_support)))
    other = next(choice for choice in choices(town.card()) if not choice.startswith("503"))
    await town.maya.select(town.card(), [other])
    await town.env.restart_bot(start())
    report = shown(private(await town.maya.click(town.card(), label=EN.to_support)))
    assert NOTICED in report
    assert f"Error: {other} · " in report


async def test_support_gets_what_was_noticed_on_a_private_card_and_on_its_askers_copy(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code=TWO_MISTAKES))
    assert NOTICED in shown(private(await town.maya.click(card, label=EN.to_support)))
    await town.maya.click(card, label=EN.post_here)
    await town.maya.click(town.card(town.general), label=EN.solved)
    copy = private(await town.maya.click(town.card(town.general), label=EN.show_answer))
    assert NOTICED in shown(private(await town.maya.click(copy, label=EN.to_support)))


@pytest.mark.parametrize("who", ["bob", "sam"])
async def test_nobody_elses_copy_has_what_was_read_from_the_askers_message(town: Town, who: str) -> None:
    await town.maya.send(town.support, f"{FORBIDDEN}\nand {TWO_MISTAKES}")
    await town.maya.click(town.card(), label=EN.solved)
    copy = private(await getattr(town, who).click(town.card(), label=EN.show_answer))
    report = private(await getattr(town, who).click(copy, label=EN.to_support))
    for told in (shown(copy), shown(report)):
        assert REQUEST not in told
        assert EN.noticed not in told
        assert "gpt-5" not in told


async def test_the_time_for_support_is_that_of_the_question(town: Town) -> None:
    question = await town.maya.send(town.general, "model: gpt-5 HTTP 403 Forbidden")
    await town.env.advance_time(600)
    await town.maya.edit(question, f"{town.mention} model: gpt-5 HTTP 403 Forbidden")
    report = shown(private(await town.maya.click(town.card(town.general), label=EN.to_support)))
    assert "Time (UTC): 2026-01-01 00:00\n" in report


@pytest.mark.parametrize("who", ["maya", "sam"])
async def test_the_asker_and_staff_dismiss_a_card(town: Town, card: discord.Message, who: str) -> None:
    await getattr(town, who).click(card, label=EN.dismiss)
    assert not town.cards()


async def test_a_warning_belongs_to_whoever_posted_the_key(town: Town) -> None:
    await town.maya.send(town.support, f"my key is {KEY}")
    assert private(await town.bob.click(town.card(), label=EN.dismiss)).content == EN.not_yours
    await town.maya.click(town.card(), label=EN.dismiss)
    assert not town.cards()


async def test_a_private_card_is_posted_once_for_everybody_and_names_nobody(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code=f"{FORBIDDEN} @everyone"))
    result = await town.maya.click(card, label=EN.post_here)
    assert EN.post_here not in labels(card)
    (posted,) = result.followups
    assert not posted.ephemeral
    assert f"`{REQUEST}`" in shown(posted)
    assert town.maya.name not in shown(posted)
    sent = town.env.backend.get_message(posted.channel_id, posted.id)
    assert not [*sent.ping_user_ids, *sent.ping_role_ids]
    assert not sent.mention_everyone
    await town.bob.click(posted, label=EN.dismiss)
    assert town.cards(town.general)
    await town.maya.click(posted, label=EN.dismiss)
    assert not town.cards(town.general)


async def test_a_right_to_write_that_was_lost_keeps_a_card_private(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code="429"))
    stored = town.env.backend.get_channel(town.general.id)
    channel = town.desk.get_channel(town.general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.set_permissions(channel.guild.default_role, send_messages=False)
    assert stored.overwrites
    result = await town.maya.click(card, label=EN.post_here)
    assert private(result).content == EN.not_addressed_silent
    assert not town.cards(town.general)


async def test_every_control_works_after_a_restart(town: Town, card: discord.Message, start: Start) -> None:
    await town.env.restart_bot(start())
    await town.maya.select(town.card(), ["403/balance"])
    await town.env.restart_bot(start())
    assert f"Request ID: {REQUEST}" in shown(private(await town.maya.click(town.card(), label=EN.to_support)))
    private(await town.bob.click(town.card(), label=EN.dismiss))
    await town.env.restart_bot(start())
    await town.maya.click(town.card(), label=EN.solved)
    await town.env.restart_bot(start())
    copy = private(await town.maya.click(town.card(), label=EN.show_answer))
    await town.env.restart_bot(start())
    await town.maya.click(copy, label=EN.post_here)
    assert len(town.cards()) == 2
    await town.env.restart_bot(start())
    for posted in town.cards():
        await town.maya.click(posted, label=EN.dismiss)
    assert not town.cards()


async def test_a_meaning_that_the_guide_no_longer_has_is_said_to_be_gone(town: Town, card: discord.Message) -> None:
    knowledge = town.desk.assistant.knowledge
    entry = knowledge.entries["403"]
    cases = {name: case for name, case in entry.cases.items() if name != "balance"}
    town.desk.learn(replace(knowledge, entries=dict(knowledge.entries) | {"403": replace(entry, cases=cases)}))
    assert private(await town.maya.select(card, ["403/balance"])).content == EN.outdated
    await town.maya.select(card, ["403/ip"])
    assert "403/balance" not in choices(town.card())


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("label", [EN.solved, EN.to_support])
async def test_a_press_that_discord_refuses_is_answered_with_a_reference(
    town: Town, card: discord.Message, caplog: pytest.LogCaptureFixture, status: int, label: str
) -> None:
    town.env.inject_error("POST", "/interactions/*/callback", status=status)
    told = private(await town.maya.click(card, label=label))
    reference = re.search(r"`([0-9a-f]{6})`", told.content)
    assert reference is not None
    assert f"(HTTP {status}, code 0), reference {reference[1]}" in caplog.text


@pytest.mark.parametrize("status", [403, 500])
async def test_a_card_that_cannot_be_deleted_is_apologised_for(town: Town, card: discord.Message, status: int) -> None:
    town.env.inject_error("DELETE", "/webhooks/*", status=status)
    result = await town.maya.click(card, label=EN.dismiss)
    assert result.acknowledged
    (told,) = result.followups
    assert told.ephemeral
    assert told.content.startswith(EN.trouble.split("{")[0])


async def test_a_card_that_is_gone_already_is_as_good_as_dismissed(town: Town, card: discord.Message) -> None:
    town.env.inject_error("DELETE", "/webhooks/*", status=404, code=10008)
    result = await town.maya.click(card, label=EN.dismiss)
    assert result.acknowledged
    (told,) = result.followups
    assert told.content == left_alone("en", by_asker=True)


async def test_an_error_in_a_control_is_told_to_its_user_alone_and_logged_without_words(
    town: Town, card: discord.Message, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = " ".join(("secret", "words"))

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(pasted)

    monkeypatch.setattr(town.desk, "explain", broken)
    told = private(await town.maya.select(card, ["403/balance"]))
    reference = re.search(r"`([0-9a-f]{6})`", told.content)
    assert reference is not None
    assert f"the control 'meaning' failed with RuntimeError, reference {reference[1]}" in caplog.text
    assert pasted not in caplog.text


async def test_an_apology_that_discord_refuses_too_is_noted(
    town: Town, card: discord.Message, caplog: pytest.LogCaptureFixture
) -> None:
    town.env.inject_error("POST", "/interactions/*/callback", status=403, times=None)
    await town.maya.click(card, label=EN.solved)
    assert "could not be told: Forbidden" in caplog.text


async def test_discord_is_answered_before_a_desk_that_hangs(
    town: Town, card: discord.Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[bool] = []

    async def hang(_: int) -> None:
        gone.append(not town.cards())
        await asyncio.sleep(0.2)
        raise DeskError("the database failed: no answer within 2 seconds")

    assert town.desk.records
    monkeypatch.setattr(town.desk.records.answers, "dismiss", hang)
    result = await town.maya.click(card, label=EN.dismiss)
    assert result.acknowledged
    assert gone
    assert all(gone)
    assert not result.followups


async def test_an_unknown_error_can_be_sent_to_support_and_dismissed(town: Town) -> None:
    card = public(await town.maya.slash(town.support, "error", code="no such thing"))
    assert labels(card) == [EN.to_support, EN.dismiss]
    assert EN.report_text in shown(private(await town.maya.click(card, label=EN.to_support)))
    assert private(await town.bob.click(card, label=EN.dismiss)).content == EN.not_yours
    await town.maya.click(card, label=EN.dismiss)
    assert not town.cards()


async def test_a_press_that_comes_twice_counts_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.maya.send(town.support, ERROR)
    monkeypatch.setattr(town.desk, "first_met", lambda _: False)
    await town.maya.click(town.card(), label=EN.dismiss)
    assert town.cards()


async def test_what_was_posted_for_all_is_there_for_whoever_has_the_same(town: Town) -> None:
    card = private(await town.maya.slash(town.general, "error", code="503"))
    again = private(await town.maya.slash(town.general, "error", code="503"))
    await town.maya.click(card, label=EN.post_here)
    posted = town.card(town.general)
    told = private(await town.maya.click(again, label=EN.post_here))
    assert posted.jump_url in told.content
    assert town.cards(town.general) == [posted]
    mention = f"{town.desk.user.mention if town.desk.user else ''} what is a 503?"
    await town.bob.send(town.general, mention)
    assert posted.jump_url in shown(town.cards(town.general)[-1])
