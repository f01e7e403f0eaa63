"""Error Desk: a Discord support assistant for API error codes."""
