"""Reads the old `chat_history.json`, and the database of the same time."""
