"""Reads what ChatGPT exports."""
