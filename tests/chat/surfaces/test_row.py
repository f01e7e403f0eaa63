from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from discord.utils import time_snowflake

from bot.chat.surfaces.row import CONTEXT, KEPT, MOST, Rows, Written

START = datetime(2026, 1, 8, 10, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rows(clock: Clock) -> Rows:
    return Rows(clock)


def written(number: int, *, author: int = 1, channel: int = 2, seconds: float = 0, apart: bool = False) -> Written:
    return Written(id_(number, seconds), channel, author, f"message {number}", apart=apart)


def id_(number: int, seconds: float = 0) -> int:
    return time_snowflake(START + timedelta(seconds=seconds)) + number


def ids(row: list[Written]) -> list[int]:
    return [each.message_id % 2**22 for each in row]


def test_a_row_is_of_one_person_in_one_channel(rows: Rows) -> None:
    for each in (written(1), written(2, author=7), written(3, channel=7), written(4)):
        rows.write(each)
    assert ids(rows.before(written(5))) == [1, 4]


def test_a_row_ends_two_minutes_before(rows: Rows) -> None:
    rows.write(written(1))
    rows.write(written(2, seconds=30))
    assert ids(rows.before(written(3, seconds=CONTEXT.total_seconds() + 1))) == [2]


def test_a_row_has_five_messages(rows: Rows) -> None:
    for number in range(10):
        rows.write(written(number))
    assert ids(rows.before(written(10))) == [5, 6, 7, 8, 9]
    assert MOST == 5


def test_what_is_addressed_to_others_and_what_came_later_is_not_in_it(rows: Rows) -> None:
    for each in (written(1, apart=True), written(2), written(4)):
        rows.write(each)
    assert ids(rows.before(written(3))) == [2]


def test_a_message_is_replaced_in_its_place(rows: Rows) -> None:
    rows.write(written(1))
    rows.write(written(2))
    rows.write(written(1)._replace(text="edited"))
    assert [each.text for each in rows.before(written(3))] == ["edited", "message 2"]


def test_a_forgotten_message_is_gone(rows: Rows) -> None:
    rows.write(written(1))
    rows.write(written(2))
    rows.forget({id_(1), 404})
    assert ids(rows.before(written(3))) == [2]


def test_nothing_is_kept_for_longer_than_two_minutes_or_without_limit(rows: Rows, clock: Clock) -> None:
    rows.write(written(1))
    clock.now += CONTEXT + timedelta(seconds=1)
    rows.write(written(2))
    assert not rows._written
    for number in range(KEPT + 10):
        rows.write(written(number, seconds=121))
    assert len(rows._written) == KEPT


def test_whether_somebody_else_wrote_there(rows: Rows) -> None:
    rows.write(written(1))
    rows.write(written(2, author=7, channel=7))
    assert rows.is_alone(written(4))
    rows.write(written(3, author=7))
    assert not rows.is_alone(written(4))
    assert rows.is_alone(written(4, seconds=CONTEXT.total_seconds() + 1))
    assert rows.is_alone(written(4), behind=id_(3))
    assert not rows.is_alone(written(4), behind=id_(2))
