"""How we answer: text in, `Answer` out. Knows nothing of Discord."""
