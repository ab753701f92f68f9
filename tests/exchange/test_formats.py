"""Each format, from a file of the shape that program writes, with its oddities."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.message import Role, Source, Status
from app.domain.model import ModelRef
from tests.exchange.reading_files import FILES, drawn, read, read_json, read_text

NOT_HERE = 'not part of the import.]'
IMAGE = '[An image was here; it is not part of the import.]'


def test_chatgpt() -> None:
    cake, untitled = read(FILES / 'chatgpt.json')
    assert drawn(cake) == [
        f"* user: '{IMAGE}\\n\\nWhat is this cake?\\n\\n[A file was here: recipe_v1.pdf. It is {NOT_HERE}'",
        "  * assistant: 'A birthday cake.'",
        "    * user: 'Draw it\\n\\n[A recording was here; it is not part of the import.]'",
        f"      * assistant: '{IMAGE}\\n\\nHere it is, with a half \ufffd character.'",
        "  - assistant: 'Another guess: a hat.'",
    ]
    conversation = cake.conversation
    assert (conversation.title, conversation.title_by_person) == ('Receita de bolo 🎂', True)
    assert conversation.created_at == datetime(2024, 4, 25, 16, 0, 0, 123456, tzinfo=UTC)
    assert (conversation.pinned, conversation.archived_at, conversation.model) == (True, None, None)
    answer, other = cake.messages[1], cake.messages[4]
    assert answer.thinking == 'Looking\n\nIt is round.'
    assert answer.model == ModelRef('chatgpt', 'o3')
    assert answer.sources == (Source('Cakes', 'https://example.org/cakes'),)
    assert [step.title for step in answer.steps] == ['Tool: web.run', 'Tool: web.run']
    assert (answer.status, other.status) == (Status.COMPLETE, Status.STOPPED)
    assert cake.messages[0].created_at == datetime(2024, 4, 25, 16, 0, 1, 250000, tzinfo=UTC)
    assert 'secret profile' not in repr(cake)
    assert drawn(untitled) == [
        "* user: 'No title and a last node that does not exist'",
        "  * assistant: '```python\\nprint(1)\\n```'",
    ]
    assert (untitled.conversation.title, untitled.conversation.title_by_person) == (
        'No title and a last node that…',
        False,
    )
    assert untitled.conversation.archived_at == untitled.conversation.updated_at


def test_claude() -> None:
    report, old = read(FILES / 'claude.json')
    attached = 'report.txt:\n\n````\nSales rose.\n```\ncode\n```\n````'
    assert report.messages[0].content == '\n\n'.join(
        ['Sum it up', attached, IMAGE, '[A file was here: data.xlsx. It is not part of the import.]']
    )
    assert drawn(report)[1:] == [
        "  - assistant: 'Sales rose.'",
        "  * assistant: 'They went up.'",
        "    * user: 'Thanks'",
    ]
    assert report.messages[1].thinking == 'They want it short.'
    assert [step.title for step in report.messages[1].steps] == ['Tool: web_search']
    assert (report.folder, report.conversation.pinned) == ('Work', True)
    assert report.conversation.updated_at == datetime(2025, 3, 1, 10, 5, 0, 500000, tzinfo=UTC)
    assert drawn(old) == ["* user: 'An old file\\nwithout parents'", "  * assistant: 'is a line.'"]
    assert old.conversation.title == 'An old file without parents'
    assert old.messages[1].created_at > old.messages[0].created_at


def test_open_webui() -> None:
    sums, old = read(FILES / 'open_webui.json')
    assert drawn(sums) == [
        f"* user: '1+1?\\n\\n{IMAGE}\\n\\n[A file was here: sums.csv. It is not part of the import.]'",
        "  - assistant: '2'",
        '  * assistant: "It is **2**.\\n\\n<details>\\n<summary>The model\'s own</summary>\\nstays\\n</details>"',
        "    * user: 'And 2+2?'",
        "      * assistant: 'the server was gone'",
    ]
    answer, unfinished = sums.messages[2], sums.messages[4]
    assert answer.thinking == 'One and one,\nthat is 1 < 2.'
    assert [step.title for step in answer.steps] == ['Tool: calculator']
    assert answer.model == ModelRef('open-webui', 'qwen3:4b')
    assert answer.sources == (Source('Arithmetic', 'https://example.org/sum'),)
    assert unfinished.status is Status.STOPPED
    assert (sums.conversation.tags, sums.conversation.pinned) == (('math', 'school'), True)
    assert sums.conversation.created_at == datetime(2025, 1, 1, 0, 6, 40, tzinfo=UTC)
    assert drawn(old) == ["* user: 'hi'", f"  * assistant: 'hello\\n\\n{IMAGE}'"]
    assert old.conversation.tags == ('old',)
    assert old.conversation.archived_at is not None


def test_librechat() -> None:
    [planets] = read(FILES / 'librechat.json')
    assert drawn(planets) == [
        f"* user: 'Name a planet\\n\\n{IMAGE}'",
        "  - assistant: 'Mars'",
        "  * assistant: 'Jupiter'",
    ]
    jupiter = planets.messages[2]
    assert [step.title for step in jupiter.steps] == ['Tool: atlas']
    assert (jupiter.thinking, jupiter.status) == ('A big one.', Status.STOPPED)
    assert jupiter.model == ModelRef('librechat', 'gpt-4o-mini')


def test_librechat_written_as_a_tree_is_the_same_conversation() -> None:
    [flat], [tree] = read(FILES / 'librechat.json'), read(FILES / 'librechat_recursive.json')
    assert [message.id for message in flat.messages] == [message.id for message in tree.messages]
    assert [message.parent_id for message in flat.messages] == [message.parent_id for message in tree.messages]
    assert (flat.conversation.id, flat.conversation.head_id) == (tree.conversation.id, tree.conversation.head_id)


def test_the_predecessors_list() -> None:
    first, second = read(FILES / 'chat_history.json')
    assert drawn(first) == ["* user: 'Olá'", "  * assistant: 'Oi, tudo bem?'", "    * system: 'Seja breve.'"]
    assert first.conversation.created_at == datetime(2024, 6, 1, 12, tzinfo=UTC)
    assert drawn(second) == ["* user: 'Sem resposta'"]


def test_the_predecessors_database(tmp_path: Path) -> None:
    file = tmp_path / 'chats.db'
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            """CREATE TABLE conversations (id TEXT PRIMARY KEY, title TEXT, timestamp TEXT, meta TEXT);
            CREATE TABLE messages
              (id INTEGER PRIMARY KEY, conversation_id TEXT, role TEXT, content TEXT, timestamp REAL);
            INSERT INTO conversations VALUES ('b', 'Segundo', '2024-06-02 08:00:00', '{}'),
              ('a', 'Primeiro', NULL, NULL), ('empty', 'Vazio', '2024-06-02', NULL);
            INSERT INTO messages VALUES (1, 'b', 'user', 'um', 1717300000.5), (2, 'a', 'user', 'x', NULL),
              (3, 'b', 'assistant', 'dois', 1717300001), (4, 'a', 'assistant', CAST(x'ff41' AS TEXT), NULL);"""
        )
    one, two = read(file)
    assert drawn(one) == ["* user: 'x'", "  * assistant: '\ufffdA'"]
    assert drawn(two) == ["* user: 'um'", "  * assistant: 'dois'"]
    assert (one.conversation.title, two.conversation.title) == ('Primeiro', 'Segundo')
    assert two.messages[0].created_at == datetime(2024, 6, 2, 3, 46, 40, 500000, tzinfo=UTC)


@pytest.mark.parametrize('name', ['chatgpt', 'claude', 'open_webui', 'librechat', 'chat_history'])
def test_ids_are_the_same_every_time_and_others_for_another_owner(name: str) -> None:
    file = FILES / f'{name}.json'
    ids = [[each.conversation.id, *(message.id for message in each.messages)] for each in read(file)]
    assert ids == [[each.conversation.id, *(message.id for message in each.messages)] for each in read(file)]
    others = {message.id for each in read(file, 'bia') for message in each.messages}
    assert not others & {one for each in ids for one in each}


@pytest.mark.parametrize('name', ['chatgpt', 'claude', 'open_webui', 'librechat', 'chat_history'])
def test_every_tree_is_whole(name: str) -> None:
    for each in read(FILES / f'{name}.json'):
        depths: dict[str | None, int] = {None: -1}
        for message in each.messages:
            assert message.depth == depths[message.parent_id] + 1
            assert message.conversation_id == each.conversation.id
            assert message.role in Role
            depths[message.id] = message.depth
        assert each.conversation.head_id in depths


def test_a_byte_order_mark_and_blanks_before_the_list(tmp_path: Path) -> None:
    text = (FILES / 'claude.json').read_bytes()
    assert len(read_text(tmp_path, b'\xef\xbb\xbf \n' + text)) == 2


def test_a_single_conversation_without_its_list(tmp_path: Path) -> None:
    [first, *_] = json.loads((FILES / 'chatgpt.json').read_text())
    assert read_json(tmp_path, first) == read(FILES / 'chatgpt.json')[:1]


def test_a_file_without_its_ending_in_the_name(tmp_path: Path) -> None:
    shutil.copy(FILES / 'open_webui.json', tmp_path / 'download')
    assert len(read(tmp_path / 'download')) == 2
