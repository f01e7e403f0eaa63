"""Several messages of one person, read as one question, or as word of what became of it."""
