"""Open WebUI's own database, as its administrator downloads it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.reading.intake import Meter
from app.exchange.reading.open_webui import database as open_webui_database
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file
from tests.exchange.open_webui_samples import QUESTION, answered, chat
from tests.exchange.reading_files import OWNER, drawn, read, say

SCHEMA = """
CREATE TABLE "chat" (id VARCHAR(255) NOT NULL PRIMARY KEY, user_id VARCHAR(255), title TEXT, share_id TEXT,
  archived INTEGER, created_at DATETIME, updated_at DATETIME, chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}',
  folder_id TEXT);
CREATE TABLE "folder" (id TEXT, parent_id TEXT, user_id TEXT, name TEXT, items JSON);
CREATE TABLE "user" (id VARCHAR(255), name VARCHAR(255), email VARCHAR(255));
CREATE TABLE "chat_message" (id TEXT, chat_id TEXT, role TEXT, content JSON);
CREATE INDEX i ON chat (updated_at);
"""
GIVEN = chat(QUESTION, answered(output=[{'type': 'message', 'content': [{'type': 'output_text', 'text': 'Here.'}]}]))


def row(key: str, said: Any = GIVEN['chat'], **fields: Any) -> dict[str, Any]:
    """Make a row of the table; `said` is what its column `chat` holds."""
    given = {'id': key, 'user_id': 'u', 'title': key, 'chat': said if isinstance(said, str) else json.dumps(said)}
    return {**given, 'created_at': 1767225600, 'updated_at': 1767225700, **fields}


def database(folder: Path, *rows: dict[str, Any], folders: tuple[tuple[str, str | None], ...] = ()) -> Path:
    """Make a database with these chats and folders."""
    folder.mkdir(exist_ok=True)
    file = folder / 'webui.db'
    with closing(sqlite3.connect(file)) as made:
        made.executescript(SCHEMA)
        for each in rows:
            names, places = ', '.join(each), ', '.join('?' * len(each))
            made.execute(f'INSERT INTO chat ({names}) VALUES ({places})', [*each.values()])
        made.executemany('INSERT INTO folder (id, name) VALUES (?, ?)', folders)
        made.commit()
    return file


def told(file: Path) -> tuple[list[Carried], list[Remark]]:
    """Read a database: what came of it, and what is said of the rest."""
    found = [*read_file(file, OWNER, say, Meter(file.stat().st_size))]
    return [item for item in found if isinstance(item, Carried)], [item for item in found if isinstance(item, Remark)]


def test_chats_with_their_folders(tmp_path: Path) -> None:
    meta = json.dumps({'tags': ['birds']})
    rows = row('one', pinned=1, meta=meta, folder_id='f'), row('two', archived=1, folder_id='gone')
    one, two = read(database(tmp_path, *rows, folders=(('f', 'Work'),)))
    assert drawn(one) == ["* user: 'go'", "  * assistant: 'Here.'"]
    assert (one.folder, one.conversation.tags, one.conversation.pinned) == ('Work', ('birds',), True)
    assert (two.folder, two.conversation.title, two.conversation.archived_at is None) == ('', 'two', False)


def test_ids_are_those_of_the_export(tmp_path: Path) -> None:
    [stored] = read(database(tmp_path, row('c1')))
    file = tmp_path / 'export.json'
    file.write_text(json.dumps([GIVEN]))
    [exported] = read(file)
    assert stored.conversation.id == exported.conversation.id
    assert [each.id for each in stored.messages] == [each.id for each in exported.messages]


def test_copies_that_were_shared_are_left_out(tmp_path: Path) -> None:
    assert len(read(database(tmp_path, row('one'), row('two', user_id='shared-one')))) == 1


@pytest.mark.parametrize(
    ('said', 'reason'),
    [
        ('{"history": ', 'not_json'),
        ('7', 'wrong_shape'),
        ('[' * 200 + ']' * 200, 'too_deep'),
        ('{"a": 1' + '0' * 500 + '}', 'long_number'),
        ('"' + 'x' * 33_000_000 + '"', 'long_text'),
        ('["' + '", "'.join(['x' * 30_000_000] * 3) + '"]', 'long_text'),
    ],
)
def test_a_chat_that_cannot_be_read_costs_only_itself(said: str, reason: str, tmp_path: Path) -> None:
    made, [remark] = told(database(tmp_path, row('bad', said), row('good')))
    assert [each.conversation.title for each in made] == ['good']
    assert (remark.reason, remark.conversation) == (reason, 1)


def test_what_is_beyond_the_number_of_chats_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_webui_database, 'MOST_CHATS', 2)
    made, [remark] = told(database(tmp_path, row('one'), row('two'), row('three')))
    assert [each.conversation.title for each in made] == ['one', 'two']
    assert (remark.reason, remark.details) == ('more_conversations', {'limit': 2})
    assert told(database(tmp_path / 'fewer', row('one'), row('two')))[1] == []


def test_a_folder_of_a_long_name_is_cut_and_one_of_none_is_none(tmp_path: Path) -> None:
    names = (('f', 'Work ' * 1_000), ('g', None))
    long, none = read(database(tmp_path, row('one', folder_id='f'), row('two', folder_id='g'), folders=names))
    assert (long.folder, none.folder) == (('Work ' * 16)[:80], '')


def test_a_database_of_nothing_but_the_table(tmp_path: Path) -> None:
    file = tmp_path / 'other.db'
    with closing(sqlite3.connect(file)) as made:
        made.execute('CREATE TABLE chat (id)')
    with pytest.raises(ImportRefused) as caught:
        read(file)
    assert caught.value.details['reason'] == 'unknown_format'


def test_views_are_not_read(tmp_path: Path) -> None:
    file = database(tmp_path, row('one'))
    with closing(sqlite3.connect(file)) as made:
        made.executescript('ALTER TABLE chat RENAME TO hidden; CREATE VIEW chat AS SELECT * FROM hidden;')
    with pytest.raises(ImportRefused):
        read(file)
