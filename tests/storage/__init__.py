"""Tests of the storage room, each on SQLite and on PostgreSQL."""
