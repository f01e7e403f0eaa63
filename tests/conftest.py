from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.assistant.assistant import Assistant
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, load


@pytest.fixture(scope="session", autouse=True)
def cache_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes that tests start keep what they cache apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge base that is shipped."""
    return load(default_directory())


@pytest.fixture(scope="session")
def assistant(knowledge: Knowledge) -> Assistant:
    return Assistant(knowledge)
