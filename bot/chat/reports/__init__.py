"""Reports to support: the asker sends one, staff work on it, and what each is told is delivered."""
