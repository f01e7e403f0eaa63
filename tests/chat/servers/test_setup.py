from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import Mock

import discord
import pytest
from discord import ui
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.chat.client import INTENTS, Desk
from bot.chat.permissions import NEEDS
from bot.chat.servers import quiet, setup, webhooks
from bot.chat.servers.quiet_words import WORDS as QUIET
from bot.chat.servers.setup_words import WORDS
from bot.chat.words import WORDS as ANSWERS
from bot.desk.database import Database, DeskError
from bot.desk.records import Records
from bot.desk.servers import Server
from bot.knowledge.schema import LANGUAGES
from bot.settings import Settings
from tests.chat.board import Board
from tests.chat.conftest import Start
from tests.chat.surfaces.lines import thread_of
from tests.chat.town import ERROR, Town, private, shown
from tests.desk.test_reports import NEW

EN = WORDS["en"]
ZH = WORDS["zh"]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Office:
    """A town with Ada, who may manage the server, and her settings on the screen."""

    town: Town
    ada: MemberActor
    settings: ResponseMessage

    @property
    def server(self) -> Server:
        """What counts now."""
        return desk_of(self.town).server(self.town.guild.id)

    @property
    def text(self) -> str:
        """What the settings show now."""
        return shown(self.settings)

    async def pick(self, name: str, *values: Any) -> InteractionResult:
        return await self.ada.select(self.settings, list(values), custom_id=f"setup-{name}:")


def desk_of(town: Town) -> Desk:
    """The bot, which may have been started again."""
    assert isinstance(town.env.bot, Desk)
    return town.env.bot


def records_of(town: Town) -> Records:
    records = desk_of(town).records
    assert records is not None
    return records


def default_ids(message: ResponseMessage, name: str) -> list[int]:
    """What a menu shows as picked."""
    view = ui.LayoutView.from_message(message.message)
    (menu,) = [
        item
        for item in view.walk_children()
        if isinstance(item, ui.ChannelSelect | ui.RoleSelect) and item.custom_id == f"setup-{name}:"
    ]
    return [value.id for value in menu.default_values]


def buttons(message: ResponseMessage) -> dict[str, str]:
    """The labels of the buttons, by their custom ids."""
    items = ui.LayoutView.from_message(message.message).walk_children()
    return {item.custom_id or "": item.label or "" for item in items if isinstance(item, ui.Button)}


@pytest.fixture
def ada(town: Town) -> MemberActor:
    role = town.guild.create_role("Owner", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    return town.guild.add_member(town.env.create_user("ada"), roles=[role])


@pytest.fixture
async def at_work(town: Town, ada: MemberActor) -> Office:
    return Office(town, ada, private(await ada.slash(town.general, "desk setup")))


def close(town: Town, name: str, **denied: bool) -> ChannelHandle:
    """Make a channel in which the bot may not do everything."""
    assert town.guild.me is not None
    return town.guild.create_text_channel(name, overwrites={town.guild.me: discord.PermissionOverwrite(**denied)})


def hidden(town: Town, ada: MemberActor, name: str) -> ChannelHandle:
    """Make a channel that the bot and Ada can read, and other members cannot."""
    assert town.guild.me is not None
    shown, not_shown = discord.PermissionOverwrite(view_channel=True), discord.PermissionOverwrite(view_channel=False)
    return town.guild.create_text_channel(
        name, overwrites={town.guild.me: shown, ada: shown, town.guild.default_role: not_shown}
    )


def deafen(desk: Desk) -> None:
    """Take the message-content intent away."""
    desk._connection._intents = discord.Intents(**dict(INTENTS) | {"message_content": False})


async def test_the_environments_channel_is_shown_until_the_server_chooses(at_work: Office) -> None:
    town = at_work.town
    assert f"✅ {town.support.mention}\n-# {EN.from_environment}" in at_work.text
    assert default_ids(at_work.settings, "support") == [town.support.id]
    assert list(buttons(at_work.settings)) == ["setup-heard:off"]


async def test_chosen_channels_count_at_once_and_replace_the_environments(at_work: Office) -> None:
    town = at_work.town
    await at_work.pick("support", town.general)
    assert f"✅ {town.general.mention}" in at_work.text
    assert EN.from_environment not in at_work.text
    assert default_ids(at_work.settings, "support") == [town.general.id]
    await town.maya.send(town.general, ERROR)
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply(town.general)
    assert not town.replies()


async def test_no_channel_at_all_may_be_chosen(at_work: Office) -> None:
    town = at_work.town
    await at_work.pick("support")
    assert EN.support_none in at_work.text
    await town.maya.send(town.support, ERROR)
    assert not town.replies()


async def test_the_environment_serves_again_when_told_so(at_work: Office) -> None:
    await at_work.pick("support", at_work.town.general)
    assert buttons(at_work.settings)["setup-environment:"] == EN.use_environment
    await at_work.ada.click(at_work.settings, custom_id="setup-environment:")
    assert at_work.server.support_channels is None
    assert default_ids(at_work.settings, "support") == [at_work.town.support.id]
    assert "setup-environment:" not in buttons(at_work.settings)


async def test_where_the_environment_names_nothing_there_is_no_way_back_to_it(at_work: Office) -> None:
    desk_of(at_work.town).settings = Settings()
    await at_work.pick("support", at_work.town.general)
    assert "setup-environment:" not in buttons(at_work.settings)


async def test_the_environments_staff_channel_is_shown_until_the_server_chooses(town: Town, ada: MemberActor) -> None:
    team, backstage = hidden(town, ada, "team"), hidden(town, ada, "backstage")
    town.desk.settings = Settings(staff_channel="team")
    at_work = Office(town, ada, private(await ada.slash(town.general, "desk setup")))
    assert f"✅ {team.mention}\n-# {EN.from_environment}" in at_work.text
    await at_work.pick("staff", backstage)
    assert at_work.server.staff_channel_id == backstage.id
    assert f"✅ {backstage.mention}" in at_work.text
    assert default_ids(at_work.settings, "staff") == [backstage.id]
    await at_work.ada.click(at_work.settings, custom_id="setup-environment:")
    assert at_work.server.staff_channel_id is None
    assert default_ids(at_work.settings, "staff") == [team.id]


async def test_staff_role_and_channel_are_stored_and_can_be_taken_back(at_work: Office) -> None:
    role = at_work.town.guild.create_role("Helpers")
    await at_work.pick("role", role)
    await at_work.pick("staff", at_work.town.general)
    assert (at_work.server.staff_role_id, at_work.server.staff_channel_id) == (role.id, at_work.town.general.id)
    assert default_ids(at_work.settings, "role") == [role.id]
    await at_work.pick("role")
    await at_work.pick("staff")
    assert (at_work.server.staff_role_id, at_work.server.staff_channel_id) == (None, None)
    assert EN.staff_none in at_work.text


async def test_a_fixed_language_is_that_of_all_answers_to_messages(at_work: Office) -> None:
    town = at_work.town
    await at_work.pick("language", "zh")
    await town.maya.send(town.support, f"Help, what is this please? I do not understand it.\n{ERROR}")
    await town.bob.send(town.general, f"{town.mention} what is 429?")
    assert ANSWERS["zh"].what_to_do in town.reply()
    assert ANSWERS["zh"].what_to_do in town.reply(town.general)


async def test_a_fixed_language_leaves_commands_to_their_readers(at_work: Office) -> None:
    await at_work.pick("language", "zh")
    answer = private(await at_work.town.maya.slash(at_work.town.general, "error", code="429"))
    assert ANSWERS["en"].what_to_do in shown(answer)
    assert EN.title in at_work.text


async def test_an_automatic_language_is_that_of_the_words_again(at_work: Office) -> None:
    await at_work.pick("language", "zh")
    await at_work.pick("language", "auto")
    await at_work.town.maya.send(at_work.town.support, f"Help, what is this please?\n{ERROR}")
    assert ANSWERS["en"].what_to_do in at_work.town.reply()


async def test_turned_off_the_bot_hears_nothing_and_answers_who_asks(at_work: Office) -> None:
    town = at_work.town
    await at_work.ada.click(at_work.settings, custom_id="setup-heard:off")
    assert EN.heard_is[False] in at_work.text
    assert buttons(at_work.settings) == {"setup-heard:on": EN.heard_turn[True]}
    await town.maya.send(town.support, ERROR)
    assert not town.replies()
    await town.bob.send(town.support, f"{town.mention} {ERROR}")
    assert "### 429 · " in town.reply()
    await at_work.ada.click(at_work.settings, custom_id="setup-heard:on")
    await town.maya.send(town.support, ERROR)
    assert len(town.replies()) == 2


async def test_threads_of_a_chosen_channel_and_posts_of_a_chosen_forum_are_heard(at_work: Office) -> None:
    town = at_work.town
    forum = town.guild.create_forum_channel("questions")
    await at_work.pick("support", town.general, forum)
    channel, board = town.desk.get_channel(town.general.id), town.desk.get_channel(forum.id)
    assert isinstance(channel, discord.TextChannel)
    assert isinstance(board, discord.ForumChannel)
    await channel.create_thread(name="my problem", type=discord.ChannelType.public_thread)
    await board.create_thread(name="another", content="Welcome")
    for place, asker in zip((*town.general.threads, *forum.threads), (town.maya, town.bob), strict=True):
        await asker.send(place, ERROR)
        assert "### 429 · " in town.replies(place)[-1]


async def test_posts_of_a_forum_that_is_not_chosen_are_left_alone(at_work: Office) -> None:
    town = at_work.town
    forum = town.guild.create_forum_channel("support")
    await at_work.pick("support", town.general)
    board = town.desk.get_channel(forum.id)
    assert isinstance(board, discord.ForumChannel)
    await board.create_thread(name="another", content="Welcome")
    (post,) = forum.threads
    await town.maya.send(post, ERROR)
    assert town.replies(post) == ["Welcome"]


async def test_a_forum_whose_posts_the_bot_may_not_mark_as_solved_is_named(at_work: Office) -> None:
    board = Board(at_work.town, at_work.town.guild.create_forum_channel("questions"))
    line = EN.unmarked.format(places=board.forum.mention)
    await board.let(manage_threads=False)
    await at_work.pick("support", board.forum)
    assert line not in at_work.text
    board.offer("Solved")
    await at_work.pick("support", board.forum)
    assert f"✅ {board.forum.mention}\n-# {line}" in at_work.text
    await board.let(manage_threads=True)
    await at_work.pick("support", board.forum)
    assert line not in at_work.text


async def test_the_text_of_a_chosen_voice_channel_is_heard(at_work: Office) -> None:
    voice = at_work.town.guild.create_voice_channel("help desk")
    await at_work.pick("support", voice)
    assert f"✅ {voice.mention}" in at_work.text
    await at_work.town.maya.send(voice, ERROR)
    assert "### 429 · " in at_work.town.reply(voice)


async def test_settings_and_their_menus_outlive_a_restart(at_work: Office, start: Start) -> None:
    town = at_work.town
    await at_work.pick("support", town.general)
    await town.env.restart_bot(start())
    assert at_work.server.support_channels == frozenset({town.general.id})
    await at_work.pick("support", town.support, town.general)
    assert at_work.server.support_channels == frozenset({town.support.id, town.general.id})
    assert f"✅ {town.support.mention} {town.general.mention}" in at_work.text


@pytest.mark.parametrize(
    ("denied", "names"),
    [
        ("send_messages", "**Send Messages**"),
        ("read_message_history", "**Read Message History**"),
        ("send_messages_in_threads", "**Send Messages in Threads**"),
        ("view_channel", "**View Channel**"),
    ],
)
async def test_what_the_bot_lacks_in_a_support_channel_is_named(at_work: Office, denied: str, names: str) -> None:
    closed = close(at_work.town, "closed", **{denied: False})
    await at_work.pick("support", at_work.town.general, closed)
    assert f"✅ {at_work.town.general.mention}\n⚠️ {closed.mention}: I lack {names}\n" in f"{at_work.text}\n"


async def test_what_the_bot_lacks_in_a_staff_channel_is_named(at_work: Office) -> None:
    closed = close(at_work.town, "closed", attach_files=False, send_messages_in_threads=False)
    await at_work.pick("staff", closed)
    assert f"⚠️ {closed.mention}: I lack **Attach Files**" in at_work.text.splitlines()


async def test_what_discord_denies_only_along_with_something_else_is_not_called_lacking(at_work: Office) -> None:
    mute = close(at_work.town, "mute", send_messages=False)
    await at_work.pick("staff", mute)
    assert f"⚠️ {mute.mention}: I lack **Send Messages**" in at_work.text.splitlines()


async def test_a_voice_channel_that_the_bot_may_not_join_cannot_be_read(at_work: Office) -> None:
    town = at_work.town
    voice = town.guild.create_voice_channel("help desk")
    assert town.guild.me is not None
    there = town.desk.get_channel(voice.id)
    assert isinstance(there, discord.VoiceChannel)
    await there.set_permissions(town.guild.me, connect=False)
    await at_work.pick("support", voice)
    assert f"⚠️ {voice.mention}: I lack **Connect**" in at_work.text


async def test_channels_and_a_role_that_are_gone_are_counted_and_not_offered(at_work: Office) -> None:
    town = at_work.town
    doomed, role = town.guild.create_text_channel("doomed"), town.guild.create_role("Doomed")
    await at_work.pick("support", doomed, town.general)
    await at_work.pick("staff", doomed)
    await at_work.pick("role", role)
    town.env.backend.delete_channel(doomed.id)
    town.env.backend.delete_role(town.guild.id, role.id)
    await at_work.pick("language", "en")
    assert at_work.text.count(EN.gone.format(count=1)) == 2
    assert EN.role_gone in at_work.text
    assert default_ids(at_work.settings, "support") == [town.general.id]
    assert default_ids(at_work.settings, "staff") == default_ids(at_work.settings, "role") == []


async def test_a_staff_channel_that_everybody_can_read_is_not_called_well(at_work: Office) -> None:
    public = at_work.town.guild.create_text_channel("public")
    await at_work.pick("staff", public)
    assert EN.staff_public.format(place=public.mention) in at_work.text
    assert f"✅ {public.mention}" not in at_work.text
    secret = hidden(at_work.town, at_work.ada, "secret")
    await at_work.pick("staff", secret)
    assert f"✅ {secret.mention}" in at_work.text
    assert "everybody can read it" not in at_work.text


async def test_a_staff_channel_that_is_a_support_channel_is_not_called_well(at_work: Office) -> None:
    both = hidden(at_work.town, at_work.ada, "both")
    await at_work.pick("staff", both)
    await at_work.pick("support", both)
    assert EN.staff_support.format(place=both.mention) in at_work.text
    assert at_work.text.count(f"✅ {both.mention}") == 1


async def test_where_the_staff_channel_is_gone_reports_are_said_to_wait_and_how_many(at_work: Office) -> None:
    town, desk = at_work.town, desk_of(at_work.town)
    doomed = hidden(town, at_work.ada, "doomed")
    await at_work.pick("staff", doomed)
    town.env.backend.delete_channel(doomed.id)
    with town.env.time_context():
        for number in range(2):
            await records_of(town).reports.open(replace(NEW, guild_id=town.guild.id, asker_id=number + 1))
        await desk.deliverer.once()
    await at_work.pick("language", "en")
    assert EN.staff_gone in at_work.text
    assert EN.staff_none not in at_work.text
    assert EN.waiting.format(count=2) in at_work.text
    await at_work.pick("staff", hidden(town, at_work.ada, "team"))
    with town.env.time_context():
        await desk.deliverer.once()
    await at_work.pick("language", "zh")
    assert "⏳" not in at_work.text


async def test_a_member_without_the_right_does_not_even_see_the_command(town: Town, ada: MemberActor) -> None:
    assert not [name for name in town.maya.available_commands(town.general) if name.startswith("desk")]
    assert {"desk setup", "desk unanswered", "desk stats"} <= set(ada.available_commands(town.general))


@pytest.mark.parametrize("command", ["desk setup", "desk unanswered", "desk stats"])
async def test_a_member_whom_the_server_shows_the_command_is_refused_all_the_same(town: Town, command: str) -> None:
    (desk,) = [found for found in await town.desk.tree.fetch_commands() if found.name == "desk"]
    town.guild.set_command_permissions(desk, {town.guild.default_role: True})
    refused = private(await town.bob.slash(town.general, command))
    assert shown(refused) == EN.not_allowed


async def test_who_lost_the_right_cannot_use_the_menus_any_more(at_work: Office) -> None:
    at_work.town.env.backend.edit_member(at_work.town.guild.id, at_work.ada.id, {"role_ids": []})
    refused = await at_work.pick("support", at_work.town.general)
    assert shown(private(refused)) == EN.not_allowed
    assert at_work.server.support_channels is None


async def test_without_a_database_it_is_said_and_nothing_breaks(at_work: Office) -> None:
    desk_of(at_work.town).records = None
    for refused in (
        await at_work.pick("support", at_work.town.general),
        await at_work.ada.slash(at_work.town.general, "desk setup"),
    ):
        assert shown(private(refused)) == ANSWERS["en"].no_desk
    assert len(at_work.town.env.errors) == 1  # the command's, which discord.py hands on


async def test_where_the_database_fails_it_is_said_and_the_old_settings_stay(
    at_work: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "transaction", Mock(side_effect=DeskError("the database failed")))
    refused = await at_work.pick("support", at_work.town.general)
    assert shown(private(refused)) == ANSWERS["en"].no_desk
    assert at_work.server.support_channels is None


async def test_during_an_outage_of_the_server_nothing_is_overwritten(at_work: Office) -> None:
    guild = at_work.town.desk.get_guild(at_work.town.guild.id)
    assert guild is not None
    guild.unavailable = True
    refused = await at_work.pick("support", at_work.town.general)
    assert shown(private(refused)) == EN.not_known
    assert at_work.server.support_channels is None


async def test_what_another_process_chose_counts_when_the_settings_are_asked_for(at_work: Office) -> None:
    town = at_work.town
    other = await Database.open(desk_of(town).settings.database_url)
    try:
        await Records(other, discord.utils.utcnow).servers.change(town.guild.id, support_channels={town.general.id})
    finally:
        await other.close()
    again = private(await at_work.ada.slash(town.general, "desk setup"))
    assert default_ids(again, "support") == [town.general.id]


async def test_a_bot_that_may_not_read_messages_says_so(town: Town, ada: MemberActor) -> None:
    assert EN.deaf not in shown(private(await ada.slash(town.general, "desk setup")))
    deafen(town.desk)
    assert EN.deaf in shown(private(await ada.slash(town.general, "desk setup")))


async def test_what_is_left_alone_now_is_listed_with_its_time(at_work: Office) -> None:
    town, words = at_work.town, QUIET["en"]
    assert words.now.partition("{")[0] not in at_work.text
    servers = records_of(town).servers
    with town.env.time_context():
        now = discord.utils.utcnow()
        soon, later = now + timedelta(minutes=5), now + timedelta(hours=13)
        await servers.hush(town.guild.id, str(town.support.id), later)
        await servers.hush(town.guild.id, str(town.maya.id), soon)
        await servers.hush(town.guild.id, f"{town.support.id}:{town.bob.id}", now + timedelta(minutes=1))
        await servers.hush(town.guild.id, str(town.bob.id), now + timedelta(seconds=30))
    await town.env.advance_time(30)
    told = shown(private(await at_work.ada.slash(town.general, "desk setup")))
    whom = words.until_in.format(whom=town.bob.mention, where=town.support.mention, until=at(now, 1))
    assert told.endswith(
        "\n".join(
            (
                words.now.format(count=3),
                "- " + words.until.format(whom=town.support.mention, until=f"<t:{int(later.timestamp())}:f>"),
                "- " + words.until.format(whom=town.maya.mention, until=at(now, 5)),
                f"- {whom}",
            )
        )
    )


async def test_a_thread_that_is_left_alone_is_listed_as_one(at_work: Office) -> None:
    town = at_work.town
    thread = await thread_of(town)
    with town.env.time_context():
        await records_of(town).servers.hush(town.guild.id, str(thread.id), discord.utils.utcnow() + HOUR)
    told = shown(private(await at_work.ada.slash(town.general, "desk setup")))
    assert f"- <#{thread.id}> " in told


def at(now: datetime, minutes: int) -> str:
    return discord.utils.format_dt(now + timedelta(minutes=minutes), "t")


async def test_of_very_much_that_is_left_alone_the_longest_is_listed_and_the_rest_counted(at_work: Office) -> None:
    town, words = at_work.town, QUIET["en"]
    with town.env.time_context():
        for person in range(1, quiet.LISTED + 4):
            await records_of(town).servers.hush(town.guild.id, str(person), discord.utils.utcnow() + HOUR)
    told = shown(private(await at_work.ada.slash(town.general, "desk setup")))
    assert words.now.format(count=quiet.LISTED + 3) in told
    assert told.count("- <@") == quiet.LISTED
    assert told.endswith(words.more.format(count=3))


async def test_it_speaks_the_readers_language(town: Town, ada: MemberActor, chinese: None) -> None:
    closed = close(town, "closed", send_messages=False)
    settings = private(await ada.slash(town.general, "desk setup"))
    assert ZH.title in shown(settings)
    await ada.select(settings, [closed], custom_id="setup-support:")
    assert f"⚠️ {closed.mention}：我缺少权限 **发送消息（Send Messages）**" in shown(settings)


@pytest.mark.parametrize("lang", LANGUAGES)
async def test_the_fullest_settings_fit_into_discords_limits(at_work: Office, lang: str) -> None:
    town, desk = at_work.town, desk_of(at_work.town)
    names = NEEDS[discord.ChannelType.text]
    closed = [
        close(town, f"closed-{number}", **{name: bool(number >> place & 1) for place, name in enumerate(names)})
        for number in range(25)
    ]
    await records_of(town).servers.change(
        town.guild.id,
        support_channels=[channel.id for channel in closed],
        staff_channel_id=closed[0].id,
        staff_role_id=1,
        heard=False,
        webhooks=range(webhooks.MOST),
    )
    deafen(desk)
    for number in range(quiet.LISTED + 1):
        name = f"{2**63 - 1}:{2**62 + number}"
        await records_of(town).servers.hush(town.guild.id, name, discord.utils.utcnow() + timedelta(days=1))
    guild = desk.get_guild(town.guild.id)
    assert guild is not None
    locale = discord.Locale.chinese if lang == "zh" else discord.Locale.american_english
    view = setup.draw(desk, guild, locale, waiting=10_000)
    items = list(view.walk_children())
    assert sum(len(item.content) for item in items if isinstance(item, ui.TextDisplay)) <= 4000
    assert len(items) <= 40
    for item in items:
        inner = item.item if isinstance(item, ui.DynamicItem) else item
        match inner:
            case ui.Button():
                assert len(inner.label or "") <= 80
            case ui.Select():
                assert all(len(option.label) <= 100 for option in inner.options)
            case ui.ChannelSelect() | ui.RoleSelect():
                assert len(inner.default_values) <= inner.max_values <= 25
                assert len(inner.placeholder or "") <= 150


def test_each_item_has_a_custom_id_of_its_own() -> None:
    patterns = [item.__discord_ui_compiled_template__ for item in setup.SETTINGS]
    ids = [f"{item.name}:{'on' if item is setup.Heard else ''}" for item in setup.SETTINGS]
    assert [[bool(pattern.fullmatch(id_)) for pattern in patterns].count(True) for id_ in ids] == [1] * len(ids)
