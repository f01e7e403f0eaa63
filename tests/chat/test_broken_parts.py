"""One broken cog, finding or entry: what it is needed for fails, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import discord
import pytest
from discord.ext import commands

from bot.assistant import findings
from bot.assistant.findings.message import Found, Message
from bot.chat.cards import card
from bot.chat.learning import status
from bot.chat.surfaces import models
from bot.chat.words import WORDS
from bot.knowledge.schema import Meaning
from tests.chat.conftest import Start
from tests.chat.town import ERROR, Town, private, public, shown

FORBIDDEN = "Error code: 403 - {'error': {'message': 'token quota is not enough', 'type': 'new_api_error'}}"
WRONG = " POST https://api.4allapi.com/chat/completions"


def referred(told: str, log: str) -> bool:
    """Tell whether an apology holds a reference that the log knows."""
    reference = re.search(r"`([0-9a-f]{6})`", told)
    return reference is not None and f"reference {reference[1]}" in log


@pytest.mark.parametrize("moment", ["__init__", "cog_load"])
async def test_a_cog_that_cannot_be_added_leaves_the_others_alone(
    town: Town, start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, moment: str
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(moment)

    monkeypatch.setattr(status.Status, moment, broken)
    town.env.strict_sync = False
    before = len(town.env.http_requests)
    await town.env.restart_bot(start())
    assert "adding Status failed with RuntimeError, reference " in caplog.text
    assert not [sent for sent in town.env.http_requests[before:] if sent.method == "PUT"]
    assert referred(private(await town.maya.slash(town.general, "status")).content, caplog.text)
    assert {type(error) for error in town.env.errors} == {discord.app_commands.CommandNotFound}
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()
    assert "### 503 · " in shown(public(await town.bob.slash(town.support, "error", code="503")))


async def test_a_listener_that_fails_leaves_the_others_alone(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(commands.Cog):
        @commands.Cog.listener()
        async def on_message(self, _: discord.Message) -> None:
            raise RuntimeError

    await town.desk.add_cog(Broken())
    await town.maya.send(town.support, ERROR)
    assert "### 429 · " in town.reply()
    assert {type(error) for error in town.env.errors} == {RuntimeError}
    assert "on_message failed with RuntimeError, reference " in caplog.text


async def test_a_command_that_fails_leaves_the_others_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(models.Models, "lookup", broken)
    told = private(await town.maya.slash(town.general, "models", name="gpt-5")).content
    assert referred(told, caplog.text)
    assert len(town.env.errors) == 1
    assert "### 429 · " in shown(private(await town.maya.slash(town.general, "error", code="429")))


async def test_an_answer_is_given_without_a_finding_that_fails(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(message: Message) -> Found | None:
        raise ValueError(message.text)

    finders = findings._finders()
    monkeypatch.setattr(findings, "_finders", lambda: (broken, *finders))
    await town.maya.send(town.support, f"{ERROR} {WRONG} secret words")
    assert "### 429 · " in town.reply()
    assert WORDS["en"].noticed in town.reply()
    assert "the finding 'broken' failed with ValueError, reference " in caplog.text
    assert "secret words" not in caplog.text


@pytest.fixture
def unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be laid out about 403."""
    original = card._known

    def known(shown: card.Card, *words: Any) -> Any:
        if shown.answer.entry == "403":
            raise ValueError(shown.answer.title)
        return original(shown, *words)

    monkeypatch.setattr(card, "_known", known)


@pytest.mark.usefixtures("unfit")
async def test_an_entry_that_cannot_be_laid_out_leaves_the_others_alone(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    await town.maya.send(town.support, FORBIDDEN)
    assert not town.cards()
    told = private(await town.maya.slash(town.support, "error", code="403")).content
    assert referred(told, caplog.text)
    assert len(town.env.errors) == 2
    await town.maya.send(town.general, f"{town.mention} {FORBIDDEN}")
    assert referred(town.reply(town.general), caplog.text)
    await town.bob.send(town.support, ERROR)
    assert "### 429 · " in town.reply()


@pytest.mark.usefixtures("unfit")
async def test_a_card_stays_as_it_is_where_what_was_picked_cannot_be_laid_out(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    meanings = (Meaning("403"), Meaning("429"))
    monkeypatch.setattr("bot.chat.cards.choices.others", lambda *_: meanings)
    answer = public(await town.maya.slash(town.support, "error", code="429"))
    before = town.reply()
    told = private(await town.maya.select(answer, ["403"])).content
    assert referred(told, caplog.text)
    assert town.reply() == before
