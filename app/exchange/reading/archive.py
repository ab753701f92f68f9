"""Reads our own archive back, member by member and line by line."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Self, TypeVar

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, FORMAT, MANIFEST, MEMBERS, PREFERENCES, VERSION
from app.exchange.reading import zip_members
from app.exchange.reading.intake import Intake, Meter, in_file
from app.exchange.reading.json_lines import JsonLines
from app.exchange.records import carried_from, document_from, folder_from

T = TypeVar('T')

LARGEST_MANIFEST = 1_000_000
"""Bytes; ours have some 1,000."""

WRONG_RECORD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""What comes of taking a record apart that is none of ours."""


class Archive:
    """An archive that was opened. What it gives belongs to `owner_id`, whoever it was before.

    Each method reads one member from the beginning; at its end number of lines and checksum must be what the manifest
    says. All raise `ImportRefused` with the member, its line (`line`) and the byte where it begins.
    """

    def __init__(self, file: Path, owner_id: str, meter: Meter) -> None:
        self._owner_id = owner_id
        self._meter = meter
        self._zip = zip_members.opened(file)
        try:
            self._members = self._checked_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def size(self) -> int:
        """Bytes of all members, as they are when unpacked."""
        return sum(self._zip.getinfo(name).file_size for name in MEMBERS)

    def preferences(self) -> Mapping[str, Any]:
        """Give what the person had set."""
        return next(self._lines(PREFERENCES, dict), {})

    def folders(self) -> Iterator[Folder]:
        """Yield the folders."""
        return self._lines(FOLDERS, lambda record: folder_from(record, self._owner_id))

    def documents(self) -> Iterator[Document]:
        """Yield the documents."""
        return self._lines(DOCUMENTS, document_from)

    def conversations(self) -> Iterator[Carried]:
        """Yield the conversations."""
        return self._lines(CONVERSATIONS, lambda record: carried_from(record, self._owner_id))

    def _checked_manifest(self) -> Mapping[str, Any]:
        with closing(self._intake(MANIFEST)) as file:
            data = file.read(LARGEST_MANIFEST + 1)
        if len(data) > LARGEST_MANIFEST:
            raise ImportRefused(reason='bad_zip', file=MANIFEST)
        try:
            manifest = json.loads(data)
            form, version, members = manifest['format'], int(manifest['version']), dict(manifest['members'])
        except WRONG_RECORD as error:
            raise ImportRefused(reason='bad_zip', file=MANIFEST) from error
        if form != FORMAT:
            raise ImportRefused(reason='unknown_format', file=MANIFEST)
        if version > VERSION:
            raise ImportRefused(reason='newer_version', file=MANIFEST)
        names = self._zip.namelist()
        for name in MEMBERS:
            if names.count(name) != 1 or not isinstance(members.get(name), dict):
                raise ImportRefused(reason='bad_zip', file=name)
        zip_members.check_sizes(self._zip, [self._zip.getinfo(name) for name in MEMBERS])
        return members

    def _intake(self, name: str) -> Intake:
        try:
            member = self._zip.getinfo(name)
        except KeyError as error:
            raise ImportRefused(reason='bad_zip', file=name) from error
        return zip_members.intake(self._zip, member, self._meter)

    def _lines(self, name: str, convert: Callable[[Any], T]) -> Iterator[T]:
        said = self._members[name]
        with closing(self._intake(name)) as file, in_file(name):
            lines = JsonLines(file)
            for record in lines:
                try:
                    made = convert(record)
                except WRONG_RECORD as error:
                    field = ' '.join(str(error).split())[:80]
                    raise ImportRefused(reason='wrong_shape', field=field, **lines.place) from error
                yield made
            if (said.get('count'), said.get('sha256')) != (lines.count, lines.checksum):
                raise ImportRefused(reason='bad_zip', **lines.place)
