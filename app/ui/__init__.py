"""Screens over chat."""
