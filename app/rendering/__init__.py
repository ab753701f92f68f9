"""Markdown to safe HTML, block by block, as it grows. Pure: no I/O, no clock, nothing of the screen."""
