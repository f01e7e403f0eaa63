from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.assistant.assistant import Assistant
from bot.desk.database import Database
from bot.knowledge.base import Knowledge
from tests import shipped

settings.register_profile("test", max_examples=50, derandomize=True, deadline=None)
# `.ci/fuzz` goes on from there: other examples every time, and none may take long.
settings.register_profile(
    "fuzz",
    max_examples=200,
    derandomize=False,
    deadline=timedelta(seconds=5),
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("test")


@pytest.fixture(scope="session", autouse=True)
def cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes that tests start keep what they cache apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge base that is shipped."""
    return shipped.KNOWLEDGE


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    return shipped.ASSISTANT


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with its schema up to date, to be copied."""
    path = tmp_path_factory.mktemp("desk") / "empty.db"
    asyncio.run(prepare(f"sqlite+aiosqlite:///{path}"))
    return path


async def prepare(url: str) -> None:
    """Bring a database up to date."""
    await (await Database.open(url)).close()
