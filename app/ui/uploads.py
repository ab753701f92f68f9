"""The address that takes in files to be imported: the body is the file as it is, and goes to the disk as it comes."""

from dataclasses import dataclass
from urllib.parse import unquote

from fastapi import Request, Response
from nicegui import app
from starlette.requests import ClientDisconnect

from app.chat import Chat
from app.chat.inbox import in_time, received
from app.chat.unlinking import unlink
from app.domain.conversation import LOCAL_OWNER
from app.errors import GuilhermeError
from app.ui.edge.purposes import is_own
from app.ui.import_wording import refusal_sentence
from app.ui.preferences import Preferences
from app.ui.translations import Language, translator

LONGEST_NAME = 200
"""Characters of a file's name that are kept."""


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
            importing.check_free(LOCAL_OWNER)  # before a large file comes for nothing; `preview` looks again
            size = int(request.headers.get('content-length') or 0)
            file = await received(in_time(request.stream()), importing, size)
            try:
                importing.preview(LOCAL_OWNER, file, language, name_given(request))
            except BaseException:
                unlink(file)
                raise
        except ClientDisconnect:
            return Response(status_code=400)
        except GuilhermeError as error:
            return self._refusal(language, error)
        return Response(status_code=202)

    def _refusal(self, language: Language, error: GuilhermeError) -> Response:
        sentence = refusal_sentence(translator(language), error.as_data())
        # Of a body that does not end, nothing more is listened to; any other is let come, so that the answer is read.
        headers = {'Connection': 'close'} if error.details.get('reason') == 'stalled' else None
        return Response(sentence, 409, headers, media_type='text/plain; charset=utf-8')


def name_given(request: Request) -> str:
    """Give what the file in a request is called, as far as who sends it says so."""
    return ' '.join(unquote(request.headers.get('x-file-name', '')).split())[:LONGEST_NAME]
