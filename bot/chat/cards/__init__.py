"""The card of an answer: what stands on it, how it is laid out, and its menu and buttons."""
