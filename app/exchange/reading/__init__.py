"""How the files of other chats are read: one file per format, and what they share.

A reader is a function `read(file, owner_id, t)` that yields what is inside, one conversation at a time, and raises
`ImportRefused` with the place of the fault. `t` puts what cannot be carried over into words of the person's language.
"""
