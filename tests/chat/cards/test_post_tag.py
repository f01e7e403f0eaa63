from __future__ import annotations

import pytest
from simcord.results import InteractionResult

from bot.chat.cards.post_tag import WORDS, solved_tag
from bot.chat.words import WORDS as CARD
from tests.chat.board import Board
from tests.chat.town import ERROR, Town, shown

EN = WORDS["en"]
SOLVED = "✅ Solved"


@pytest.fixture
def board(town: Town) -> Board:
    board = Board(town, town.guild.create_forum_channel("support"))
    board.offer("Billing", SOLVED, "Unsolved")
    return board


def told(result: InteractionResult) -> list[str]:
    """What the user alone was told after the card had changed."""
    return [shown(message) for message in result.followups if message.ephemeral]


def tagged(name: str) -> str:
    return f"`{name}`"


async def test_solved_gives_the_post_its_tag_beside_the_others(board: Board) -> None:
    post = await board.post(board.town.maya, "Help", ERROR, "Billing")
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].solved)
    assert board.marks(post) == ["Billing", SOLVED]
    assert CARD["en"].is_solved in board.town.reply(post)
    assert not told(done)


async def test_staff_mark_the_post_of_whoever_asked(board: Board) -> None:
    post = await board.post(board.town.maya, "Help", ERROR)
    await board.town.sam.click(board.town.card(post), label=CARD["en"].solved)
    assert board.marks(post) == [SOLVED]


async def test_what_anybody_else_says_marks_nothing(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "Help", ERROR)
    await town.bob.click(town.card(post), label=CARD["en"].solved)
    await town.bob.send(post, f"{town.mention} 503")
    await town.bob.click(town.cards(post)[-1], label=CARD["en"].solved)
    assert board.marks(post) == []


async def test_not_solved_takes_the_tag_away_and_leaves_the_others(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "Help", ERROR, "Billing", SOLVED)
    await town.maya.click(town.card(post), label=CARD["en"].not_solved)
    assert board.marks(post) == ["Billing"]


async def test_not_solved_on_the_answer_opened_again_takes_it_away(board: Board) -> None:
    town = board.town
    post = await board.post(town.maya, "Help", ERROR)
    await town.maya.click(town.card(post), label=CARD["en"].solved)
    assert board.marks(post) == [SOLVED]
    opened = await town.maya.click(town.card(post), label=CARD["en"].show_answer)
    assert opened.response is not None
    await town.maya.click(opened.response, label=CARD["en"].not_solved)
    assert board.marks(post) == []


async def test_without_manage_threads_the_asker_is_told_how(board: Board) -> None:
    await board.let(manage_threads=False)
    post = await board.post(board.town.maya, "Help", ERROR)
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].solved)
    assert told(done) == [EN.give.format(tag=tagged(SOLVED))]
    assert board.marks(post) == []
    assert CARD["en"].is_solved in board.town.reply(post)


async def test_without_manage_threads_the_asker_is_told_how_to_take_the_tag_away(board: Board) -> None:
    await board.let(manage_threads=False)
    post = await board.post(board.town.maya, "Help", ERROR, SOLVED)
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].not_solved)
    assert told(done) == [EN.take.format(tag=tagged(SOLVED))]


async def test_of_a_tag_for_moderators_the_asker_is_not_told_to_set_it(town: Town) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    board.offer("Solved", moderated=True)
    await board.let(manage_threads=False)
    post = await board.post(town.maya, "Help", ERROR)
    done = await town.maya.click(town.card(post), label=CARD["en"].solved)
    assert told(done) == [EN.moderated.format(tag=tagged("Solved"))]


async def test_a_post_with_five_tags_is_not_tried(board: Board) -> None:
    board.offer("a", "b", "c", "d", "e")
    post = await board.post(board.town.maya, "Help", ERROR, "a", "b", "c", "d", "e")
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].solved)
    assert told(done) == [EN.full.format(tag=tagged(SOLVED))]
    assert not [call for call in board.town.env.http_requests if call.path == f"/channels/{post.id}"]


async def test_a_refusal_is_told_and_the_card_is_folded_all_the_same(
    board: Board, caplog: pytest.LogCaptureFixture
) -> None:
    post = await board.post(board.town.maya, "Help", ERROR)
    board.town.env.inject_error("PATCH", f"/channels/{post.id}", status=400, code=50083, message="Thread is archived")
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].solved)
    assert told(done) == [EN.give.format(tag=tagged(SOLVED))]
    assert "code 50083" in caplog.text
    assert CARD["en"].is_solved in board.town.reply(post)


async def test_a_closed_post_is_not_opened(board: Board) -> None:
    post = await board.post(board.town.maya, "Help", ERROR)
    await board.change(post, archived=True)
    done = await board.town.maya.click(board.town.card(post), label=CARD["en"].solved)
    assert told(done) == [EN.give.format(tag=tagged(SOLVED))]
    assert not [call for call in board.town.env.http_requests if call.path == f"/channels/{post.id}"]


async def test_nothing_is_said_of_tags_where_there_is_none_for_solved(town: Town) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    board.offer("Billing", "Not solved")
    post = await board.post(town.maya, "Help", ERROR)
    done = await town.maya.click(town.card(post), label=CARD["en"].solved)
    assert not told(done)
    await town.bob.send(town.support, ERROR)
    assert not told(await town.bob.click(town.card(), label=CARD["en"].solved))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["Bug", "Solved"], "Solved"),
        (["✅ SOLVED!"], "✅ SOLVED!"),
        (["Resolved", "Solved"], "Solved"),
        (["Closed", "已解决"], "已解决"),
        (["已解決 / Solved"], "已解決 / Solved"),
        (["问题已解决"], "问题已解决"),
        (["Answered"], "Answered"),
        (["Not solved", "Unsolved", "not-solved", "未解决", "To be closed"], None),
        (["✅"], None),
        ([], None),
    ],
)
def test_a_tag_means_solved_by_its_name(town: Town, names: list[str], found: str | None) -> None:
    board = Board(town, town.guild.create_forum_channel("questions"))
    board.offer(*names)
    tag = solved_tag(town.desk.get_channel(board.forum.id))
    assert (tag and tag.name) == found


def test_a_place_that_is_no_forum_has_no_such_tag(town: Town) -> None:
    assert solved_tag(town.desk.get_channel(town.support.id)) is None
    assert solved_tag(None) is None


def test_every_sentence_fits_and_names_the_tag() -> None:
    for words in WORDS.values():
        for text in (words.give, words.full, words.moderated, words.take):
            assert "`x`" in text.format(tag="`x`")
