from __future__ import annotations

import asyncio

import pytest

from bot.chat.background import going_on

WORDS = "hunter2"


async def test_what_fails_is_told_at_once_without_its_words_and_the_rest_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    beats = 0

    async def fail() -> None:
        raise ValueError(WORDS)

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    async with going_on(fail(), beat(), name="upkeep"):
        await asyncio.sleep(0.05)
        assert "upkeep failed with ValueError" in caplog.text
        assert WORDS not in caplog.text
        before = beats
        await asyncio.sleep(0.05)
        assert beats > before


async def test_what_is_cancelled_at_the_end_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async with going_on(asyncio.Event().wait(), name="upkeep"):  # type: ignore[arg-type]
        await asyncio.sleep(0)
    async with going_on(asyncio.sleep(9), name="upkeep"):
        """It has not even begun."""
    assert not caplog.text
