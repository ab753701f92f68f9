"""Archives and databases that are traps: each is refused, or read as far as it is harmless."""

import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS, DOCUMENTS, FOLDERS, FORMAT, MANIFEST, PREFERENCES
from app.exchange.reading import foreign_database, notes, zip_members
from app.exchange.reading.chat_history import database as chat_history_database
from app.exchange.reading.intake import Meter, Stopped
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file
from tests.exchange.reading_apart import read_apart
from tests.exchange.reading_files import FILES, OWNER, read, say

CLAUDE = (FILES / 'claude.json').read_bytes()
END = struct.Struct('<4s4H2LH')


def refused(file: Path) -> str:
    """Read a file that is refused, and give why."""
    with pytest.raises(ImportRefused) as caught:
        read(file)
    return str(caught.value.details['reason'])


def zipped(folder: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    file = folder / 'given.zip'
    with zipfile.ZipFile(file, 'w', method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file


def lied(file: Path, *, packed: int | None = None, unpacked: int | None = None) -> Path:
    """Let the list of members tell other sizes."""
    data = bytearray(file.read_bytes())
    at = 0
    while (at := data.find(b'PK\x01\x02', at + 1)) > 0:
        for offset, size in ((20, packed), (24, unpacked)):
            if size is not None:
                struct.pack_into('<L', data, at + offset, size)
    file.write_bytes(data)
    return file


def test_members_that_are_each_small_and_together_a_bomb(tmp_path: Path) -> None:
    member = b'[{"mapping":{}}%s]' % (b' ' * 1_000_000)
    file = zipped(tmp_path, *((f'conversations-{number}.json', member) for number in range(30)))
    assert refused(file) == 'zip_bomb'


def test_sizes_that_are_a_lie(tmp_path: Path) -> None:
    bomb = b'[{"mapping":{}}%s]' % (b' ' * 30_000_000)
    file = zipped(tmp_path, ('conversations.json', bomb))
    assert refused(lied(file, packed=1_000_000)) == 'bad_zip'  # so that it seems dense enough
    assert refused(lied(zipped(tmp_path, ('conversations.json', bomb)), unpacked=1_000)) in ('bad_zip', 'cut_off')
    assert refused(lied(zipped(tmp_path, ('conversations.json', CLAUDE)), unpacked=2**32 - 2)) == 'zip_bomb'


def test_members_that_lie_over_each_other(tmp_path: Path) -> None:
    file = zipped(tmp_path, ('conversations.json', CLAUDE), method=zipfile.ZIP_STORED)
    data = file.read_bytes()
    start = data.index(b'PK\x01\x02')
    end = [*END.unpack(data[-END.size :])]
    entry = data[start : -END.size]
    end[3] = end[4] = 50
    end[5] *= 50
    file.write_bytes(data[:start] + entry * 50 + END.pack(*end))
    assert refused(file) == 'bad_zip'


@pytest.mark.parametrize('far', [False, True])
def test_a_list_of_too_many_members(far: bool, tmp_path: Path) -> None:
    file = zipped(tmp_path, ('conversations.json', CLAUDE))
    data = file.read_bytes()
    start = data.index(b'PK\x01\x02')
    entry = data[start : -END.size]
    many = entry * (zip_members.LARGEST_LIST // len(entry) + 1)
    end = [*END.unpack(data[-END.size :])]
    beyond = b''
    if far:  # the length stands in another place, and the one everybody looks at is small
        place = start + len(many)
        beyond = struct.pack('<4sQ2H2L4Q', b'PK\x06\x06', 44, 45, 45, 0, 0, 9, 9, len(many), start)
        beyond += struct.pack('<4sLQL', b'PK\x06\x07', 0, place, 1)
    else:
        end[5] = len(many)
    file.write_bytes(data[:start] + many + beyond + END.pack(*end))
    assert refused(file) == 'zip_bomb'


def test_places_beyond_the_file(tmp_path: Path) -> None:
    file = zipped(tmp_path, ('conversations.json', CLAUDE))
    data = bytearray(file.read_bytes())
    struct.pack_into('<L', data, data.index(b'PK\x01\x02') + 42, 2**32 - 2)
    file.write_bytes(data)
    assert refused(file) == 'bad_zip'


async def test_lists_of_members_take_bounded_memory(tmp_path: Path) -> None:
    entry = struct.pack('<4s4B4HL2L5H2L', b'PK\x01\x02', 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b'a'
    count = zip_members.LARGEST_LIST // len(entry)
    file = b'PK\x03\x04' + entry * count
    file += END.pack(b'PK\x05\x06', 0, 0, 9, 9, count * len(entry), 4, 0)
    [outcome] = await read_apart(tmp_path, file)
    assert outcome.refused == {'reason': 'unknown_format'}
    assert outcome.grown < 150


def archive(folder: Path, **members: bytes) -> Path:
    """Make an archive of ours with these members; a manifest says so, unless it is given."""
    given = {PREFERENCES: b'{}\n', FOLDERS: b'', DOCUMENTS: b'', CONVERSATIONS: b''}
    given |= {name.replace('_', '.'): data for name, data in members.items()}
    said = {name: {'count': data.count(b'\n'), 'sha256': sha256(data).hexdigest()} for name, data in given.items()}
    manifest = json.dumps({'format': FORMAT, 'version': 1, 'members': said}).encode()
    return zipped(folder, *({MANIFEST: manifest} | given).items())


@pytest.mark.parametrize(
    ('members', 'reason'),
    [
        ({'manifest_json': b'[%s0]' % (b'[],' * 400_000)}, 'no_manifest'),
        ({'manifest_json': b'[' * 100_000}, 'no_manifest'),
        ({'manifest_json': b'{"version":%s}' % (b'9' * 5_000)}, 'no_manifest'),
        ({'manifest_json': b'[NaN]'}, 'no_manifest'),
        ({'preferences_json': b'{"a":%s}\n' % (b'9' * 5_000)}, 'long_number'),
        ({'preferences_json': b'{"a":1e999}\n'}, 'long_number'),
        ({'preferences_json': b'{"a":NaNa}\n'}, 'bad_line'),
        ({'folders_jsonl': b'[' * 5_000 + b'\n'}, 'too_deep'),
        ({'documents_jsonl': b'[%s0]\n' % (b'[],' * 700_000)}, 'too_many'),
        ({'documents_jsonl': b'"%s"\n' % (b'x' * 33_000_000)}, 'zip_bomb'),
        ({'conversations_jsonl': b'\n\n'}, 'bad_line'),
        ({'conversations_jsonl': b'{"conversation": {}'}, 'bad_line'),
    ],
)
def test_lines_of_our_own_that_are_traps(members: dict[str, bytes], reason: str, tmp_path: Path) -> None:
    assert refused(archive(tmp_path, **members)) == reason


def database(folder: Path, *statements: str, writable: bool = False) -> Path:
    """Make a database; `writable` lets it write into its own schema."""
    file = folder / 'given.db'
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as made:
        if writable:
            made.execute('PRAGMA writable_schema = ON')
        for statement in statements:
            made.execute(statement)
        made.commit()
    return file


CONVERSATION_TABLE = 'CREATE TABLE conversations (id TEXT, title TEXT, timestamp)'
MESSAGE_TABLE = 'CREATE TABLE messages (id, conversation_id TEXT, role TEXT, content TEXT, timestamp)'
HELLO = "INSERT INTO messages VALUES (1, 'a', 'user', 'hello', NULL)"
NAMED = "INSERT INTO conversations VALUES ('a', 'A chat', 1700000000)"
ENDLESS = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n'


def test_a_database_as_it_should_be(tmp_path: Path) -> None:
    [made] = read(database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, NAMED))
    assert (made.conversation.title, made.messages[0].content) == ('A chat', 'hello')


@pytest.mark.parametrize(
    ('statements', 'reason'),
    [
        ((CONVERSATION_TABLE, f"CREATE VIEW messages AS SELECT x AS conversation_id, 'user' AS role, x AS content "
          f'FROM ({ENDLESS})'), 'unknown_format'),
        ((CONVERSATION_TABLE, 'CREATE VIRTUAL TABLE messages USING fts5(conversation_id, role, content)'),
         'unknown_format'),
        ((CONVERSATION_TABLE, 'CREATE TABLE messages (conversation_id, role, a, '
          'content AS (hex(zeroblob(a))))', "INSERT INTO messages VALUES ('a', 'user', 400000000)"), 'unknown_format'),
        ((CONVERSATION_TABLE, MESSAGE_TABLE, "INSERT INTO messages VALUES (1, 'a', 'user', zeroblob(40000000), 0)"),
         'long_text'),
        ((CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, "INSERT INTO conversations VALUES ('a', zeroblob(40000000), 0)"),
         'long_text'),
        ((CONVERSATION_TABLE, MESSAGE_TABLE, f"INSERT INTO messages SELECT x, 'a', 'user', '', 0 "
          f'FROM ({ENDLESS} LIMIT 20001)'), 'too_many_messages'),
        ((CONVERSATION_TABLE, MESSAGE_TABLE, "INSERT INTO messages VALUES (1, hex(zeroblob(1000)), 'user', 'x', 0)"),
         'wrong_shape'),
        ((CONVERSATION_TABLE, MESSAGE_TABLE, f"INSERT INTO messages SELECT x, 'a', 'user', hex(zeroblob(3000000)), 0 "
          f'FROM ({ENDLESS} LIMIT 20)'), 'too_long'),
    ],
)  # fmt: skip
def test_a_database_that_is_a_trap(statements: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    assert refused(database(tmp_path, *statements)) == reason


@pytest.mark.parametrize(
    ('said', 'reason', 'content'),
    [("'x', 9e999", 'wrong_time', 'x'), ("'x', -62135596800", 'wrong_time', 'x'), ("x'ff00', 0", 'wrong_shape', '')],
)
def test_an_odd_value_in_a_database_costs_only_itself(said: str, reason: str, content: str, tmp_path: Path) -> None:
    odd = f"INSERT INTO messages VALUES (2, 'a', 'user', {said})"
    file = database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, odd)
    found = [*read_file(file, OWNER, say, Meter(0))]
    [made] = [item for item in found if isinstance(item, Carried)]
    [remark] = [item for item in found if isinstance(item, Remark)]
    assert (remark.reason, remark.conversation, remark.message, remark.title) == (reason, 1, 2, made.conversation.title)
    assert made.messages[0].content == 'hello'
    assert made.messages[1].content == (content or notes.unread(say))


def test_what_else_is_in_a_database_does_nothing(tmp_path: Path) -> None:
    trigger = 'CREATE TRIGGER t INSERT ON messages BEGIN DELETE FROM messages; END'
    index = 'CREATE INDEX i ON messages (length(content)) WHERE role > 1'
    checked = MESSAGE_TABLE.replace('content TEXT', 'content TEXT CHECK (length(hex(zeroblob(400000000))) > 0)')
    file = database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, index, trigger)
    assert len(read(file)) == 1
    schema = f"UPDATE sqlite_master SET sql = '{checked}' WHERE name = 'messages'"
    assert len(read(database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, schema, writable=True))) == 1
    virtual = 'CREATE VIRTUAL TABLE messages USING fts5(conversation_id, role, content)'
    schema = f"UPDATE sqlite_master SET sql = '{virtual}' WHERE name = 'messages'"
    assert (
        refused(database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO, schema, writable=True)) == 'unknown_format'
    )


def test_many_conversations_of_one_name_do_not_multiply(tmp_path: Path) -> None:
    names = f"INSERT INTO conversations SELECT 'a', 'title ' || x, 0 FROM ({ENDLESS} LIMIT 3000)"
    said = f"INSERT INTO messages SELECT x, 'a', 'user', 'hello', 0 FROM ({ENDLESS} LIMIT 3000)"
    [made] = read(database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, names, said))
    assert (len(made.messages), made.conversation.title) == (3000, 'title 1')


def test_the_statements_for_a_foreign_database_may_do_nothing_else(tmp_path: Path) -> None:
    file = database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, HELLO)
    with closing(foreign_database.opened(file, chat_history_database.TABLES, Meter(0))) as foreign:
        for statement in (
            'DELETE FROM messages',
            'SELECT hex(content) FROM messages',
            "ATTACH 'other.db' AS other",
            'PRAGMA writable_schema = ON',
            "SELECT load_extension('x')",
            'CREATE TEMP TABLE t (a)',
        ):
            with pytest.raises(sqlite3.DatabaseError):
                foreign.execute(statement)


async def test_a_database_with_broken_pages_ends_no_process(tmp_path: Path) -> None:
    said = f"INSERT INTO messages SELECT x, x / 9, 'user', hex(zeroblob(x)), 0 FROM ({ENDLESS} LIMIT 200)"
    whole = database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, said, NAMED).read_bytes()
    broken = [whole[:place] + b'\xff\x7f\x00' + whole[place + 3 :] for place in range(16, len(whole), 997)]
    outcomes = await read_apart(tmp_path, *broken)
    assert len(outcomes) == len(broken)
    assert any(outcome.refused for outcome in outcomes)


def test_reading_a_database_stops_when_it_is_told_to(tmp_path: Path) -> None:
    said = f"INSERT INTO messages SELECT x, 'a', 'user', 'hello', 0 FROM ({ENDLESS} LIMIT 3000)"
    meter = Meter(0)
    meter.stopped = True
    with pytest.raises(Stopped):
        list(read_file(database(tmp_path, CONVERSATION_TABLE, MESSAGE_TABLE, said), OWNER, say, meter))
