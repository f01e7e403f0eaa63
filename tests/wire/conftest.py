from __future__ import annotations

import signal
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.wire.loopback import Loopback, loopback
from tests.wire.process import bot


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def there() -> AsyncIterator[Loopback]:
    """Discord, with a bot connected that all tests of this fixture share: it costs a second to start one."""
    async with loopback() as there, bot(there.address, LOG_LEVEL="DEBUG") as running:
        await there.seen("IDENTIFY")
        yield there
        ended = await running.end(signalled=signal.SIGTERM)
        assert (ended.code, ended.err) == (0, "")
