from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord
import pytest
from simcord.actors import MemberActor

from bot.chat.cards import choices
from bot.chat.cards.card import MAX_TEXT
from bot.chat.learning.overview import BAR, CLUSTERS, PERIODS, bar, draw_stats, draw_unanswered, lasted
from bot.chat.learning.overview_words import WORDS
from bot.chat.words import WORDS as ANSWERS
from bot.desk.database import DeskError
from bot.desk.questions import Stats
from bot.desk.unanswered import LENGTH, Missed
from bot.knowledge.base import Knowledge
from bot.knowledge.schema import LANGUAGES, Language
from tests.chat.town import Town, private, shown, wrote

EN = WORDS["en"]
STRANGE = "why does the flux capacitor stay empty?"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)

NOTHING = Stats(
    since=SINCE,
    questions=0,
    answered=0,
    solved=0,
    not_solved=0,
    solved_by_others=0,
    escalated=0,
    unanswered=0,
    entries=(),
    models=(),
    to_claim=None,
    to_resolve=None,
)
BUSY = replace(
    NOTHING,
    questions=40,
    answered=34,
    solved=20,
    not_solved=2,
    solved_by_others=1,
    escalated=1,
    unanswered=6,
    entries=(("429", 20), ("403/balance", 10), ("gone", 4)),
    models=(("gpt-5", 12), ("`@everyone`", 3)),
    to_claim=timedelta(minutes=4),
    to_resolve=timedelta(hours=26, seconds=10),
)


def missed(text: str, entry: str | None = None) -> Missed:
    return Missed(question_id=1, guild_id=1, asker_id=2, text=text, lang="en", entry=entry, created_at=SINCE)


@pytest.fixture
def ada(town: Town) -> MemberActor:
    """She may manage the server."""
    role = town.guild.create_role("Owner", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    return town.guild.add_member(town.env.create_user("ada"), roles=[role])


async def test_what_went_unanswered_is_put_together_counted_and_shown_to_the_user_alone(
    town: Town, ada: MemberActor
) -> None:
    await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    await town.bob.send(town.general, f"{town.mention} Why does the flux capacitor stay empty")
    await town.maya.send(town.support, "Error code: 429 - Too many requests, **again** <@1>")
    await town.maya.click(town.card(), label=ANSWERS["en"].not_solved)
    told = private(await ada.slash(town.general, "desk unanswered"))
    text = shown(told)
    assert "3 messages of the last 30 days" in text
    assert f"**2 ×** {EN.no_answer}\n`Why does the flux capacitor stay empty`" in text
    title = town.desk.assistant.ask("429", lang="en").title
    assert f"**1 ×** taken for **429 · {title}**\n`Error code: 429 - Too many requests, **again** <@1>`" in text


async def test_another_server_and_another_day_are_none_of_their_business(town: Town, ada: MemberActor) -> None:
    assert town.desk.records
    now = discord.utils.utcnow()
    elsewhere = replace(missed(STRANGE), question_id=1, guild_id=1, created_at=now)
    old = replace(missed(STRANGE), question_id=2, guild_id=town.guild.id, created_at=now - timedelta(days=31))
    for one in (elsewhere, old):
        await town.desk.records.unanswered.keep(one)
    await town.maya.send_dm(STRANGE)
    told = private(await ada.slash(town.general, "desk unanswered"))
    assert "every question of the last 30 days" in shown(told)


async def test_where_less_is_kept_no_more_is_said_to_be_told(town: Town, ada: MemberActor) -> None:
    assert town.desk.records
    now = discord.utils.utcnow()
    old = replace(missed(STRANGE), question_id=2, guild_id=town.guild.id, created_at=now - timedelta(days=8))
    await town.desk.records.unanswered.keep(old)
    await town.desk.records.servers.change(town.guild.id, retention_days=7)
    told = shown(private(await ada.slash(town.general, "desk unanswered")))
    assert "every question of the last 7 days" in told
    await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    assert "1 message of the last 7 days" in shown(private(await ada.slash(town.general, "desk unanswered")))
    await town.desk.records.servers.change(town.guild.id, retention_days=1)
    assert "1 message of the last day" in shown(private(await ada.slash(town.general, "desk unanswered")))
    await town.desk.records.servers.change(town.guild.id, retention_days=90)
    assert "of the last 30 days" in shown(private(await ada.slash(town.general, "desk unanswered")))


@pytest.mark.parametrize("period", PERIODS)
async def test_figures_are_shown_to_the_user_alone(town: Town, ada: MemberActor, period: str) -> None:
    await town.maya.send(town.support, "Error code: 403 - forbidden, model: gpt-5")
    await town.maya.click(town.card(), label=ANSWERS["en"].solved)
    await town.maya.send(town.general, f"{town.mention} {STRANGE}")
    await town.maya.send_dm("429")
    told = private(await ada.slash(town.general, "desk stats", period=period))
    text = shown(told)
    assert f"### The last {period}: 2 questions" in text
    assert f"{bar(0.5)} **50 %** solved" in text
    assert f"{bar(1)} **1 ×** 403 · " in text
    assert f"{bar(1)} **1 ×** `gpt-5`" in text
    assert "429" not in text


async def test_a_time_without_questions_says_so(town: Town, ada: MemberActor) -> None:
    told = private(await ada.slash(town.general, "desk stats"))
    assert "### The last week: no questions" in shown(told)
    assert EN.nothing_yet in shown(told)
    assert "█" not in shown(told)


@pytest.mark.usefixtures("chinese")
async def test_whoever_has_discord_in_chinese_reads_it_in_chinese(town: Town, ada: MemberActor) -> None:
    told = private(await ada.slash(town.general, "desk unanswered"))
    assert WORDS["zh"].unanswered in shown(told)
    told = private(await ada.slash(town.general, "desk stats"))
    assert WORDS["zh"].nothing_yet in shown(told)


@pytest.mark.parametrize("command", ["desk unanswered", "desk stats"])
async def test_a_desk_that_fails_or_is_not_there_is_said_so(
    town: Town, ada: MemberActor, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    async def broken(*_: object) -> None:
        raise DeskError("the database failed: disk I/O error")

    assert town.desk.records
    monkeypatch.setattr(town.desk.records.questions, "stats", broken)
    monkeypatch.setattr(town.desk.records.unanswered, "all", broken)
    told = private(await ada.slash(town.general, command))
    assert told.content == ANSWERS["en"].no_desk
    monkeypatch.setattr(town.desk, "records", None)
    assert private(await ada.slash(town.general, command)).content == ANSWERS["en"].no_desk
    assert len(town.env.errors) == 2


def test_figures_name_entries_by_their_titles_and_what_people_wrote_is_inert(knowledge: Knowledge) -> None:
    text = "\n".join(wrote(draw_stats(BUSY, "month", knowledge, "zh")))
    assert f"{bar(1)} **20 ×** 429 · 模型触发了流量限制" in text
    assert f"{bar(0.5)} **10 ×** 403 · " in text
    assert "**4 ×** `gone`" in text
    assert "`ˋ@everyoneˋ`" in text
    assert "**85%** 已回答" in text
    assert WORDS["zh"].by_others[0] in text
    assert "**4 分钟**" in text
    assert "**1 天 2 小时**" in text


def test_shares_are_of_all_questions_and_one_is_not_called_several(knowledge: Knowledge) -> None:
    text = "\n".join(wrote(draw_stats(replace(NOTHING, questions=1, answered=1), "day", knowledge, "en")))
    assert "### The last day: 1 question\n" in text
    assert f"{bar(1)} **100 %** answered" in text
    assert f"{bar(0)} **0 %** solved" in text


@pytest.mark.parametrize(
    ("share", "drawn"),
    [(0, "░" * BAR), (0.001, "▌" + "░" * 9), (0.5, "█████░░░░░"), (0.85, "████████▌░"), (1, "█" * BAR)],
)
def test_bars_are_all_as_wide_and_anything_at_all_shows(share: float, drawn: str) -> None:
    assert bar(share) == f"`{drawn}`"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "under 1 min"), (59, "1 min"), (3600, "1 h"), (7800, "2 h 10 min"), (86_400, "1 d"), (176_400, "2 d 1 h")],
)
def test_times_are_said_in_their_two_largest_units(seconds: int, said: str) -> None:
    assert lasted(timedelta(seconds=seconds), "en") == said


def test_what_a_sort_of_message_was_taken_for_is_what_most_of_them_were(knowledge: Knowledge) -> None:
    alike = [
        [missed("a", "429"), missed("a", "503"), missed("a", "503")],
        [missed("b"), missed("b"), missed("b", "429")],
    ]
    text = "\n".join(wrote(draw_unanswered(alike, 30, knowledge, "en")))
    assert "**3 ×** taken for **503 · " in text
    assert f"**3 ×** {EN.no_answer}" in text
    assert "429" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_longest_of_all_fits_into_discords_limits(knowledge: Knowledge, lang: Language) -> None:
    longest = max(knowledge.meanings(), key=lambda meaning: len(choices.label(knowledge, meaning, lang)))
    alike = [[missed("長" * LENGTH, str(longest))]] * (CLUSTERS + 1)
    many = replace(
        BUSY,
        entries=tuple((str(meaning), 1_000_000) for meaning in knowledge.meanings()),
        models=tuple(("m" * 100, 1_000_000) for _ in range(100)),
    )
    for view in (draw_unanswered(alike, 30, knowledge, lang), draw_stats(many, "month", knowledge, lang)):
        assert sum(map(len, wrote(view))) <= MAX_TEXT
        assert len(list(view.walk_children())) <= 40
