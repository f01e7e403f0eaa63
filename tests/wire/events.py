"""What Discord sends: a server, its messages and interactions, with the fields that it always gives.

A test that is about a missing or an odd field takes one of these and changes it.
"""

from __future__ import annotations

import itertools
from typing import Any

import discord
from discord.utils import time_snowflake, utcnow

Event = dict[str, Any]

APPLICATION = "1100000000000000001"
GUILD = "1200000000000000001"
SUPPORT = "1300000000000000001"
GENERAL = "1300000000000000002"
CLOSED = "1300000000000000003"
ELSEWHERE = "1300000000000000004"
STRANGE = "1300000000000000005"
FORUM = "1300000000000000006"
SOLVED = "1500000000000000001"
"""The forum's tag for solved posts."""
SIDE = tuple(str(1300000000000000100 + number) for number in range(6))
"""Channels in which nothing else happens."""

ME: Event = {"id": APPLICATION, "username": "desk", "discriminator": "0", "avatar": None, "bot": True}
MAYA: Event = {"id": "1400000000000000001", "username": "maya", "discriminator": "0", "avatar": None}

KEY = "sk-" + "Qz7vK2mX9pLw4TnB8cRf6YhJ3dGs5AeU1iOoVtNy"
ERROR = (
    "openai.RateLimitError: Error code: 429 - {'error': {'message': 'Too many requests, please try again later', "
    "'type': 'rate_limit_error', 'param': '', 'code': None}}"
)
WORDS = "quokkas juggle pomegranates"
"""Stand in every message, so that a log line which holds any of a message holds these."""

PASTED = f"{ERROR} {WORDS}"

_ids = itertools.count(time_snowflake(utcnow()))


def new_id() -> str:
    """A snowflake that nothing else has."""
    return str(next(_ids))


def channel(id_: str, name: str, kind: int = 0) -> Event:
    return {"id": id_, "name": name, "type": kind, "position": 0, "permission_overwrites": [], "parent_id": None}


def guild() -> Event:
    """A server with `#support`, `#general`, a channel that is closed to the bot and one of a kind yet unknown."""
    may = discord.Permissions(
        view_channel=True, read_message_history=True, send_messages=True, send_messages_in_threads=True
    )
    everyone = {"id": GUILD, "name": "@everyone", "permissions": str(may.value), "position": 0, "color": 0}
    return {
        "id": GUILD, "name": "town", "owner_id": MAYA["id"], "preferred_locale": "en-US", "member_count": 2,
        "roles": [everyone | {"hoist": False, "managed": False, "mentionable": False}],
        "emojis": [], "stickers": [], "features": [], "threads": [], "presences": [], "voice_states": [],
        "stage_instances": [], "guild_scheduled_events": [], "verification_level": 0, "nsfw_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "premium_tier": 0,
        "channels": [
            channel(SUPPORT, "support"), channel(GENERAL, "general"), channel(CLOSED, "support-closed"),
            channel(STRANGE, "support-of-tomorrow", 99), forum(), *(channel(id_, f"side-{id_[-1]}") for id_ in SIDE),
        ],
        "members": [member(ME)], "joined_at": "2026-01-08T09:30:00+00:00", "large": False, "unavailable": False,
    }  # fmt: skip


def forum() -> Event:
    """A forum that is a support channel by its name."""
    tag = {"id": SOLVED, "name": "Solved", "moderated": False, "emoji_id": None, "emoji_name": None}
    return channel(FORUM, "support", 15) | {"available_tags": [tag], "flags": 0}


def member(user: Event) -> Event:
    joined = {"joined_at": "2026-01-08T09:30:00+00:00", "deaf": False, "mute": False, "flags": 0}
    return {"user": user, "roles": [], "nick": None, "avatar": None, "premium_since": None, "pending": False} | joined


def message(text: str, channel_id: str = SUPPORT, **fields: Any) -> Event:
    """What somebody wrote, each time another person."""
    said = {"id": new_id(), "channel_id": channel_id, "guild_id": GUILD, "content": text, "type": 0}
    said["author"] = MAYA | {"id": new_id()}
    in_town = {name: value for name, value in member(MAYA).items() if name != "user"}
    return said | {
        "member": in_town, "timestamp": "2026-01-08T09:30:15+00:00", "edited_timestamp": None, "tts": False,
        "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
        "components": [], "pinned": False, "flags": 0, "nonce": None,
    } | fields  # fmt: skip


def post(title: str, text: str) -> tuple[Event, Event]:
    """What Maya posts in the forum: the post, and the message that it begins with and shares its id with."""
    metadata: Event = {"archived": False, "locked": False, "auto_archive_duration": 1440}
    metadata["archive_timestamp"] = metadata["create_timestamp"] = "2026-01-08T09:30:15+00:00"
    id_ = new_id()
    thread = channel(id_, title, 11) | {
        "guild_id": GUILD, "parent_id": FORUM, "owner_id": MAYA["id"], "message_count": 0, "member_count": 1,
        "applied_tags": [], "flags": 0, "thread_metadata": metadata, "newly_created": True,
    }  # fmt: skip
    return thread, message(text, id_, id=id_, author=MAYA)


def press(card: Event, button: str, thread: Event, *, may: discord.Permissions) -> Event:
    """Maya's press on a button of a card in a post; `may` is what the bot may do there."""
    about = next(id_ for id_ in custom_ids(card["components"]) if id_.startswith(f"{button}:"))
    return slash("") | {
        "type": 3, "data": {"component_type": 2, "custom_id": about}, "message": card, "channel_id": thread["id"],
        "channel": thread, "member": member(MAYA) | {"permissions": "0"}, "app_permissions": str(may.value),
    }  # fmt: skip


def custom_ids(components: list[Event]) -> list[str]:
    """The custom ids of a message's components."""
    return [id_ for part in components for id_ in (part.get("custom_id", ""), *custom_ids(part.get("components", [])))]


def forward(snapshot: Event, channel_id: str = SUPPORT) -> Event:
    """A message that somebody forwards: all that comes along is these fields."""
    names = "type content embeds attachments timestamp edited_timestamp flags mentions mention_roles components".split()
    origin = {"type": 1, "message_id": snapshot["id"], "channel_id": snapshot["channel_id"]}
    snapshots = [{"message": {name: snapshot[name] for name in names}}]
    return message("", channel_id, flags=1 << 14, message_reference=origin, message_snapshots=snapshots)


def reply_to(replied_to: Event, text: str) -> Event:
    """What somebody answers a message with."""
    origin = {"type": 0, "message_id": replied_to["id"], "channel_id": replied_to["channel_id"]}
    fields = {"message_reference": origin, "referenced_message": replied_to}
    return message(text, replied_to["channel_id"], **fields) | {"type": 19}


def mention(text: str, channel_id: str = GENERAL) -> Event:
    return message(f"<@{APPLICATION}> {text}", channel_id, mentions=[ME])


def slash(code: str, **fields: Any) -> Event:
    """What Maya gave to `/error` in `#general`."""
    option = {"type": 3, "name": "code", "value": code}
    return {
        "id": new_id(), "application_id": APPLICATION, "type": 2, "version": 1, "token": f"token-of-{new_id()}",
        "data": {"id": new_id(), "name": "error", "type": 1, "options": [option]},
        "guild_id": GUILD, "guild": {"id": GUILD, "locale": "en-US", "features": []}, "guild_locale": "en-US",
        "channel_id": GENERAL, "channel": channel(GENERAL, "general"),
        "member": member(MAYA) | {"permissions": "2147483647"}, "locale": "en-US", "app_permissions": "2147483647",
        "entitlements": [], "context": 0, "authorizing_integration_owners": {"0": GUILD},
        "attachment_size_limit": 10485760,
    } | fields  # fmt: skip


def slash_elsewhere(code: str, **fields: Any) -> Event:
    """The same in a server where the bot is not, by way of Maya's own installation of it."""
    where = {"guild_id": "1200000000000000009", "channel_id": ELSEWHERE, "channel": channel(ELSEWHERE, "support")}
    data = slash(code, **where, authorizing_integration_owners={"1": MAYA["id"]}, **fields)
    del data["guild"]
    return data
