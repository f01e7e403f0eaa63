from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, UserHandle

from bot.chat.cards.card import key_gone
from bot.chat.client import Desk
from bot.chat.servers import quiet
from bot.chat.servers.membership import refresh
from bot.chat.servers.quiet import SIGN, is_quiet
from bot.chat.servers.quiet_words import WORDS as QUIET
from bot.chat.servers.setup_words import WORDS as SETUP
from bot.chat.words import WORDS
from bot.desk.database import DeskError
from bot.desk.records import Records
from bot.desk.servers import Servers
from tests.chat.board import Board
from tests.chat.conftest import Pause
from tests.chat.surfaces.lines import sent, thread_of
from tests.chat.surfaces.pictures import Pictures, picture
from tests.chat.town import ERROR, KEY, Town, choices, labels, private, public, shown
from tests.desk.faults import away

CARD, EN = WORDS["en"], QUIET["en"]
OTHER = "Error code: 503 - Service Unavailable"
MINUTE = 60
HALF_AN_HOUR = 30 * MINUTE
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def desk(town: Town) -> Desk:
    assert isinstance(town.env.bot, Desk)
    return town.env.bot


def records(town: Town) -> Records:
    found = desk(town).records
    assert found is not None
    return found


async def hush(who: MemberActor, channel: ChannelHandle, **options: Any) -> str:
    """Use the command, and return what it says to its user alone."""
    return shown(private(await who.slash(channel, "desk quiet", **options)))


async def open_to_all(town: Town) -> None:
    """Let everybody see the command, as the owner of a server may."""
    command = next(command for command in await desk(town).tree.fetch_commands() if command.name == "desk")
    town.guild.set_command_permissions(command, {town.guild.default_role: True})


# The names


@pytest.mark.parametrize(
    ("name", "heard", "asked"),
    [("1", True, True), ("2", True, True), ("3", True, True), ("2:1", True, False), ("3:1", True, False),
     ("4", False, False), ("4:1", False, False), ("2:4", False, False), ("1:2", False, False)],
)  # fmt: skip
def test_it_is_quiet_about_a_person_or_a_channel_and_about_a_person_in_a_channel_unless_they_ask(
    name: str, heard: bool, asked: bool
) -> None:
    place = SimpleNamespace(id=2, parent_id=3)
    told = {name: NOW + timedelta(seconds=1)}
    assert is_quiet(told, NOW, 1, place, asked=False) == heard
    assert is_quiet(told, NOW, 1, place, asked=True) == asked
    assert not is_quiet(told, NOW + timedelta(seconds=1), 1, place, asked=False)


# /desk quiet


async def test_a_moderator_has_a_channel_left_alone_for_half_an_hour(town: Town, pause: Pause) -> None:
    until = int((town.env.now() + timedelta(seconds=HALF_AN_HOUR)).timestamp())
    told = await hush(town.sam, town.support)
    assert told == EN.quiet.format(whom=town.support.mention, until=f"<t:{until}:t>")
    await pause()
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, f"{town.mention} {OTHER}")
    await town.bob.send(town.general, f"{town.mention} {OTHER}")
    assert not town.cards()
    assert len(town.cards(town.general)) == 1
    await town.env.advance_time(HALF_AN_HOUR)
    await town.maya.send(town.support, ERROR)
    assert len(town.cards()) == 1


async def test_a_moderator_has_a_person_left_alone_in_the_whole_server(town: Town, pause: Pause) -> None:
    told = await hush(town.sam, town.general, person=town.maya.user, minutes=5)
    assert town.maya.mention in told
    await pause()
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.general, f"{town.mention} {OTHER}")
    assert len(sent(town)) == 0
    await town.bob.send(town.support, ERROR)
    assert len(sent(town)) == 1
    await town.maya.send_dm(ERROR)
    assert len(town.cards(town.maya.user.dm_channel)) == 1
    await town.env.advance_time(5 * MINUTE)
    await town.maya.send(town.support, OTHER)
    assert len(town.cards()) == 2


async def test_no_minutes_end_it(town: Town, pause: Pause) -> None:
    await hush(town.sam, town.support)
    await hush(town.sam, town.support, person=town.maya.user)
    await pause()
    assert await hush(town.sam, town.support, minutes=0) == EN.over.format(whom=town.support.mention)
    await town.maya.send(town.support, ERROR)
    assert not town.cards()
    assert await hush(town.sam, town.support, person=town.maya.user, minutes=0) == EN.over.format(
        whom=town.maya.mention
    )
    await town.maya.send(town.support, ERROR)
    assert len(town.cards()) == 1


async def test_no_minutes_also_end_what_a_dismissed_card_began(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=CARD.dismiss)
    await hush(town.sam, town.general, person=town.maya.user, minutes=0)
    await town.maya.send(town.support, OTHER)
    assert "### 503 · " in town.reply()


async def test_to_have_the_bot_itself_quiet_is_to_have_the_channel_quiet(town: Town) -> None:
    me = UserHandle(town.env, town.env.backend.bot_user)
    assert town.support.mention in await hush(town.sam, town.support, person=me)
    await town.maya.send(town.support, ERROR)
    assert not town.cards()


async def test_in_a_thread_it_is_the_thread_and_in_its_channel_both(town: Town) -> None:
    thread = await thread_of(town)
    assert thread.mention in await hush(town.sam, thread)
    await town.maya.send(thread, ERROR)
    assert not town.cards(thread)
    await town.bob.send(town.support, ERROR)
    assert len(town.cards()) == 1
    await hush(town.sam, thread, minutes=0)
    await hush(town.sam, town.support)
    await town.maya.send(thread, OTHER)
    assert not town.cards(thread)


async def test_in_a_quiet_forum_no_post_is_answered(town: Town) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    first = await board.post(town.maya, "Please help", ERROR)
    await hush(town.sam, first)
    await town.bob.send(first, OTHER)
    assert len(town.cards(first)) == 1
    with town.env.time_context():
        await records(town).servers.hush(
            town.guild.id, str(board.forum.id), discord.utils.utcnow() + timedelta(minutes=5)
        )
    second = await board.post(town.bob, "Please help", OTHER)
    assert not town.cards(second)


async def test_what_lasts_for_half_a_day_is_told_with_its_date(town: Town) -> None:
    assert ":f>" in await hush(town.sam, town.support, minutes=24 * 60)


async def test_who_does_not_moderate_the_channel_cannot_have_it_quiet(town: Town) -> None:
    await open_to_all(town)
    role = town.guild.create_role("Guest", permissions=discord.Permissions(manage_messages=True))
    ada = town.guild.add_member(town.env.create_user("ada"), roles=[role])
    denied = discord.PermissionOverwrite(manage_messages=False)
    hall = town.guild.create_text_channel("hall", overwrites={role: denied})
    assert await hush(ada, hall) == await hush(town.maya, town.support) == EN.not_allowed
    assert not records(town).servers.of(town.guild.id).quiet
    assert town.support.mention in await hush(ada, town.support)


async def test_the_window_is_for_those_to_set_who_manage_the_server(town: Town) -> None:
    told = private(await town.sam.slash(town.support, "desk repeats", minutes=0))
    assert shown(told) == SETUP["en"].not_allowed
    owner = town.guild.create_role("Owner", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    ada = town.guild.add_member(town.env.create_user("ada"), roles=[owner])
    for minutes, words in ((25, EN.repeats), (0, EN.no_repeats)):
        told = private(await ada.slash(town.support, "desk repeats", minutes=minutes))
        assert shown(told) == words.format(minutes=minutes)
        assert records(town).servers.of(town.guild.id).repeat_minutes == minutes


@pytest.mark.usefixtures("chinese")
async def test_it_is_told_in_the_language_of_the_users_discord(town: Town) -> None:
    await open_to_all(town)
    assert "不再回复" in await hush(town.sam, town.support)
    assert await hush(town.sam, town.support, minutes=0) == QUIET["zh"].over.format(whom=town.support.mention)
    assert await hush(town.maya, town.support) == QUIET["zh"].not_allowed


async def test_what_was_not_quiet_is_not_said_to_be_over(town: Town) -> None:
    nothing = EN.not_quiet.format(whom=town.support.mention)
    assert await hush(town.sam, town.support, minutes=0) == nothing
    assert await hush(town.sam, town.general, minutes=0, person=town.maya.user) == EN.not_quiet.format(
        whom=town.maya.mention
    )
    await hush(town.sam, town.support, minutes=5)
    await town.env.advance_time(5 * MINUTE)
    assert await hush(town.sam, town.support, minutes=0) == nothing


async def test_what_is_quiet_by_another_process_is_ended_as_well(town: Town) -> None:
    database = desk(town)._database
    assert database
    with town.env.time_context():
        until = discord.utils.utcnow() + timedelta(minutes=5)
        await Servers(database, discord.utils.utcnow).hush(town.guild.id, str(town.support.id), until)
    assert await hush(town.sam, town.support, minutes=0) == EN.over.format(whom=town.support.mention)


async def test_who_is_left_alone_in_a_channel_only_is_answered_again_there(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=CARD.dismiss)
    told = await hush(town.sam, town.general, minutes=0, person=town.maya.user)
    assert told == EN.over.format(whom=town.maya.mention)


async def test_in_a_thread_it_is_not_said_to_be_over_as_long_as_its_channel_is_quiet(town: Town) -> None:
    await hush(town.sam, town.support, minutes=5)
    thread = await thread_of(town)
    told = await hush(town.sam, thread, minutes=0)
    assert told.startswith(EN.quiet_around.partition("{until}")[0].format(where=town.support.mention))
    await town.maya.send(thread, ERROR)
    assert not town.cards(thread)
    await hush(town.sam, town.support, minutes=0)
    assert await hush(town.sam, thread, minutes=0) == EN.not_quiet.format(whom=thread.mention)


# What is said all the same


async def test_a_leaked_key_is_warned_of_wherever_it_is_quiet(town: Town) -> None:
    await hush(town.sam, town.support)
    await hush(town.sam, town.support, person=town.maya.user)
    await town.maya.send(town.support, f"{ERROR} {KEY}")
    await town.maya.send(town.support, attachments=[("message.txt", f"my key is {KEY}".encode())])
    assert [CARD.key_posted in text for text in town.replies()] == [True, True]
    assert not any(KEY in text for text in town.replies())


@pytest.mark.parametrize("text", [f"{ERROR} {KEY}", f"<@1> {ERROR} {KEY}", KEY])
@pytest.mark.parametrize("whom", ["channel", "person"])
async def test_of_an_error_with_a_key_nothing_but_the_key_is_spoken_of_where_it_is_quiet(
    town: Town, whom: str, text: str
) -> None:
    await hush(town.sam, town.support, **({"person": town.maya.user} if whom == "person" else {}))
    await town.maya.send(town.support, text.replace("<@1>", town.mention))
    assert CARD.key_posted in town.reply()
    assert "### 429 · " not in town.reply()
    assert labels(town.card()) == [CARD.dismiss]
    assert not choices(town.card())


async def test_a_file_with_an_error_adds_nothing_to_the_warning_of_a_key_where_it_is_quiet(town: Town) -> None:
    await hush(town.sam, town.support)
    question = await town.maya.send(town.support, f"oops {KEY}", attachments=[("message.txt", ERROR.encode())])
    assert labels(town.card()) == [CARD.dismiss]
    await town.maya.edit(question, f"{ERROR} {KEY}")
    assert labels(town.card()) == [CARD.dismiss]


async def test_a_key_that_is_edited_out_where_it_is_quiet_leaves_its_line_alone(town: Town) -> None:
    await hush(town.sam, town.support)
    question = await town.maya.send(town.support, f"{ERROR} {KEY}")
    await town.maya.edit(question, ERROR)
    assert town.reply() == key_gone("en")
    await hush(town.sam, town.support, minutes=0)
    await town.maya.edit(question, f"please: {ERROR}")
    assert town.reply().startswith(f"{key_gone('en')}\n### 429 · ")


async def test_a_key_that_comes_to_a_line_where_it_is_quiet_is_all_that_is_spoken_of(town: Town) -> None:
    await town.sam.send(town.support, ERROR)
    question = await town.maya.send(town.support, ERROR)
    await hush(town.sam, town.support)
    await town.maya.edit(question, f"{ERROR} {KEY}")
    assert CARD.key_posted in town.replies()[1]
    assert labels(town.cards()[1]) == [CARD.dismiss]


async def test_an_error_with_a_key_counts_where_it_is_quiet_as_any_other(town: Town) -> None:
    await hush(town.sam, town.support)
    await town.maya.send(town.support, f"{ERROR} {KEY}")
    assert (await records(town).questions.stats(town.guild.id, timedelta(days=1))).entries == (("429", 1),)


async def test_pictures_are_not_read_where_it_is_quiet(town: Town) -> None:
    desk(town).files.pictures = read = Pictures({"a.png": ERROR})
    await hush(town.sam, town.support)
    await town.maya.send(town.support, "look", attachments=[("a.png", picture("a.png"))])
    await town.maya.send(town.support, f"{town.mention} look", attachments=[("a.png", picture("a.png"))])
    assert read.read_so_far == []


@pytest.mark.parametrize("command", ["error", "models"])
async def test_commands_are_answered_to_their_user_alone(town: Town, command: str) -> None:
    option = "code" if command == "error" else "name"
    await hush(town.sam, town.support, person=town.maya.user)
    assert private(await town.maya.slash(town.support, command, **{option: "429"}))
    assert public(await town.bob.slash(town.support, command, **{option: "503"}))
    await hush(town.sam, town.support)
    assert private(await town.bob.slash(town.support, command, **{option: "400"}))
    assert private(await town.sam.slash(town.support, command, **{option: "401"}))
    assert len(town.cards()) == 1


async def test_nothing_is_posted_for_others_where_it_is_quiet(town: Town) -> None:
    answer = private(await town.maya.slash(town.general, "error", code="429"))
    await hush(town.sam, town.general)
    told = private(await town.maya.click(answer, label=CARD.post_here))
    assert shown(told) == CARD.not_posted_quiet
    told = private(await town.maya.slash(town.general, "error", code="429", to=town.bob.user))
    assert shown(told).startswith(CARD.not_posted_quiet)
    assert "### 429 · " in shown(told)
    assert not town.cards(town.general)


async def test_where_nothing_will_be_said_nobody_is_seen_typing(town: Town) -> None:
    await hush(town.sam, town.support)
    await town.maya.send(town.support, f"{town.mention} look", attachments=[("run.log", ERROR.encode())])
    assert not [call for call in town.env.http_requests if call.path.endswith("/typing")]
    assert not town.cards()


# 🔇


async def test_a_moderators_sign_on_a_card_has_its_channel_quiet_until_it_is_taken_away(
    town: Town, pause: Pause
) -> None:
    await town.maya.send(town.support, ERROR)
    card = town.card()
    await town.sam.react(card, SIGN)
    await pause()
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 1
    await town.sam.unreact(card, SIGN)
    await town.bob.send(town.support, f"{OTHER}!")
    assert len(town.cards()) == 2


async def test_a_sign_is_over_after_half_an_hour(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.sam.react(town.card(), SIGN)
    await town.env.advance_time(HALF_AN_HOUR - 1)
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 1
    await town.env.advance_time(1)
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 2


async def test_a_moderators_sign_on_somebodys_message_has_the_bot_leave_them_alone_everywhere(
    town: Town, pause: Pause
) -> None:
    chat = await town.maya.send(town.general, "hello")
    await town.sam.react(chat, SIGN)
    await pause()
    await town.maya.send(town.support, ERROR)
    await town.maya.send(town.general, f"{town.mention} {ERROR}")
    assert len(sent(town)) == 0
    await town.bob.send(town.support, ERROR)
    assert len(sent(town)) == 1
    await town.sam.unreact(chat, SIGN)
    await town.maya.send(town.support, OTHER)
    assert len(sent(town)) == 2


async def test_who_wrote_a_message_is_asked_for_only_where_discord_does_not_tell(town: Town) -> None:
    chat = await town.maya.send(town.general, "hello")
    guild = desk(town).get_guild(town.guild.id)
    assert guild is not None
    data: Any = {
        "channel_id": town.general.id, "message_id": chat.id, "guild_id": town.guild.id, "user_id": town.sam.id,
        "message_author_id": town.maya.id, "emoji": {"id": None, "name": SIGN}, "type": 0, "burst": False,
    }  # fmt: skip
    payload = discord.RawReactionActionEvent(data, discord.PartialEmoji(name=SIGN), "REACTION_ADD")
    payload.member = await guild.fetch_member(town.sam.id)
    cog = desk(town).get_cog("Quiet")
    assert isinstance(cog, quiet.Quiet)
    before = len(town.env.http_requests)
    with town.env.time_context():
        await cog.on_raw_reaction_add(payload)
    assert set(records(town).servers.of(town.guild.id).quiet) == {str(town.maya.id)}
    assert len(town.env.http_requests) == before


async def test_in_a_thread_the_sign_is_for_the_thread(town: Town) -> None:
    thread = await thread_of(town)
    await town.maya.send(thread, ERROR)
    await town.sam.react(town.card(thread), SIGN)
    await town.bob.send(thread, OTHER)
    assert len(town.cards(thread)) == 1
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 1


async def test_a_sign_of_anybody_else_means_nothing_and_nor_does_another_of_a_moderator(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    card = town.card()
    robot = town.guild.add_member(
        town.env.create_user("robot", bot=True),
        roles=[town.guild.create_role("Robot", permissions=discord.Permissions(manage_messages=True))],
    )
    await town.bob.react(card, SIGN)
    await robot.react(card, SIGN)
    await town.sam.react(card, "👍")
    await town.sam.react(card, str(town.guild.create_emoji("mute")))
    town.env.backend.set_reaction(
        town.support.id, card.id, SIGN, town.env.bot.user.id if town.env.bot.user else 0, True
    )
    await town.env.settle()
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 2
    assert not records(town).servers.of(town.guild.id).quiet


async def test_who_does_not_moderate_cannot_take_a_sign_away_by_one_of_their_own(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    card = town.card()
    await town.sam.react(card, SIGN)
    await town.bob.react(card, SIGN)
    await town.bob.unreact(card, SIGN)
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 1


async def test_a_sign_in_a_direct_message_means_nothing(town: Town) -> None:
    await town.maya.send_dm(ERROR)
    channel = town.maya.user.dm_channel
    town.env.backend.set_reaction(channel.id, town.card(channel).id, SIGN, town.maya.id, True)
    town.env.backend.set_reaction(channel.id, town.card(channel).id, SIGN, town.maya.id, False)
    await town.env.settle()
    await town.maya.send_dm(OTHER)
    assert len(town.cards(channel)) == 2
    assert not town.env.errors


async def test_where_nothing_is_quiet_nobody_is_asked_who_took_a_sign_away(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.react(town.card(), SIGN)
    before = len(town.env.http_requests)
    await town.bob.unreact(town.card(), SIGN)
    assert len(town.env.http_requests) == before


@pytest.mark.parametrize("path", ["/guilds/*/members/*", "/channels/*/messages/*"])
async def test_it_stays_quiet_where_discord_does_not_tell_who_took_the_sign_away(town: Town, path: str) -> None:
    await town.maya.send(town.support, ERROR)
    card = town.card()
    await town.sam.react(card, SIGN)
    town.env.inject_error("GET", path, status=403)
    await town.sam.unreact(card, SIGN)
    await town.bob.send(town.support, OTHER)
    assert len(town.cards()) == 1
    assert not town.env.errors


# Dismiss


@pytest.mark.parametrize(("by", "whom"), [("asker", EN.you), ("staff", EN.asker)])
async def test_who_dismisses_a_card_is_told_alone_for_how_long_its_asker_is_left_alone(
    town: Town, by: str, whom: str
) -> None:
    await town.maya.send(town.support, ERROR)
    (told,) = (await (town.maya if by == "asker" else town.sam).click(town.card(), label=CARD.dismiss)).followups
    assert told.ephemeral
    assert shown(told) == EN.left_alone.format(minutes=10, whom=whom)
    assert not town.cards()
    assert public(await town.maya.slash(town.support, "error", code="503"))


async def test_it_is_told_in_the_language_of_the_card(town: Town) -> None:
    await town.maya.send(town.support, f"请问这个报错是什么意思？{ERROR}")
    (told,) = (await town.maya.click(town.card(), label=WORDS["zh"].dismiss)).followups
    assert shown(told) == QUIET["zh"].left_alone.format(minutes=10, whom=QUIET["zh"].you)


@pytest.mark.parametrize("by", ["asker", "staff", "hand"])
async def test_whose_card_was_taken_away_is_left_alone_there_unless_they_call(
    town: Town, by: str, pause: Pause
) -> None:
    await town.maya.send(town.support, ERROR)
    if by == "hand":
        await town.sam.delete(town.card())
    else:
        await (town.maya if by == "asker" else town.sam).click(town.card(), label=CARD.dismiss)
    await pause()
    await town.maya.send(town.support, OTHER)
    assert not town.cards()
    await town.maya.send(town.support, f"{town.mention} {OTHER}")
    assert "### 503 · " in town.reply()
    await town.bob.send(town.support, "Error code: 401 - Invalid token")
    assert len(town.cards()) == 2


async def test_ten_minutes_after_a_card_was_taken_away_its_asker_is_heard_again(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=CARD.dismiss)
    await town.env.advance_time(10 * MINUTE - 1)
    await town.maya.send(town.support, OTHER)
    assert not town.cards()
    await town.env.advance_time(2)
    await town.maya.send(town.support, OTHER)
    assert len(town.cards()) == 1


async def test_a_card_that_goes_with_its_question_or_is_tidied_away_with_others_has_nobody_left_alone(
    town: Town,
) -> None:
    question = await town.maya.send(town.support, ERROR)
    await town.maya.delete(question)
    edited = await town.maya.send(town.support, ERROR)
    await town.maya.edit(edited, "never mind")
    await town.bob.send(town.support, OTHER)
    await town.maya.send(town.support, ERROR)
    town.env.backend.bulk_delete_messages(town.support.id, [card.id for card in town.cards()])
    await town.env.settle()
    assert not records(town).servers.of(town.guild.id).quiet


async def test_a_line_that_is_deleted_by_hand_has_nobody_left_alone(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await town.sam.delete(town.cards()[1])
    assert not records(town).servers.of(town.guild.id).quiet
    await town.bob.send(town.support, OTHER)
    assert "### 503 · " in town.replies()[1]


async def test_a_dismissed_card_in_a_direct_message_has_nobody_left_alone(town: Town) -> None:
    await town.maya.send_dm(ERROR)
    channel = town.maya.user.dm_channel
    assert not (await town.maya.user.click(town.card(channel), label=CARD.dismiss)).followups
    await town.maya.send_dm(OTHER)
    assert len(town.cards(channel)) == 1


# What is quiet and what is there


async def test_a_quiet_channel_keeps_its_cards_true_and_gets_no_new_ones(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    chat = await town.bob.send(town.support, "hello")
    await hush(town.sam, town.support)
    await town.maya.edit(question, OTHER)
    assert "### 503 · " in town.reply()
    await town.bob.edit(chat, ERROR)
    assert len(town.cards()) == 1
    await town.maya.delete(question)
    assert not town.cards()


async def test_in_a_quiet_channel_a_line_goes_with_the_card_that_it_leads_to(town: Town) -> None:
    await town.maya.send(town.support, ERROR)
    await town.bob.send(town.support, ERROR)
    await hush(town.sam, town.support)
    await town.sam.delete(town.cards()[0])
    assert not town.cards()


async def test_an_error_where_it_is_quiet_still_counts(town: Town) -> None:
    await records(town).servers.change(town.guild.id, incident_people=3)
    await hush(town.sam, town.support)
    for member in (town.maya, town.bob, town.sam):
        await member.send(town.support, ERROR)
    assert len(sent(town)) == 0
    assert len(await records(town).incidents.open_in(town.guild.id)) == 1
    assert desk(town).counters.silent["quiet"] == 3


async def test_without_the_desk_the_command_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk(town), "records", None)
    assert await hush(town.sam, town.support) == CARD.no_desk
    await town.maya.send(town.support, ERROR)
    await town.sam.react(town.card(), SIGN)
    assert len(town.env.errors) == 1  # the command's


async def test_a_sign_that_the_desk_missed_counts_once_it_is_there_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise DeskError("the database failed: disk full")

    await town.maya.send(town.support, ERROR)
    with monkeypatch.context() as patch:
        patch.setattr(records(town).servers, "hush", fails)
        await town.sam.react(town.card(), SIGN)
    assert not records(town).servers.of(town.guild.id).quiet
    with town.env.time_context():
        await desk(town).missed.make_good()
    assert set(records(town).servers.of(town.guild.id).quiet) == {str(town.support.id)}


@pytest.mark.parametrize("late", [False, True])
async def test_a_sign_that_the_desk_missed_and_that_is_gone_before_it_is_obeyed_means_nothing(
    town: Town, late: bool
) -> None:
    await town.maya.send(town.support, ERROR)
    with away(desk(town)._database):
        await town.sam.react(town.card(), SIGN)
        if not late:
            await town.sam.unreact(town.card(), SIGN)
    if late:  # the desk is there again, and what it missed is still to be done
        await town.sam.unreact(town.card(), SIGN)
    with town.env.time_context():
        assert await refresh(desk(town))
    assert not records(town).servers.of(town.guild.id).quiet


# What is kept


async def test_who_has_their_data_deleted_is_in_no_dismissal_and_a_moderators_decision_stays(
    town: Town,
) -> None:
    await town.maya.send(town.support, ERROR)
    await town.maya.click(town.card(), label=CARD.dismiss)
    await town.bob.send(town.support, ERROR)
    await town.bob.click(town.card(), label=CARD.dismiss)
    await hush(town.sam, town.support, person=town.maya.user)
    assert len((await records(town).people.export(town.maya.id))["quiet"]) == 2
    await records(town).people.erase(town.maya.id)
    await records(town).servers.refresh()
    left = set(records(town).servers.of(town.guild.id).quiet)
    assert left == {f"{town.support.id}:{town.bob.id}", str(town.maya.id)}
