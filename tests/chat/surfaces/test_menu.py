from __future__ import annotations

import discord
import pytest

from bot.chat.words import WORDS
from tests.chat.town import ERROR, KEY, Town, labels, private, shown

NAME = "Explain this error"


async def test_somebodys_message_is_explained_to_the_user_alone_even_in_a_support_channel(town: Town) -> None:
    message = await town.maya.send(town.support, f"seen today: {ERROR} (request id: 20260108101207331846221Yb7rTnLs)")
    card = private(await town.bob.context_menu(town.support, NAME, message))
    assert "### 429 · " in shown(card)
    assert "`20260108101207331846221Yb7rTnLs`" in shown(card)
    assert WORDS["en"].post_here in labels(card)


async def test_a_message_with_a_key_is_explained_and_never_posted(town: Town) -> None:
    message = await town.maya.send(town.general, f"{ERROR} {KEY}")
    card = private(await town.bob.context_menu(town.general, NAME, message))
    assert WORDS["en"].key_given in shown(card)
    assert KEY not in shown(card)
    assert WORDS["en"].post_here not in labels(card)


async def test_what_a_bot_posted_in_an_embed_is_read(town: Town) -> None:
    hook = town.guild.create_webhook(town.general)
    await hook.send("", embed=discord.Embed(title="Monitoring", description="HTTP 503 Service Unavailable"))
    message = town.general.last_message
    assert message is not None
    assert "### 503 · " in shown(private(await town.bob.context_menu(town.general, NAME, message)))


@pytest.mark.parametrize("text", ["good morning", ""])
async def test_a_message_without_an_error_is_said_to_have_none(town: Town, text: str) -> None:
    message = await town.maya.send(town.general, text, attachments=[("cat.png", b"...")])
    assert WORDS["en"].unknown in shown(private(await town.bob.context_menu(town.general, NAME, message)))
