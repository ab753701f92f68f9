"""Reads what Open WebUI exports, and its database."""
