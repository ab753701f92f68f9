"""Reads what Claude exports."""
