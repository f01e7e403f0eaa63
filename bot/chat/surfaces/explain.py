"""The best answer over everything that a question holds: its words, and what was read in its files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord

from bot.assistant.answer import Answer
from bot.assistant.secrets import mask
from bot.chat.markup import code
from bot.chat.surfaces.files import Reading, Trouble
from bot.chat.surfaces.question import Question
from bot.chat.trouble import FAILED
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

SHORT = 20_000
"""Characters of a text that is answered in an instant; a megabyte takes a third of a second, and a thread."""

LONGEST = 200
"""How much of a picture's text a card shows, in characters."""

PASTED = "message.txt"
"""What Discord calls a paste that is too long for a message."""

EXCERPT = 4000
"""How much of a question's text is enough to know it by, in characters."""

TYPING = 8.0
"""Discord shows for ten seconds that somebody is typing."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words for what was read in pictures, and for what was not."""

    seen: str
    trouble: Mapping[Trouble, str]


WORDS: Mapping[Language, Words] = {
    "en": Words(
        seen="Read in the picture: {text}",
        trouble={
            "unavailable": "I can't read pictures here. Paste the error as text.",
            "busy": "I have too much to read just now for {name}. Paste the error as text, or try again later.",
            "unreadable": "I could not read {name}. Paste the error as text.",
        },
    ),
    "zh": Words(
        seen="从图片里读到：{text}",
        trouble={
            "unavailable": "这里无法识别图片，请把报错以文字形式粘贴出来。",
            "busy": "现在要读的文件太多，没有读 {name}。请把报错以文字形式粘贴出来，或稍后再试。",
            "unreadable": "没能读取 {name}，请把报错以文字形式粘贴出来。",
        },
    ),
}


def at_once(desk: Desk, question: Question, *, lang: Language | None = None) -> Answer:
    """Answer the words of a question, without its files.

    Args:
        desk: the bot.
        question: what is asked.
        lang: the reader's language where it is known.
    """
    lang = lang or desk.language_of(question.guild_id)
    return best(*(desk.assistant.ask(text, lang=lang, fallback=question.fallback) for text in question.texts))


async def explain(
    desk: Desk, question: Question, answer: Answer, *, lang: Language | None = None, typing: bool = False
) -> tuple[Question, Answer]:
    """Read the files of a question and answer it anew.

    Each file is answered together with the words, which tell the language, name a model, or say that all is well
    again.

    Args:
        desk: the bot.
        question: what is asked.
        answer: what its words alone are answered with.
        lang: the reader's language where it is known.
        typing: whether to show that an answer is on its way.

    Returns:
        The question with what its card says of the files, and the best answer.
    """
    async with _typing(question.message.channel) if typing else _nothing():
        readings = await desk.files.read(question.message.id, question.files)
        answers = [(await _ask(desk, question, reading, lang), reading) for reading in readings if reading.text]
    chosen = best(answer, *_telling([each for each, _ in answers]))
    held = next((each.secrets for each in (answer, *(each for each, _ in answers)) if each.secrets), ())
    picture = next((reading for each, reading in answers if each is chosen and reading.pictured), None)
    if chosen.entry is None:
        picture = next((reading for _, reading in answers if reading.pictured), None)
    lines = [_seen(chosen, picture)] if picture else []
    if question.asked:
        lines += _troubles(readings, chosen.lang)
    chosen = replace(chosen, secrets=chosen.secrets or held)
    return replace(question, seen="\n".join(f"-# {line}" for line in lines if line)), chosen


def best(*answers: Answer) -> Answer:
    """Return the answer that is the surest, and of equals the one that knows more; of the rest, the first."""

    def worth(answer: Answer) -> tuple[bool, float, int]:
        read = answer.evidence
        facts = (read.status, read.code, read.type, read.model, read.group, read.request_id, read.url)
        return answer.speaks, round(answer.confidence, 2), sum(fact is not None for fact in facts)

    return max(answers, key=worth)


def _telling(answers: list[Answer]) -> list[Answer]:
    """Leave out the files that hold an error's bare name, such as `HTTP 500`, where another one says for sure more."""
    more = [answer for answer in answers if answer.why and answer.why[0].kind != "name"]
    return more if any(answer.speaks for answer in more) else answers


def excerpt(answer: Answer) -> str:
    """Return the masked text of a question, and of a long one what stands around the error."""
    text, middle = answer.text, answer.why[0].start if answer.why else 0
    start = max(0, min(middle - EXCERPT // 2, len(text) - EXCERPT))
    return text[start : start + EXCERPT]


async def _ask(desk: Desk, question: Question, reading: Reading, lang: Language | None) -> Answer:
    text = "\n\n".join(filter(None, (question.whole, reading.text)))
    lang, fallback = lang or desk.language_of(question.guild_id), question.fallback
    if not question.whole and reading.name != PASTED and fallback == "zh":
        lang = lang or fallback  # the English of a log or a window is nobody's language
    if len(text) <= SHORT:
        return desk.assistant.ask(text, lang=lang, fallback=fallback)
    return await asyncio.to_thread(desk.assistant.ask, text, lang=lang, fallback=fallback)


def _seen(answer: Answer, picture: Reading) -> str:
    """Return what was read in a picture, from the line on that decided; a reading is always a guess."""
    text = mask(picture.text).text.strip()
    if len(text) > LONGEST and answer.why:
        sign = answer.why[0]
        place = text.find(answer.text[sign.start : sign.end])
        text = text[text.rfind("\n", 0, place) + 1 :] if place >= 0 else text
    return WORDS[answer.lang].seen.format(text=code(text, LONGEST))


def _troubles(readings: Sequence[Reading], lang: Language) -> list[str]:
    words = WORDS[lang].trouble
    lines = (words[each.trouble].format(name=code(mask(each.name).text)) for each in readings if each.trouble)
    return list(dict.fromkeys(lines))


@asynccontextmanager
async def _typing(channel: discord.abc.Messageable) -> AsyncIterator[None]:
    """Show that an answer is on its way, as far as Discord does; nothing waits for it."""

    async def type_on() -> None:
        with suppress(*FAILED):
            while True:
                await channel.typing()
                await asyncio.sleep(TYPING)

    task = asyncio.create_task(type_on())
    try:
        yield
    finally:
        task.cancel()


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield
