"""Archives into a log, with their own times."""
