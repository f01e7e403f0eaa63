from __future__ import annotations

import pytest
from simcord.builders import ChannelHandle

from bot.settings import Settings
from tests.chat.town import Town


@pytest.fixture
def more(town: Town) -> ChannelHandle:
    """A second support channel."""
    channels = frozenset({"support", "more"})
    town.desk.settings = Settings(support_channels=channels, database_url=town.desk.settings.database_url)
    return town.guild.create_text_channel("more")
