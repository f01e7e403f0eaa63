from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from aiohttp import web

from bot.chat.surfaces import files as surfaces
from bot.chat.surfaces.files import HALF, Files, Line, chosen, load
from bot.reading.pictures import BYTES
from bot.reading.screenshots import BusyError
from tests.chat.surfaces.pictures import Pictures, picture
from tests.chat.town import ERROR

LINE = "2026-01-08 09:30:12 INFO all is well\n"


def attachment(name: str, kind: str | None = None, size: int = 100, url: str = "", **fields: Any) -> discord.Attachment:
    data: Any = {"id": "1", "filename": name, "content_type": kind, "size": size, "url": url, "proxy_url": url}
    state: Any = SimpleNamespace(http=None)
    return discord.Attachment(data=data | fields, state=state)


@dataclass
class Shelf:
    """Serves one file, and notes how much of it was sent."""

    address: str = ""
    data: bytes = b""
    ranges: bool = True
    sent: list[int] = field(default_factory=list)
    silent: bool = False

    async def serve(self, request: web.Request) -> web.Response:
        if self.silent:
            await asyncio.Event().wait()
        part = self.data[request.http_range] if self.ranges else self.data
        self.sent.append(len(part))
        return web.Response(body=part, status=206 if self.ranges else 200)

    def file(self, name: str = "run.log") -> discord.Attachment:
        return attachment(name, size=len(self.data), url=self.address)


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf, app = Shelf(), web.Application()
    app.router.add_get("/", shelf.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shelf.address = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield shelf
    await runner.cleanup()


async def text_of(file: discord.Attachment) -> str:
    (reading,) = await Files(Pictures({})).read(1, [file])
    return reading.trouble or reading.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
async def test_of_a_large_text_both_ends_are_read_and_no_more(shelf: Shelf, encoding: str) -> None:
    shelf.data = f"开始 first\n{LINE * 40_000}{ERROR}\n".encode(encoding)
    text = await text_of(shelf.file())
    assert "first" in text
    assert ERROR in text
    assert sum(shelf.sent) <= 2 * HALF < len(shelf.data)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8"])
@pytest.mark.parametrize("before", range(4))
async def test_a_large_chinese_log_is_read_wherever_it_is_cut(shelf: Shelf, encoding: str, before: int) -> None:
    shelf.data = f"{'.' * before}开始\n{'错误码：请求过多，请稍后再试。' * 60_000}\n{ERROR}".encode(encoding)
    text = await text_of(shelf.file())
    assert "开始\n错误码：" in text
    assert f"请稍后再试。\n{ERROR}" in text
    assert set(text) <= set("开始错误码：请求过多，请稍后再试。.\n\ufffd" + ERROR)


async def test_of_a_large_text_on_a_server_without_ranges_the_beginning_is_read(shelf: Shelf) -> None:
    shelf.data, shelf.ranges = f"{ERROR}\n{LINE * 40_000}the end".encode(), False
    text = await text_of(shelf.file())
    assert text.startswith(ERROR)
    assert len(text) <= HALF + 1


async def test_of_a_large_file_that_is_no_text_only_the_beginning_is_loaded(shelf: Shelf) -> None:
    shelf.data = bytes(range(256)) * 8000
    assert await text_of(shelf.file("film.ts")) == ""
    assert shelf.sent == [HALF]


async def test_a_picture_that_is_too_large_is_not_loaded(shelf: Shelf) -> None:
    shelf.data = picture("shot").ljust(BYTES + 1, b"\0")
    (reading,) = await Files(Pictures({}), available=lambda: True).read(1, [shelf.file("shot.png")])
    assert reading.trouble == "unreadable"
    assert not shelf.sent


async def test_a_file_that_does_not_come_in_time_is_given_up(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "LOADING", 0.05)
    shelf.data, shelf.silent = LINE.encode() * 40_000, True
    assert await text_of(shelf.file()) == "busy"
    with pytest.raises(TimeoutError):
        await load(shelf.file(), 2 * HALF)


async def test_a_file_that_is_gone_is_not_read() -> None:
    assert await text_of(attachment("run.log", size=2**21, url="http://127.0.0.1:9/")) == "unreadable"


async def test_of_a_file_on_which_reading_fails_the_others_are_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def loaded(file: discord.Attachment, _: int) -> list[bytes]:
        return [picture("shot") if file.filename == "shot.png" else LINE.encode()]

    monkeypatch.setattr(surfaces, "load", loaded)
    files = Files(Pictures({"shot": KeyError("lines")}), available=lambda: True)
    readings = await files.read(1, [attachment("shot.png"), attachment("run.log")])
    assert [(reading.trouble, reading.text) for reading in readings] == [("unreadable", ""), (None, LINE)]
    assert "reading a file failed with KeyError, reference " in caplog.text


async def test_whoever_comes_when_too_many_wait_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "MOST_WAITING", 2)
    line, go_on = Line(1), asyncio.Event()

    async def wait() -> None:
        async with line.turn():
            await go_on.wait()

    waiting = [asyncio.create_task(wait()) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await wait()
    go_on.set()
    await asyncio.gather(*waiting)
    await asyncio.wait_for(wait(), 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("message.txt", None),
        ("app.ts", "video/mp2t"),
        ("run.log", "application/octet-stream"),
        ("Dockerfile", None),
        ("answer", "application/json; charset=utf-8"),
        ("answer", "application/problem+json"),
        ("script", "text/x-perl"),
        ("shot.png", "application/octet-stream"),
        ("shot", "image/webp"),
        ("SHOT.JPG", None),
    ],
)
def test_a_text_or_a_picture_is_worth_loading(name: str, kind: str | None) -> None:
    assert chosen([attachment(name, kind)])


@pytest.mark.parametrize(
    ("name", "kind", "fields"),
    [
        ("film.mp4", "video/mp4", {}),
        ("song.mp3", "audio/mpeg", {}),
        ("book.pdf", "application/pdf", {}),
        ("all.zip", "application/zip", {}),
        ("shot.heic", "image/heic", {}),
        ("voice-message.ogg", "audio/ogg", {"duration_secs": 3.0, "waveform": "AAAA"}),
    ],
)
def test_anything_else_is_not_loaded(name: str, kind: str, fields: dict[str, Any]) -> None:
    assert not chosen([attachment(name, kind, **fields)])
