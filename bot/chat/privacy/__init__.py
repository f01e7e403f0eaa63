"""What is kept of people: told, handed out, deleted on demand, and gone in time."""
