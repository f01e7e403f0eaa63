"""The servers that the bot is in: what they set, and how they come and go."""
