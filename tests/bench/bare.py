"""The yardstick: the least that a discord.py client does which answers mentions.

It has the bot's intents. All else is discord.py's default: no members are kept, as the intents bring none, and the
latest 1,000 messages are, which the bot does without.
"""

from __future__ import annotations

import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Bare(discord.Client):
    async def on_message(self, message: discord.Message) -> None:
        if self.user in message.mentions:
            await message.reply("hello")


if __name__ == "__main__":
    address, token, intents = sys.argv[1:]
    Route.BASE = f"{address}/api"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address.replace("http", "ws"))
    Bare(intents=discord.Intents._from_value(int(intents))).run(token)
