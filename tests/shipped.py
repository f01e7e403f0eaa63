"""The knowledge base that is shipped, read once for all the tests of a process."""

from __future__ import annotations

from bot.assistant.assistant import Assistant
from bot.knowledge.loading import default_directory, load

KNOWLEDGE = load(default_directory())
ASSISTANT = Assistant(KNOWLEDGE)
