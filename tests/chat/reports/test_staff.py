from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor

from bot.chat import office
from bot.chat.cards.buttons import CONTROLS
from bot.chat.reports import staff_words
from bot.chat.reports.staff import BUTTONS, AnswerForm, AskForm, DuplicateForm
from bot.chat.reports.staff_card import FILE, StaffCard, files, render
from bot.chat.reports.staff_card_words import WORDS
from bot.chat.words import WORDS as ANSWERS
from bot.desk.database import DeskError
from bot.desk.reports import Note, Report, State
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.conftest import Start
from tests.chat.helpdesk import EN, REQUEST, Helpdesk, helpdesk
from tests.chat.town import KEY, Town, labels, private, shown, wrote

CARD = WORDS["en"]


@pytest.fixture
async def help_(town: Town) -> AsyncIterator[Helpdesk]:
    async with helpdesk(town) as there:
        yield there


async def test_the_card_says_who_where_what_and_how_often(help_: Helpdesk) -> None:
    await help_.report(asker_id=help_.town.bob.id)
    await help_.town.env.advance_time(60)
    report = await help_.report()
    card = shown(help_.town.cards(help_.staff)[-1])
    link = f"https://discord.com/channels/{report.origin_guild_id}/{report.channel_id}/{report.card_id}"
    for text in (
        f"### Report #{report.id} · 429 · ",
        f"<@{help_.town.maya.id}> · <#{help_.town.support.id}>",
        link,
        f"**{CARD.case}** `429`",
        "**Model** `gpt-5`",
        "**Group** `vip`",
        f"**Request ID** `{REQUEST}`",
        CARD.similar.format(count=1),
        "The address has no",
        "openai.RateLimitError",
        "> Waited for a minute",
    ):
        assert text in card


async def test_the_card_names_people_and_pings_nobody(help_: Helpdesk) -> None:
    await help_.report(text="@everyone <@1>", tried="@here")
    await help_.dana.click(help_.card(), label=EN.claim)
    stored = help_.town.env.backend.get_message(help_.staff.id, help_.card().id)
    assert not stored.mention_everyone
    assert not [*stored.ping_user_ids, *stored.ping_role_ids]


async def test_a_long_message_is_a_file_and_stays_one_while_the_report_is_open(help_: Helpdesk) -> None:
    text = "line of the log\n" * 200
    await help_.report(text=text)
    await help_.dana.click(help_.card(), label=EN.claim)
    assert f"<@{help_.dana.id}> is looking at it" in shown(help_.card())
    stored = help_.town.env.backend.get_message(help_.staff.id, help_.card().id)
    (attachment,) = stored.attachments
    assert attachment["filename"] == FILE
    file = next(item for item in _walk(help_.card()) if isinstance(item, discord.ui.File))
    assert file.media.url.endswith(FILE)
    assert shown(help_.card()).count("line of the log") < 30
    await help_.dana.click(help_.card(), label=EN.resolve)
    assert not help_.town.env.backend.get_message(help_.staff.id, help_.card().id).attachments


def _walk(message: discord.Message) -> Any:
    return discord.ui.LayoutView.from_message(message).walk_children()


class Screen:
    """Somebody's screen, on which a card stays as it was."""

    def __init__(self, there: Helpdesk) -> None:
        self._there = there
        self._stored = there.town.env.backend.get_message(there.staff.id, there.card().id)
        self._components = list(self._stored.components)

    async def press(self, who: MemberActor, label: str) -> list[str]:
        """What somebody is told in private who presses a button there."""
        self._stored.components = self._components
        result = await who.click(self._there.card(), label=label)
        assert result.acknowledged
        told = [*result.followups, *filter(None, [result.response])]
        return [one.content for one in told if one.ephemeral and one.content]


@pytest.mark.parametrize("label", [EN.claim, EN.answer, EN.ask_back, EN.resolve, EN.duplicate])
async def test_only_staff_press_the_buttons(help_: Helpdesk, label: str) -> None:
    report = await help_.report()
    told = private(await help_.town.bob.click(help_.card(), label=label))
    assert told.content == office.NOT_STAFF["en"]
    assert (await help_.of(report.id)).state == "open"


@pytest.mark.parametrize("who", ["dana", "sam"])
async def test_who_has_the_staff_role_or_may_manage_messages_claims_a_report(help_: Helpdesk, who: str) -> None:
    person = help_.dana if who == "dana" else help_.town.sam
    report = await help_.report()
    result = await person.click(help_.card(), label=EN.claim)
    assert result.acknowledged
    assert (await help_.of(report.id)).staff_id == person.id
    assert f"<@{person.id}> is looking at it" in shown(help_.card())
    assert labels(help_.card()) == [EN.take_over, EN.answer, EN.ask_back, EN.resolve, EN.duplicate]


async def test_who_lost_the_staff_role_since_opening_a_form_says_nothing_with_it(help_: Helpdesk) -> None:
    report = await help_.report()
    form = await help_.dana.click(help_.card(), label=EN.answer)
    await help_.records.servers.change(help_.town.guild.id, staff_role_id=None)
    told = private(await help_.dana.submit_modal(form, {"text": "late"}))
    assert told.content == office.NOT_STAFF["en"]
    assert not await help_.records.reports.notes(report.id)


async def test_the_second_of_two_who_claim_at_once_is_told_who_was_first(help_: Helpdesk) -> None:
    report, screen = await help_.report(), Screen(help_)
    assert not await screen.press(help_.dana, EN.claim)
    assert await screen.press(help_.town.sam, EN.claim) == [EN.taken.format(staff=f"<@{help_.dana.id}>")]
    assert (await help_.of(report.id)).staff_id == help_.dana.id


async def test_a_report_is_taken_over_on_purpose(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.dana.click(help_.card(), label=EN.claim)
    await help_.town.sam.click(help_.card(), label=EN.take_over)
    assert (await help_.of(report.id)).staff_id == help_.town.sam.id
    assert f"<@{help_.town.sam.id}> is looking at it" in shown(help_.card())


async def test_a_report_is_claimed_once_by_a_double_click(help_: Helpdesk) -> None:
    report, screen = await help_.report(), Screen(help_)
    assert not await screen.press(help_.dana, EN.claim)
    first = await help_.of(report.id)
    assert not await screen.press(help_.dana, EN.claim)
    assert (await help_.of(report.id)).changed_at == first.changed_at


async def test_an_answer_comes_as_a_reply_to_the_question_and_pings_the_asker_alone(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.say(help_.dana, EN.answer, "Use **v1**. @everyone")
    reply = help_.answer()
    assert reply.reference
    assert reply.reference.message_id == report.question_id
    assert "Use **v1**." in shown(reply)
    assert labels(reply) == ["Reply"]
    stored = help_.town.env.backend.get_message(reply.channel.id, reply.id)
    assert list(stored.ping_user_ids) == [help_.town.maya.id]
    assert not stored.mention_everyone
    assert (await help_.of(report.id)).state == "answered"
    assert r"> Use \*\*v1\*\*\." in shown(help_.card())
    assert CARD.states["answered"].split("·")[0].strip() in shown(help_.card())


async def test_an_answer_comes_in_the_askers_language(help_: Helpdesk) -> None:
    await help_.report(lang="zh")
    await help_.say(help_.dana, EN.answer, "请检查地址")
    assert "客服团队的回答" in shown(help_.answer())


async def test_a_question_of_staff_comes_to_the_asker_who_goes_on_from_there(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.say(help_.dana, EN.ask_back, "Which app?")
    reply = help_.answer()
    assert "Which app?" in shown(reply)
    assert (await help_.of(report.id)).state == "asked"
    form = await help_.town.maya.click(reply, label="Reply")
    await help_.town.maya.submit_modal(form, {"text": "Cherry `Studio`"})
    card, addition = help_.town.cards(help_.staff)
    assert addition.reference
    assert addition.reference.message_id == card.id
    assert "Cherry ˋStudioˋ" in shown(addition)
    assert "> Cherry" in shown(card)
    assert f"<@{help_.dana.id}> is looking at it" in shown(card)


async def test_a_key_in_an_answer_is_masked_before_it_is_stored_or_posted(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.say(help_.dana, EN.answer, f"Not {KEY} but a new one")
    (note,) = await help_.records.reports.notes(report.id)
    assert KEY not in note.text
    assert KEY not in shown(help_.answer())


async def test_the_same_form_sent_twice_is_one_answer(help_: Helpdesk) -> None:
    await help_.report()
    for _ in range(2):
        await help_.say(help_.dana, EN.answer, "Use v1.")
    assert len(help_.answers()) == 1


async def test_an_answer_of_blanks_is_none(help_: Helpdesk) -> None:
    await help_.report()
    result = await help_.say(help_.dana, EN.answer, "  \n ")
    assert [told.content for told in result.followups] == [EN.empty]
    assert not help_.answers()


async def test_a_resolved_report_is_folded_with_who_and_how_long_and_has_no_buttons(help_: Helpdesk) -> None:
    await help_.report()
    await help_.town.env.advance_time(2 * 3600 + 5 * 60)
    await help_.dana.click(help_.card(), label=EN.resolve)
    card = shown(help_.card())
    assert f"Resolved by <@{help_.dana.id}>" in card
    assert "after 2 h 5 min" in card
    assert "openai" not in card
    assert not labels(help_.card())


async def test_a_folded_card_goes_on_saying_whose_it_was_and_leads_to_their_question(help_: Helpdesk) -> None:
    report = await help_.report()
    await help_.dana.click(help_.card(), label=EN.resolve)
    link = f"https://discord.com/channels/{report.origin_guild_id}/{report.channel_id}/{report.card_id}"
    assert f"<@{help_.town.maya.id}> · <#{help_.town.support.id}> · [{CARD.open_link}]({link})" in shown(help_.card())
    await help_.records.people.erase(help_.town.maya.id)
    await help_.deliver()
    assert CARD.erased in shown(help_.card())
    assert f"<@{help_.town.maya.id}>" not in shown(help_.card())
    assert link not in shown(help_.card())


@pytest.mark.parametrize("label", [EN.claim, EN.answer, EN.ask_back, EN.resolve, EN.duplicate])
async def test_whoever_presses_a_button_of_a_closed_report_is_told_who_closed_it(help_: Helpdesk, label: str) -> None:
    await help_.report()
    screen = Screen(help_)
    assert not await screen.press(help_.dana, EN.resolve)
    assert await screen.press(help_.town.sam, label) == [EN.ended["resolved"].format(staff=f"<@{help_.dana.id}>")]


async def test_what_staff_said_takes_no_more_replies_once_the_report_is_closed(help_: Helpdesk) -> None:
    await help_.report()
    await help_.say(help_.dana, EN.ask_back, "Which app?")
    await help_.say(help_.dana, EN.answer, "Use v1.")
    assert [labels(said) for said in help_.answers()] == [["Reply"], ["Reply"]]
    await help_.dana.click(help_.card(), label=EN.resolve)
    assert [labels(said) for said in help_.answers()] == [[], []]
    assert ["Which app?" in shown(said) for said in help_.answers()] == [True, False]


async def test_an_answer_to_a_report_that_was_closed_meanwhile_is_not_posted(help_: Helpdesk) -> None:
    await help_.report()
    form = await help_.dana.click(help_.card(), label=EN.answer)
    await help_.town.sam.click(help_.card(), label=EN.resolve)
    (told,) = (await help_.dana.submit_modal(form, {"text": "late"})).followups
    assert told.content == EN.ended["resolved"].format(staff=f"<@{help_.town.sam.id}>")
    assert not help_.answers()


async def test_a_duplicate_is_closed_with_the_number_of_the_other_report(help_: Helpdesk) -> None:
    first = await help_.report(asker_id=help_.town.bob.id)
    report = await help_.report()
    card = help_.town.cards(help_.staff)[-1]
    form = await help_.dana.click(card, label=EN.duplicate)
    await help_.dana.submit_modal(form, {"text": f"#{first.id}"})
    assert (await help_.of(report.id)).duplicate_of == first.id
    assert f"Duplicate of report #{first.id}" in shown(help_.town.cards(help_.staff)[-1])


async def test_a_duplicate_of_no_other_report_of_the_server_is_refused(help_: Helpdesk) -> None:
    first = await help_.report(asker_id=help_.town.bob.id)
    elsewhere = await help_.store(asker_id=help_.town.sam.id, guild_id=1)
    second = await help_.report(asker_id=help_.dana.id)
    await help_.records.reports.close(second.id, "duplicate", help_.dana.id, first.id)
    withdrawn = await help_.report(asker_id=1)
    await help_.records.reports.close(withdrawn.id, "withdrawn", 1)
    report = await help_.report()
    refused = {
        str(report.id): EN.itself,
        "99": EN.no_report.format(number=99),
        str(elsewhere.id): EN.no_report.format(number=elsewhere.id),
        str(second.id): EN.chained.format(number=second.id, other=first.id),
        str(withdrawn.id): EN.closed.format(number=withdrawn.id),
        "twelve": EN.no_number.format(given="twelve"),
    }
    for given, why in refused.items():
        form = await help_.dana.click(help_.town.cards(help_.staff)[-1], label=EN.duplicate)
        (told,) = (await help_.dana.submit_modal(form, {"text": given})).followups
        assert told.content == why
    assert (await help_.of(report.id)).state == "open"


async def test_every_button_and_form_works_after_a_restart(help_: Helpdesk, start: Start) -> None:
    report = await help_.report()
    await help_.town.env.restart_bot(start())
    await help_.dana.click(help_.card(), label=EN.claim)
    form = await help_.dana.click(help_.card(), label=EN.answer)
    await help_.town.env.restart_bot(start())
    await help_.dana.submit_modal(form, {"text": "Use v1."})
    assert "Use v1." in shown(help_.answer())
    await help_.town.env.restart_bot(start())
    await help_.dana.click(help_.card(), label=EN.resolve)
    assert (await help_.of(report.id)).state == "resolved"


async def test_a_desk_that_fails_is_told_and_nothing_is_claimed(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await help_.report()

    async def fail(*_: object) -> None:
        raise DeskError("the database failed: locked")

    monkeypatch.setattr(help_.records.reports, "of", fail)
    result = await help_.dana.click(help_.card(), label=EN.claim)
    assert [told.content for told in result.followups] == [ANSWERS["en"].no_desk]


async def test_discord_is_answered_before_a_desk_that_takes_its_time(
    help_: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await help_.report()
    of, asked = help_.records.reports.of, asyncio.Event()

    async def slow(report_id: int) -> Report | None:
        sent = [entry.path for entry in help_.town.env.http_requests]
        assert sent[-1].endswith("/callback")
        asked.set()
        monkeypatch.setattr(help_.records.reports, "of", of)
        return await of(report_id)

    monkeypatch.setattr(help_.records.reports, "of", slow)
    await help_.dana.click(help_.card(), label=EN.resolve)
    assert asked.is_set()
    assert (await help_.of(report.id)).state == "resolved"


NOW = datetime(2026, 1, 8, tzinfo=UTC)


def full(state: State, lang: Language, length: int) -> StaffCard:
    text = "`*_~|>#[]()@<1> " * (length // 16 + 1)
    report = Report(
        id=10**9, guild_id=2**62, question_id=2**62, origin_guild_id=2**62, channel_id=2**62, card_id=2**62,
        asker_id=2**62, entry="503", case="no-channel", model=text[:100],
        facts=dict.fromkeys(WORDS[lang].facts, text[:1000]), findings=f"{text}\n" * 5, tried=text[:length],
        text=text[:length], lang=lang, state=state, staff_id=2**62, duplicate_of=10**9, created_at=NOW,
        claimed_at=NOW, closed_at=NOW + timedelta(days=3, hours=2, minutes=1), changed_at=NOW,
        staff_channel_id=2**62, staff_message_id=2**62,
    )  # fmt: skip
    notes = [
        Note(id=1, report_id=1, kind="addition", author_id=2**62, text="a\n" * 2000, created_at=NOW) for _ in range(9)
    ]
    return StaffCard(report=report, notes=notes, similar=10**4, heading="5" * 110, undelivered=True)


@pytest.mark.parametrize("length", [900, 1000, 4000])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", list(WORDS["en"].states))
def test_the_fullest_card_fits_into_discords_limits(state: State, lang: Language, length: int) -> None:
    card = full(state, lang, length)
    view = render(card, lang)
    assert sum(map(len, wrote(view))) <= 4000
    assert len(list(view.walk_children())) <= 40
    assert len(files(card.report)) == (state in {"open", "claimed", "asked", "answered"})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_and_titles_fit_into_discords_limits(lang: Language) -> None:
    words, longest = staff_words.WORDS[lang], 10**9
    for label in (words.claim, words.take_over, words.answer, words.ask_back, words.resolve, words.duplicate):
        assert len(label) <= 80
    for title in (words.answer_title, words.ask_title, words.duplicate_title):
        assert len(title.format(number=longest)) <= 45
    for label in (words.answer_label, words.ask_label, words.duplicate_label):
        assert len(label) <= 45
    for hint in (words.answer_hint, words.ask_hint, words.duplicate_hint):
        assert len(hint) <= 100


def test_no_button_or_form_has_a_prefix_of_anothers() -> None:
    names = [f"{item.name}:" for item in (*BUTTONS, *CONTROLS)]
    assert not any(one.startswith(other) or other.startswith(one) for one, other in combinations(names, 2))
    assert {AnswerForm, AskForm, DuplicateForm} <= set(office.FORMS.values())
