"""Where people ask: one file a surface, and the replies that live with their questions."""
