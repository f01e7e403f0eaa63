"""The process that reads pictures: started, bounded, killed, started again, ended."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageFont
from typer.testing import CliRunner

from bot.cli import app
from bot.knowledge.base import Knowledge
from bot.reading import screenshots as module
from bot.reading.pictures import PictureError
from bot.reading.screenshots import BusyError, Screenshots, UnavailableError
from bot.reading.vocabulary import vocabulary

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE = Path(__file__).parents[1] / "data" / "screenshot-zh.png"

ERROR = "Error code: 429 - Rate limit reached"
KEY = "sk-" + "a7B2c3D4" * 6


def drawn(text: str, ink: str = "#cccccc", ground: str = "#1e1e1e", mode: str = "RGB") -> Image.Image:
    """A screen with a few lines on it, in the typeface that Pillow brings along."""
    rows = text.splitlines()
    font = ImageFont.load_default(size=18)
    width = int(max(map(font.getlength, rows))) + 40
    image = Image.new(mode, (width, 26 * len(rows) + 30), ground)
    for i, row in enumerate(rows):
        ImageDraw.Draw(image).text((20, 15 + 26 * i), row, font=font, fill=ink)
    return image


def saved(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


PICTURE = saved(drawn(ERROR))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader(knowledge: Knowledge) -> AsyncIterator[Screenshots]:
    """One reader for all tests that do it no harm: starting it takes a second or two."""
    screenshots = Screenshots(lambda: vocabulary(knowledge), waiting=3, seconds=60)
    yield screenshots
    await screenshots.close()


async def refused(reader: Screenshots, data: bytes) -> str:
    with pytest.raises(PictureError) as why:
        await reader.read(data)
    return why.value.reason


def turned_and_marked() -> bytes:
    """A picture that lies on its side, as telephones store them, with the note that it does."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(drawn(ERROR).rotate(90, expand=True), "JPEG", quality=80, exif=exif)


def animated() -> bytes:
    return saved(drawn(ERROR), "GIF", save_all=True, append_images=[drawn("HTTP 500 and what comes later")])


@pytest.mark.parametrize(
    "data",
    [
        PICTURE,
        saved(drawn(ERROR, "#202020", "#ffffff"), "JPEG", quality=40),
        saved(drawn(ERROR), "WEBP"),
        animated(),
        turned_and_marked(),
        saved(drawn(ERROR, "#f0f0f0", "#00000000", "RGBA")),
        saved(drawn(ERROR, "#101010", "#ffffff00", "RGBA")),
        saved(drawn(ERROR).resize((2600, 400))),
    ],
    ids=["png", "jpeg 40", "webp", "gif", "on its side", "light on nothing", "dark on nothing", "large"],
)
async def test_text_is_read_from_every_format_and_ground(reader: Screenshots, data: bytes) -> None:
    seen = await reader.read(data)
    assert seen.text == ERROR
    assert seen.confidence > 0.9


async def test_chinese_is_read(reader: Screenshots) -> None:
    text = (await reader.read(CHINESE.read_bytes())).text
    assert "用户额度不足" in text
    assert "403" in text


async def test_a_picture_without_text_reads_as_nothing(reader: Screenshots) -> None:
    assert await reader.read(saved(Image.new("RGB", (300, 200), "#336699"))) == ("", 0)


def bomb() -> bytes:
    """A GIF of 40 KB that says it is small, with a frame of 30 million pixels."""
    data = saved(Image.new("P", (6_000, 5_000)), "GIF")
    return data[:6] + struct.pack("<HH", 30, 20) + data[10:]


async def test_what_cannot_be_decoded_is_refused_and_the_process_lives_on(reader: Screenshots) -> None:
    await reader.read(PICTURE)
    before = reader.pid
    for data in (PICTURE[: len(PICTURE) // 2], PICTURE[:60] + bytes(200), bomb()):
        assert await refused(reader, data) == "broken"
    assert reader.pid == before


async def test_what_is_too_large_or_no_picture_is_refused_without_the_process() -> None:
    untouched = Screenshots()
    strip = saved(Image.new("1", (20_000, 40)))
    assert [await refused(untouched, data) for data in (strip, b"HTTP 429", bytes(11))] == [
        "large",
        "unknown",
        "unknown",
    ]
    assert untouched.pid is None


async def test_more_pictures_than_fit_in_the_queue_are_turned_away_at_once(reader: Screenshots) -> None:
    found = await asyncio.gather(*(reader.read(PICTURE) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in found[3:]] == [BusyError, BusyError]
    assert [one.text for one in found[:3] if not isinstance(one, BaseException)] == [ERROR] * 3


async def test_a_reader_that_was_cancelled_leaves_its_answer_to_nobody_else(reader: Screenshots) -> None:
    await reader.read(PICTURE)
    task = asyncio.create_task(reader.read(saved(drawn("\n".join([ERROR] * 12)))))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await reader.read(saved(drawn("HTTP 503")))).text == "HTTP 503"


async def test_when_the_process_is_killed_that_picture_fails_and_the_next_is_read(reader: Screenshots) -> None:
    await reader.read(PICTURE)
    before = reader.pid
    assert before
    os.kill(before, signal.SIGSTOP)  # so that it is in the middle of the picture
    task = asyncio.create_task(refused(reader, PICTURE))
    await asyncio.sleep(0.05)
    os.kill(before, signal.SIGKILL)
    assert await task == "broken"
    assert (await reader.read(PICTURE)).text == ERROR
    assert reader.pid not in {None, before}


async def test_a_process_that_hangs_is_killed_when_the_time_is_over_and_it_ends_after_idleness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle = asyncio.Event()
    given: dict[str, Any] = {}
    start = asyncio.create_subprocess_exec

    async def started(*words: str, **options: Any) -> asyncio.subprocess.Process:
        given.update(options)
        return await start(*words, **options)

    async def sleep(seconds: float) -> None:
        assert seconds == 300
        await idle.wait()

    monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    screenshots = Screenshots(seconds=60, idle=300, sleep=sleep)
    await screenshots.read(PICTURE)
    assert "secret" not in given["env"].values()
    hung = screenshots.pid
    assert hung
    os.kill(hung, signal.SIGSTOP)
    screenshots._seconds = 0.3
    assert await refused(screenshots, PICTURE) == "slow"
    assert not _lives(hung)
    screenshots._seconds = 60
    await screenshots.read(PICTURE)
    idle.set()
    await until(lambda: screenshots.pid is None)
    await screenshots.close()


async def test_a_program_that_does_not_start_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnavailableError):
        await Screenshots().read(PICTURE)


@pytest.mark.parametrize("answer", ["'x' * 4_000_001", "'what?'", "7"], ids=["too long", "no JSON", "no answer"])
async def test_what_is_no_answer_fails_that_picture_and_ends_the_process(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """Of a program in the place of the one that reads: it says that it is ready, and answers so."""
    start = asyncio.create_subprocess_exec
    program = f"import sys; print('{{}}', flush=True); sys.stdin.buffer.read(4); print({answer}, flush=True); input()"

    async def started(executable: str, *_: str, **options: Any) -> asyncio.subprocess.Process:
        return await start(executable, "-c", program, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", started)
    screenshots = Screenshots()
    assert await refused(screenshots, PICTURE) == "broken"
    assert screenshots.pid is None


async def test_a_program_that_says_something_else_when_it_starts_is_none_that_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho welcome\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(other))
    with pytest.raises(UnavailableError):
        await Screenshots().read(PICTURE)


async def test_after_closing_no_process_is_started_again() -> None:
    screenshots = Screenshots()
    await screenshots.close()
    with pytest.raises(BusyError):
        await screenshots.read(PICTURE)


async def test_memory_beyond_the_limit_is_not_to_be_had() -> None:
    code = "from bot.reading import ocr; ocr._confine(); bytearray(2 * ocr.MEMORY)"
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.endswith("MemoryError\n")


async def test_the_bot_loads_nothing_that_decodes_pictures() -> None:
    code = (
        "import sys, bot.reading.screenshots as s; assert s.available(); "
        "print({'numpy', 'PIL', 'cv2', 'onnxruntime', 'rapidocr'} & set(sys.modules))"
    )
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stdout == "set()\n", ended.stderr


async def test_without_the_extra_pictures_are_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert not module.available()
    with pytest.raises(UnavailableError, match=r"error-desk\[screenshots\]"):
        await Screenshots().read(PICTURE)


async def ask(*words: str) -> Any:
    return await asyncio.to_thread(CliRunner(env={"COLUMNS": "100"}).invoke, app, ["ask", *words])


async def test_the_terminal_says_what_it_read_with_its_key_masked_and_answers(tmp_path: Path) -> None:
    file = tmp_path / "shot.png"
    file.write_bytes(saved(drawn(f"Authorization: Bearer {KEY}\n{ERROR}")))
    result = await ask("--file", str(file))
    first, *others = result.stdout.splitlines()
    assert first.startswith("Read in the picture: Authorization: Bearer ")
    assert first.endswith(ERROR)
    assert KEY[10:20] not in result.stdout
    assert any("API key" in line for line in others)
    assert any(line.startswith("429") for line in others)
    assert result.exit_code == 0


async def test_the_terminal_without_the_extra_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    file = tmp_path / "shot.png"
    file.write_bytes(PICTURE)
    result = await ask("--file", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"error: {file}: a picture; to have pictures read: "
        "pip install 'error-desk[screenshots]', or '.[screenshots]' in a checkout\n"
    )


async def test_the_terminal_says_when_there_is_no_text_in_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "sky.png"
    file.write_bytes(saved(Image.new("RGB", (300, 200), "#336699")))
    result = await ask("--json", "--file", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {file}: no text was found in the picture\n"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")
