"""Reads what LibreChat exports."""
