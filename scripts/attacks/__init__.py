"""Attacks on a running app, one file each: what they try, and what shows that the app holds.

Each has `attack(stage)`, which gives what did not hold, nothing if all did. Everything goes to an app on this machine,
and is bounded in number and time.
"""
