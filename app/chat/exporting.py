"""Taking things elsewhere: one conversation as a file to read, or everything as one archive."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from app import __version__
from app.domain.carried import Carried
from app.errors import InvalidInput, NotFound, UnexpectedFault
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, PREFERENCES, ArchiveWriter
from app.exchange.json_file import json_file
from app.exchange.markdown_file import markdown_file
from app.exchange.names import file_name
from app.exchange.records import document_record, folder_record
from app.exchange.text_file import text_file
from app.exchange.transcript import Transcript, Words, transcript
from app.storage.outgoing import Outgoing

log = logging.getLogger(__name__)


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


PDF = 'application/pdf'
PDF_COMMAND = sys.executable, '-m', 'app.exchange.pdf_file'
ROOT = Path(__file__).parents[2]
PDFS_AT_ONCE = 2
"""Processes that lay out a PDF at the same time; others wait."""

PDF_PATIENCE = 300
"""Seconds one may take: a conversation of thousands of pages would hold up the PDFs of all others."""

COLOURED_PDF_PATIENCE = 60
"""Seconds one may take with the colours of code, which may never be found if the code was made for that."""

PAGE = 50
"""Conversations or documents whose names are read at once."""

CHUNK = 64 * 1024
"""Bytes of an archive that go out at once."""


class Exporting:
    """Makes files of what is stored."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._pdfs = asyncio.Semaphore(PDFS_AT_ONCE)

    async def file(self, owner_id: str, conversation_id: str, ending: str, words: Words) -> ExportedFile:
        """Write a conversation as `md`, `txt`, `pdf` or `json`; a reply that streams as far as it is stored.

        Raises:
            NotFound: there is no such conversation for this owner, or no such format.
            InvalidInput: the PDF takes too long.
            UnexpectedFault: the PDF could not be made; the log says why.
        """
        if ending not in (*READABLE, 'pdf', 'json'):
            raise NotFound(id=ending)
        carried = await self._outgoing.conversation(owner_id, conversation_id)
        name = file_name(carried.conversation.title, ending)
        if ending == 'json':
            return ExportedFile(name, 'application/json', await asyncio.to_thread(json_file, carried))
        if ending == 'pdf':
            return ExportedFile(name, PDF, await self._pdf(carried, words))
        media_type, write = READABLE[ending]
        text = await asyncio.to_thread(lambda: write(transcript(carried, words)))
        return ExportedFile(name, media_type, text.encode('utf-8', 'replace'))

    async def _pdf(self, carried: Carried, words: Words) -> bytes:
        """Let a process of its own lay out the pages: in a thread, a long conversation would hold up every reply."""
        written = await asyncio.to_thread(transcript, carried, words)
        async with self._pdfs:
            try:
                return await self._laid_out(carried, written, within=COLOURED_PDF_PATIENCE)
            except TimeoutError:
                log.info('The PDF of conversation %s is made without the colours of code.', carried.conversation.id)
            try:
                return await self._laid_out(carried, replace(written, coloured=False), within=PDF_PATIENCE)
            except TimeoutError as error:
                raise InvalidInput(reason='slow_pdf') from error

    async def _laid_out(self, carried: Carried, written: Transcript, *, within: float) -> bytes:
        data = await asyncio.to_thread(lambda: json.dumps(asdict(written)).encode())
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*PDF_COMMAND, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)
        try:
            async with asyncio.timeout(within):
                pdf, complaint = await process.communicate(data)
        finally:
            if process.returncode is None:  # nobody waits for it any more
                process.kill()
                await process.wait()
        if process.returncode:
            log.error('No PDF of conversation %s: %s', carried.conversation.id, complaint.decode(errors='replace'))
            raise UnexpectedFault(message='pdf')
        return pdf

    async def archive(self, owner_id: str, now: datetime) -> AsyncIterator[bytes]:
        """Give everything a person has as one .zip, piece by piece; at most one conversation is in memory.

        Each conversation is as it was at one moment, the moments differ. What is made meanwhile may be missing.
        """
        writer = ArchiveWriter(__version__, now)
        ready = b''
        with closing(writer):  # whoever takes it may leave in the middle
            async with aclosing(self._written(writer, owner_id)) as steps:
                async for _ in steps:
                    ready += writer.take()
                    if len(ready) >= CHUNK:
                        yield ready
                        ready = b''
            yield ready + writer.take()

    async def _written(self, writer: ArchiveWriter, owner_id: str) -> AsyncGenerator[None, None]:
        """Write everything, in threads, with a pause for the bytes to be taken after each step."""
        writer.begin(PREFERENCES)
        writer.add(await self._outgoing.preferences(owner_id))
        writer.begin(FOLDERS)
        for folder in await self._outgoing.folders(owner_id):
            writer.add(folder_record(folder))
        writer.begin(DOCUMENTS)
        after = ''
        while documents := await self._outgoing.documents(owner_id, after=after, limit=PAGE):
            for document in documents:
                await asyncio.to_thread(lambda each: writer.add(document_record(each)), document)
                yield
            after = documents[-1].key
        writer.begin(CONVERSATIONS)
        async for carried in self._conversations(owner_id):
            await asyncio.to_thread(writer.add_conversation, carried)
            yield
        writer.finish()

    async def _conversations(self, owner_id: str) -> AsyncIterator[Carried]:
        after = ''
        while ids := await self._outgoing.conversation_ids(owner_id, after=after, limit=PAGE):
            for conversation_id in ids:
                try:
                    yield await self._outgoing.conversation(owner_id, conversation_id, deleted=True)
                except NotFound:  # deleted for good meanwhile
                    continue
            after = ids[-1]
