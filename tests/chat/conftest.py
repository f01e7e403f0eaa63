from __future__ import annotations

import pytest
from simcord import Env

from bot.chat.client import Desk
from bot.knowledge.base import Knowledge
from bot.settings import Settings
from tests.chat.town import Town


@pytest.fixture
def simcord_bot(knowledge: Knowledge) -> Desk:
    return Desk(Settings(support_channels=frozenset({"support"})), knowledge)


@pytest.fixture
def town(simcord_env: Env, simcord_bot: Desk) -> Town:
    guild = simcord_env.create_guild()
    return Town(
        env=simcord_env,
        desk=simcord_bot,
        guild=guild,
        support=guild.create_text_channel("support"),
        general=guild.create_text_channel("general"),
        maya=guild.add_member(simcord_env.create_user("maya")),
    )
