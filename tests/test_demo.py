from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.demo import ENDED, serve
from bot.ending import UNUSABLE
from bot.knowledge.loading import default_directory
from tests import chromium


@asynccontextmanager
async def demo(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The demo in a process of its own, and the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", "--port", "0", *options,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process, await printed(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def printed(process: asyncio.subprocess.Process) -> str:
    """The address that the demo prints next."""
    line = await printed_with(process, "http://")
    address = re.search(r"http://127\.0\.0\.1:\d+/\S*", line)
    assert address
    return address[0]


async def printed_with(process: asyncio.subprocess.Process, words: str) -> str:
    """The next line that the demo prints with these words in it."""
    assert process.stdout is not None
    line = ""
    while words not in line:
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        assert line, "the demo ended"
    return line


async def channel(address: str) -> str:
    """The channel that the page at an address shows; the page asks for it in the same way."""
    place, _, capability = address.partition("#")
    headers = {"X-Simcord-Capability": capability}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{place}api/pages", json={}, headers=headers) as answer,
    ):
        name: str = (await answer.json())["channel"]["name"]
    return name


async def test_enter_opens_the_other_channel_at_an_address_of_its_own_and_back() -> None:
    async with demo() as (process, address):
        assert process.stdin is not None
        addresses, channels = [address], [await channel(address)]
        for _ in range(2):
            assert "the page at this one ends" in await printed_with(process, "Enter")
            process.stdin.write(b"\n")
            addresses.append(await printed(process))
            channels.append(await channel(addresses[-1]))
            with pytest.raises(aiohttp.ClientError):
                await channel(addresses[-2])
    assert channels == ["support", "staff", "support"]
    assert len(set(addresses)) == 3


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
async def test_a_signal_ends_the_demo_in_success(name: str) -> None:
    async with demo() as (process, _):
        process.send_signal(getattr(signal, name))
        assert await asyncio.wait_for(process.wait(), 10) == 0
        assert process.stderr is not None
        assert await process.stderr.read() == b""
        assert process.stdout is not None
        assert (await process.stdout.read()).decode().endswith(f"{ENDED}\n")


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """A file of a knowledge base that may be edited."""
    shutil.copytree(default_directory(), tmp_path, dirs_exist_ok=True)
    return tmp_path / "errors" / "502.yaml"


def read(file: Path) -> str:
    """What stands in a file."""
    return file.read_text()


def write(file: Path, text: str) -> None:
    """Edit a file."""
    file.write_text(text)


async def test_a_bad_edit_of_the_knowledge_is_told_with_its_place_and_a_good_one_is_taken_up(entry: Path) -> None:
    good = read(entry)
    async with demo("--knowledge", str(entry.parents[1])) as (process, _):
        write(entry, good + "\nphrase: oops\n")
        await printed_with(process, "the knowledge stays as it was")
        line = len(good.splitlines()) + 2
        assert (await printed_with(process, ".yaml:")).startswith(f"{entry}:{line}: 502: unknown key 'phrase'")
        write(entry, f"{good}\n# looked at again\n")
        assert "nothing changed" in await printed_with(process, "the knowledge was reloaded: ")
        write(entry, good.replace("title: ", "title: Edited, ", 1))
        assert "changed 502" in await printed_with(process, "the knowledge was reloaded: ")


@pytest.mark.skipif(chromium.BINARY is None, reason="no Chromium on this machine")
async def test_an_error_typed_into_the_page_is_answered_with_a_card_from_the_knowledge_of_now(entry: Path) -> None:
    cards = "[...document.querySelectorAll('#channel-message-list article')].map(m => m.innerText)"
    options = ("--knowledge", str(entry.parents[1]))
    async with demo(*options) as (process, address), chromium.browse(address) as page:
        before = await page.until(f"{cards}.length && {cards}")
        assert sum("429 · " in text for text in before) == 1
        assert any("怎么办" in text for text in before)
        write(entry, read(entry).replace("title: ", "title: Edited, ", 1))
        await printed_with(process, "the knowledge was reloaded: ")
        await page.until("document.querySelector('#action-status').innerText == 'Viewport updated'")
        await page.type("#channel-composer-input", "What is this? Error code: 502 - bad gateway")
        await page.until("!document.querySelector('#send-message').disabled")
        await page.enter()
        await page.until(f"{cards}.some(text => text.includes('502 · Edited, '))")


def test_the_browser_is_opened_on_the_printed_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_and_end(address: str) -> None:
        opened.append(address)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("webbrowser.open", open_and_end)
    assert serve(None, None, True) == 0
    (address,) = opened
    assert address in capsys.readouterr().out


def test_a_port_that_is_taken_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(None, port, False) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"error: port {port} is taken")
    assert told.count("\n") == 1


def test_a_missing_extra_is_told_with_how_to_install_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "simcord", None)
    assert serve(None, None, False) == 1
    assert "pip install 'error-desk[demo]'" in capsys.readouterr().err


def test_a_broken_knowledge_base_is_told_and_nothing_is_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert serve(tmp_path, None, False) == UNUSABLE
    assert str(tmp_path) in capsys.readouterr().err
