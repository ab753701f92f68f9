"""Taking things elsewhere: one conversation as a file to read, or everything as one archive."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.errors import NotFound
from app.exchange.json_file import json_file
from app.exchange.markdown_file import markdown_file
from app.exchange.names import file_name
from app.exchange.text_file import text_file
from app.exchange.transcript import Transcript, Words, transcript
from app.storage.outgoing import Outgoing


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file that is ready: its name, what it is, what is in it."""

    name: str
    media_type: str
    content: bytes


READABLE: Mapping[str, tuple[str, Callable[[Transcript], str]]] = {
    'md': ('text/markdown; charset=utf-8', markdown_file),
    'txt': ('text/plain; charset=utf-8', text_file),
}
"""Formats for people, by the ending of their files: the media type, and who writes them."""


class Exporting:
    """Makes files of what is stored."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    async def file(self, owner_id: str, conversation_id: str, ending: str, words: Words) -> ExportedFile:
        """Write a conversation as `md`, `txt` or `json`; a reply that streams as far as it is stored.

        Raises:
            NotFound: there is no such conversation for this owner, or no such format.
        """
        if ending != 'json' and ending not in READABLE:
            raise NotFound(id=ending)
        carried = await self._outgoing.conversation(owner_id, conversation_id)
        name = file_name(carried.conversation.title, ending)
        if ending == 'json':
            return ExportedFile(name, 'application/json', await asyncio.to_thread(json_file, carried))
        media_type, write = READABLE[ending]
        text = await asyncio.to_thread(lambda: write(transcript(carried, words)))
        return ExportedFile(name, media_type, text.encode('utf-8', 'replace'))
