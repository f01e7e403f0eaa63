"""What Discord may refuse of the messages that answer messages: in every place where people write them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable

import pytest
from simcord.builders import ChannelHandle

from bot.chat.cards.post_tag import WORDS as TAGS
from bot.chat.learning.incident_words import WORDS as INCIDENT
from bot.chat.words import WORDS
from tests.chat.board import Board
from tests.chat.helpdesk import helpdesk
from tests.chat.town import ERROR, Town

EN = WORDS["en"]
BARE = "Error 503"
ADDED = "Error code: 503 - No available channel for model gpt-4o under group vip (distributor)"
_models = itertools.count(5)


def fresh() -> str:
    """An error that nobody has asked about before."""
    return f"{ERROR} model: gpt-{next(_models)}"


async def heard(town: Town) -> ChannelHandle:
    await town.maya.send(town.support, fresh())
    return town.support


async def mentioned(town: Town) -> ChannelHandle:
    await town.maya.send(town.general, f"{town.mention} {fresh()}")
    return town.general


async def direct(town: Town) -> ChannelHandle:
    await town.maya.send_dm(fresh())
    return town.maya.user.dm_channel


async def posted(town: Town) -> ChannelHandle:
    board = Board(town, town.guild.create_forum_channel("support"))
    return await board.post(town.maya, "It fails", fresh())


async def called_with_a_file(town: Town) -> ChannelHandle:
    await town.maya.send(town.general, town.mention, attachments=[("run.log", fresh().encode())])
    return town.general


PLACES: dict[str, Callable[[Town], Awaitable[ChannelHandle]]] = {
    "heard": heard,
    "mentioned": mentioned,
    "direct": direct,
    "a post": posted,
    "a call with a file": called_with_a_file,
}
ASKED = {"mentioned", "direct", "a call with a file"}


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("name", PLACES)
async def test_a_reply_that_is_refused_stops_nothing_and_who_called_is_told_where_that_is_possible(
    town: Town, caplog: pytest.LogCaptureFixture, name: str, status: int
) -> None:
    town.env.inject_error("POST", "/channels/*/messages", status=status)
    place = await PLACES[name](town)
    told = town.replies(place)
    if status in {403, 404}:
        assert told == []
        assert f"no reply in channel {place.id}: HTTP {status}" in caplog.text
    elif name in ASKED:
        (sorry,) = told
        reference = re.search(r"`([0-9a-f]{6})`", sorry)
        assert reference is not None
        assert f"(HTTP 500, code 0), reference {reference[1]}" in caplog.text
    else:
        assert told == []
        assert "(HTTP 500, code 0), reference " in caplog.text
        assert len(town.env.errors) == 1
    assert "### 429 · " in town.replies(await PLACES[name](town))[-1]


async def test_an_apology_that_is_refused_too_is_noted(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.env.inject_error("POST", "/channels/*/messages", status=500, times=2)
    await mentioned(town)
    assert "could not be told: HTTPException" in caplog.text
    assert "### 429 · " in town.reply(await mentioned(town))


@pytest.mark.parametrize("status", [403, 404, 500])
@pytest.mark.parametrize("what", ["card", "question"])
async def test_a_follow_up_is_answered_by_itself_where_what_it_adds_to_cannot_be_looked_at(
    town: Town, status: int, what: str
) -> None:
    question = await town.maya.send(town.support, BARE)
    seen = town.card().id if what == "card" else question.id
    town.env.inject_error("GET", f"/channels/{town.support.id}/messages/{seen}", status=status)
    await town.maya.send(town.support, ADDED)
    assert town.env.backend.faults == []
    assert len(town.cards()) == 2
    assert "`gpt-4o`" in town.replies()[1]


async def test_a_card_that_gives_way_and_cannot_be_taken_away_is_no_failure_of_the_answer(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await town.maya.send(town.general, f"{town.mention} never heard of")
    town.env.inject_error("DELETE", "/channels/*/messages/*", status=500)
    await town.maya.send(town.general, f"{town.mention} {fresh()}")
    assert "### 429 · " in town.replies(town.general)[-1]
    assert len(town.cards(town.general)) == 2
    assert len(town.env.errors) == 1
    assert EN.trouble.partition("{")[0] not in "".join(town.replies(town.general))


@pytest.fixture(params=[403, 404, 500])
def status(request: pytest.FixtureRequest) -> int:
    refused: int = request.param
    return refused


async def test_an_answer_is_given_where_discord_does_not_show_that_it_is_on_its_way(town: Town, status: int) -> None:
    town.env.inject_error("POST", "/channels/*/typing", status=status)
    assert "### 429 · " in town.reply(await called_with_a_file(town))
    assert town.env.backend.faults == []


async def test_tags_that_cannot_be_set_are_left_to_the_asker(town: Town, status: int) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    board.offer("Solved")
    post = await board.post(town.maya, "It fails", fresh())
    town.env.inject_error("PATCH", f"/channels/{post.id}", status=status)
    result = await town.maya.click(town.card(post), label=EN.solved)
    assert result.followups[-1].content == TAGS["en"].give.format(tag="`Solved`")
    assert EN.is_solved in town.reply(post)


async def test_a_new_title_that_cannot_be_read_with_its_text_leaves_the_card_until_the_next(
    town: Town, status: int
) -> None:
    board = Board(town, town.guild.create_forum_channel("support"))
    post = await board.post(town.maya, "HTTP 429 Too Many Requests", "Why?")
    town.env.inject_error("GET", f"/channels/{post.id}/messages/*", status=status)
    await board.change(post, name="HTTP 500 Internal Server Error")
    assert "### 429 · " in town.reply(post)
    assert len(town.env.errors) == (status == 500)
    await board.change(post, name="HTTP 503 Service Unavailable")
    assert "### 503 · " in town.reply(post)


async def test_a_notice_that_staff_cannot_be_given_waits_and_is_given(town: Town, status: int) -> None:
    async with helpdesk(town) as team:
        await team.records.servers.change(town.guild.id, incident_people=2, incident_minutes=10)
        town.env.inject_error("POST", f"/channels/{team.staff.id}/messages", status=status)
        for who in (town.maya, town.bob):
            await who.send(town.support, "Error code: 503 - no available channel for model gpt-4")
        assert await team.waiting() == [f"Discord answers HTTP {status}, code 0"]
        await team.later(60)
        assert INCIDENT["en"].several in town.reply(team.staff)
