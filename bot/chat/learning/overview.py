"""What a server's managers learn from its questions: what went unanswered, and how it is going."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import ui
from discord.utils import format_dt

from bot.chat.cards import choices
from bot.chat.learning.overview_words import WORDS, Period, Words
from bot.chat.markup import clip, code
from bot.chat.office import records_of
from bot.chat.words import language
from bot.desk.clusters import clusters
from bot.desk.questions import Stats
from bot.desk.unanswered import Missed
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import Language, Meaning

if TYPE_CHECKING:
    from bot.chat.client import Desk

PERIODS: dict[Period, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}

DAYS = 30
"""How far back one looks for what went unanswered, at the most; a server may keep it for a shorter time."""

BAR = 10
"""Columns of a bar. It is code, so that all are as wide, and alone in it, so that what it says wraps on a phone."""

CLUSTERS = 10
ENTRIES = 8
MODELS = 5
EXAMPLE = 160
"""How much of a message stands for those that are like it."""


async def show_unanswered(interaction: discord.Interaction[Desk]) -> None:
    """Show the user alone what was asked in this server and got no answer, or none that helped.

    Raises:
        DeskError: the desk cannot tell.
    """
    desk, lang = interaction.client, language(interaction.locale.value)
    missed = records_of(desk).unanswered
    await interaction.response.defer(ephemeral=True, thinking=True)
    days = min(DAYS, desk.server(interaction.guild_id).retention_days)
    found = await missed.all(interaction.guild_id, timedelta(days=days))
    together = await asyncio.to_thread(clusters, [message.text for message in found])
    alike = [[found[place] for place in places] for places in together]
    await interaction.followup.send(view=draw_unanswered(alike, days, desk.assistant.knowledge, lang), ephemeral=True)


async def show_stats(interaction: discord.Interaction[Desk], period: Period) -> None:
    """Show the user alone what the questions of a time add up to in this server.

    Raises:
        DeskError: the desk cannot tell.
    """
    desk, lang = interaction.client, language(interaction.locale.value)
    questions = records_of(desk).questions
    await interaction.response.defer(ephemeral=True, thinking=True)
    stats = await questions.stats(interaction.guild_id, PERIODS[period])
    await interaction.followup.send(view=draw_stats(stats, period, desk.assistant.knowledge, lang), ephemeral=True)


def draw_unanswered(
    alike: Sequence[Sequence[Missed]], days: int, knowledge: Knowledge, lang: Language
) -> ui.LayoutView:
    """Lay out what went unanswered.

    Args:
        alike: the messages that say the same, put together; the most first, none of them empty.
        days: of how many days they are.
        knowledge: names what they were taken for.
        lang: the reader's language.
    """
    words, count = WORDS[lang], sum(map(len, alike))
    period = words.days[days != 1].format(days=days)
    box = _box(words.unanswered, words.messages[count != 1].format(count=count, period=period) if alike else "")
    if not alike:
        box.add_item(ui.TextDisplay(words.none_unanswered.format(period=period)))
    for cluster in alike[:CLUSTERS]:
        ((entry, _),) = Counter(message.entry for message in cluster).most_common(1)
        what = words.taken_for.format(title=_title(entry, knowledge, lang)) if entry else words.no_answer
        box.add_item(ui.Separator(visible=False))
        box.add_item(ui.TextDisplay(f"**{len(cluster)} ×** {what}\n{code(cluster[0].text, EXAMPLE)}"))
    if alike:
        more = len(alike) - CLUSTERS
        lines = [words.more.format(count=more)] if more > 0 else []
        box.add_item(ui.Separator(visible=False))
        box.add_item(ui.TextDisplay("\n".join(f"-# {line}" for line in (*lines, words.drafts))))
    return ui.LayoutView(timeout=None).add_item(box)


def draw_stats(stats: Stats, period: Period, knowledge: Knowledge, lang: Language) -> ui.LayoutView:
    """Lay out what a time adds up to.

    Args:
        stats: the figures.
        period: the time.
        knowledge: names the entries.
        lang: the reader's language.
    """
    words, count = WORDS[lang], stats.questions
    heading = words.questions[count != 1] if count else words.none_asked
    title = heading.format(period=words.periods[period], count=count)
    box = _box(title, words.since.format(when=format_dt(stats.since, "f")))
    if count:
        box.add_item(ui.TextDisplay("\n".join(_shares(stats, words))))
        if others := stats.solved_by_others:
            box.add_item(ui.TextDisplay(f"-# {words.by_others[others != 1].format(count=others)}"))
        entries = [(_name(entry, knowledge, lang), number) for entry, number in stats.entries]
        models = [(code(model), number) for model, number in stats.models]
        for name, counted, most in ((words.entries, entries, ENTRIES), (words.models, models, MODELS)):
            if counted:
                box.add_item(ui.Separator())
                box.add_item(ui.TextDisplay("\n".join((f"**{name}**", *_ranking(counted, most, words)))))
    else:
        box.add_item(ui.TextDisplay(words.nothing_yet))
    times = ((words.to_claim, stats.to_claim), (words.to_resolve, stats.to_resolve))
    if lines := [line.format(time=f"**{lasted(time, lang)}**") for line, time in times if time is not None]:
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay("\n".join((f"**{words.times}**", *(f"- {line}" for line in lines)))))
    return ui.LayoutView(timeout=None).add_item(box)


def lasted(time: timedelta, lang: Language) -> str:
    """Return a length of time as people say it: its largest unit, and the next where there is any of it."""
    minutes = round(time.total_seconds() / 60)
    if minutes == 0:
        return WORDS[lang].under_a_minute
    numbers = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    first = next(place for place, number in enumerate(numbers) if number)
    units = zip(WORDS[lang].units[first : first + 2], numbers[first : first + 2], strict=True)
    return " ".join(unit.format(number) for unit, number in units if number)


def bar(share: float) -> str:
    """Return a bar that is filled up to a share, to half a column; anything at all shows."""
    halves = max(round(share * BAR * 2), 1 if share else 0)
    return f"`{'█' * (halves // 2) + '▌' * (halves % 2):░<{BAR}}`"


def _box(title: str, below: str) -> ui.Container[ui.LayoutView]:
    return ui.Container(ui.TextDisplay(f"### {title}\n-# {below}" if below else f"### {title}"))


def _shares(stats: Stats, words: Words) -> Iterator[str]:
    for name, label in words.shares.items():
        share = getattr(stats, name) / stats.questions
        yield f"{bar(share)} {words.share.format(percent=round(share * 100), what=label)}"


def _ranking(counted: Sequence[tuple[str, int]], most: int, words: Words) -> Iterator[str]:
    """Yield a bar, a number and a name for each; the longest bar is the first one's."""
    for name, number in counted[:most]:
        yield f"{bar(number / counted[0][1])} **{number} ×** {name}"
    if len(counted) > most:
        yield f"-# {words.more.format(count=len(counted) - most)}"


def _name(entry: str, knowledge: Knowledge, lang: Language) -> str:
    meaning = Meaning(*entry.split("/", 1))
    return choices.label(knowledge, meaning, lang) if meaning in set(knowledge.meanings()) else code(entry)


def _title(entry: str, knowledge: Knowledge, lang: Language) -> str:
    return f"**{clip(_name(entry, knowledge, lang), 60)}**"
