"""Where we talk: the discord.py client, its cogs and the cards they show."""
