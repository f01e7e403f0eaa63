from __future__ import annotations

import pytest

from tests.wire.events import GUILD, PASTED, SIDE, mention, post, slash
from tests.wire.loopback import Loopback, Seen

pytestmark = pytest.mark.asyncio(loop_scope="package")

OTHER = "Error code: 503 - Service Unavailable"
ALL = 100
"""More events than there were."""


def done(there: Loopback) -> list[Seen]:
    """What the bot did over its API."""
    return [entry for entry in there.journal if entry.path and entry.method != "GET"]


async def test_events_that_come_again_after_a_resume_are_not_acted_on_again(there: Loopback) -> None:
    corrected, withdrawn = mention(PASTED, SIDE[0]), mention(PASTED, SIDE[1])
    await there.say(corrected)
    words = mention(OTHER)["content"]
    edited = corrected | {"content": words, "edited_timestamp": "2026-01-08T09:31:00+00:00"}
    await there.dispatch("MESSAGE_UPDATE", edited)
    await there.seen("PATCH", f"/channels/{SIDE[0]}/messages")
    await there.say(withdrawn)
    await there.dispatch("MESSAGE_DELETE", {"id": withdrawn["id"], "channel_id": SIDE[1], "guild_id": GUILD})
    await there.seen("DELETE", f"/channels/{SIDE[1]}/messages")
    thread, first = post("HTTP 429 Too Many Requests", PASTED)
    await there.open(thread)
    await there.say(first)
    asked = slash(PASTED)
    await there.ask(asked)
    await there.dispatch("GUILD_CREATE", there.guild)
    await there.say(mention(PASTED, SIDE[2]))
    before = done(there)
    there.stutters = ALL
    there.drop()
    await there.seen("RESUME")
    there.stutters = 0
    await there.say(mention(PASTED, SIDE[2]))
    assert len(done(there)) == len(before) + 1
