from __future__ import annotations

import logging
from dataclasses import replace

import discord
import pytest
from simcord import Env
from simcord.enums import MessageType

from bot.chat.client import Desk
from bot.chat.words import WORDS
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import ERROR, KEY, Town, labels, shown


async def test_a_pasted_error_is_answered_with_a_card_that_pings_nobody(town: Town) -> None:
    asked = await town.maya.send(town.support, f"Help, what is this?\n```{ERROR}```")
    card = town.card()
    assert "### 429 · " in shown(card)
    assert card.flags.components_v2
    assert card.reference is not None
    assert card.reference.message_id == asked.id
    assert not card.mentions
    words = WORDS["en"]
    assert labels(card) == [words.solved, words.not_solved, words.to_support, words.dismiss]


@pytest.mark.parametrize(
    "chat",
    ["good morning", "we are 429 people now", "see line 500 in main.py", "thanks, it works again"],
)
async def test_chat_is_left_alone(town: Town, chat: str) -> None:
    await town.maya.send(town.support, chat)
    assert not town.replies()


async def test_an_announcement_to_everyone_is_left_alone_unless_it_holds_a_key(town: Town, simcord_env: Env) -> None:
    everyone = discord.Permissions(mention_everyone=True)
    role = town.guild.create_role("Announcers", permissions=everyone)
    announcer = town.guild.add_member(simcord_env.create_user("ann"), roles=[role])
    await announcer.send(town.support, f"@everyone {ERROR} is what some of you saw tonight")
    assert not town.cards()
    await announcer.send(town.support, f"@everyone try it with {KEY}")
    assert town.card()


async def test_who_may_not_call_everyone_is_answered_all_the_same(town: Town) -> None:
    await town.maya.send(town.support, f"@everyone {ERROR}")
    assert town.card()


async def test_a_file_without_words_is_left_alone(town: Town) -> None:
    await town.maya.send(town.support, attachments=[("cat.png", b"...")])
    assert not town.replies()


async def test_other_channels_are_left_alone(town: Town) -> None:
    await town.maya.send(town.general, ERROR)
    assert not town.replies(town.general)


async def test_a_forwarded_error_is_read_as_if_it_were_written_here(town: Town) -> None:
    await town.bob.forward(await town.maya.send(town.general, ERROR), town.support)
    assert "### 429 · " in town.reply()


async def test_a_support_channel_may_be_given_by_its_id(town: Town) -> None:
    town.desk.settings = Settings(support_channels=frozenset({str(town.general.id)}))
    await town.maya.send(town.general, ERROR)
    assert "### 429 · " in town.reply(town.general)


async def test_a_thread_in_a_support_channel_is_one_too(town: Town) -> None:
    channel = town.desk.get_channel(town.support.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="my problem", type=discord.ChannelType.public_thread)
    (thread,) = town.support.threads
    await town.maya.send(thread, ERROR)
    assert "### 429 · " in town.reply(thread)


async def test_bots_webhooks_system_messages_and_itself_are_ignored(town: Town) -> None:
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    await robot.send(town.support, ERROR)
    await town.guild.create_webhook(town.support).send(ERROR)
    channel = town.desk.get_channel(town.support.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="HTTP 429 Too Many Requests", type=discord.ChannelType.public_thread)
    (thread,) = town.support.threads
    town.guild.create_system_message(town.support, MessageType.THREAD_CREATED, author=town.maya, target_channel=thread)
    await channel.send(ERROR)
    await town.env.settle()
    assert not [card for card in town.cards() if card.flags.components_v2]


async def test_the_answer_speaks_the_language_of_the_words_around_the_error(town: Town) -> None:
    await town.maya.send(town.support, f"请问一直报错怎么办？\n{ERROR}")
    assert WORDS["zh"].what_to_do in town.reply()
    assert labels(town.card())[0] == WORDS["zh"].solved


async def test_a_bare_paste_is_answered_in_the_language_of_the_server(simcord_env: Env, simcord_bot: Desk) -> None:
    guild = simcord_env.create_guild(preferred_locale="zh-CN")
    support = guild.create_text_channel("support")
    maya = guild.add_member(simcord_env.create_user("maya"))
    await maya.send(support, f"```{ERROR}```")
    assert support.last_message is not None
    assert WORDS["zh"].what_to_do in shown(support.last_message)


async def test_a_key_in_public_is_warned_of_and_repeated_nowhere(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    await town.maya.send(town.support, f"my key is {KEY} by the way")
    assert WORDS["en"].key_posted in town.reply()
    assert labels(town.card()) == [WORDS["en"].dismiss]
    assert KEY not in town.reply()
    assert KEY not in caplog.text


async def test_an_error_with_a_key_gets_the_warning_and_the_answer(town: Town) -> None:
    await town.maya.send(town.support, f"Authorization: Bearer {KEY}\n{ERROR}")
    assert WORDS["en"].key_posted in town.reply()
    assert "### 429 · " in town.reply()


@pytest.mark.parametrize(
    ("denied", "told"),
    [
        ("send_messages", "Send Messages"),
        ("read_message_history", "Read Message History"),
    ],
)
async def test_a_channel_where_it_may_not_reply_is_noted_without_a_try(
    town: Town, caplog: pytest.LogCaptureFixture, denied: str, told: str
) -> None:
    me = town.guild.me
    assert me is not None
    refusing = discord.PermissionOverwrite(**{denied: False})
    mute = town.guild.create_text_channel("mute", overwrites={me: refusing})
    town.desk.settings = replace(town.desk.settings, support_channels=frozenset({"mute", "support"}))
    await town.maya.send(mute, ERROR)
    assert not town.replies(mute)
    assert f"no reply in channel {mute.id}: the bot lacks {told}" in caplog.text
    assert not [call for call in town.env.http_requests if call.path == f"/channels/{mute.id}/messages"]
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()


@pytest.mark.parametrize(
    ("channel", "thread", "answers"), [(True, True, True), (True, False, False), (False, True, True)]
)
async def test_a_thread_has_a_permission_of_its_own(town: Town, channel: bool, thread: bool, answers: bool) -> None:
    me = town.guild.me
    assert me is not None
    allowed = discord.PermissionOverwrite(send_messages=channel, send_messages_in_threads=thread)
    town.guild.create_text_channel("help", overwrites={me: allowed})
    town.desk.settings = replace(town.desk.settings, support_channels=frozenset({"help"}))
    there = town.desk.get_channel(town.guild.channels["help"].id)
    assert isinstance(there, discord.TextChannel)
    await there.create_thread(name="mine", type=discord.ChannelType.public_thread)
    (place,) = town.guild.channels["help"].threads
    await town.maya.send(place, ERROR)
    assert bool(town.replies(place)) is answers


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [(403, 50013, "Missing Permissions"), (400, 50035, "In message_reference: Unknown message")],
)
async def test_a_reply_that_is_refused_is_noted_and_does_not_stop_the_next_one(
    town: Town, caplog: pytest.LogCaptureFixture, status: int, code: int, text: str
) -> None:
    town.env.inject_error("POST", "/channels/*/messages", status=status, code=code, message=text)
    await town.maya.send(town.support, ERROR)
    assert not town.replies()
    assert f"HTTP {status}, code {code}" in caplog.text
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()


async def test_what_breaks_is_logged_by_reference_without_a_word_of_the_message(
    town: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str, **_: object) -> None:
        raise RuntimeError(text)

    with monkeypatch.context() as patch:
        patch.setattr(town.desk.assistant, "ask", broken)
        await town.maya.send(town.support, f"secret words {KEY}")
    assert [type(error) for error in town.env.errors] == [RuntimeError]
    assert "on_message failed with RuntimeError, reference " in caplog.text
    assert "in broken" in caplog.text
    assert "secret words" not in caplog.text
    assert KEY not in caplog.text
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()


async def test_new_knowledge_is_answered_from_at_once(town: Town, knowledge: Knowledge) -> None:
    entry = knowledge.entries["429"]
    texts = entry.texts | {"en": replace(entry.texts["en"], title="A new title")}
    changed = dict(knowledge.entries) | {"429": replace(entry, texts=texts)}
    town.desk.learn(replace(knowledge, entries=changed))
    await town.maya.send(town.support, f"What is this? {ERROR}")
    assert "### 429 · A new title" in town.reply()
