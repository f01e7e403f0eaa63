"""Files into text: bytes in, text out. Knows nothing of Discord."""
