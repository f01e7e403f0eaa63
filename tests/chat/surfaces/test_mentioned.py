from __future__ import annotations

import discord
import pytest

from bot.chat.words import WORDS
from tests.chat.town import Town, choices, labels


async def test_a_mention_is_answered_in_any_channel(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} 429")
    assert "### 429 · " in town.reply(town.general)


async def test_a_mention_in_a_support_channel_is_answered_once(town: Town) -> None:
    await town.maya.send(town.support, f"{town.mention} Error code: 429 - Too many requests")
    assert "### 429 · " in town.reply()


@pytest.mark.parametrize("text", ["what do you think of the weather?", "今天天气怎么样？", ""])
async def test_what_is_not_known_is_said_plainly_with_a_way_to_a_human(town: Town, text: str) -> None:
    await town.maya.send(town.general, f"{text} {town.mention}")
    lang = "zh" if "天" in text else "en"
    words = WORDS["zh"] if lang == "zh" else WORDS["en"]
    assert words.unknown in town.reply(town.general)
    assert "https://4allapi.com" in town.reply(town.general)
    assert labels(town.card(town.general)) == [words.to_support, words.dismiss]


async def test_where_nothing_is_known_the_nearest_is_offered(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} HTTP 430")
    assert WORDS["en"].unknown in town.reply(town.general)
    assert choices(town.card(town.general)) == ["400"]
    await town.maya.select(town.card(town.general), ["400"])
    assert "### 400 · " in town.reply(town.general)
    assert choices(town.card(town.general)) == []


async def test_a_mention_alone_in_a_reply_asks_about_the_message_replied_to(town: Town) -> None:
    pasted = await town.maya.send(town.general, "HTTP 429 Too Many Requests")
    await town.sam.send(town.general, town.mention, reply_to=pasted)
    assert "### 429 · " in town.reply(town.general)


async def test_a_reply_to_the_bot_without_its_name_in_it_is_no_mention(town: Town) -> None:
    await town.maya.send(town.general, f"{town.mention} 429")
    await town.maya.send(town.general, "thank you!", reply_to=town.general.last_message)
    assert len(town.replies(town.general)) == 1


async def test_another_bot_cannot_call_it(town: Town) -> None:
    robot = town.guild.add_member(town.env.create_user("robot", bot=True))
    said = await robot.send(town.general, f"{town.mention} 429")
    assert [message.id for message in town.cards(town.general)] == [said.id]


async def test_its_name_typed_out_counts_as_a_mention(town: Town) -> None:
    assert town.desk.user is not None
    await town.maya.send(town.general, f"@{town.desk.user.name.upper()} 429")
    assert "### 429 · " in town.reply(town.general)


async def test_a_mention_of_the_role_that_discord_made_for_it_counts(town: Town) -> None:
    guild = town.desk.get_guild(town.guild.id)
    assert guild is not None
    assert town.desk.user is not None
    role = next(role for role in guild.roles if role.managed)
    role.tags = discord.RoleTags({"bot_id": town.desk.user.id})
    await town.maya.send(town.general, f"{role.mention} 429")
    assert "### 429 · " in town.reply(town.general)


@pytest.mark.parametrize(("name", "objects"), [("mods", 0), ("Error Desk", 1)])
async def test_only_its_own_name_behind_an_at_sign_keeps_chat_from_passing_unread(
    town: Town, name: str, objects: int
) -> None:
    made: list[discord.Message] = []

    async def on_message(message: discord.Message) -> None:
        made.append(message)

    town.desk.add_listener(on_message)
    assert town.desk.user is not None
    await town.maya.send(town.support, f"@{name.replace('Error Desk', town.desk.user.name)} good morning")
    assert len([each for each in made if each.author.id == town.maya.id]) == objects


async def test_a_mention_of_somebody_else_is_not_answered(town: Town) -> None:
    await town.maya.send(town.general, f"{town.maya.mention} 429, @everyone")
    assert not town.replies(town.general)
