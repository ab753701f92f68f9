import gc
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.carried import Carried
from app.domain.conversation import LOCAL_OWNER, Folder
from app.domain.document import Document
from app.domain.message import Role, Source, Status, Step
from app.domain.preferences import LONGEST_PROMPT
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, MANIFEST, PREFERENCES, ArchiveWriter, is_archive
from app.exchange.json_file import json_file
from app.exchange.reading.bounds import MOST_OF_OURS, MOST_STEPS, bounded
from app.exchange.reading.checking import checked, checked_folder
from app.exchange.reading.context import Reading
from app.exchange.reading.folders import MOST_FOLDERS
from app.exchange.reading.intake import Meter
from app.exchange.reading.own import Item, Wishes
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file
from app.exchange.records import as_json, carried_from, document_record, folder_record
from tests.exchange.carried_values import Everything, everything
from tests.exchange.reading_files import say
from tests.exchange.samples import rich, talk
from tests.storage.samples import START, new_id

TWO: Everything = [talk('Hi', 'Hello', title='One'), talk('Hi', 'Hello')], [], [], {}


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


def items(data: bytes, folder: Path, owner_id: str = LOCAL_OWNER) -> list[Item]:
    file = folder / 'archive.zip'
    file.write_bytes(data)
    return [*read_file(file, owner_id, say, Meter(0))]


def read_all(data: bytes, folder: Path, owner_id: str = LOCAL_OWNER) -> Everything:
    found = items(data, folder, owner_id)
    assert not [item for item in found if isinstance(item, Remark)]
    [wishes] = [item for item in found if isinstance(item, Wishes)]
    return (
        [item for item in found if isinstance(item, Carried)],
        [item for item in found if isinstance(item, Document)],
        [item for item in found if isinstance(item, Folder)],
        dict(wishes.data),
    )


def split(found: list[Item]) -> tuple[list[Carried], list[Remark]]:
    carried = [item for item in found if isinstance(item, Carried)]
    return carried, [item for item in found if isinstance(item, Remark)]


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
    carried, documents, folders, preferences = things
    reading = Reading(LOCAL_OWNER, say)
    kept = [checked(each, reading) for each in carried]
    same = [checked_folder(each, reading) for each in folders]
    assert read_all(written(things), tmp_path) == (kept, documents, same, preferences)


def test_everything_belongs_to_who_reads_it(tmp_path: Path) -> None:
    things: Everything = [rich()], [], [Folder(id=new_id(), owner_id='me', name='x', created_at=START)], {}
    carried, _, folders, _ = read_all(written(things), tmp_path, 'somebody')
    assert {each.conversation.owner_id for each in carried} | {each.owner_id for each in folders} == {'somebody'}


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
    [carried], *_ = read_all(written(([streaming], [], [], {})), tmp_path)
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
    return content.replace(b'"depth":1', b'"depth":"x"', 1) if name == CONVERSATIONS else content


def odd_values(name: str, content: bytes) -> bytes:
    """Change the first conversation."""
    if name != CONVERSATIONS:
        return content
    line, rest = content.split(b'\n', 1)
    record = json.loads(line)
    question, answer = record['messages']
    question['created_at'] = -62_135_596_800
    answer |= {'role': 'narrator', 'status': 'thinking hard'}
    del answer['sources']
    record['conversation']['archived_at'] = '0001-01-01T00:00:00+00:00'
    return json.dumps(record).encode() + b'\n' + rest


def orphan(name: str, content: bytes) -> bytes:
    return content.replace(b'"depth":1', b'"depth":2', 1) if name == CONVERSATIONS else content


@pytest.mark.parametrize(
    ('change', 'said', 'left'),
    [
        (other_text, ('wrong_checksum', CONVERSATIONS), 2),
        (line_lost, ('missing_lines', CONVERSATIONS), 1),
        (member_lost, ('missing_member', DOCUMENTS), 2),
        (no_manifest, ('no_manifest', MANIFEST), 2),
        (no_json, ('bad_line', CONVERSATIONS), 1),
        (another_shape, ('wrong_shape', CONVERSATIONS), 1),
        (orphan, ('wrong_shape', CONVERSATIONS), 1),
        (odd_values, ('wrong_time', CONVERSATIONS), 2),
    ],
)
def test_of_a_broken_one_the_rest_is_there_and_what_is_lost_is_said(
    tmp_path: Path, change: Callable[[str, bytes], bytes | None], said: tuple[str, str], left: int
) -> None:
    data = changed(written(TWO), change)
    found = items(data, tmp_path)
    assert len([item for item in found if isinstance(item, Carried)]) == left
    remarks = [item for item in found if isinstance(item, Remark)]
    assert (remarks[0].reason, remarks[0].file) == said
    if left < 2 and said[0] != 'missing_lines':
        assert remarks[0].conversation == remarks[0].details['line']
        assert remarks[0].title == ('One' if remarks[0].conversation == 1 else '')


def test_odd_values_of_our_own_cost_only_themselves(tmp_path: Path) -> None:
    [first, _], remarks = split(items(changed(written(TWO), odd_values), tmp_path))
    began = TWO[0][0].conversation.created_at
    assert [(each.reason, each.message) for each in remarks[:-1]] == [
        ('wrong_time', 1), ('unknown_role', 2), ('wrong_shape', 2), ('wrong_time', 0),
    ]  # fmt: skip
    assert remarks[-1].reason == 'wrong_checksum'
    question, answer = first.messages
    assert (question.created_at, answer.role, answer.content) == (began, Role.ASSISTANT, '[Said by narrator]\n\nHello')
    assert (answer.status, answer.sources, first.conversation.archived_at) == (Status.COMPLETE, (), None)


def test_of_preferences_only_what_a_person_can_set_comes_in(tmp_path: Path) -> None:
    good = {'system_prompt': 'Be brief.', 'num_ctx': 4096, 'titles': False, 'default_model': 'ollama/gemma2:2b'}
    junk = {str(number): 'x' for number in range(3_000)}
    parameters = {'temperature': 0.5, 'seed': 10**30, 'mirostat': 2}
    *_, preferences = read_all(written(([], [], [], good | {'parameters': {'temperature': 0.5}})), tmp_path)
    assert preferences == good | {'parameters': {'temperature': 0.5}}
    found = items(written(([talk('Hi')], [], [], good | junk | {'parameters': parameters})), tmp_path)
    assert [item.data for item in found if isinstance(item, Wishes)] == [good | {'parameters': {'temperature': 0.5}}]
    assert [(each.reason, each.file, each.details['line']) for each in split(found)[1]] == [
        ('wrong_shape', PREFERENCES, 1), ('unknown_preferences', PREFERENCES, 1),
    ]  # fmt: skip
    assert split(found)[1][1].details['value'] == 3_001


@pytest.mark.parametrize(
    'wrong',
    [
        {'system_prompt': 'x' * (LONGEST_PROMPT + 1)},
        {'system_prompt': 7},
        {'num_ctx': 10**40},
        {'num_ctx': 5},
        {'titles': 'yes'},
        {'default_model': 'a/' + 'x' * 1_000},
        {'default_model': 'gemma2'},
        {'parameters': []},
    ],
)
def test_a_preference_that_cannot_be_is_left_out(wrong: dict[str, object], tmp_path: Path) -> None:
    found = items(written(([talk('Hi')], [], [], wrong)), tmp_path)
    assert [item.data for item in found if isinstance(item, Wishes)] == [{}]
    [remark] = split(found)[1]
    assert (remark.reason, remark.details['field']) == ('wrong_shape', *wrong)


def test_notes_and_sources_of_ours_are_bounded_beyond_all_that_imports_bring(tmp_path: Path) -> None:
    most = bounded([Step('x', 'y')] * (MOST_STEPS + 5), say)
    kept = talk('Hi', 'Hello', steps=most, sources=(Source('T', 'https://a.example'),) * 1_000)
    assert read_all(written(([kept], [], [], {})), tmp_path)[0] == [kept]
    steps, sources = (Step('x', 'y'),) * (MOST_OF_OURS + 5), (Source('T', ''),) * (MOST_OF_OURS + 5)
    [carried], [remark] = split(
        items(written(([talk('Hi', 'Hello', steps=steps, sources=sources)], [], [], {})), tmp_path)
    )
    answer = carried.messages[1]
    assert (len(answer.steps), len(answer.sources)) == (MOST_OF_OURS + 1, MOST_OF_OURS)
    assert answer.steps[-1].title == 'There are more notes; they are not part of the import.'
    assert (remark.reason, remark.message, remark.details['limit']) == ('too_many_notes', 2, MOST_OF_OURS)
    assert split(items(written(([carried], [], [], {})), tmp_path))[0] == [carried]


def test_folders_and_tags_of_ours_fit_into_lists(tmp_path: Path) -> None:
    names = [f'{number}  {"F" * 100}' for number in range(MOST_FOLDERS + 2)]
    folders = [Folder(id=new_id(), owner_id='me', name=name, created_at=START) for name in names]
    last = replace(talk('Hi'), folder=names[-1])
    tagged = replace(last, conversation=replace(last.conversation, tags=('T' * 100,)))
    found = items(written(([tagged], [], folders, {})), tmp_path)
    assert [item.name for item in found if isinstance(item, Folder)] == [
        f'{number} {"F" * 80}'[:80] for number in range(MOST_FOLDERS)
    ]
    [carried], remarks = split(found)
    assert (carried.folder, carried.conversation.tags) == ('', ('T' * 40,))
    assert [(each.reason, each.file) for each in remarks] == [('more_folders', FOLDERS)] * 2 + [
        ('more_folders', CONVERSATIONS)
    ]


def test_a_newer_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as refused:
        items(changed(written(TWO), newer), tmp_path)
    assert refused.value.details == {'reason': 'newer_version', 'file': MANIFEST}


@pytest.mark.parametrize('cut', [0.2, 0.5, 0.99])
def test_half_a_download_is_refused(tmp_path: Path, cut: float) -> None:
    data = written(([talk(*['word'] * 50)], [], [], {}))
    with pytest.raises(ImportRefused):
        items(data[: int(len(data) * cut)], tmp_path)


def test_an_archive_nobody_takes_to_its_end_is_given_up_in_order() -> None:
    writer = ArchiveWriter('1', START)
    writer.begin(FOLDERS)
    writer.add({'name': 'a'})
    writer.close()
    del writer
    gc.collect()  # zipfile complains of a member that was left open
