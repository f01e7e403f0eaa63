from __future__ import annotations

import re
from datetime import timedelta

import discord
import pytest
from simcord.builders import ChannelHandle

from bot.chat.cards.card import digest
from bot.chat.client import Desk
from bot.chat.learning.incident_words import WORDS as INCIDENT
from bot.chat.surfaces.manners import WORDS, lead, lead_to_added, link
from bot.chat.words import WORDS as CARD
from bot.desk.answers import Remembered
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language, Meaning
from tests.chat.board import Board
from tests.chat.conftest import Pause
from tests.chat.surfaces.lines import desk, is_card, is_link, members, repeats, replied_to, sent, thread_of
from tests.chat.town import ERROR, KEY, Town, labels, shown

EN = CARD["en"]
OTHER = "Error code: 503 - Service Unavailable"
CHINESE = f"请问这个报错是什么意思？{ERROR}"
MINUTE = 60
WINDOW = 10 * MINUTE
HOUR = 3600


# One answer per problem


async def test_the_same_error_of_somebody_else_in_the_channel_leads_to_the_card_that_is_there(
    town: Town, pause: Pause
) -> None:
    await town.maya.send(town.support, ERROR)
    await pause()
    question = await town.bob.send(town.support, f"me too: {ERROR}")
    card, line = town.cards()
    assert is_card(card)
    assert is_link(line, card)
    assert replied_to(line) == question.id
    assert town.env.backend.get_message(town.support.id, line.id).ping_user_ids == []


async def test_the_same_error_of_the_same_person_leads_to_their_card_once_and_then_no_more(
    town: Town, pause: Pause
) -> None:
    await town.maya.send(town.support, ERROR)
    for _ in range(3):
        await town.env.advance_time(90)
        await pause()
        await town.maya.send(town.support, f"still: {ERROR}")
    card, line = town.cards()
    assert is_link(line, card)


async def test_more_of_the_same_within_a_minute_is_no_new_question_and_a_second_try_is(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, f"it says {ERROR}")
    assert len(town.cards()) == 1
    for _ in range(3):
        await town.maya.send(town.support, ERROR)
    card, line = town.cards()
    assert is_link(line, card)


@pytest.mark.parametrize(
    "said",
    [f"still the same: {ERROR}", "still same 429", "it still doesn't work, 429", "still getting 429 errors", "还是429"],
)
async def test_who_says_right_after_the_card_that_it_is_still_so_is_told_once_what_leads_on(
    town: Town, said: str
) -> None:
    await town.maya.send(town.support, ERROR)
    for _ in range(3):
        await town.maya.send(town.support, said)
    card, line = town.cards()
    assert is_link(line, card)
    lang: Language = "zh" if "还" in said else "en"
    assert shown(line) == WORDS[lang].own.format(link=card.jump_url)
    assert {EN.not_solved, EN.to_support} <= set(labels(card))


async def test_who_asks_in_a_direct_message_whether_it_is_still_so_is_led_back_each_time(town: Town) -> None:
    await town.maya.send_dm(ERROR)
    for _ in range(2):
        await town.maya.send_dm("still the same 429")
    channel = town.maya.user.dm_channel
    card, *lines = town.cards(channel)
    assert [is_link(line, card) for line in lines] == [True, True]


async def test_who_was_led_to_a_card_and_says_that_it_is_still_so_has_the_way_there_before_their_eyes(
    town: Town,
) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.bob.send(town.support, "still the same 429")
    card, line = town.cards()
    assert is_link(line, card)


async def test_that_others_were_led_to_a_card_does_not_keep_its_asker_from_being_led_back(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.maya.send(town.support, "still the same 429")
    assert [is_link(line, town.cards()[0]) for line in town.cards()[1:]] == [True, True]


async def test_in_a_busy_channel_nobody_is_led_back(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    with town.env.time_context():
        while not desk(town).limits.take(channel=town.support.id):
            pass
    await town.maya.send(town.support, "still the same 429")
    assert is_card(town.card())


async def test_the_line_of_one_who_says_that_it_is_still_so_leads_to_the_card_of_a_narrower_case(town: Town) -> None:
    await town.maya.send(town.support, "HTTP 403: This token has no access to model gpt-5")
    assert desk(town).assistant.ask("HTTP 403: This token has no access to model gpt-5").case
    await town.maya.send(town.support, "still same 403")
    card, line = town.cards()
    assert is_link(line, card)


@pytest.mark.parametrize(
    "said", ["maybe still 429", "still 429 lines left", "it's the same 429 as yesterday", "不一样的429", "429不太一样"]
)
async def test_what_only_sounds_like_it_gets_no_line(town: Town, said: str) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, said)
    assert is_card(town.card())


async def test_that_it_still_does_not_work_is_no_guess_where_the_message_alone_would_get_no_answer(
    town: Town,
) -> None:
    assert not desk(town).assistant.ask("still won't work 429").speaks
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, "still won't work 429")
    card, line = town.cards()
    assert is_link(line, card)


async def test_who_has_no_card_and_whom_a_moderator_has_left_alone_is_not_told_what_leads_on(town: Town) -> None:
    await town.bob.send(town.support, "still same 429")
    assert not town.cards()
    await town.maya.send(town.support, ERROR)
    with town.env.time_context():
        until = discord.utils.utcnow() + timedelta(minutes=5)
    records = desk(town).records
    assert records is not None
    await records.servers.hush(town.guild.id, str(town.support.id), until)
    await town.maya.send(town.support, "still same 429")
    assert is_card(town.card())


async def test_a_fact_that_follows_the_same_message_twice_stands_on_the_one_card(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.support, "model is gpt-4o")
    card, line = town.cards()
    assert "`gpt-4o`" in shown(card)
    assert is_link(line, card)


async def test_a_fact_from_somebody_who_was_only_led_to_a_card_gives_them_one_of_their_own(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.bob.send(town.support, "model is gpt-4o")
    card, own = town.cards()
    assert "gpt-4o" not in shown(card)
    assert "`gpt-4o`" in shown(own)
    assert is_card(own)
    assert len(sent(town)) == 2


async def test_after_the_window_it_is_answered_anew(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(WINDOW - 1)
    await town.bob.send(town.support, ERROR)
    await town.env.advance_time(2)
    await town.sam.send(town.support, ERROR)
    first, line, second = town.cards()
    assert is_link(line, first)
    assert is_card(second)


async def test_a_server_may_set_the_window_and_do_without_it(town: Town) -> None:
    await repeats(town, 60)
    await town.maya.send(town.support, ERROR)
    await town.env.advance_time(59 * MINUTE)
    await town.bob.send(town.support, ERROR)
    await repeats(town, 0)
    await town.sam.send(town.support, ERROR)
    assert [is_card(message) for message in town.cards()] == [True, False, True]


@pytest.mark.parametrize(
    "said",
    [
        OTHER,
        f"{ERROR} with model gpt-4o",
        f"{ERROR} base_url: https://api.4allapi.com",
        f"{ERROR} base_url: https://api.4allapi.com/v1/v1/chat/completions",
        CHINESE,
    ],
    ids=["error", "model", "address", "finding", "language"],
)
async def test_what_is_another_problem_or_brings_something_new_is_answered_at_once(town: Town, said: str) -> None:
    await town.maya.send(town.support, f"What is this? {ERROR}")
    await town.bob.send(town.support, said)
    assert [is_card(message) for message in town.cards()] == [True, True]
    await town.sam.send(town.support, said)
    assert is_link(town.cards()[2], town.cards()[1])


async def test_who_brings_less_than_the_card_has_is_led_to_it(town: Town) -> None:
    await town.maya.send(town.support, f"{ERROR} with model gpt-4o")
    await town.bob.send(town.support, ERROR)
    card, line = town.cards()
    assert is_link(line, card)


async def test_the_line_names_the_error_and_tells_where_in_the_readers_language(town: Town) -> None:
    english = f"What does this mean? {ERROR}"
    for asker, text in zip(members(town, 4), (english, CHINESE) * 2, strict=True):
        await asker.send(town.support, text)
    cards = town.cards()
    for card, line, lang in zip(cards[:2], cards[2:], LANGUAGES, strict=True):
        title = shown(card).splitlines()[0].removeprefix("### ")
        assert shown(line) == WORDS[lang].line.format(title=title, link=card.jump_url)


def test_the_line_is_short_in_every_language_and_for_every_error(knowledge: Knowledge, simcord_bot: Desk) -> None:
    known = Remembered(
        question_id=2**63 - 1, guild_id=2**63 - 1, channel_id=2**63 - 1, card_id=2**63 - 1, asker_id=1, entry="429",
        case=None, model=None, lang="en", digest="", asked=False, dismissed=False, created_at=discord.utils.utcnow(),
    )  # fmt: skip
    for meaning in knowledge.meanings():
        for lang in LANGUAGES:
            answer = simcord_bot.explain(meaning, lang)
            views = [*(lead(known, answer, own=own) for own in (False, True)), lead_to_added(known, lang)]
            for (line,) in (view.children for view in views):
                assert isinstance(line, discord.ui.TextDisplay)
                assert line.content.startswith("-# ↪ ")
                read = line.content.replace(link(known), "# support")  # as Discord shows it
                assert len(read) <= 100
                assert not re.search("[:：]", read.replace(answer.heading, ""))


async def test_a_line_in_an_incident_says_that_others_see_it_too_and_is_the_same_line(town: Town) -> None:
    records = desk(town).records
    assert records is not None
    await records.servers.change(town.guild.id, incident_people=3)
    for asker in (town.maya, town.bob, town.sam):  # the last of them makes it an incident
        await asker.send(town.support, ERROR)
    card, before, after = town.cards()
    assert is_link(before, card)
    incident, line = shown(after).splitlines()
    assert incident.startswith(INCIDENT["en"].others.partition("{")[0])
    assert line == shown(before)


def test_that_others_see_it_too_makes_no_other_line(simcord_bot: Desk) -> None:
    known = Remembered(
        question_id=1, guild_id=2, channel_id=3, card_id=4, asker_id=1, entry="429", case=None, model=None, lang="en",
        digest="", asked=False, dismissed=False, created_at=discord.utils.utcnow(),
    )  # fmt: skip
    answer = simcord_bot.explain(Meaning("429"), "en")
    assert digest(lead(known, answer)) == digest(lead(known, answer, "👥 Others"))


# Who and where


async def test_the_same_person_is_led_across_the_channels_of_a_server_and_others_are_not(
    town: Town, more: ChannelHandle
) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(more, ERROR)
    await town.bob.send(more, ERROR)
    line, card = town.cards(more)
    assert is_link(line, town.card())
    assert is_card(card)


async def test_of_two_cards_the_one_in_the_same_channel_is_led_to(town: Town, more: ChannelHandle) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.send(more, f"{ERROR} model: gpt-4o")
    await town.env.advance_time(2 * MINUTE)
    await town.maya.send(town.support, ERROR)
    here, line = town.cards()
    assert is_link(line, here)


async def test_nothing_of_one_server_or_of_direct_messages_is_seen_in_another(town: Town) -> None:
    guild = town.env.create_guild()
    support = guild.create_text_channel("support")
    maya = guild.add_member(town.maya.user)
    await town.maya.send(town.support, ERROR)
    await maya.send(support, ERROR)
    await town.maya.send_dm(ERROR)
    await town.bob.send_dm(ERROR)
    channels = (town.support, support, town.maya.user.dm_channel, town.bob.user.dm_channel)
    for channel in channels:
        assert is_card(town.card(channel))


async def test_a_direct_message_is_led_each_time_it_says_the_same(town: Town) -> None:
    for _ in range(3):
        await town.maya.send_dm(ERROR)
        await town.env.advance_time(2 * MINUTE)
    card, *lines = town.cards(town.maya.user.dm_channel)
    assert [f"/channels/@me/{card.channel.id}/{card.id}" in shown(line) for line in lines] == [True, True]


async def test_an_answer_in_another_language_is_answered_and_both_have_their_lines(town: Town) -> None:
    english = f"What does this mean? {ERROR}"
    for text in (english, CHINESE, CHINESE, english):
        await town.maya.send(town.support, text)
        await town.env.advance_time(2 * MINUTE)
    card, chinese, to_chinese, to_english = town.cards()
    assert is_link(to_chinese, chinese)
    assert is_link(to_english, card)


async def test_a_thread_that_has_the_card_is_silent_and_a_call_is_led(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    thread = await thread_of(town, question)
    await town.bob.send(thread, ERROR)
    await town.env.advance_time(HOUR)
    await town.bob.send(thread, ERROR)
    assert not town.cards(thread)
    await town.bob.send(thread, f"{town.mention} {ERROR}")
    assert is_link(town.card(thread), town.card())
    await town.bob.send(thread, OTHER)
    assert is_card(town.cards(thread)[-1])


async def test_in_a_thread_without_the_card_its_author_is_led_and_anybody_else_answered(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    thread = await thread_of(town)
    await town.maya.send(thread, ERROR)
    assert is_link(town.card(thread), town.card())
    await town.bob.send(thread, ERROR)
    assert is_card(town.cards(thread)[-1])
    await town.sam.send(thread, ERROR)
    assert len(town.cards(thread)) == 2


async def test_a_line_in_a_thread_to_a_card_that_its_author_dismissed_goes(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    thread = await thread_of(town)
    await town.maya.send(thread, ERROR)
    await town.maya.click(town.card(), label=EN.dismiss)
    assert not town.cards(thread)


async def test_each_post_has_its_card_and_is_silent_after_that(town: Town) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    posts = [await board.post(asker, "Please help", ERROR) for asker in (town.maya, town.bob)]
    for post in posts:
        await town.sam.send(post, ERROR)
        assert is_card(town.card(post))
    again = await board.post(town.maya, "Please", ERROR)
    assert is_link(town.card(again), town.card(posts[0]))


async def test_a_forwarded_error_is_the_same_error(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.bob.forward(question, town.support)
    assert is_link(town.cards()[1], town.cards()[0])


async def test_a_reply_to_a_card_with_the_same_error_is_led_once(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    for _ in range(2):
        await town.bob.send(town.support, ERROR, reply_to=town.cards()[0])
    assert [is_card(message) for message in town.cards()] == [True, False]


async def test_a_webhook_that_repeats_itself_gets_no_line_and_people_are_led_to_its_card(town: Town) -> None:
    records = desk(town).records
    assert records is not None
    hook = town.guild.create_webhook(town.support)
    await records.servers.change(town.guild.id, webhooks=[hook.id])
    for _ in range(3):
        await hook.send(ERROR)
    assert len(sent(town)) == 1
    await town.bob.send(town.support, ERROR)
    assert len(sent(town)) == 2


async def test_other_bots_and_system_messages_get_nothing(town: Town) -> None:
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(town.support, ERROR)
    stored = town.env.backend.prepare_message(town.support.id, town.maya.id, ERROR)
    stored.type = discord.MessageType.pins_add.value
    town.env.backend.commit_message(stored)
    await town.env.settle()
    assert not sent(town)


# What quotes us


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_a_quote_of_our_card_or_report_is_not_heard_and_one_with_a_key_is_warned_of(
    town: Town, lang: Language
) -> None:
    words = CARD[lang]
    card = f"429 · Too many requests\n{ERROR}\n{words.source} · 429"
    report = (
        f"{words.report_names['error']}{words.colon}429\n{words.report_names['time']}{words.colon}2026-01-08\n{ERROR}"
    )
    for text in (card, report, f"> {report}".replace("\n", "\n> "), f"```\n{report}\n```"):
        await town.maya.send(town.support, text)
    assert not sent(town)
    await town.maya.send(town.support, f"{report}\n{KEY}")
    assert words.key_posted in town.reply() or CARD["en"].key_posted in town.reply()


async def test_one_who_asks_about_a_quote_is_answered(town: Town) -> None:
    await town.maya.send(town.support, f"{town.mention} {ERROR}\n{EN.source} · 429")
    assert "### 429 · " in town.reply()


# Keys


async def test_a_key_is_warned_of_each_time_and_never_only_led(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    for _ in range(2):
        await town.bob.send(town.support, f"{ERROR} {KEY}")
    assert [EN.key_posted in text for text in town.replies()] == [False, True, True]


# Never more than one


async def test_one_event_never_brings_more_than_one_message(town: Town) -> None:
    def gained(before: list[int]) -> int:
        before.append(len(sent(town)))
        return before[-1] - before[-2]

    count = [0]
    first = await town.maya.send(town.support, ERROR)
    assert gained(count) == 1
    second = await town.maya.send(town.support, f"it is {ERROR} with model gpt-4o")
    assert gained(count) == 0
    third = await town.maya.send(town.support, f"model is gpt-4o, {ERROR}")
    assert gained(count) == 0
    assert town.card()
    await town.bob.send(town.support, f"{ERROR} model gpt-4o")
    assert gained(count) == 1
    await town.maya.delete(first)
    assert gained(count) <= 1
    await town.maya.edit(second, OTHER)
    assert gained(count) <= 1
    await town.maya.delete(third)
    assert gained(count) <= 1
    await town.sam.send(town.support, f"{ERROR} {OTHER} {KEY}")
    assert gained(count) == 1
