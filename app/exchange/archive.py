"""Everything of a person as one .zip, lossless: what is in it and how it is written, as a stream.

`manifest.json` comes last, since it counts what was written and knows the checksum of each member. Reading it back is
in `reading/archive.py`.
"""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from io import RawIOBase
from typing import IO, Any

from app.domain.carried import Carried
from app.exchange.records import as_json, carried_record, message_record

FORMAT = 'guilherme-archive'
VERSION = 1

MANIFEST = 'manifest.json'
FOLDERS, DOCUMENTS, CONVERSATIONS = 'folders.jsonl', 'documents.jsonl', 'conversations.jsonl'
PREFERENCES = 'preferences.json'
MEMBERS = (PREFERENCES, FOLDERS, DOCUMENTS, CONVERSATIONS)
"""In the order they are written and read: what others need comes first."""

LEVEL = 6
"""How hard zlib tries: text becomes a quarter, at 30 MB a second."""


class ArchiveWriter:
    """Writes one member after the other. `take` gives the bytes that are ready; no more than they is kept in memory."""

    def __init__(self, app_version: str, now: datetime) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, 'w', zipfile.ZIP_DEFLATED, compresslevel=LEVEL)
        self._now = now
        self._manifest: dict[str, Any] = {
            'format': FORMAT,
            'version': VERSION,
            'app_version': app_version,
            'created_at': now.isoformat(),
            'members': {},
        }
        self._member: IO[bytes] | None = None
        self._name, self._sum, self._count = '', sha256(), 0

    def begin(self, name: str) -> None:
        """Begin a member; the one before it ends."""
        self._end_member()
        self._member = self._zip.open(self._info(name), 'w', force_zip64=True)
        self._name, self._sum, self._count = name, sha256(), 0

    def add(self, record: Mapping[str, Any]) -> None:
        """Write a line of the member that was begun."""
        self._write(as_json(record) + b'\n')
        self._count += 1

    def add_conversation(self, carried: Carried) -> None:
        """Write a conversation as a line, message by message: one of 5,000 would hold up the process at once."""
        bare = {**carried_record(replace(carried, messages=()))}
        del bare['messages']
        self._write(as_json(bare)[:-1] + b',"messages":[')
        for index, message in enumerate(carried.messages):
            self._write((b',' if index else b'') + as_json(message_record(message)))
        self._write(b']}\n')
        self._count += 1

    def finish(self) -> None:
        """Write the manifest and the end of the file."""
        self._end_member()
        with self._zip.open(self._info(MANIFEST), 'w') as member:
            member.write(json.dumps(self._manifest, indent=2).encode() + b'\n')
        self._zip.close()

    def close(self) -> None:
        """Give up, if it is not finished: nobody takes the rest."""
        self._end_member()
        self._zip.close()

    def take(self) -> bytes:
        """Give what is ready to go out."""
        return self._sink.take()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._now.timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info

    def _write(self, data: bytes) -> None:
        if self._member is None:
            raise ValueError('no member was begun')
        self._member.write(data)
        self._sum.update(data)

    def _end_member(self) -> None:
        if self._member is None:
            return
        self._member.close()
        self._member = None
        self._manifest['members'][self._name] = {'count': self._count, 'sha256': self._sum.hexdigest()}


class _Sink(RawIOBase):
    """Takes what the zip gives, for a moment; it cannot go back, so sizes come behind each member."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._parts = b''.join(self._parts), []
        return taken


def is_archive(names: Sequence[str]) -> bool:
    """Tell whether a .zip with members of these names is an archive of ours."""
    return CONVERSATIONS in names
