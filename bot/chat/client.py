"""The client: what Discord tells us of, what we keep of it, and what all surfaces share."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any

import discord
from discord.ext import commands
from discord.utils import utcnow

from bot.assistant.answer import Answer
from bot.assistant.assistant import Assistant
from bot.chat.cards import choices
from bot.chat.cards.buttons import rows
from bot.chat.cards.card import Card, render
from bot.chat.cards.control import Subject
from bot.chat.counters import Counters
from bot.chat.learning import incidents
from bot.chat.learning.ongoing import Ongoing
from bot.chat.limits import Limits
from bot.chat.missed import Missed
from bot.chat.reloading import Reloader
from bot.chat.reports.delivery import Deliverer
from bot.chat.reports.home import Home, look_for_home
from bot.chat.shards import until_refused
from bot.chat.surfaces.files import Files
from bot.chat.surfaces.original import Lately
from bot.chat.tree import Tree
from bot.chat.trouble import report
from bot.desk.database import Database, DeskError
from bot.desk.records import Records
from bot.desk.servers import Server
from bot.desk.share import Share
from bot.knowledge.base import Knowledge
from bot.knowledge.catalogue import Catalogue
from bot.knowledge.schema import Language, Meaning
from bot.reading.screenshots import Screenshots
from bot.reading.vocabulary import Vocabulary, vocabulary
from bot.settings import Settings

log = logging.getLogger(__name__)

# No voice here: nothing to warn of.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

ASTRAY = (
    "nobody takes reports from direct messages: STAFF_CHANNEL %s is not known. Where several processes share the "
    "shards, it takes the id of a channel that the bot can see"
)

MET = 1000
"""How many of the latest messages and interactions are remembered, by their ids alone."""

HANDED_BACK = 200
"""How many of the cards are remembered that were dismissed lately by those who had them, and by no moderator."""

_in_charge: ContextVar[Assistant] = ContextVar("in charge")
"""Who answers in a task that handles an event; see `Desk.assistant`."""

INTENTS = discord.Intents(
    guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True, message_content=True
)


class Desk(commands.AutoShardedBot):
    """The bot on Discord. It keeps guilds and channels in memory, and neither members nor messages.

    Args:
        settings: the operator's choices.
        knowledge: what to answer from; `learn` replaces it.
        intents: what to be told of.
    """

    def __init__(self, settings: Settings, knowledge: Knowledge, *, intents: discord.Intents = INTENTS) -> None:
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            activity=discord.CustomActivity("Paste an error, or type /error 429"),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=settings.shard_count or 1,
            shard_ids=sorted(settings.shard_ids) or list(range(settings.shard_count or 1)),
        )
        self.settings = settings
        self.share = Share(settings.shard_count or 1, settings.shard_ids)
        self.home: Home | None = None
        self.counters = Counters()
        self.records: Records | None = None
        self.ongoing: Ongoing | None = None
        self.deliverer = Deliverer(self)
        self.catalogue: Catalogue | None = None
        self.lately = Lately()
        self.missed = Missed()
        self.handed_back: deque[int] = deque(maxlen=HANDED_BACK)
        self.screenshots = Screenshots(self._words)
        self.files = Files(self.screenshots)
        self.limits = Limits(
            utcnow,
            person=settings.answers_per_person,
            channel=settings.answers_per_channel,
            server=settings.answers_per_server,
        )
        self._database: Database | None = None
        self._opening = asyncio.Lock()
        self._without = False
        self._met: set[int] = set()
        self._met_in_turn: deque[int] = deque()
        self.refused = asyncio.Event()
        self.reloader = Reloader(self)
        self.learn(knowledge)

    @property
    def assistant(self) -> Assistant:
        """Who answers: until an event is done with, the one who was there when it came, whatever is learned since."""
        return _in_charge.get(self._newest)

    @property
    def knowledge(self) -> Knowledge:
        """What was learned last."""
        return self._newest.knowledge

    def learn(self, knowledge: Knowledge) -> None:
        """Answer from this knowledge from now on."""
        self.take(Assistant(knowledge, self.catalogue, trouble=report))

    def take(self, assistant: Assistant) -> None:
        """Let this one answer from now on."""
        self._newest = assistant
        self._vocabulary: Vocabulary | None = None

    def _words(self) -> Vocabulary:
        """Return the words that errors are written with, put together when the first picture comes."""
        self._vocabulary = self._vocabulary or vocabulary(self.knowledge)
        return self._vocabulary

    def know(self, catalogue: Catalogue) -> None:
        """Take this for what the service offers, from now on."""
        self.catalogue = catalogue
        self._newest = Assistant(self.knowledge, catalogue, trouble=report)

    async def setup_hook(self) -> None:
        """Open the desk, add the surfaces and put the whole set of commands, which Discord takes as idempotent."""
        from bot.chat.cogs import furnish  # noqa: PLC0415 - the cogs know this class

        await self.open_records()
        whole = await furnish(self)
        await look_for_home(self)
        if self.share.first and whole:
            try:
                await self.tree.sync()
            except discord.HTTPException as error:
                report(error, "putting the commands")

    async def launch_shards(self) -> None:
        """Connect the shards; where Discord refuses one for good, those that have yet to come are left out."""
        await until_refused(super().launch_shards(), self.refused)

    async def close(self) -> None:
        """Leave Discord and close the desk."""
        try:
            await self.deliverer.stop()
            await super().close()
            await self.screenshots.close()
        finally:
            if self._database:
                await self._database.close()

    async def open_records(self) -> bool:
        """Open what the desk remembers, unless it is open; without it, chat goes on all the same.

        The operator is told when that fails for the first time, and when it is there after all.

        Returns:
            Whether it is open, with the servers' settings and the open incidents read.
        """
        async with self._opening:
            if self.records:
                return True
            try:
                await self._open_the_desk()
            except DeskError as error:
                log.log(logging.DEBUG if self._without else logging.ERROR, "going on without the desk: %s", error)
                self._without = True
                return False
            if self._without:
                log.warning("the desk is there now: reports, settings and all else that it remembers")
        return True

    async def _open_the_desk(self) -> None:
        database = await Database.open(self.settings.database_url)
        try:
            records = Records(database, utcnow, self.share)
            ongoing = Ongoing(records.incidents, utcnow)
            await records.servers.refresh()
            await ongoing.refresh()
        except BaseException:
            await database.close()
            raise
        self._database, self.records, self.ongoing = database, records, ongoing

    def first_met(self, snowflake: int) -> bool:
        """Tell whether a message or an interaction is new, and remember it: after a RESUME old ones may come again.

        The task that asks handles it, and has the same knowledge until it is done.
        """
        _in_charge.set(self._newest)
        return self.meet(snowflake)

    def meet(self, snowflake: int) -> bool:
        """Tell whether a message or an interaction is new, and remember it."""
        if snowflake in self._met:
            return False
        self._met.add(snowflake)
        self._met_in_turn.append(snowflake)
        if len(self._met) > MET:
            self._met.remove(self._met_in_turn.popleft())
        return True

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Pass an event on to the cogs, and a message no more than once; each of them has the knowledge of now."""
        if event_name == "socket_event_type":  # comes with every other event, and nobody listens to it
            return
        before = _in_charge.set(self._newest)
        try:
            if event_name != "message" or self.first_met(args[0].id):
                super().dispatch(event_name, *args, **kwargs)
        finally:
            _in_charge.reset(before)

    async def on_ready(self) -> None:
        """Tell the operator of a support channel that is in no server: a slip in a name is silence for ever."""
        if not self.share.whole:  # it may be in another process's servers: the doctor looks at all of them
            if self.share.first and self.settings.staff_channel and not self.home:
                log.warning(ASTRAY, self.settings.staff_channel)
            return
        channels = list(self.get_all_channels())
        there = {str(channel.id) for channel in channels} | {channel.name.casefold() for channel in channels}
        for name in sorted(self.settings.support_channels - there if channels else ()):
            log.warning("SUPPORT_CHANNELS names %s, which is in no server that the bot sees", name)

    async def on_message(self, message: discord.Message) -> None:
        """Let the cogs listen: there are no prefix commands to look for."""

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log what a listener raised; the next event finds the bot as it was."""
        if (error := sys.exc_info()[1]) is not None:
            report(error, event_method)

    def is_support(self, channel: object) -> bool:
        """Tell whether a channel, or the one that a thread or forum post is in, is a support channel.

        A server's own choice counts; the environment's serves until it makes one.
        """
        chosen = self.server(getattr(getattr(channel, "guild", None), "id", None)).support_channels
        if chosen is not None:
            return not chosen.isdisjoint({getattr(channel, "id", None), getattr(channel, "parent_id", None)})
        named = self.settings.support_channels
        return _goes_by(channel, named) or _goes_by(getattr(channel, "parent", None), named)

    def server(self, guild_id: int | None) -> Server:
        """Return a server's settings, as they are known here; without the desk or a server, the defaults."""
        return self.records.servers.of(guild_id) if self.records else Server(guild_id=guild_id or 0)

    def language_of(self, guild_id: int | None) -> Language | None:
        """Return the language that a server wants messages answered in; None where it is the reader's."""
        choice = self.server(guild_id).language
        return None if choice == "auto" else choice

    def knows(self, meaning: Meaning | None) -> bool:
        """Tell whether the knowledge has a meaning, which may stand on a card from an earlier day."""
        return meaning is None or meaning in set(self.assistant.knowledge.meanings())

    def explain(self, meaning: Meaning | None, lang: Language) -> Answer:
        """Return the answer that a meaning gives by itself, without a message."""
        return self.assistant.ask(str(meaning or ""), lang=lang)

    def card(
        self,
        answer: Answer,
        *,
        guild_id: int | None = None,
        asked: bool = False,
        private: bool = False,
        above: str = "",
        seen: str = "",
    ) -> Card:
        """Return the card for a new answer in a server, or with None in a direct message, see `Card.of`."""
        meanings = choices.others(self.assistant.knowledge, answer) if asked or answer.entry else ()
        card = Card.of(answer, meanings, asked=asked, private=private, above=above, seen=seen)
        model, lang = self.knowledge.same_model(answer.evidence.model), answer.lang
        return replace(card, incident=incidents.others(self, guild_id, card.meaning, model, lang))

    def view(
        self, card: Card, asker_id: int, *, question_id: int = 0, private: bool = False, postable: bool = False
    ) -> discord.ui.LayoutView:
        """Lay out a card with its controls.

        Args:
            card: what it shows.
            asker_id: whose card it is.
            question_id: what it answers: the message, or the interaction; 0 where that is not known.
            private: nobody else will see it, as Discord has it.
            postable: the asker may post it for everybody; one that warns of a key is never posted.
        """
        knowledge, lang = self.assistant.knowledge, card.answer.lang
        labels = {meaning: choices.label(knowledge, meaning, lang) for meaning in card.meanings if self.knows(meaning)}
        if labels.keys() == {card.meaning}:
            labels = {}
        subject = Subject(asker_id, card.meaning, lang, question_id)
        answers = card.asked or card.meaning is not None
        controls = rows(
            subject,
            labels,
            answers=answers,
            private=private,
            postable=postable and not card.warning,
            unsolved=bool(card.onward),
        )
        return render(card, controls, human=knowledge.service.support[lang])

    async def dismissed(self, card_id: int) -> bool:
        """Remember that a card was taken away by hand, so that it does not come back.

        Returns:
            Whether its asker is left alone now.
        """
        from bot.chat.servers.quiet import hush_after  # noqa: PLC0415 - it knows this class

        try:
            if self.records:
                await self.records.answers.dismiss(card_id)
                return await hush_after(self, card_id)
        except DeskError as error:
            log.warning("going on without the desk: %s", error)
        self.missed.note(partial(self.dismissed, card_id))
        return False


def _goes_by(place: object, names: frozenset[str]) -> bool:
    return str(getattr(place, "id", "")) in names or str(getattr(place, "name", "")).casefold() in names
