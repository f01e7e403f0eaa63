from __future__ import annotations

import asyncio
import signal
from typing import Any

import discord
import pytest

from bot.chat.words import WORDS
from tests.wire.events import APPLICATION, GENERAL, PASTED, Event, custom_ids, mention, message, new_id, press, slash
from tests.wire.loopback import HANG_UP, Loopback, loopback
from tests.wire.process import bot
from tests.wire.test_events import EPHEMERAL, shown

shared = pytest.mark.asyncio(loop_scope="package")

OVER = {"message": "Unknown interaction", "code": 10062}
ANSWERED = {"message": "Interaction has already been acknowledged.", "code": 40060}
GONE = {"message": "Unknown Webhook", "code": 10015}
EN = WORDS["en"]


def pressed(card: Event, button: str) -> Event:
    """Maya's press on a button of a card in `#general`."""
    return press(card, button, {"id": GENERAL, "name": "general", "type": 0}, may=discord.Permissions.all())


def picked(card: Event) -> Event:
    """Her pick of the second meaning in its menu."""
    (about,) = (id_ for id_ in custom_ids(card["components"]) if id_.startswith("meaning:"))
    return pressed(card, "meaning") | {"data": {"component_type": 3, "custom_id": about, "values": ["429/limiter"]}}


def menu(text: str, **fields: Any) -> Event:
    """*Explain this error* on a message of somebody's."""
    said = message(text, GENERAL, **fields)
    resolved = {"messages": {said["id"]: said}}
    return slash("") | {
        "data": {"id": new_id(), "name": "Explain this error", "type": 3, "target_id": said["id"], "resolved": resolved}
    }


def typed() -> Event:
    """Letters of a code, for which suggestions are wanted."""
    data = slash("", type=4)
    data["data"]["options"][0] |= {"value": "42", "focused": True}
    return data


def filled(card: Event) -> Event:
    """The form for what to send to support; nobody takes reports here."""
    (about,) = (id_ for id_ in custom_ids(card["components"]) if id_.startswith("support:"))
    _, _, entry, case, lang, question = about.split(":")
    custom_id = f"send:{entry}:{case}:{lang}:{question}:{new_id()}"
    row = {"type": 18, "component": {"type": 4, "custom_id": "tried", "value": "waiting"}}
    return pressed(card, "support") | {"type": 5, "data": {"custom_id": custom_id, "components": [row]}}


def all_kinds(card: Event) -> dict[str, Event]:
    """One interaction of each kind."""
    return {
        "command": slash("429"),
        "suggestions": typed(),
        "menu": menu(PASTED),
        "button": pressed(card, "solved"),
        "select": picked(card),
        "form": filled(card),
    }


async def test_an_interaction_that_is_over_or_has_an_answer_gets_no_other_and_no_error_in_the_log() -> None:
    async with loopback() as there, bot(there.address, LOG_LEVEL="DEBUG") as running:
        await there.seen("IDENTIFY")
        await there.say(mention("429"))
        card = there.kept[-1]
        for status, body in ((404, OVER), (400, ANSWERED)):
            for interaction in all_kinds(card).values():
                there.fail("POST", f"/interactions/{interaction['id']}/", status, body)
                there.fail("POST", f"/webhooks/{APPLICATION}/{interaction['token']}", 404, GONE, 9)
                await there.dispatch("INTERACTION_CREATE", interaction)
                await there.seen("POST", f"/interactions/{interaction['id']}/")
        await there.ask(slash("429"))
        ended = await running.end(signalled=signal.SIGTERM)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.count("did not wait for its answer: code 10062") == 6
    assert ended.out.count("did not wait for its answer: code 40060") == 6
    assert "ERROR" not in ended.out
    assert ", line " not in ended.out
    answers = [seen.path for seen in there.journal if seen.path.startswith("/interactions/")]
    assert len(set(answers)) == len(answers) == 13


TROUBLES: tuple[tuple[int, Any, dict[str, str]], ...] = (
    (502, "<html>", {}),
    (503, "<html>", {}),
    (429, "slow down", {}),
    (429, "slow down", {"Retry_After": "0.1"}),
    (429, "slow down", {"Via": "1.1 google"}),
    (429, {"message": "slow down"}, {"Via": "1.1 google", "Retry_After": "0.1"}),
    (408, "", {}),
    (HANG_UP, "", {}),
)
"""A status, a body, and the headers beside it."""


@shared
async def test_an_answer_that_seemed_to_fail_and_had_arrived_is_given_once(there: Loopback) -> None:
    async def answered(status: int, body: Any, headers: dict[str, str]) -> None:
        asked = slash(PASTED)
        there.fail("POST", f"/interactions/{asked['id']}/", status, body, 1, **headers)
        there.fail("POST", f"/interactions/{asked['id']}/", 400, ANSWERED)
        first = await there.ask(asked)
        assert "### 429 · " in shown(first)
        assert (await there.seen("POST", f"/interactions/{asked['id']}/")).json["data"] == first
        await there.ask(slash(PASTED))
        assert there.count("POST", f"/interactions/{asked['id']}/") == 2
        assert there.count("POST", f"/webhooks/{APPLICATION}/{asked['token']}") == 0

    await asyncio.gather(*(answered(*trouble) for trouble in TROUBLES))


@shared
@pytest.mark.parametrize("status", [429, HANG_UP])
async def test_a_further_answer_is_sent_again_where_discord_would_not_have_it(there: Loopback, status: int) -> None:
    file = there.attach("run.log", PASTED.encode())
    asked = menu("", attachments=[file])
    path = f"/webhooks/{APPLICATION}/{asked['token']}"
    there.fail("POST", path, status, "slow down")
    await there.dispatch("INTERACTION_CREATE", asked)
    await there.seen("POST", f"/interactions/{asked['id']}/")
    tries = [(await there.seen("POST", path)).json for _ in range(2)]
    assert tries[0] == tries[1]
    assert "### 429 · " in shown(tries[1])
    assert tries[1]["flags"] & EPHEMERAL


@shared
async def test_a_failure_that_lasts_is_told_to_its_user_alone(there: Loopback) -> None:
    asked = slash(PASTED)
    there.fail("POST", f"/interactions/{asked['id']}/", 403)
    await there.ask(asked)
    told = (await there.seen("POST", f"/interactions/{asked['id']}/")).json["data"]
    assert told["content"].startswith(EN.trouble.partition("{")[0])
    assert told["flags"] & EPHEMERAL


@shared
async def test_while_one_answer_waits_for_discord_others_are_given(there: Loopback) -> None:
    slow, asked = slash(PASTED), slash(PASTED)
    held = there.hold("POST", f"/interactions/{slow['id']}/")
    await there.dispatch("INTERACTION_CREATE", slow)
    await held.arrived.wait()
    await asyncio.wait_for(there.ask(asked), 3)
    held.go_on.set()
    assert (await there.seen("POST", f"/interactions/{slow['id']}/")).json["type"] == 4
