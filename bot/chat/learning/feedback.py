"""What was asked, whether the answer helped, and the words of what had no answer or none that helped.

Every surface tells `note` of a question, after it was answered. What the desk cannot take now, it takes later; no
answer waits for it, but for that to a message which may make an incident: then it tells of that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord.utils import snowflake_time, utcnow

from bot.assistant.answer import Answer
from bot.chat.cards.control import Subject
from bot.chat.learning.incidents import watch
from bot.chat.surfaces.original import words_of
from bot.desk.database import DeskError
from bot.desk.questions import Asked
from bot.desk.unanswered import Missed
from bot.knowledge.schema import Language

if TYPE_CHECKING:
    from bot.chat.client import Desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words for what people say of an answer."""

    other_or_support: str
    support: str
    reported: str
    thanks: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        other_or_support="**Not solved.** Is it one of these instead? If none of them fits, send it to support.",
        support="**Not solved.** Send it to support, so that a person can look into it.",
        reported="**Not solved.** *Send to support* leads to your report, where you can say more; if that is closed, "
        "to a new one.",
        thanks="Thanks, noted. The card stays as it is for whoever asked.",
    ),
    "zh": Words(
        other_or_support="**还没解决。** 会不会是下面的某个原因？如果都不是，请发给客服。",
        support="**还没解决。** 请发给客服，转人工处理。",
        reported="**还没解决。** 点“发给客服”可以给你的报告补充内容；如果报告已关闭，可以提交新的。",
        thanks="谢谢，已记下你的反馈。这张卡片会为提问的人保持原样。",
    ),
}


async def note(
    desk: Desk,
    answer: Answer,
    *,
    question_id: int,
    guild_id: int | None,
    channel_id: int,
    asker_id: int,
    asked: bool,
) -> None:
    """Note down a question and how it was answered, in place of what is noted of it.

    The words are kept where there is no answer. What was only heard and has none is nobody's question.

    Args:
        desk: the bot.
        answer: what it said.
        question_id: the message, or the interaction.
        guild_id: its server; none in a direct message.
        channel_id: where it was asked.
        asker_id: whose question it is.
        asked: the bot was asked, not only heard.
    """
    if desk.records is None or not (asked or answer.entry):
        return
    new = Asked(
        question_id=question_id,
        guild_id=guild_id,
        channel_id=channel_id,
        asker_id=asker_id,
        asked=asked,
        entry=answer.entry,
        case=answer.case,
        model=desk.knowledge.same_model(answer.evidence.model),
        lang=answer.lang,
    )
    await desk.records.questions.log(new)
    if answer.entry:
        await desk.records.unanswered.answered(question_id, answer.text)
    elif answer.text.strip():
        await desk.records.unanswered.keep(
            Missed(
                question_id=question_id,
                guild_id=guild_id,
                asker_id=asker_id,
                text=answer.text,
                lang=answer.lang,
                entry=None,
                created_at=utcnow(),
            )
        )
    try:
        await watch(desk, new)
    except DeskError as error:
        log.debug("going on without the desk: %s", error)


async def forget(desk: Desk, *question_ids: int) -> None:
    """Forget the words of questions that are no more; that they were asked still counts."""
    if desk.records:
        await desk.records.unanswered.forget(*question_ids)


async def judge(interaction: discord.Interaction[Desk], subject: Subject, *, solved: bool) -> bool:
    """Note down whether an answer helped its reader; the asker's word and everybody else's are told apart.

    Returns:
        Whether it is noted.
    """
    records, user = interaction.client.records, interaction.user.id
    if records is None:
        return False
    await records.questions.verdict(subject.question_id, user, solved, by_asker=user == subject.asker_id)
    return True


async def settle(interaction: discord.Interaction[Desk], subject: Subject) -> None:
    """Note down that the asker, or staff, take a question for solved: its words are not needed any more."""
    if await judge(interaction, subject, solved=True):
        await forget(interaction.client, subject.question_id)


async def miss(interaction: discord.Interaction[Desk], subject: Subject) -> None:
    """Note down that an answer did not help, says the asker or staff, and keep the words of the question.

    They are kept as their author's, also where somebody else had them explained: whoever wrote something can have it
    shown and deleted.
    """
    records = interaction.client.records
    if records is None or not await judge(interaction, subject, solved=False):
        return
    if not (words := await words_of(interaction, subject.question_id)).strip():
        return
    missed = Missed(
        question_id=subject.question_id,
        guild_id=interaction.guild_id,
        asker_id=interaction.client.lately.author_of(subject.question_id) or subject.asker_id,
        text=words,
        lang=subject.lang,
        entry=str(subject.meaning) if subject.meaning else None,
        created_at=snowflake_time(subject.question_id),
    )
    await records.unanswered.keep(missed)
