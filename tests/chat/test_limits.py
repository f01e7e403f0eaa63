from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import limits
from bot.chat.limits import Buckets, Limits
from bot.settings import Settings

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands until it is moved."""

    now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def six(clock: Clock) -> Limits:
    """Six a minute for a person, twenty for a channel, sixty for a server."""
    return Limits(clock, person=6, channel=20, server=60)


def taken(limits: Limits, times: int, **whose: int) -> int:
    """How many of so many answers may be given."""
    return sum(limits.take(**whose) == 0 for _ in range(times))


def test_a_person_has_six_answers_at_once_and_one_every_ten_seconds(six: Limits, clock: Clock) -> None:
    assert taken(six, 100, person=1) == 6
    assert six.take(person=1) == 10
    clock.now += timedelta(seconds=4)
    assert six.take(person=1) == pytest.approx(6)
    clock.now += timedelta(seconds=6)
    assert taken(six, 100, person=1) == 1
    clock.now += timedelta(hours=1)
    assert taken(six, 100, person=1) == 6


def test_who_waits_as_long_as_told_and_a_second_begun_has_an_answer(six: Limits, clock: Clock) -> None:
    taken(six, 6, person=1)
    clock.now += timedelta(seconds=3.3)
    clock.now += timedelta(seconds=-(-six.take(person=1) // 1))
    assert six.take(person=1) == 0


def test_everybody_has_their_own(six: Limits) -> None:
    assert taken(six, 6, person=1) == taken(six, 6, person=2) == 6
    assert taken(six, 30, channel=1) == taken(six, 30, channel=2) == 20


def test_many_people_have_what_their_channel_has_and_many_channels_what_their_server_has(six: Limits) -> None:
    assert sum(taken(six, 1, person=person, channel=1, server=1) for person in range(30)) == 20
    assert sum(taken(six, 1, person=100 + number, channel=2 + number % 5, server=1) for number in range(90)) == 40
    assert taken(six, 1, person=300, channel=20, server=2) == 1


def test_an_answer_that_one_of_them_has_not_is_taken_from_none(six: Limits) -> None:
    taken(six, 20, channel=1)
    assert six.take(person=1, channel=1, server=1) == 3
    assert taken(six, 100, person=1, channel=2, server=1) == 6
    assert taken(six, 100, server=1) == 54


def test_it_takes_as_long_as_the_one_that_takes_longest(six: Limits) -> None:
    taken(six, 6, person=1)
    taken(six, 20, channel=1)
    assert six.take(person=1, channel=1) == 10


def test_without_anybody_there_is_no_limit(six: Limits) -> None:
    assert taken(six, 1000) == 1000


def test_nobody_waits_for_hours_when_the_clock_is_put_back(six: Limits, clock: Clock) -> None:
    taken(six, 6, person=1)
    clock.now -= timedelta(hours=5)
    assert six.take(person=1) == 10
    clock.now += timedelta(seconds=10)
    assert taken(six, 100, person=1) == 1


def test_a_clock_that_goes_to_and_fro_gives_nothing_for_nothing(six: Limits, clock: Clock) -> None:
    taken(six, 6, person=1)
    for _ in range(50):
        clock.now -= timedelta(hours=1)
        assert six.take(person=1) > 0
        clock.now += timedelta(milliseconds=1)
        assert six.take(person=1) > 0


def test_memory_is_bounded_and_those_longest_without_an_answer_are_forgotten(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST", 3)
    buckets = Buckets(1)
    for whose in (1, 2, 3, 1, 4):
        buckets.take(whose, clock.now)
        clock.now += timedelta(seconds=1)
    assert len(buckets) == 3
    assert [buckets.lacks(whose, clock.now) > 0 for whose in (1, 2, 3, 4)] == [True, False, True, True]


def test_looking_costs_no_memory(clock: Clock) -> None:
    buckets = Buckets(6)
    for whose in range(1000):
        buckets.lacks(whose, clock.now)
    assert len(buckets) == 0


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(-100, 100)), max_size=300), st.integers(1, 20))
def test_whatever_comes_there_are_never_more_in_memory_than_may_be(steps: list[tuple[int, float]], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "MOST", 5)
        buckets, now = Buckets(size), START
        for whose, seconds in steps:
            now += timedelta(seconds=seconds)
            if not buckets.lacks(whose, now):
                buckets.take(whose, now)
            assert len(buckets) <= 5


@given(st.lists(st.floats(0, 30), min_size=1, max_size=200), st.integers(1, 20))
def test_in_no_stretch_of_time_is_more_given_than_a_bucket_and_what_runs_in(pauses: list[float], size: int) -> None:
    clock = Clock()
    limits = Limits(clock, person=size, channel=size, server=size)
    given: list[datetime] = []
    for pause in pauses:
        clock.now += timedelta(seconds=pause)
        if limits.take(person=1) == 0:
            given.append(clock.now)
    for at, first in enumerate(given):
        for count, last in enumerate(given[at:], 1):
            assert count <= size + size * ((last - first) / MINUTE) + 1e-6


@given(st.lists(st.floats(-3600, 3600), max_size=100), st.integers(1, 20))
def test_after_a_minute_of_quiet_there_is_always_an_answer_however_the_clock_jumped(
    jumps: list[float], size: int
) -> None:
    clock = Clock()
    limits = Limits(clock, person=size, channel=size, server=size)
    for jump in jumps:
        clock.now += timedelta(seconds=jump)
        taken(limits, size + 1, person=1)
        assert 0 < limits.take(person=1) <= 60 / size + 1e-6
    clock.now += MINUTE
    assert taken(limits, size + 1, person=1) == size


def test_unless_set_they_are_not_too_tight_for_a_busy_server() -> None:
    settings = Settings()
    assert settings.answers_per_person >= 6
    assert settings.answers_per_channel >= 20
    assert settings.answers_per_server >= settings.answers_per_channel
