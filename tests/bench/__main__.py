"""Measure everything and print a line for each: `python -m tests.bench`."""

from __future__ import annotations

import asyncio
import itertools
import sys

from tests.bench import decisions, load


async def main() -> int:
    """Return the exit code: 1 where a ratio is above its limit."""
    hold = True
    for ratio in itertools.chain.from_iterable(decisions.measures()):
        hold &= ratio.tell()
    async for ratio in load.ratios():
        hold &= ratio.tell()
    return int(not hold)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
