"""Reads our own archive back, member by member and line by line."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, TypeVar

from app.domain.carried import Carried
from app.domain.conversation import Folder
from app.domain.document import Document
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, FORMAT, MANIFEST, MEMBERS, PREFERENCES, VERSION
from app.exchange.reading import zip_members
from app.exchange.reading.checking import checked, checked_folder
from app.exchange.reading.context import Reading
from app.exchange.reading.conversations import title_of
from app.exchange.reading.intake import Intake, Meter
from app.exchange.reading.json_lines import JsonLines
from app.exchange.reading.mending import mended
from app.exchange.reading.preferences import settable
from app.exchange.reading.remarks import Remark, remark_of
from app.exchange.records import carried_from, document_from, folder_from

T = TypeVar('T')

LARGEST_MANIFEST = 1_000_000
"""Bytes; ours have some 1,000."""

WRONG_RECORD = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""What comes of taking a record apart that is none of ours."""


class Archive:
    """What is in an archive. What it gives belongs to the owner of the `reading`, whoever it was before.

    Each method reads one member from the beginning. A line that cannot be read is remarked, with its number (`line`)
    and the byte where it begins; so is a member whose number of lines or checksum is not what the manifest says.

    Raises:
        ImportRefused: it is no archive of ours, a newer one, or a trap.
    """

    def __init__(self, archive: zipfile.ZipFile, reading: Reading, meter: Meter) -> None:
        self._reading = reading
        self._meter = meter
        self._zip = archive
        self._check_members()
        self._said = self._manifest()

    @property
    def has_manifest(self) -> bool:
        """Tell whether it can be known that all is there as it was written."""
        return bool(self._said)

    def preferences(self) -> Iterator[dict[str, Any] | Remark]:
        """Give what the person had set."""
        return self._lines(PREFERENCES, lambda record: settable(record, self._reading))

    def folders(self) -> Iterator[Folder | Remark]:
        """Yield the folders."""
        return self._lines(FOLDERS, self._folder)

    def documents(self) -> Iterator[Document | Remark]:
        """Yield the documents."""
        return self._lines(DOCUMENTS, document_from)

    def conversations(self) -> Iterator[Carried | Remark]:
        """Yield the conversations."""
        return self._lines(CONVERSATIONS, lambda record: conversation_of(record, self._reading))

    def _folder(self, record: Any) -> Folder:
        return checked_folder(folder_from(record, self._reading.owner_id), self._reading)

    def _check_members(self) -> None:
        self._names = self._zip.namelist()
        for name in (MANIFEST, *MEMBERS):
            if self._names.count(name) > 1:
                raise ImportRefused(reason='bad_zip', file=name)
        zip_members.check_sizes(self._zip, [self._zip.getinfo(name) for name in MEMBERS if name in self._names])

    def _manifest(self) -> Mapping[str, Any]:
        """Read what is said of the members; nothing if that cannot be read."""
        if MANIFEST not in self._names:
            return {}
        with closing(self._intake(MANIFEST)) as file:
            data = file.read(LARGEST_MANIFEST + 1)
        try:
            manifest = json.loads(data if len(data) <= LARGEST_MANIFEST else '')
            form, version, members = manifest['format'], int(manifest['version']), dict(manifest['members'])
        except WRONG_RECORD:
            return {}
        if form != FORMAT:
            raise ImportRefused(reason='unknown_format', file=MANIFEST)
        if version > VERSION:
            raise ImportRefused(reason='newer_version', file=MANIFEST)
        return {name: said for name, said in members.items() if isinstance(said, dict)}

    def _intake(self, name: str) -> Intake:
        return zip_members.intake(self._zip, self._zip.getinfo(name), self._meter)

    def _lines(self, name: str, convert: Callable[[Any], T]) -> Iterator[T | Remark]:
        if name not in self._names:
            yield Remark(reason='missing_member', file=name)
            return
        with closing(self._intake(name)) as file:
            lines = JsonLines(file)
            try:
                yield from self._converted(name, lines, convert)
            except ImportRefused as refusal:  # what is behind cannot be unpacked
                yield remark_of(refusal, file=name, **lines.place)
            else:
                yield from self._missing(name, lines)

    def _converted(self, name: str, lines: JsonLines, convert: Callable[[Any], T]) -> Iterator[T | Remark]:
        for record in lines:
            place = {'file': name, **lines.place, **({'conversation': lines.count} if name == CONVERSATIONS else {})}
            title = title_of(record)
            made = None
            with self._reading.conversation():
                made = _made(record, convert)
            if made is not None:
                yield made
            yield from (remark_of(each.as_refusal(), **place, title=title) for each in self._reading.take())

    def _missing(self, name: str, lines: JsonLines) -> Iterator[Remark]:
        """Say that a member that was read to its end is not what was written."""
        if (said := self._said.get(name)) is None:
            return
        count = said.get('count')
        if isinstance(count, int) and count > lines.count:
            yield Remark(reason='missing_lines', file=name, details={'value': count - lines.count})
        elif (count, said.get('sha256')) != (lines.count, lines.checksum):
            yield Remark(reason='wrong_checksum', file=name)


def conversation_of(record: Any, reading: Reading) -> Carried:
    """Make the conversation of a record; single values that cannot be are put right, and remarked.

    Raises:
        ImportRefused: it is none of ours.
    """
    return _made(record, lambda record: checked(carried_from(mended(record, reading), reading.owner_id), reading))


def _made(record: Any, convert: Callable[[Any], T]) -> T:
    if isinstance(record, ImportRefused):
        raise record
    try:
        return convert(record)
    except WRONG_RECORD as error:
        field = ' '.join(str(error).split())[:80]
        raise ImportRefused(reason='wrong_shape', field=field) from error
