from __future__ import annotations

import discord
import pytest
from simcord.builders import ChannelHandle

from bot.chat.surfaces import posts
from bot.chat.words import WORDS
from tests.chat.board import Board
from tests.chat.town import ERROR, KEY, Town, shown

EN = WORDS["en"]
OTHER = "Error code: 503 - Service Unavailable"
TITLE = "HTTP 429 Too Many Requests"
HOUR = 3600


@pytest.fixture
def board(town: Town) -> Board:
    """A forum that is a support channel by its name."""
    forum = town.guild.create_forum_channel("support")
    return Board(town, forum)


async def thread_of(town: Town, question: discord.Message | None = None) -> ChannelHandle:
    """Open a thread in `#support`, at a message or at none."""
    channel = town.desk.get_channel(town.support.id)
    assert isinstance(channel, discord.TextChannel)
    at = channel.get_partial_message(question.id) if question else None
    await channel.create_thread(name="my problem", message=at, type=discord.ChannelType.public_thread)
    return town.support.threads[-1]


@pytest.mark.parametrize("message_first", [False, True], ids=["post first", "message first"])
async def test_a_new_post_is_answered_once_on_its_first_message(board: Board, message_first: bool) -> None:
    post = await board.post(board.town.maya, "Please help", ERROR, message_first=message_first)
    card = board.town.card(post)
    assert "### 429 · " in shown(card)
    assert card.reference is not None
    assert card.reference.message_id == post.id


@pytest.mark.parametrize("message_first", [False, True], ids=["post first", "message first"])
async def test_an_error_in_the_title_is_answered_too(board: Board, message_first: bool) -> None:
    post = await board.post(board.town.maya, TITLE, "what can I do?", message_first=message_first)
    assert "### 429 · " in board.town.reply(post)


async def test_title_and_text_are_one_question(board: Board) -> None:
    post = await board.post(board.town.maya, "gpt-5 fails all day", ERROR)
    assert "`gpt-5`" in board.town.reply(post)


async def test_a_post_that_calls_the_bot_is_answered_with_its_title(board: Board) -> None:
    elsewhere = Board(board.town, board.town.guild.create_forum_channel("chat"))
    post = await elsewhere.post(board.town.maya, TITLE, board.town.mention)
    assert "### 429 · " in board.town.reply(post)


async def test_a_post_without_an_error_and_one_in_another_forum_get_silence(board: Board) -> None:
    town = board.town
    chat = await board.post(town.maya, "Hello all", "Nice to be here")
    elsewhere = await Board(town, town.guild.create_forum_channel("chat")).post(town.maya, TITLE, ERROR)
    assert not town.replies(chat)
    assert not town.replies(elsewhere)


async def test_a_key_in_a_title_is_warned_of_and_not_repeated(board: Board) -> None:
    post = await board.post(board.town.maya, f"My key {KEY} fails", "why?")
    assert EN.key_posted in board.town.reply(post)
    assert KEY not in board.town.reply(post)


async def test_the_title_counts_for_later_messages_no_more(board: Board) -> None:
    post = await board.post(board.town.maya, TITLE, "what can I do?")
    await board.town.bob.send(post, "no idea")
    assert len(board.town.replies(post)) == 1


async def test_another_title_corrects_the_card(board: Board) -> None:
    post = await board.post(board.town.maya, TITLE, "what can I do?")
    await board.change(post, name="HTTP 503 Service Unavailable")
    assert "### 503 · " in board.town.reply(post)
    await board.change(post, name="Never mind")
    assert not board.town.replies(post)
    await board.change(post, name=TITLE)
    assert "### 429 · " in board.town.reply(post)


async def test_another_first_message_corrects_the_card_with_the_title_still_in_mind(board: Board) -> None:
    post = await board.post(board.town.maya, "gpt-5 fails all day", ERROR)
    await board.edit_first(post, OTHER)
    assert "### 503 · " in board.town.reply(post)
    assert "`gpt-5`" in board.town.reply(post)


async def test_a_title_that_is_changed_after_the_first_message_was_deleted_does_no_harm(board: Board) -> None:
    post = await board.post(board.town.maya, TITLE, "what can I do?")
    board.town.env.backend.delete_message(post.id, post.id)
    await board.change(post, name="HTTP 503 Service Unavailable")
    assert not board.town.replies(post)


async def test_first_messages_whose_posts_never_come_are_not_kept_for_ever(board: Board) -> None:
    early = posts.Early()
    message = await board.town.maya.send(board.town.support, ERROR)
    for id_ in range(1, posts.MOST + 2):
        message.id = id_
        message.channel = board.town.desk.get_partial_messageable(id_)
        assert early.keep(message)
    assert len(early._waiting) == posts.MOST


async def test_a_post_gets_one_card_for_a_problem_whoever_speaks_of_it_and_whenever(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "gpt-5 fails all day", ERROR)
    await town.maya.send(post, f"again: {ERROR}")
    await town.bob.send(post, f"model gpt-5: {ERROR}")
    await town.env.advance_time(5 * HOUR)
    await town.maya.send(post, f"still: {ERROR}")
    assert len(town.cards(post)) == 1


async def test_another_problem_in_a_post_another_model_and_a_question_to_the_bot_get_cards(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "gpt-5 fails all day", ERROR)
    await town.maya.send(post, OTHER)
    await town.maya.send(post, f"model gpt-4o: {ERROR}")
    await town.bob.send(post, f"{town.mention} {ERROR}")
    assert len(town.cards(post)) == 4


async def test_a_key_is_warned_of_in_a_post_that_has_its_card(board: Board) -> None:
    post = await board.post(board.town.maya, TITLE, ERROR)
    await board.town.bob.send(post, f"{ERROR} {KEY}")
    assert EN.key_posted in board.town.replies(post)[-1]


async def test_a_problem_whose_question_was_deleted_is_answered_once_more(board: Board) -> None:
    post = await board.post(board.town.maya, "Please help", "it does not work")
    gone = await board.town.maya.send(post, ERROR)
    await board.town.maya.delete(gone)
    await board.town.maya.send(post, ERROR)
    assert len(board.town.cards(post)) == 1


async def test_a_thread_at_an_answered_message_gets_no_second_card(town: Town) -> None:
    question = await town.maya.send(town.support, ERROR)
    thread = await thread_of(town, question)
    await town.bob.send(thread, f"you mean this? {ERROR}")
    assert not [card for card in town.cards(thread) if card.flags.components_v2]
    await town.maya.send(thread, OTHER)
    assert "### 503 · " in town.replies(thread)[-1]


async def test_two_threads_have_a_card_each(town: Town) -> None:
    for asker in (town.maya, town.bob):
        thread = await thread_of(town)
        await asker.send(thread, ERROR)
        assert "### 429 · " in town.reply(thread)


async def test_a_thread_that_is_closed_while_the_answer_is_made_stays_closed(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "Please help", "it does not work")
    known = town.desk.get_channel(post.id)
    assert isinstance(known, discord.Thread)
    known.archived = True
    await town.maya.send(post, ERROR)
    assert not town.cards(post)


async def test_a_locked_thread_is_written_to_only_with_manage_threads(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "Please help", "it does not work")
    await board.change(post, locked=True)
    await board.let(manage_threads=False)
    await town.sam.send(post, ERROR)
    assert not town.cards(post)
    await board.let(manage_threads=True)
    await town.sam.send(post, f"once more: {ERROR}")
    assert "### 429 · " in town.reply(post)


async def test_posts_are_answered_where_the_bot_may_write_into_threads(board: Board) -> None:
    await board.let(send_messages=True, send_messages_in_threads=False)
    assert not board.town.replies(await board.post(board.town.maya, TITLE, ERROR))
    await board.let(send_messages=False, send_messages_in_threads=True)
    assert "### 429 · " in board.town.reply(await board.post(board.town.bob, TITLE, ERROR))


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_card_in_an_archived_thread_stays_as_it_is(
    board: Board, caplog: pytest.LogCaptureFixture, method: str
) -> None:
    town = board.town
    post = await board.post(town.maya, "Please help", ERROR)
    town.env.inject_error(method, "/channels/*/messages/*", status=400, code=50083, message="Thread is archived")
    if method == "PATCH":
        await board.edit_first(post, OTHER)
    else:
        town.env.backend.delete_message(post.id, post.id)
        await town.env.settle()
    assert "### 429 · " in town.reply(post)
    assert "HTTP 400, code 50083" in caplog.text
    assert not town.env.errors


async def test_the_text_of_a_voice_channel_that_is_no_support_channel_is_left_alone(town: Town) -> None:
    voice = town.guild.create_voice_channel("lounge")
    await town.maya.send(voice, ERROR)
    assert not town.cards(voice)
    await town.maya.send(voice, f"{town.mention} {ERROR}")
    assert "### 429 · " in town.reply(voice)
