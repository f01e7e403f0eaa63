"""Keys of every format, all the way through: nothing of them is in what is sent, stored or logged."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from bot.chat.surfaces.row import Rows, Written
from bot.chat.words import WORDS
from tests.chat.town import ERROR, KEY, Town
from tests.fuzz.keys import KINDS, another

EN = WORDS["en"]


def contents(folder: Path) -> str:
    return b"\n".join(file.read_bytes() for file in folder.iterdir() if file.is_file()).decode("utf-8", "replace")


async def test_no_key_is_kept_of_what_people_write_to_each_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Written] = []
    monkeypatch.setattr(Rows, "write", lambda _, written: kept.append(written))
    for place in (town.general, town.support):
        for whom in ("", f"{town.maya.mention} "):
            await town.bob.send(place, f"{whom}my key is {KEY}, what now?")
    assert len(kept) == 4
    assert all("what now" in written.text and KEY not in written.text for written in kept)


async def test_nothing_of_a_key_is_sent_stored_or_logged(
    town: Town, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    given_away = [another(*kind, seed) for seed, kind in enumerate(KINDS)]
    heaps = [given_away[start::6] for start in range(6)]
    for number, heap in enumerate(heaps):
        who = town.guild.add_member(town.env.create_user(f"user{number}"))
        pasted = "\n".join(f"Authorization: Bearer {key.text}" for key in heap)
        await who.send(town.support, f"{ERROR}, model: gpt-{number}\n{pasted}")
        await who.slash(town.general, "error", code=f"my flurble blorps with {pasted} since {number}")
        await who.send_dm(f"{number} blorps: {pasted}")
    assert sum(EN.key_posted in card for card in town.replies()) == len(heaps)
    sent = "\n".join(json.dumps(call.json, ensure_ascii=False) for call in town.env.http_requests)
    stored = contents(tmp_path)
    assert "my flurble blorps with" in stored
    for key in given_away:
        assert not key.seen_in(sent)
        assert not key.seen_in(stored)
        assert not key.seen_in(caplog.text)
