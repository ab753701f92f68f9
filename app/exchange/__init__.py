"""Conversations on their way in and out: files of other chats, and of our own, to values of `domain` and back.

Everything here is plain, blocking code over files; whoever calls it does so in a thread.
"""
