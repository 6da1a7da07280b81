"""The stages over a single SQLite file: no server, one process, exactly-once."""
