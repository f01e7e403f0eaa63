"""A busy server, and what its people write."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from discord.utils import time_snowflake, utcnow

from bot.assistant.assistant import Assistant
from bot.assistant.evaluation import NONE, read_rows
from bot.knowledge.loading import default_directory, load
from tests.wire.events import Event, channel, guild, mention, message

MESSAGES = Path(__file__).parents[1] / "data" / "messages.jsonl"

ERROR, SMALL_TALK, HOW_TO, NEAR_MISS = "error", "small talk", "how-to", "near miss"

CHAT = {SMALL_TALK: 15, HOW_TO: 4, NEAR_MISS: 1}
"""How much of chat is what: one message in twenty speaks of errors, limits or tokens, or has a number like a status in
it, and is no error all the same."""

TYPED = {
    "negative-chat": SMALL_TALK, "negative-howto": HOW_TO, "negative-discussion": NEAR_MISS,
    "negative-feature": NEAR_MISS, "negative-number": NEAR_MISS, "negative-word": NEAR_MISS,
}  # fmt: skip
"""The kinds of messages in the file that people type and that have no error."""

_NUMBER = re.compile(r"[45]\d\d")

PEOPLE = 20_000

SUPPORT = tuple(str(1_310_000_000_000_000_000 + number) for number in range(8))
"""The support channels."""

ELSEWHERE = tuple(str(1_320_000_000_000_000_000 + number) for number in range(8))
"""Channels where the bot only hears."""

CALLS = tuple(str(1_330_000_000_000_000_000 + number) for number in range(16))
"""Direct messages: discord.py keeps something of each channel that it posts in, for five minutes."""

ROLES = ("1290000000000000001", "1290000000000000002")

PROFILE: Event = {
    "global_name": "Maya R.", "avatar": "a3f1c2d4e5b6978812345678abcdef01", "public_flags": 0, "primary_guild": None,
    "clan": None, "avatar_decoration_data": None, "collectibles": None, "display_name_styles": None,
}  # fmt: skip
MEMBER: Event = {"roles": [*ROLES], "banner": None, "communication_disabled_until": None}
"""What else Discord tells of an author in each message; it takes its time to read."""


def town() -> Event:
    """Return the server as Discord tells of it."""
    said = guild()
    named = {"support": SUPPORT, "chat": ELSEWHERE}
    return said | {
        "roles": [*said["roles"], *(said["roles"][0] | {"id": id_, "name": f"role {id_[-1]}"} for id_ in ROLES)],
        "channels": [channel(id_, f"{name}-{id_[-2:]}") for name, ids in named.items() for id_ in ids],
        "member_count": PEOPLE,
    }


@cache
def sayings() -> Mapping[str, Sequence[str]]:
    """Return what people say, by what it is; of chat, what the bot leaves alone."""
    rows, assistant = read_rows(MESSAGES), Assistant(load(default_directory()))
    found: dict[str, list[str]] = {what: [] for what in (*CHAT, ERROR)}
    for row in rows:
        if row.label != NONE:
            found[ERROR].append(row.text)
        elif row.kind in TYPED and assistant.hear(row.text) != "sure":
            found[NEAR_MISS if _NUMBER.search(row.text) else TYPED[row.kind]].append(row.text)
    return found


class People:
    """Those who write. Everything is said once, in the same order in every run."""

    def __init__(self) -> None:
        self._random = random.Random(0)
        self._ids = itertools.count()
        self._calls = itertools.cycle(CALLS)
        self._sayings = sayings()

    def talk(self, times: int, channels: Sequence[str], errors: float = 0) -> Iterator[Event]:
        """Yield messages.

        Args:
            times: how many.
            channels: where.
            errors: how much of it has an error in it: 0.05 for one message in twenty.
        """
        for _ in range(times):
            is_error = self._random.random() < errors
            what = ERROR if is_error else self._random.choices(tuple(CHAT), tuple(CHAT.values()))[0]
            text = self._random.choice(self._sayings[what])
            author = str(1_400_000_000_000_000_000 + self._random.randrange(PEOPLE))
            said = message(f"{text} {self._word()}", self._random.choice(channels), id=self._id())
            yield said | {"author": said["author"] | PROFILE | {"id": author}, "member": said["member"] | MEMBER}

    def call(self) -> Event:
        """Return what somebody new writes to the bot alone, naming it, which it answers whatever else there was."""
        said = mention("what does 429 mean?", next(self._calls)) | {"id": self._id()}
        return {name: value for name, value in said.items() if name not in {"guild_id", "member"}}

    def _id(self) -> str:
        """Return an id of this moment: what was written long ago is not read in its row."""
        return str(time_snowflake(utcnow()) + next(self._ids) % 2**22)

    def _word(self) -> str:
        """Make a word up, so that nothing is gained from having seen a message before."""
        return "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz", k=self._random.randint(4, 9)))
