"""A picture given to `ask --file`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.ending import fail
from bot.knowledge.base import Knowledge
from bot.reading.pictures import PictureError
from bot.reading.screenshots import INSTALL, Screenshots, Seen, UnavailableError, available
from bot.reading.vocabulary import vocabulary


def text_in(file: Path, data: bytes, knowledge: Knowledge) -> str:
    """Return the text that stands in a picture; where none can be read, the command ends with the reason."""
    if not available():
        fail(f"{file}: a picture; to have pictures read: {INSTALL}")
    try:
        seen = asyncio.run(_read(data, knowledge))
    except (PictureError, UnavailableError) as error:
        fail(f"{file}: {error}")
    if not seen.text.strip():
        fail(f"{file}: no text was found in the picture")
    return seen.text


async def _read(data: bytes, knowledge: Knowledge) -> Seen:
    screenshots = Screenshots(lambda: vocabulary(knowledge))
    try:
        return await screenshots.read(data)
    finally:
        await screenshots.close()
