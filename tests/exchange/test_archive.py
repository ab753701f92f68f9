import gc
import io
import json
import zipfile
from collections.abc import Callable
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.conversation import LOCAL_OWNER, Folder
from app.domain.message import Status
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, MANIFEST, PREFERENCES, ArchiveWriter, is_archive
from app.exchange.json_file import json_file
from app.exchange.reading.archive import Archive
from app.exchange.reading.intake import Meter
from app.exchange.records import as_json, carried_from, document_record, folder_record
from tests.exchange.carried_values import Everything, everything
from tests.exchange.samples import rich, talk
from tests.storage.samples import START, new_id


def written(things: Everything) -> bytes:
    carried, documents, folders, preferences = things
    writer = ArchiveWriter('1.2.3', START)
    writer.begin(PREFERENCES)
    writer.add(preferences)
    writer.begin(FOLDERS)
    for folder in folders:
        writer.add(folder_record(folder))
    writer.begin(DOCUMENTS)
    for document in documents:
        writer.add(document_record(document))
    writer.begin(CONVERSATIONS)
    for each in carried:
        writer.add_conversation(each)
    writer.finish()
    return writer.take()


def opened(data: bytes, folder: Path, owner_id: str = LOCAL_OWNER) -> Archive:
    file = folder / 'archive.zip'
    file.write_bytes(data)
    return Archive(file, owner_id, Meter(0))


def read_all(archive: Archive) -> Everything:
    with archive:
        preferences = dict(archive.preferences())
        folders, documents = list(archive.folders()), list(archive.documents())
        return list(archive.conversations()), documents, folders, preferences


def changed(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Write an archive anew with its members changed; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, 'w') as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return out.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(everything())
def test_what_was_written_comes_back(tmp_path: Path, things: Everything) -> None:
    assert read_all(opened(written(things), tmp_path)) == things


def test_everything_belongs_to_who_reads_it(tmp_path: Path) -> None:
    things: Everything = [rich()], [], [Folder(id=new_id(), owner_id='me', name='x', created_at=START)], {}
    with opened(written(things), tmp_path, 'somebody') as archive:
        owners = {each.conversation.owner_id for each in archive.conversations()}
        assert owners | {each.owner_id for each in archive.folders()} == {'somebody'}


def test_the_manifest_counts_and_others_can_read_it_with_any_program() -> None:
    data = written(([rich(), talk('Hi', 'Hello')], [], [], {'a': 1}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert is_archive(archive.namelist())
        manifest = json.loads(archive.read(MANIFEST))
        lines = archive.read(CONVERSATIONS).decode().splitlines()
    assert (manifest['format'], manifest['version'], manifest['app_version']) == ('guilherme-archive', 1, '1.2.3')
    assert manifest['members'][CONVERSATIONS]['count'] == 2
    assert json.loads(lines[1])['messages'][1]['content'] == 'Hello'


def test_a_json_file_is_a_line_of_the_archive() -> None:
    carried = rich()
    assert carried_from(json.loads(json_file(carried)), LOCAL_OWNER) == carried


def test_a_figure_that_is_no_number_is_written_as_null() -> None:
    record = {'stats': {'a': nan, 'b': [inf, 1.5, 'é']}, 'half': '\ud83d'}
    for written in (record, record | {'half': 'x'}):
        assert json.loads(as_json(written)) == written | {'stats': {'a': None, 'b': [None, 1.5, 'é']}}


def test_a_reply_that_streams_is_interrupted_there(tmp_path: Path) -> None:
    streaming = talk('Hi', 'Hel', status=Status.STREAMING)
    [carried], *_ = read_all(opened(written(([streaming], [], [], {})), tmp_path))
    assert [each.status for each in carried.messages] == [Status.COMPLETE, Status.INTERRUPTED]


def newer(name: str, content: bytes) -> bytes:
    return content.replace(b'"version": 1', b'"version": 2') if name == MANIFEST else content


def other_text(name: str, content: bytes) -> bytes:
    return content.replace(b'Hello', b'Hallo') if name == CONVERSATIONS else content


def line_lost(name: str, content: bytes) -> bytes:
    return content[: content.index(b'\n') + 1] if name == CONVERSATIONS else content


def member_lost(name: str, content: bytes) -> bytes | None:
    return None if name == DOCUMENTS else content


def no_manifest(name: str, content: bytes) -> bytes | None:
    return None if name == MANIFEST else content


def no_json(name: str, content: bytes) -> bytes:
    return content[:-9] + b'\n' if name == CONVERSATIONS else content


def another_shape(name: str, content: bytes) -> bytes:
    return content.replace(b'"depth":1', b'"depth":"x"') if name == CONVERSATIONS else content


def orphan(name: str, content: bytes) -> bytes:
    return content.replace(b'"depth":1', b'"depth":2') if name == CONVERSATIONS else content


@pytest.mark.parametrize(
    ('change', 'reason', 'place'),
    [
        (newer, 'newer_version', {'file': MANIFEST}),
        (other_text, 'bad_zip', {'file': CONVERSATIONS}),
        (line_lost, 'bad_zip', {'file': CONVERSATIONS, 'line': 1}),
        (member_lost, 'bad_zip', {'file': DOCUMENTS}),
        (no_manifest, 'bad_zip', {'file': MANIFEST}),
        (no_json, 'not_json', {'file': CONVERSATIONS, 'line': 2}),
        (another_shape, 'wrong_shape', {'file': CONVERSATIONS, 'line': 1, 'byte': 0}),
        (orphan, 'wrong_shape', {'file': CONVERSATIONS, 'line': 1, 'byte': 0}),
    ],
)
def test_a_broken_one_is_refused_with_the_place(
    tmp_path: Path, change: Callable[[str, bytes], bytes | None], reason: str, place: dict[str, object]
) -> None:
    data = changed(written(([talk('Hi', 'Hello'), talk('Hi', 'Hello')], [], [], {})), change)
    with pytest.raises(ImportRefused) as refused:
        read_all(opened(data, tmp_path))
    assert refused.value.details.items() >= {'reason': reason, **place}.items()


@pytest.mark.parametrize('cut', [0.2, 0.5, 0.99])
def test_half_a_download_is_refused(tmp_path: Path, cut: float) -> None:
    data = written(([talk(*['word'] * 50)], [], [], {}))
    with pytest.raises(ImportRefused):
        read_all(opened(data[: int(len(data) * cut)], tmp_path))


def test_an_archive_nobody_takes_to_its_end_is_given_up_in_order() -> None:
    writer = ArchiveWriter('1', START)
    writer.begin(FOLDERS)
    writer.add({'name': 'a'})
    writer.close()
    del writer
    gc.collect()  # zipfile complains of a member that was left open
