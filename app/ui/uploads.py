"""The address that takes in files to be imported: the body is the file as it is, and goes to the disk as it comes."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from fastapi import Request, Response
from nicegui import app
from starlette.requests import ClientDisconnect

from app.chat import Chat
from app.domain.conversation import LOCAL_OWNER
from app.errors import GuilhermeError, ImportRefused
from app.ui.edge.purposes import is_own
from app.ui.import_wording import refusal_sentence
from app.ui.preferences import Preferences
from app.ui.translations import Language, translator

WRITTEN_AT_ONCE = 1_000_000
"""Bytes gathered before they are written: each write goes to a thread."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes files; faults are said in the language of the browser that sends them."""

    chat: Chat
    language_setting: str

    def install(self) -> None:
        """Register the address."""

        @app.post('/import', include_in_schema=False)
        async def take(request: Request) -> Response:
            return await self._take(request)

    async def _take(self, request: Request) -> Response:
        if not is_own(request.headers):
            return Response(status_code=403)
        language = Preferences.of(request, self.language_setting).language
        importing = self.chat.importing
        try:
            importing.check_room(int(request.headers.get('content-length') or 0))
            file = importing.inbox / str(uuid4())
            try:
                await asyncio.shield(_start_file(file))
                await _write(request.stream(), file, importing.check_room)
                importing.start(LOCAL_OWNER, file, language)
            except BaseException:
                file.unlink(missing_ok=True)
                raise
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError:
            return self._refusal(language, ImportRefused(reason='no_space'))
        except GuilhermeError as error:
            return self._refusal(language, error)
        return Response(status_code=202)

    def _refusal(self, language: Language, error: GuilhermeError) -> Response:
        sentence = refusal_sentence(translator(language), error.as_data())
        return Response(sentence, 409, media_type='text/plain; charset=utf-8')


async def _start_file(file: Path) -> None:
    """Make an empty file for the app's eyes only."""
    await asyncio.to_thread(lambda: os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)))


async def _write(chunks: AsyncIterator[bytes], file: Path, check_room: Callable[[int], None]) -> None:
    """Write what comes; how much that will be is known only in the end, so there has to be room at each step."""
    with await asyncio.to_thread(file.open, 'wb', 0) as stream:
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) >= WRITTEN_AT_ONCE:
                check_room(len(gathered))
                await _write_all(stream, bytes(gathered))
                gathered.clear()
        await _write_all(stream, bytes(gathered))


async def _write_all(stream: BinaryIO, data: bytes) -> None:
    await asyncio.to_thread(_write_whole, stream, data)


def _write_whole(stream: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:  # an unbuffered file may take a part only
        rest = rest[stream.write(rest) :]
