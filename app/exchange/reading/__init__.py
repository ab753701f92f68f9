"""How the files of other chats are read: a package for each program, and what they share.

A package's `reader` has a function `read(file, reading)` that yields conversations one at a time, and remarks about
what cannot be read; `reading` (see `context`) says whose they will be and in which words. A file that cannot be read
at all raises `ImportRefused` with the place of the fault.
"""
