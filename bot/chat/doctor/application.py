"""Checks of the application: what Discord lets it do, its commands, and the way to invite it."""

from __future__ import annotations

from typing import Any

import discord

from bot.chat.client import Desk
from bot.chat.cogs import furnish
from bot.chat.doctor.finding import Finding
from bot.chat.doctor.rest import Rest, fault
from bot.chat.permissions import INVITED
from bot.knowledge.base import Knowledge
from bot.settings import Settings

PREFIXES = {1: "/", 2: "Apps → ", 3: "Apps → "}
"""How users know a command, by its type:
https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-types
"""


async def intents(rest: Rest) -> list[Finding]:
    """Tell whether Discord lets the bot read messages."""
    flags = (await rest.application()).flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return [Finding("intents", "well", "Message Content Intent is on")]
    told = "Discord does not let the bot read messages: it answers commands, mentions and direct messages only"
    todo = "Developer Portal, Bot, Privileged Gateway Intents: turn on Message Content Intent; then restart the bot"
    return [Finding("intents", "wrong", told, todo)]


async def commands(rest: Rest, settings: Settings, knowledge: Knowledge, *, new: bool) -> list[Finding]:
    """Compare the commands that Discord has with those of this version, by their names and options.

    Args:
        rest: logged in.
        settings: the operator's choices.
        knowledge: what the bot answers from.
        new: the bot was never started here.
    """
    application = await rest.application()
    desk = Desk(settings, knowledge)
    await furnish(desk)
    wanted = _outlines(command.to_dict(desk.tree) for command in desk.tree.get_commands())
    try:
        there = _outlines(await rest.client.http.get_global_commands(application.id))
    except Exception as error:
        raise fault(error) from None
    if not there and new:
        return [Finding("commands", "open", "there are none yet", "start the bot, which puts them")]
    found = [_compared(wanted, there)]
    if url := application.interactions_endpoint_url:
        told = f"Discord sends their use to {url}, and not to the bot"
        todo = "Developer Portal, General Information: empty Interactions Endpoint URL"
        found.append(Finding("commands", "wrong", told, todo))
    return found


def _compared(wanted: dict[str, Any], there: dict[str, Any]) -> Finding:
    if wanted == there:
        return Finding("commands", "well", ", ".join(sorted(wanted)))
    differ = {
        "missing": wanted.keys() - there.keys(),
        "of another version": {name for name in wanted.keys() & there.keys() if wanted[name] != there[name]},
        "not this bot's": there.keys() - wanted.keys(),
    }
    told = "; ".join(f"{how}: {', '.join(sorted(names))}" for how, names in differ.items() if names)
    return Finding("commands", "wrong", told, "restart the bot, which puts them all, and look at its log")


def _outlines(commands: Any) -> dict[str, Any]:
    """Return the commands by what users call them, each with its options."""
    return {PREFIXES.get(one.get("type", 1), "") + one["name"]: _outline(one.get("options")) for one in commands}


def _outline(options: Any) -> dict[str, Any]:
    return {option["name"]: (option["type"], _outline(option.get("options"))) for option in options or ()}


async def invitation(rest: Rest) -> tuple[list[Finding], str]:
    """Return the link that invites the bot with the least permissions, and what keeps it from working."""
    application = await rest.application()
    link = discord.utils.oauth_url(application.id, permissions=INVITED)
    if application.bot_require_code_grant:
        told = "nobody can invite the bot: it requires an OAuth2 code grant"
        return [Finding("invite", "wrong", told, "Developer Portal, Bot: turn off Requires OAuth2 Code Grant")], link
    whose = "" if application.bot_public else "for its owner alone, as Public Bot is off: "
    return [Finding("invite", "well", f"{whose}{link}")], link
