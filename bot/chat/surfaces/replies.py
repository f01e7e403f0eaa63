"""Replies that live with their questions: what Discord tells of messages, and who sees to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import discord
from discord.ext import commands, tasks

from bot.assistant.answer import Answer
from bot.chat.client import Desk
from bot.chat.posting import own_up
from bot.chat.surfaces.answering import Answering
from bot.chat.surfaces.authors import is_read
from bot.chat.surfaces.chat import Incoming, is_chat
from bot.chat.surfaces.files import looks_like_a_picture
from bot.chat.surfaces.posted import without_the_desk
from bot.chat.surfaces.posts import Early
from bot.chat.surfaces.question import Question
from bot.chat.surfaces.taking import question_in, speaks
from bot.chat.surfaces.upkeep import Upkeep, is_old
from bot.desk.database import DeskError


class Replies(commands.Cog):
    """Answers messages, and keeps the answers true."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._answering = Answering(desk)
        self._upkeep = Upkeep(desk, self._answering)
        self._early = Early()

    async def cog_load(self) -> None:
        """Let chat pass, and begin to forget what is too old."""
        parsers = self.desk._connection.parsers  # noqa: SLF001 - where an event comes before discord.py reads it
        incoming = Incoming(self.desk, self._answering.follow_ups, parsers["MESSAGE_CREATE"])
        parsers.update({event: incoming.ahead_of(parse) for event, parse in parsers.items()})
        parsers["MESSAGE_CREATE"] = incoming.take
        self.purge.start()

    async def cog_unload(self) -> None:
        """Stop, and wait for what is under way: the desk is closed next."""
        under_way = self.purge.get_task()
        self.purge.cancel()
        if under_way:
            await asyncio.wait([under_way])

    @tasks.loop(hours=1)
    async def purge(self) -> None:
        """Forget answers whose time is over."""
        if answers := self._answering.answers:
            try:
                await answers.purge()
            except DeskError as error:
                without_the_desk(error)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a new message."""
        if self._early.keep(message):
            return
        counters = self.desk.counters
        counters.heard += 1
        question = question_in(self.desk, message) or await self._going_on(message)
        if question is None:
            return
        if question.asked:
            counters.asked[question.surface] += 1
            self._answering.waiting.add(message.id)
        try:
            await self._attend(question)
        except Exception as error:  # whatever it is, they are waiting
            if message.id not in self._answering.waiting:
                raise
            await own_up(message, error, self.desk.language_of(question.guild_id) or question.fallback)
        finally:
            self._answering.waiting.discard(message.id)

    async def _attend(self, question: Question) -> None:
        if is_chat(self.desk, self._answering.follow_ups, question):
            self._answering.follow_ups.overhear(question)
            self.desk.counters.silent["no_error"] += 1
            return
        answer = self._answering.ask(question)
        if quiet := self._answering.manners.is_quiet(question):  # a text may hold a key; a picture takes long
            question = replace(question, files=tuple(file for file in question.files if not looks_like_a_picture(file)))
        if told := answer.speaks or bool(answer.secrets) or (question.asked and not question.files):
            async with self._answering.turn(question.message.channel.id):
                await self._answering.give(question, answer)
        elif not question.asked and not await self._answering.add(question, answer) and not question.files:
            self._answering.pass_over(answer)
        if question.files:
            await self._read_on(question, answer, told=told or quiet)

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer the message that begins a post, where it came before Discord told of the post."""
        if message := self._early.take(thread):
            await self.on_message(message)

    @commands.Cog.listener()
    async def on_thread_update(self, before: discord.Thread, after: discord.Thread) -> None:
        """Answer the message that begins a post anew where the post was given another title."""
        answers = self._answering.answers
        if before.name == after.name or answers is None or is_old(after.id) or not self.desk.is_support(after):
            return
        if not isinstance(after.parent, discord.ForumChannel):
            return
        try:
            message = await after.fetch_message(after.id)
        except (discord.NotFound, discord.Forbidden):
            return
        await self._upkeep.changed(answers, message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer a message anew whose author changed it; without a time of an edit, only a link was unfurled."""
        message = payload.message
        if not payload.data.get("edited_timestamp") or is_old(message.id):
            return
        if answers := self._answering.answers:
            await self._upkeep.changed(answers, message)
        elif is_read(self.desk, message):
            self.desk.missed.note(partial(self.on_raw_message_edit, payload))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Take an answer away with its question; remember a card that was deleted by hand as dismissed."""
        await self._upkeep.gone(payload.channel_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Do so for many."""
        await self._upkeep.gone(payload.channel_id, payload.message_ids)

    async def _going_on(self, message: discord.Message) -> Question | None:
        """Return a message that is only heard as it goes on with a call; any other adds to an answer, or is kept."""
        silent = self.desk.counters.silent
        if not is_read(self.desk, message) or message.webhook_id:
            silent["author"] += 1
            return None
        question = Question.of(message, asked=False)
        if self._answering.follow_ups.still_asks(question):
            return question
        if not self._answering.follow_ups.goes_on(question):
            self._answering.follow_ups.overhear(question)
            silent["elsewhere"] += 1
        elif not await self._answering.add(question, self._answering.ask(question)):
            silent["elsewhere"] += 1
        return None

    async def _read_on(self, question: Question, answer: Answer, *, told: bool) -> None:
        """Answer what the files of a message say; `told`, its words were answered already, or get no answer."""
        if (found := await self._answering.read(question, answer, typing=question.asked and not told)) is None:
            return
        question, answer = found
        if not told:
            async with self._answering.turn(question.message.channel.id):
                await self._answering.catch_up(question, answer)
            if not speaks(question, answer):
                self._answering.pass_over(answer)
        elif self._answering.answers:
            await self._upkeep.bring_in_line(self._answering.answers, question, answer)
