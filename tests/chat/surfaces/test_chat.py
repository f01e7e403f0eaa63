"""What is read of the messages that come, and when."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from discord.utils import utcnow

from bot.chat.surfaces.chat import MOST, Incoming
from bot.chat.surfaces.follow_ups import FollowUps
from tests.chat.town import Town
from tests.wire.events import PASTED, message

OTHER = "Error code: 503 - Service Unavailable"


@pytest.fixture
def read() -> list[Any]:
    """What was read, in its order."""
    return []


@pytest.fixture
def incoming(town: Town, read: list[Any]) -> Incoming:
    return Incoming(town.desk, FollowUps(town.desk, utcnow), read.append)


def said(town: Town, text: str) -> Any:
    return message(text, str(town.support.id), guild_id=str(town.guild.id))


async def test_of_what_comes_at_once_all_but_chat_is_read_in_its_order(
    town: Town, incoming: Incoming, read: list[Any]
) -> None:
    come = [said(town, text) for text in (PASTED, "good morning, all", OTHER)]
    for each in come:
        incoming.take(each)
    assert not read
    await asyncio.sleep(0)
    assert read == [come[0], come[2]]


async def test_no_more_than_a_few_wait_for_each_other(town: Town, incoming: Incoming, read: list[Any]) -> None:
    come = [said(town, PASTED) for _ in range(MOST + 1)]
    for each in come:
        incoming.take(each)
    assert read == come[:MOST]
    await asyncio.sleep(0)
    assert read == come


async def test_what_comes_later_is_read_as_well(town: Town, incoming: Incoming, read: list[Any]) -> None:
    for number, text in enumerate((PASTED, OTHER), 1):
        incoming.take(said(town, text))
        await asyncio.sleep(0)
        assert len(read) == number


async def test_messages_are_read_before_the_event_that_came_behind_them(
    town: Town, incoming: Incoming, read: list[Any]
) -> None:
    error, deletion = said(town, PASTED), {"id": "1"}
    incoming.take(error)
    incoming.ahead_of(read.append)(deletion)
    assert read == [error, deletion]
    await asyncio.sleep(0)
    assert read == [error, deletion]


async def test_a_message_that_cannot_be_looked_at_is_read_and_so_are_those_behind_it(
    town: Town, incoming: Incoming, read: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    come: list[Any] = [{"content": PASTED}, said(town, PASTED)]
    with caplog.at_level(logging.ERROR):
        for each in come:
            incoming.take(each)
        await asyncio.sleep(0)
    assert read == come
    assert "seeing whether a message is chat" in caplog.text
