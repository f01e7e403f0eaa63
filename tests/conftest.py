from __future__ import annotations

import pytest

from bot.assistant.assistant import Assistant
from bot.knowledge.base import Knowledge
from bot.knowledge.loading import default_directory, load


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge base that is shipped."""
    return load(default_directory())


@pytest.fixture(scope="session")
def assistant(knowledge: Knowledge) -> Assistant:
    return Assistant(knowledge)
