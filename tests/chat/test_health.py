from __future__ import annotations

from bot.chat.health import GONE, Health


class Clock:
    """Seconds, as a test has them pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_start_that_takes_too_long_is_bad_and_ready_makes_it_good() -> None:
    health = Health(clock := Clock())
    assert (health.state, health.good) == ("starting", True)
    clock.now += GONE + 1
    assert (health.state, health.good) == ("disconnected", False)
    await health.here(0)
    await health.ready()
    assert (health.state, health.good) == ("connected", True)


async def test_a_connection_that_is_gone_is_bad_after_minutes_and_not_before() -> None:
    health = Health(clock := Clock())
    await health.here(0)
    await health.ready()
    await health.lost(0)
    clock.now += GONE - 1
    assert (health.state, health.good) == ("reconnecting", True)
    await health.lost(0)  # it was tried again, and is gone since the first time
    clock.now += 2
    assert (health.state, health.good) == ("disconnected", False)
    await health.here(0)
    assert health.state == "connected"


async def test_one_shard_that_stays_away_is_bad_while_the_others_come_and_go() -> None:
    health = Health(clock := Clock())
    for shard in range(3):
        await health.here(shard)
    await health.ready()
    await health.lost(1)
    clock.now += GONE + 1
    await health.lost(2)
    await health.here(2)
    assert not health.good
    await health.here(1)
    assert health.good


async def test_many_shards_may_take_their_time_as_long_as_one_follows_the_other() -> None:
    health = Health(clock := Clock())
    for shard in range(10):
        clock.now += GONE - 1
        await health.here(shard)
        assert health.state == "starting"
    clock.now += GONE + 1
    assert not health.good
