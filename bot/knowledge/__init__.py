"""What we know: the schema, the strict loader and the index that the assistant matches against."""
