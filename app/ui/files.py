"""The addresses of what can be downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from nicegui import app

from app.chat import Chat
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from app.errors import GuilhermeError, NotFound, StorageUnavailable
from app.exchange.names import disposition, file_name
from app.exchange.transcript import Words
from app.ui.edge.purposes import is_download
from app.ui.ending_wording import ending_sentence, omission_sentence
from app.ui.preferences import Preferences
from app.ui.remark_files import MEDIA_TYPES, remark_file
from app.ui.translations import Translator, translator
from app.ui.wording import error_sentence

HEADERS: Mapping[str, str] = {'Cache-Control': 'no-store'}


@dataclass(frozen=True, slots=True)
class Files:
    """Gives files; faults are said in the language of the browser that asks."""

    chat: Chat
    language_setting: str

    def install(self) -> None:
        """Register every address."""

        @app.get('/c/{conversation_id}/export/{format}', include_in_schema=False)
        async def conversation(request: Request, conversation_id: str, format: str) -> Response:  # noqa: A002
            if not is_download(request.headers):
                return self._for_pages_only(request)
            return await self._conversation(self._translator(request), conversation_id, format)

        @app.get('/export/archive', include_in_schema=False)
        async def archive(request: Request) -> Response:
            if not is_download(request.headers):
                return self._for_pages_only(request)
            now = datetime.now().astimezone()
            headers = {**HEADERS, 'Content-Disposition': disposition(f'guilherme-{now:%Y-%m-%d}.zip')}
            content = self.chat.exporting.archive(LOCAL_OWNER, now)
            return StreamingResponse(content, media_type='application/zip', headers=headers)

        @app.get('/import/remarks.{ending}', include_in_schema=False)
        async def remarks(request: Request, ending: str) -> Response:
            if not is_download(request.headers):
                return self._for_pages_only(request)
            return self._remarks(self._translator(request), ending)

    def _remarks(self, t: Translator, ending: str) -> Response:
        lists = self.chat.importing.remark_lists
        if ending not in MEDIA_TYPES or not lists.has(LOCAL_OWNER):
            return refusal(t, NotFound(id=ending))
        name = file_name(t('What could not be read'), ending)
        content = remark_file(t, lists.read(LOCAL_OWNER), ending)
        headers = {**HEADERS, 'Content-Disposition': disposition(name)}
        return StreamingResponse(content, media_type=MEDIA_TYPES[ending], headers=headers)

    def _for_pages_only(self, request: Request) -> Response:
        t = self._translator(request)
        sentence = t('Files are given to pages of Guilherme only. Open it, and download the file there.')
        return Response(sentence + '\n', 403, HEADERS, media_type='text/plain; charset=utf-8')

    def _translator(self, request: Request) -> Translator:
        return translator(Preferences.of(request, self.language_setting).language)

    async def _conversation(self, t: Translator, conversation_id: str, ending: str) -> Response:
        try:
            file = await self.chat.exporting.file(LOCAL_OWNER, conversation_id, ending, words(t))
        except GuilhermeError as error:
            return refusal(t, error)
        headers = {**HEADERS, 'Content-Disposition': disposition(file.name)}
        return Response(file.content, media_type=file.media_type, headers=headers)


def refusal(t: Translator, error: GuilhermeError) -> Response:
    """Say why there is no file."""
    status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, StorageUnavailable) else 500
    return Response(
        error_sentence(t, error.as_data()).text + '\n', status, HEADERS, media_type='text/plain; charset=utf-8'
    )


def words(t: Translator) -> Words:
    """Give what files say around the messages."""
    return Words(
        language=t.language,
        person=t('You'),
        instruction=t('Instruction'),
        thinking=t('Thoughts'),
        sources=t('Sources'),
        steps=t('Notes'),
        untitled=t('New chat'),
        notes=lambda message: _notes(t, message),
    )


def _notes(t: Translator, message: Message) -> tuple[str, ...]:
    said = {
        Status.STREAMING: t('This answer was still being written.'),
        Status.STOPPED: t('Stopped here.'),
        Status.INTERRUPTED: t('Interrupted here.'),
    }
    error = error_sentence(t, message.error, kept=message.has_begun).text if message.error is not None else ''
    notes = said.get(message.status, ''), error, ending_sentence(t, message), omission_sentence(t, message.stats)
    return tuple(note for note in notes if note)
