"""The form in which somebody sends an error to support: which rows it has, and what comes out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import discord
from discord import ui

from bot.assistant.answer import Answer
from bot.chat.cards.support import WANTED_OF_UNKNOWN
from bot.knowledge.schema import Language, Wanted

ROWS = 5
"""A modal has no more: https://discord.com/developers/docs/components/reference"""

ERROR, TRIED = "error", "tried"
"""The fields beside those of `Wanted`."""

LINE, PARAGRAPH, PASTED = 200, 1000, 3000
"""Characters that a field takes: of one line, of some, and for a pasted error."""

PARAGRAPHS = {"request": PARAGRAPH, TRIED: PARAGRAPH, ERROR: PASTED}
PREFILLED: tuple[Wanted, ...] = ("model", "request_id")
"""What can be read wrong, and is therefore shown for correction."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's labels, of at most 45 characters, and a word of help under each, of at most 100.

    Attributes:
        instead: said in a field of which one or more others take the place.
        joined: what staff are told of another message that came to the same report.
    """

    title: str
    labels: Mapping[str, str]
    hints: Mapping[str, str]
    unknown: str
    not_at_hand: str
    instead: str
    joined: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        title="Send to support",
        labels={
            "model": "Model",
            "request_id": "Request ID",
            "group": "Group",
            "time": "Time (UTC)",
            "url": "Address",
            "client": "App",
            "request": "Request",
            "ray_id": "Ray ID",
            "ip": "IP address",
            "token_name": "Token name",
            ERROR: "Error text",
            TRIED: "What have you tried?",
        },
        hints={
            "model": "Its exact name",
            "request_id": "It stands in the error message",
            "group": "That of your token, in the console",
            "url": "The URL that your app calls",
            "client": "The app or SDK, and its version",
            "request": "What was sent, without the key",
            "ray_id": "It stands on the error page",
            "ip": "The public address of your machine",
            "token_name": "Its name, never the key itself",
            ERROR: "The whole of it, without the key",
            TRIED: "So that nobody asks you to do it again",
        },
        unknown="unknown",
        not_at_hand="If you cannot find it, write: unknown",
        instead="Not needed if you have this: {others}",
        joined="one more, which stands with the first in the report",
    ),
    "zh": Words(
        title="发给客服",
        labels={
            "model": "模型",
            "request_id": "请求 ID",
            "group": "分组",
            "time": "时间 (UTC)",
            "url": "地址",
            "client": "软件",
            "request": "请求内容",
            "ray_id": "Ray ID",
            "ip": "IP 地址",
            "token_name": "令牌名称",
            ERROR: "报错原文",
            TRIED: "你试过哪些办法？",
        },
        hints={
            "model": "模型的准确名称",
            "request_id": "报错信息里有",
            "group": "令牌所在的分组，控制台里可以看到",
            "url": "软件实际请求的 URL",
            "client": "软件或 SDK 的名称和版本",
            "request": "发送的内容，请去掉密钥",
            "ray_id": "错误页面上有",
            "ip": "你的公网 IP",
            "token_name": "只填名称，不要填密钥",
            ERROR: "完整内容，请去掉密钥",
            TRIED: "写清楚，客服就不会让你重复尝试",
        },
        unknown="不清楚",
        not_at_hand="如果找不到，请填：不清楚",
        instead="填了这一项就不用填：{others}",
        joined="另有一条，已并入报告里的消息",
    ),
}

UNKNOWN = frozenset(words.unknown for words in WORDS.values())


class _Field(NamedTuple):
    """A field of the form: its name, whether it must be filled in, and the fields of which each takes its place."""

    name: str
    required: bool
    instead: tuple[Wanted, ...] = ()


def rows(answer: Answer, read: Mapping[str, str], sent: Mapping[str, str], *, posted: bool) -> list[ui.Label[Any]]:
    """Return the rows of the form, those that have to be filled in first.

    Args:
        answer: what the error means; an entry says what support asks for.
        read: what was read from the question, by the names of `Evidence`.
        sent: what stands in the fields before what was read, by their names: the question, where the form asks for it
            and as far as it is at hand, and what was sent before.
        posted: it is a message, which can be read again; else the form asks for the error's text.
    """
    words, given = WORDS[answer.lang], {**read, **sent}
    found: list[ui.Label[Any]] = [
        ui.Label(
            text=words.labels[field.name],
            description=words.hints[field.name],
            component=ui.TextInput(
                custom_id=field.name,
                style=discord.TextStyle.paragraph if field.name in PARAGRAPHS else discord.TextStyle.short,
                default=given.get(field.name, "")[: _longest(field)] or None,
                placeholder=None if field.name in given else _placeholder(field, words),
                required=field.required,
                max_length=_longest(field),
            ),
        )
        for field in _fields(answer, read, posted=posted)
    ]
    *most_needed, tried = found
    return [*most_needed[: ROWS - 1], tried]


def facts(answer: Answer, read: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return what is known of an error: what was read, as the asker corrected it, and what they filled in.

    What they took out was read wrong. Of what has to be filled in, Discord takes blanks as well: they say nothing.

    Args:
        answer: what the error means.
        read: what was read from the question, by the names of `Evidence`.
        values: what came back in the form, by the names of its fields.
    """
    needed = {field.name for field in _fields(answer, read, posted=True) if field.required}
    filled = {name: value for name, value in values.items() if value or name not in needed}
    known = {**read, **{name: value for name, value in filled.items() if name not in {ERROR, TRIED}}}
    return {name: value for name, value in known.items() if value and value.casefold() not in UNKNOWN}


def _longest(field: _Field) -> int:
    return PARAGRAPHS.get(field.name, LINE)


def _placeholder(field: _Field, words: Words) -> str | None:
    if field.instead:
        return words.instead.format(others=", ".join(words.labels[name] for name in field.instead))
    return words.not_at_hand if field.required else None


def _fields(answer: Answer, read: Mapping[str, str], *, posted: bool) -> Iterator[_Field]:
    """Yield the fields, the most needed first; what was tried comes last.

    Of what does as well one as the other nothing has to be filled in: a form cannot ask for either.
    """
    known = answer.entry is not None
    wanted = [names for names in (answer.ask_for if known else WANTED_OF_UNKNOWN) if "time" not in names]
    if not known:
        yield _Field(ERROR, True)
    for names in wanted:
        if not read.keys() & names:
            for name in names:
                yield _Field(name, known and len(names) == 1, tuple(other for other in names if other != name))
    if known and not posted:
        yield _Field(ERROR, False)
    for name in PREFILLED:
        if name in read:
            yield _Field(name, known and (name,) in wanted)
    yield _Field(TRIED, False)
