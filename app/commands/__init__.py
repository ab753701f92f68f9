"""Slash commands, one file each. What a command is: `base.py`; which ones there are: `registry.py`."""
