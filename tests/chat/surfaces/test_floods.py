from __future__ import annotations

from datetime import timedelta

import pytest
from simcord.builders import ChannelHandle

from bot.chat.surfaces.manners import KEYS, LED
from bot.chat.words import WORDS as CARD
from bot.desk.database import DeskError
from bot.settings import Settings
from tests.chat.conftest import Start
from tests.chat.surfaces.lines import answers, desk, is_card, is_link, members, replied_to, sent
from tests.chat.town import ERROR, KEY, Town, private, public, shown

EN = CARD["en"]
OTHER = "Error code: 503 - Service Unavailable"
MINUTE = 60
TOO_MANY = EN.too_many.partition("{")[0]


# A raid, a flood


async def test_of_a_raid_of_identical_pastes_there_is_one_card_and_a_few_lines_and_the_team_hears_of_it(
    town: Town,
) -> None:
    records = desk(town).records
    assert records is not None
    staff = town.guild.create_text_channel("team")
    await records.servers.change(town.guild.id, staff_channel_id=staff.id)
    crowd = members(town, 60)
    for member in crowd:
        await member.send(town.support, ERROR)
        await town.env.advance_time(1)
    card, *lines = town.cards()
    assert is_card(card)
    assert len(lines) == LED
    assert all(shown(line).splitlines()[-1].endswith(card.jump_url) for line in lines)
    assert "Several people" in town.reply(staff)
    assert await records.questions.people(town.guild.id, "429", None, timedelta(minutes=5)) == 60
    assert desk(town).counters.silent["repeated"] == 59
    assert not sent(town, "DELETE")


async def test_who_has_ever_other_errors_gets_six_answers_in_a_minute(town: Town) -> None:
    for number in range(20):
        await town.maya.send(town.support, f"{ERROR} model: gpt-{number}")
    assert len(sent(town)) == 6
    await town.bob.send(town.support, OTHER)
    assert len(sent(town)) == 7
    await town.env.advance_time(10)
    await town.maya.send(town.support, f"{ERROR} model: gpt-99")
    await town.maya.send(town.support, f"{ERROR} model: gpt-98")
    assert len(sent(town)) == 8
    assert desk(town).counters.silent["limited"] == 15


async def test_thirty_people_with_thirty_errors_get_twenty_answers_and_another_channel_is_free(
    town: Town, more: ChannelHandle
) -> None:
    for number, member in enumerate(members(town, 30)):
        await member.send(town.support, f"{ERROR} model: gpt-{number}")
    assert len(town.cards()) == 20
    await town.maya.send(more, ERROR)
    assert len(town.cards(more)) == 1


async def test_a_server_with_many_channels_has_sixty(town: Town) -> None:
    names = [f"help{number}" for number in range(4)]
    channels = [town.guild.create_text_channel(name) for name in names]
    town.desk.settings = Settings(support_channels=frozenset(names), database_url=town.desk.settings.database_url)
    crowd = members(town, 17)
    for number, member in enumerate(crowd):
        for place, channel in enumerate(channels):
            await member.send(channel, f"{ERROR} model: gpt-{number}{place}")
    assert len(sent(town)) == 60


async def test_over_the_limit_a_mention_is_not_answered_either(town: Town) -> None:
    for number in range(8):
        await town.maya.send(town.general, f"{town.mention} {ERROR} model: gpt-{number}")
    assert len(sent(town)) == 6


async def test_a_mention_is_led_each_time_and_counts_for_the_limit(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    for _ in range(9):
        await town.bob.send(town.support, f"{town.mention} {ERROR}")
    card, *lines = town.cards()
    assert len(lines) == 6
    assert all(is_link(line, card) for line in lines)


async def test_in_direct_messages_one_over_the_limit_gets_a_sign_and_a_flood_gets_few(town: Town) -> None:
    for number in range(40):
        await town.maya.send_dm(f"{ERROR} model: gpt-{number}")
    channel = town.maya.user.dm_channel
    assert len(town.cards(channel)) == 6
    marked = [[reaction.emoji for reaction in message.reactions] for message in channel.history()]
    assert marked.count(["⏳"]) == 6


async def test_a_key_is_warned_of_where_all_answers_are_used_up(town: Town) -> None:
    for number, member in enumerate(members(town, 20)):
        await member.send(town.support, f"{ERROR} model: gpt-{number}")
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 20
    await town.maya.send(town.support, f"{ERROR} {KEY}")
    await town.bob.send(town.support, attachments=[("message.txt", f"my key is {KEY}".encode())])
    assert [EN.key_posted in text for text in town.replies()[20:]] == [True, True]


async def test_false_keys_make_no_flood_and_leave_the_answers_of_others_as_they_are(town: Town) -> None:
    for _ in range(10):
        await town.maya.send(town.support, f"my key is {KEY}")
    assert len(town.cards()) == KEYS["person"]
    for member in members(town, 40):
        await member.send(town.support, f"my key is {KEY}")
    assert len(town.cards()) == KEYS["channel"]
    await town.bob.send(town.support, ERROR)
    assert "### 429 · " in town.replies()[-1]
    assert len(town.cards()) == KEYS["channel"] + 1


async def test_in_a_server_there_are_only_so_many_warnings_of_keys_whoever_posts_them(
    town: Town, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KEYS, "server", 2)
    await town.env.restart_bot(start())
    for member in members(town, 4):
        await member.send(town.support, f"my key is {KEY}")
    assert len(town.cards()) == 2


@pytest.mark.parametrize("command", ["privacy", "status"])
async def test_what_is_no_answer_is_neither_counted_nor_refused(town: Town, command: str) -> None:
    for _ in range(8):
        assert not shown(private(await town.maya.slash(town.general, command))).startswith(TOO_MANY)
    for _ in range(6):
        assert "### 429" in shown(private(await town.maya.slash(town.general, "error", code="429")))
    assert not shown(private(await town.maya.slash(town.general, command))).startswith(TOO_MANY)


@pytest.mark.parametrize("command", ["error", "models"])
async def test_commands_over_the_limit_get_a_line_that_only_their_user_sees(town: Town, command: str) -> None:
    options = {"code": "429"} if command == "error" else {"name": "gpt-5"}
    for _ in range(6):
        await town.maya.slash(town.general, command, **options)
    told = private(await town.maya.slash(town.general, command, **options))
    assert shown(told) == EN.too_many.format(seconds=10)
    assert "### 429" in shown(private(await town.bob.slash(town.general, "error", code="429")))
    await town.env.advance_time(10)
    told = private(await town.maya.slash(town.general, command, **options))
    assert not shown(told).startswith(EN.too_many.partition("{")[0])


async def test_what_a_line_cannot_be_told_is_no_error(town: Town) -> None:
    for _ in range(6):
        await town.maya.slash(town.general, "error", code="429")
    town.env.inject_error("POST", "/interactions/*/callback", status=500)
    await town.maya.slash(town.general, "error", code="429")
    assert not town.env.errors


async def test_who_moderates_may_answer_as_many_as_there_are(town: Town) -> None:
    for number in range(30):
        assert public(await town.sam.slash(town.support, "error", code=f"429 model: gpt-{number}"))


async def test_in_a_busy_channel_a_command_is_answered_to_its_user_alone(town: Town) -> None:
    for number, member in enumerate(members(town, 20)):
        await member.send(town.support, f"{ERROR} model: gpt-{number}")
    assert "### 503" in shown(private(await town.maya.slash(town.support, "error", code="503")))
    assert private(await town.maya.slash(town.support, "models", name="gpt-5"))
    told = private(await town.maya.slash(town.support, "error", code="503", to=town.bob.user))
    assert shown(told).startswith(EN.too_many.partition("{")[0])
    assert town.bob.mention not in shown(told)
    assert len(town.cards()) == 20


async def test_a_private_answer_cannot_be_posted_into_a_busy_channel(town: Town) -> None:
    told = private(await town.maya.slash(town.general, "error", code="503"))
    assert not desk(town).limits.take(channel=town.general.id)
    for _ in range(19):
        desk(town).limits.take(channel=town.general.id)
    clicked = await town.maya.click(told, label=EN.post_here)
    assert shown(private(clicked)) == EN.too_many.format(seconds=3)
    assert not town.cards(town.general)


async def test_autocompletion_is_not_counted(town: Town) -> None:
    for _ in range(20):
        assert await town.maya.autocomplete(town.support, "error", "code", "429")
    assert "### 429" in shown(public(await town.maya.slash(town.support, "error", code="429")))


# Edits of what was passed over


async def test_edits_of_messages_that_were_too_many_do_not_flood(town: Town) -> None:
    questions = [await town.maya.send(town.support, f"{ERROR} model: gpt-{number}") for number in range(12)]
    assert len(sent(town)) == 6
    for number, question in enumerate(questions[6:]):
        await town.maya.edit(question, f"{ERROR} model: gpt-{100 + number}")
        await town.maya.edit(question, f"{ERROR} model: gpt-{200 + number}")
    assert len(sent(town)) == 6


async def test_edits_of_messages_that_were_passed_over_as_repeated_bring_nothing(town: Town) -> None:
    questions = [(member, await member.send(town.support, ERROR)) for member in members(town, LED + 4)]
    for member, question in questions:
        await member.edit(question, f"{ERROR} please help")
    assert len(sent(town)) == 1 + LED
    assert not sent(town, "PATCH")


async def test_an_edit_that_makes_a_passed_over_message_another_problem_is_answered(town: Town) -> None:
    questions = [(member, await member.send(town.support, ERROR)) for member in members(town, LED + 2)]
    member, question = questions[-1]
    await member.edit(question, OTHER)
    assert "### 503 · " in town.replies()[-1]
    assert replied_to(town.cards()[-1]) == question.id


async def test_a_pinned_message_brings_no_card_and_keeps_the_one_that_it_has(town: Town) -> None:
    rules = await town.sam.send(town.support, "Rules: paste the whole error")
    await town.sam.set_pinned(rules, pinned=True)
    await town.sam.edit(rules, f"Rules: paste the whole error, such as {ERROR}")
    assert not town.cards()
    question = await town.maya.send(town.support, ERROR)
    await town.sam.set_pinned(question, pinned=True)
    assert len(town.cards()) == 1


# Without the desk


async def test_while_the_desk_is_away_each_is_answered_up_to_the_limits_and_then_led_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise DeskError("the database failed: disk full")

    question = await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    with monkeypatch.context() as patch:
        for name in ("lately", "repeats_of", "of_question", "of_questions", "all_of_card", "of_card"):
            patch.setattr(answers(town), name, fails)
        for member in members(town, 30):
            await member.send(town.support, ERROR)
        assert len(town.cards()) == 20
        await town.maya.edit(question, OTHER)
    await town.env.advance_time(MINUTE)
    await town.sam.send(town.support, ERROR)
    assert is_link(town.cards()[-1])
    assert not town.env.errors
