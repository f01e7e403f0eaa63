"""A forum in the town, in which people open posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType

from tests.chat.town import Town


@dataclass
class Board:
    """A support forum; SimCord's members open no posts themselves, so what Discord sends then is sent by hand."""

    town: Town
    forum: ChannelHandle
    tags: dict[str, int] = field(default_factory=dict)

    def offer(self, *names: str, moderated: bool = False) -> None:
        """Give the forum these tags."""
        backend = self.town.env.backend
        usual: dict[str, Any] = {"moderated": moderated, "emoji_id": None, "emoji_name": None}
        new = [{"id": str(backend.snowflake()), "name": name, **usual} for name in names]
        self.tags |= {tag["name"]: int(tag["id"]) for tag in new}
        known = backend.get_channel(self.forum.id).available_tags
        backend.edit_channel(self.forum.id, {"available_tags": [*known, *new]})

    async def post(
        self, who: MemberActor, title: str, text: str, *tags: str, message_first: bool = False
    ) -> ChannelHandle:
        """Open a post; Discord tells of it and of its first message in this order or in the other."""
        backend = self.town.env.backend
        applied = [self.tags[tag] for tag in tags]
        thread = backend.create_thread(self.forum.id, title, who.id, applied_tags=applied, broadcast=False)
        starter = backend.prepare_message(thread.id, who.id, text)
        starter.id = thread.id
        backend.commit_message(starter, broadcast=False)
        if message_first:
            backend.announce_message_create(starter)
            await self.town.env.settle()
        backend.announce_thread_create(thread)
        if not message_first:
            await self.town.env.settle()
            backend.announce_message_create(starter)
        await self.town.env.settle()
        return ChannelHandle(self.town.env, self.town.guild, thread)

    async def change(self, post: ChannelHandle, **changes: Any) -> None:
        """Change a post's title, or close it with `archived` or `locked`."""
        named = {name: changes.pop(name) for name in ("name",) if name in changes}
        self.town.env.backend.edit_channel(post.id, named, thread_metadata=changes)
        await self.town.env.settle()

    async def edit_first(self, post: ChannelHandle, text: str) -> None:
        """Change a post's first message."""
        backend = self.town.env.backend
        backend.edit_message(post.id, post.id, {"content": text})
        await self.town.env.settle()

    async def let(self, **permissions: bool) -> None:
        """Allow or deny the bot something in the forum."""
        me = self.town.guild.me
        assert me is not None
        allow, deny = discord.PermissionOverwrite(**permissions).pair()
        overwrite = Overwrite(me.id, OverwriteType.MEMBER, allow.value, deny.value)
        self.town.env.backend.set_overwrite(self.forum.id, overwrite)
        await self.town.env.settle()

    def marks(self, post: ChannelHandle) -> list[str]:
        """The names of the tags that a post has."""
        applied = self.town.env.backend.get_channel(post.id).applied_tags
        return [name for name, id_ in self.tags.items() if id_ in applied]
