"""The addresses for commands of the command line, which let the app do what only one process may do at a time.

Only who knows the app's key is let in. It is in the data folder, so that this is who may read there.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from nicegui import app
from starlette.requests import ClientDisconnect

from app.chat import Chat
from app.chat.inbox import received
from app.domain.conversation import LOCAL_OWNER
from app.errors import GuilhermeError, ImportRefused
from app.ui.import_report import Report, refusal_report, reports
from app.ui.translations import Translator, negotiate, translator
from app.ui.uploads import name_given

LINES = 'application/x-ndjson'
HEADERS: Mapping[str, str] = {'Cache-Control': 'no-store'}


@dataclass(frozen=True, slots=True)
class FromCommands:
    """Lets commands in that know `key`; what is said to them is in the language they ask for."""

    chat: Chat
    key: str

    def install(self) -> None:
        """Register every address."""

        @app.get('/_commands/import', include_in_schema=False)
        async def may_come(request: Request, size: int = 0) -> Response:
            return self._may_come(_words(request), size) if self._knows(request) else _closed()

        @app.post('/_commands/import', include_in_schema=False)
        async def take(request: Request) -> Response:
            return await self._take(_words(request), request) if self._knows(request) else _closed()

    def _knows(self, request: Request) -> bool:
        said = request.headers.get('authorization', '')
        return secrets.compare_digest(said.encode(), f'Bearer {self.key}'.encode())

    def _may_come(self, t: Translator, size: int) -> Response:
        """Say whether a file of so many bytes can come, before it does: 204, or why not."""
        try:
            self.chat.importing.check_room(size)
            self.chat.importing.check_free(LOCAL_OWNER)
        except OSError:
            return _line(refusal_report(t, ImportRefused(reason='no_space')))
        except GuilhermeError as error:
            return _line(refusal_report(t, error))
        return Response(status_code=204)

    async def _take(self, t: Translator, request: Request) -> Response:
        try:
            file = await received(request.stream(), self.chat.importing)
        except ClientDisconnect:
            return Response(status_code=400)
        except GuilhermeError as error:
            return _line(refusal_report(t, error))
        told = reports(self.chat.importing, LOCAL_OWNER, file, t, name_given(request))
        lines = (_written(report) async for report in told)  # whoever leaves before the end cancels the import
        return StreamingResponse(lines, media_type=LINES, headers=HEADERS)


def _line(report: Report) -> Response:
    return Response(_written(report), media_type=LINES, headers=HEADERS)


def _written(report: Report) -> str:
    return json.dumps(report, default=str) + '\n'


def _closed() -> Response:
    return Response(status_code=403)


def _words(request: Request) -> Translator:
    return translator(negotiate(request.headers.get('accept-language', '')))
