"""Hold what is read from screenshots against what the same texts get as text.

    .ci/screenshots.py [DIRECTORY]

Draws the knowledge base's own examples as people post them (a terminal, a chat, a page in a browser, an error
dialog, and photographs of these), reads the pictures with the bot's own reader, and asks about what was read. An
answer is right where it names the entry that the same text gets as text. Prints the share of right answers for each
look, the time and the memory it took; exit code 1 where a look is under 90 %. With DIRECTORY, the pictures and what
was read from them are kept there.

It needs the fonts of `fonts-dejavu` and `fonts-noto-cjk`.
"""

from __future__ import annotations

import asyncio
import io
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.assistant.assistant import Assistant  # noqa: E402
from bot.knowledge.base import Knowledge  # noqa: E402
from bot.knowledge.loading import default_directory, load  # noqa: E402
from bot.knowledge.schema import Meaning  # noqa: E402
from bot.reading.pictures import PictureError  # noqa: E402
from bot.reading.screenshots import Screenshots  # noqa: E402
from bot.reading.vocabulary import vocabulary  # noqa: E402

LEAST = 90
"""How many answers in a hundred have to be right, for every look."""

SIZES = (12, 15, 24)
"""Heights of the type in pixels: a plain screen, a larger type, a screen of double density."""

QUALITY = 40
"""JPEG's, of a picture that was passed on a few times."""

SHOWN = (
    "400 400/unsupported-parameter 400/json 401 401/expired 401/provider-key 402 403 403/balance 403/group 403/model "
    "404 404/deployment 408 413 413/context 422 429 429/limiter 429/provider-quota 500 500/upstream 500/panic 502 503 "
    "503/no-channel 503/overloaded 504 504/client-timeout 520 522 524 529 content-filter network network/dns "
    "network/certificate web-page"
)
"""Whose examples are drawn: the ten published codes with their commonest cases, and what else people post."""

_SANS = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
_MONO = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
_CJK = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_SC, _MONO_SC = 2, 7

Look = Literal["terminal", "chat", "browser", "dialog", "photograph"]
Font = ImageFont.FreeTypeFont


class Shot(NamedTuple):
    """One picture, and the text that was drawn."""

    look: Look
    size: int
    format: str
    meaning: Meaning
    text: str
    data: bytes

    @property
    def name(self) -> str:
        """A name for a file."""
        suffix = self.format.split()[0].lower()
        return f"{self.look}-{self.size}-{str(self.meaning).replace('/', '-')}.{suffix}"


@cache
def _font(text_is_ascii: bool, fixed: bool, size: int) -> Font:
    if text_is_ascii:
        return ImageFont.truetype(_MONO if fixed else _SANS, size)
    return ImageFont.truetype(_CJK, size, index=_MONO_SC if fixed else _SC)


def _by_character(text: str, font: Font, width: float) -> Iterator[str]:
    """Yield the lines of a text as a terminal breaks them: anywhere."""
    for paragraph in text.split("\n"):
        line = ""
        for char in paragraph:
            if line and font.getlength(line + char) > width:
                yield line
                line = ""
            line += char
        yield line


def _by_word(text: str, font: Font, width: float) -> Iterator[str]:
    """Yield the lines of a text as a page breaks them: between words, or between Chinese characters."""
    for paragraph in text.split("\n"):
        line = word = ""
        for char in paragraph + " ":
            word += char
            if char != " " and char < "\u2e80":
                continue
            if line and font.getlength((line + word).rstrip()) > width:
                yield line.rstrip()
                line = ""
            *pieces, word = _by_character(word, font, width)
            yield from pieces
            line, word = line + word, ""
        yield line.rstrip()


def _column(
    draw: ImageDraw.ImageDraw, place: tuple[float, float], lines: list[str], font: Font, colour: str, gap: float = 1.35
) -> float:
    """Draw lines under one another; return where the next one would stand."""
    x, y = place
    for line in lines:
        draw.text((x, y), line, font=font, fill=colour)
        y += font.size * gap
    return y


def terminal(text: str, size: int) -> Image.Image:
    """Draw a dark terminal of 100 columns, the text under the command that failed."""
    font = _font(text.isascii(), True, size)
    width = 100 * _font(True, True, size).getlength("m")
    said = list(_by_character(text, font, width))
    image = Image.new("RGB", (int(width + 2 * size), int((len(said) + 4) * size * 1.35 + 3 * size)), "#1e1e2e")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, image.width, size * 2), fill="#313244")
    for i, colour in enumerate(("#f38ba8", "#f9e2af", "#a6e3a1")):
        draw.ellipse((size * (0.8 + i * 1.3), size * 0.6, size * (1.6 + i * 1.3), size * 1.4), fill=colour)
    y = _column(draw, (size, size * 2.6), ["me@laptop:~/bot$ python main.py"], font, "#a6e3a1")
    y = _column(draw, (size, y), said, font, "#cdd6f4")
    _column(draw, (size, y), ["me@laptop:~/bot$ "], font, "#a6e3a1")
    return image


def chat(text: str, size: int) -> Image.Image:
    """Draw a light chat: somebody's message with a picture and a name at its side, and a reply."""
    font, bold = _font(text.isascii(), False, size), _font(True, False, size)
    width = size * 38.0
    said = list(_by_word(text, font, width))
    image = Image.new("RGB", (int(width + 7 * size), int((len(said) + 4) * size * 1.4 + 5 * size)), "#ffffff")
    draw = ImageDraw.Draw(image)
    y = float(size)
    for name, hour, colour, lines in (("mika", "14:32", "#5865f2", said), ("Jo", "14:35", "#eb459e", ["same here"])):
        draw.ellipse((size, y, size * 3.6, y + size * 2.6), fill=colour)
        draw.text((size * 4.5, y), name, font=bold, fill=colour)
        draw.text((size * 4.5 + bold.getlength(name) + size * 0.6, y), hour, font=bold, fill="#949ba4")
        y = _column(draw, (size * 4.5, y + size * 1.5), lines, font, "#313338", 1.4) + size
    return image


def browser(text: str, size: int) -> Image.Image:
    """Draw a page that shows a body as it came, under the bar with its address."""
    font, small = _font(text.isascii(), True, size), _font(True, False, size)
    width = size * 60.0
    said = list(_by_word(text, font, width - 2 * size))
    image = Image.new("RGB", (int(width), int((len(said) + 2) * size * 1.3 + 5 * size)), "#ffffff")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, size * 3.4), fill="#dee1e6")
    draw.rounded_rectangle((size * 5, size * 0.6, width - size * 2, size * 2.8), size * 1.1, fill="#ffffff")
    draw.text((size * 1.2, size * 1.1), "<  >", font=small, fill="#5f6368")
    draw.text((size * 6.2, size * 1.1), "api.example.org/v1/chat", font=small, fill="#202124")
    _column(draw, (size, size * 4.6), said, font, "#000000", 1.3)
    return image


def dialog(text: str, size: int) -> Image.Image:
    """Draw a small box with a red mark, the text and a button."""
    font = _font(text.isascii(), False, size)
    width = size * 30.0
    said = list(_by_word(text, font, width))
    image = Image.new("RGB", (int(width + 8 * size), int(len(said) * size * 1.35 + 9 * size)), "#f0f0f0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, image.width, size * 2.2), fill="#ffffff")
    draw.text((size, size * 0.5), "Chat Client", font=_font(True, False, size), fill="#000000")
    draw.ellipse((size * 1.5, size * 3.4, size * 4.5, size * 6.4), fill="#c42b1c")
    for x in (1, -1):
        draw.line(
            (size * (3 - 0.7 * x), size * 4.2, size * (3 + 0.7 * x), size * 5.6),
            fill="#ffffff",
            width=max(2, size // 5),
        )
    y = _column(draw, (size * 6, size * 3.4), said, font, "#000000")
    y = max(y, size * 6.5) + size * 0.3
    draw.rectangle((image.width - size * 8, y, image.width - size * 1.5, y + size * 2), outline="#0067c0", width=2)
    draw.text((image.width - size * 5.4, y + size * 0.4), "OK", font=_font(True, False, size), fill="#000000")
    return image


def photographed(screen: Image.Image, chance: random.Random) -> Image.Image:
    """Return a screen as a telephone sees it: a little turned and blurred, with moiré, noise and uneven light."""
    edge = screen.width // 12
    image = Image.new("RGB", (screen.width + 2 * edge, screen.height + 2 * edge), "#24211f")
    image.paste(screen, (edge, edge))
    image = image.rotate(chance.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, fillcolor="#24211f")
    width, height = image.size
    lean = chance.uniform(0.01, 0.025)
    corners = (0, 0, -lean * width, height, width * (1 + lean), height, width, 0)
    image = image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.0)))
    wave, slant = chance.uniform(5, 9), chance.uniform(0.2, 0.5)
    y, x = np.mgrid[:height, :width]
    moire = Image.fromarray((247 + 8 * np.sin((x + slant * y) * 2 * np.pi / wave)).astype(np.uint8))
    image = ImageChops.multiply(image, Image.merge("RGB", (moire, moire, moire)))
    light = Image.linear_gradient("L").resize(image.size).rotate(chance.choice((0, 90)), expand=False)
    light = light.resize(image.size).point(lambda value: 165 + value * 90 // 255)
    image = ImageChops.multiply(image, Image.merge("RGB", (light, light, light)))
    grain = np.random.default_rng(chance.randrange(1 << 32)).normal(0, 5, (height, width, 3))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


SCREENS: dict[Look, Callable[[str, int], Image.Image]] = {
    "terminal": terminal,
    "chat": chat,
    "browser": browser,
    "dialog": dialog,
}


def encoded(image: Image.Image, format_: str) -> bytes:
    """Return a picture's file: `PNG`, or `JPEG` with its quality behind it."""
    file = io.BytesIO()
    name, _, quality = format_.partition(" ")
    image.save(file, name, **({"quality": int(quality)} if quality else {}))
    return file.getvalue()


def drawn(look: Look, size: int, format_: str, meaning: Meaning, text: str) -> Shot:
    """Draw one text; the same arguments give the same picture."""
    if look == "photograph":
        chance = random.Random(text)  # noqa: S311 - no secret
        screen = SCREENS[chance.choice(list(SCREENS))](text, max(size, 20))
        format_, image = "JPEG 75", photographed(screen, chance)
    else:
        image = SCREENS[look](text, size)
    return Shot(look, size, format_, meaning, text, encoded(image, format_))


def shots(knowledge: Knowledge) -> Iterator[Shot]:
    """Yield the pictures, in all looks, sizes and formats by turns.

    Every meaning that is shown has an example in English and one in Chinese, as far as the knowledge base has them.
    """
    ways = zip(cycle(get_args(Look)), cycle(SIZES), cycle(("PNG", f"JPEG {QUALITY}")), strict=False)
    for name in SHOWN.split():
        meaning = Meaning(*name.split("/"))
        examples = knowledge.part(meaning).examples
        for spoken in (str.isascii, _is_chinese):
            # Of the first ones, the longest is most like what people take a picture of.
            if text := max(filter(spoken, examples[:6]), key=len, default=""):
                yield drawn(*next(ways), meaning, text)


def _is_chinese(text: str) -> bool:
    return not text.isascii()


class Reading(NamedTuple):
    """What became of one picture."""

    shot: Shot
    text: str
    seconds: float
    right: bool
    same_case: bool


async def read(knowledge: Knowledge) -> list[Reading]:
    """Read all pictures and ask about each."""
    assistant = Assistant(knowledge)
    screenshots = Screenshots(lambda: vocabulary(knowledge))
    found = []
    try:
        for shot in shots(knowledge):
            before = time.perf_counter()
            try:
                text = (await screenshots.read(shot.data)).text
            except PictureError as error:
                text = f"({error})"
            seconds = time.perf_counter() - before
            wanted, got = assistant.ask(shot.text), assistant.ask(text)
            right = wanted.entry == got.entry
            found.append(Reading(shot, text, seconds, right, right and wanted.case == got.case))
    finally:
        await screenshots.close()
    return found


def main(keep: str = "") -> int:
    """Measure, print, and return the exit code."""
    readings = asyncio.run(read(load(default_directory())))
    if keep:
        Path(keep).mkdir(parents=True, exist_ok=True)
        for reading in readings:
            file = Path(keep, reading.shot.name)
            file.write_bytes(reading.shot.data)
            file.with_suffix(".txt").write_text(reading.text, encoding="utf-8")
    for reading in readings:
        if not reading.right:
            print(f"wrong: {reading.shot.name}\n  drawn: {reading.shot.text!r}\n  read:  {reading.text!r}")
    worst = 100.0
    for look in get_args(Look):
        mine = [reading for reading in readings if reading.shot.look == look]
        rate = 100 * sum(reading.right for reading in mine) / len(mine)
        cases = 100 * sum(reading.same_case for reading in mine) / len(mine)
        worst = min(worst, rate)
        print(f"{look:<11}{len(mine):>4} pictures  {rate:5.1f} % the same entry  {cases:5.1f} % the same case")
    chinese = sum(not reading.shot.text.isascii() for reading in readings)
    seconds = sorted(reading.seconds for reading in readings[1:])
    print(f"{len(readings)} pictures, {chinese} of them in Chinese, sizes {SIZES}, PNG and JPEG at {QUALITY} %")
    print(
        f"seconds each: {statistics.median(seconds):.2f} (median), {seconds[len(seconds) * 95 // 100]:.2f} (95 %); "
        f"the first, with the start of the process: {readings[0].seconds:.2f}"
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"memory of the process that reads, at most: {peak} MB")
    return 1 if worst < LEAST else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
