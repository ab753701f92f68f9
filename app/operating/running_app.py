"""The app that runs, as a command sees it: it takes files over HTTP, and says line by line how far it is."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote, urlsplit

from app.errors import OperationRefused
from app.operating.door import Door
from app.ui.translations import Language

PATIENCE = 10.0
"""Seconds the app may take to say whether a file can come. Once that is on its way there is no limit."""

Report = Mapping[str, Any]


class RunningApp:
    """An app that lets us in; what it says is in the given language."""

    def __init__(self, door: Door, language: Language) -> None:
        self._place = urlsplit(door.url)
        self._headers = {'Authorization': f'Bearer {door.key}', 'Accept-Language': language, 'Connection': 'close'}

    def take_in(self, chunks: Iterable[bytes], size: int, name: str) -> Iterator[Report]:
        """Let it import a file of this name and about so many bytes; yield its reports; the last says how that ended.

        Raises:
            OperationRefused: it does not answer, does not let us in, or ended meanwhile.
        """
        refusal = self._refusal(size)
        if refusal is not None:
            yield refusal
            return
        try:
            yield from self._sent(chunks, name)
        except (OSError, HTTPException) as error:
            raise OperationRefused(reason='app_gone', message=str(error)) from error

    def _refusal(self, size: int) -> Report | None:
        """Ask whether a file can come; give why not."""
        try:
            with closing(self._connection(PATIENCE)) as connection:
                connection.request('GET', f'/_commands/import?size={size}', headers=self._headers)
                response = connection.getresponse()
                found = response.read()
        except (OSError, HTTPException) as error:
            raise OperationRefused(reason='no_way_in', message=str(error)) from error
        if response.status not in (200, 204):
            raise OperationRefused(reason='no_way_in', message=f'{response.status} {response.reason}')
        return _report(found) if found else None

    def _sent(self, chunks: Iterable[bytes], name: str) -> Iterator[Report]:
        with closing(self._connection(None)) as connection:
            headers = {**self._headers, 'Transfer-Encoding': 'chunked', 'X-File-Name': quote(name, errors='replace')}
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have had enough, and said why
                connection.request('POST', '/_commands/import', chunks, headers, encode_chunked=True)
            yield from _reports(connection.getresponse())

    def _connection(self, seconds: float | None) -> HTTPConnection:
        return HTTPConnection(str(self._place.hostname), self._place.port, timeout=seconds)


def _reports(response: HTTPResponse) -> Iterator[Report]:
    if response.status != 200:
        raise HTTPException(f'{response.status} {response.reason}')
    ended = False
    for line in response:
        report = _report(line)
        ended = bool(report['ended'])
        yield report
    if not ended:
        raise HTTPException('it did not say how the import ended')


def _report(line: bytes) -> Report:
    try:
        report = json.loads(line)
    except ValueError as error:
        raise HTTPException('what it said was cut off') from error
    if not isinstance(report, dict) or 'ended' not in report:
        raise HTTPException('it said something else')
    return report
