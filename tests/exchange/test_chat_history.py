"""The predecessor's files: what stands in a message beside a role and a text."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.domain.message import Message
from tests.exchange.reading_files import read, read_json, remarks

IMAGE = '[An image was here; it is not part of the import.]'


def answer(folder: Path, **fields: Any) -> Message:
    """Read a conversation with one answer, and give that."""
    asked = {'role': 'user', 'content': 'go'}
    [made] = read_json(folder, [{'id': 'a', 'messages': [asked, {'role': 'assistant', 'content': 'Here.', **fields}]}])
    return made.messages[1]


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (
            [{'type': 'text', 'text': 'a'}, 'b', {'type': 'image_url', 'image_url': {'url': 'data:'}}],
            f'a\n\nb\n\n{IMAGE}',
        ),
        ([{'type': 'input_audio'}], '[A recording was here; it is not part of the import.]'),
        ([{'type': 'file', 'file': {'filename': 'a.pdf'}}], '[A file was here: a.pdf. It is not part of the import.]'),
    ],
)
def test_a_content_in_parts(content: Any, said: str, tmp_path: Path) -> None:
    assert answer(tmp_path, content=content).content == said


def test_thoughts_models_images_and_tools(tmp_path: Path) -> None:
    calls = [{'function': {'name': 'weather', 'arguments': {'city': 'Recife'}}}, {'type': 'other'}, 7]
    made = answer(tmp_path, thinking='Hm.', model='gemma2:2b', images=['AAAA', 'BBBB'], tool_calls=calls)
    assert (made.content, made.thinking) == (f'Here.\n\n{IMAGE}', 'Hm.')
    assert made.model is not None
    assert made.model.name == 'gemma2:2b'
    assert [(step.title, step.text) for step in made.steps] == [
        ('Tool: weather', '```json\n{\n "city": "Recife"\n}\n```')
    ]


def test_what_nobody_knows_is_kept_as_it_is(tmp_path: Path) -> None:
    [step] = answer(tmp_path, notes=['see page 3'], id='m').steps
    assert (step.title, 'see page 3' in step.text) == ('As it is in the file: notes', True)


def test_an_answer_of_nothing_but_that_is_told(tmp_path: Path) -> None:
    given = [{'messages': [{'role': 'user', 'content': 'x'}, {'role': 'assistant', 'content': [{'type': 'chart'}]}]}]
    _, [remark] = remarks(tmp_path, json.dumps(given))
    assert remark.reason == 'came_out_empty'


def test_models_and_thoughts_in_the_database(tmp_path: Path) -> None:
    file = tmp_path / 'chats.db'
    with closing(sqlite3.connect(file)) as database:
        database.executescript(
            """CREATE TABLE conversations (id TEXT, title TEXT, timestamp TEXT);
            CREATE TABLE messages (id, conversation_id TEXT, role TEXT, content TEXT, model TEXT, thinking TEXT);
            INSERT INTO conversations VALUES ('a', 'A chat', NULL);
            INSERT INTO messages VALUES (1, 'a', 'user', 'go', 'gemma2:2b', ''),
              (2, 'a', 'assistant', 'Here.', 'gemma2:2b', 'Hm.');"""
        )
    [made] = read(file)
    asked, said = made.messages
    assert asked.model is None
    assert said.model is not None
    assert (said.model.name, said.thinking) == ('gemma2:2b', 'Hm.')
