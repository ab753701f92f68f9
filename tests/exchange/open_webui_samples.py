"""Chats of Open WebUI as its export has them, for the tests."""

from pathlib import Path
from typing import Any

from app.domain.message import Message
from tests.exchange.reading_files import read_json

QUESTION = {'id': 'q', 'parentId': None, 'childrenIds': ['a'], 'role': 'user', 'content': 'go', 'timestamp': 1767225600}


def chat(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Make a chat as the export has it; `fields` change what stands around its messages."""
    inner = {
        'id': '',
        'title': 'A chat',
        'models': ['gemma2:2b'],
        'params': fields.pop('params', {}),
        'history': {'messages': {each['id']: each for each in messages}, 'currentId': messages[-1]['id']},
        'messages': [],
        'tags': [],
        'timestamp': 1767225600000,
        'files': [],
    }
    outer = {'id': 'c1', 'user_id': 'u', 'title': 'A chat', 'updated_at': 1767225700, 'created_at': 1767225600}
    return {**outer, 'chat': inner, 'share_id': None, 'archived': False, 'pinned': False, 'folder_id': None, **fields}


def answered(**fields: Any) -> dict[str, Any]:
    """Make an answer to `QUESTION`."""
    given = {'id': 'a', 'parentId': 'q', 'childrenIds': [], 'role': 'assistant', 'content': '', 'model': 'qwen3:4b'}
    return {**given, 'timestamp': 1767225601, 'done': True, **fields}


def answer(folder: Path, **fields: Any) -> Message:
    """Read a chat with one answer, and give that."""
    [made] = read_json(folder, [chat(QUESTION, answered(**fields))])
    return made.messages[1]


def question(folder: Path, **fields: Any) -> Message:
    """Read a chat with one question, and give that."""
    [made] = read_json(folder, [chat({**QUESTION, **fields})])
    return made.messages[0]


def details(kind: str, body: str = '', **attributes: str) -> str:
    """Write a block as the program writes it into a text."""
    said = ''.join(f' {name}="{value}"' for name, value in {'done': 'true', **attributes}.items())
    return f'<details type="{kind}"{said}>\n<summary>Done</summary>\n{body}\n</details>\n'
