"""Slash commands: what they are, how they are found, what they answer."""
