"""The doctor: what keeps the bot from doing its work, and how to mend it. Nothing is changed, and nobody connects."""
