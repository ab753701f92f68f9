"""Whatever stands in the rows of a conversation: its page opens, and it can be taken along."""

import asyncio
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import Parts
from app.domain.message import Role, Status
from app.storage.messages import Messages
from tests.replies.waiting import until
from tests.storage.poison import OF_ITS_KIND, poisons
from tests.storage.samples import conversation, message
from tests.support.ollama_server import OllamaServer
from tests.ui.simulated import Browser


async def poisoned(parts: Parts, rows: Iterable[dict[str, str]]) -> str:
    """Store a conversation whose answers have these values in their columns; give its id."""
    chat = conversation()
    parent = None
    for values in rows:
        question = message(chat, parent, content='how?')
        reply = message(chat, question, Role.ASSISTANT, content='so', status=Status.FAILED)
        await Messages(parts.database).begin_reply(chat, question, reply)
        await asyncio.to_thread(put, parts.settings.data_dir / 'guilherme.db', reply.id, values)
        parent = reply
    return chat.id


def put(file: Path, message_id: str, values: dict[str, str]) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for column, value in values.items():
            database.execute(f'UPDATE message SET {column} = ? WHERE id = ?', (value, message_id))


async def test_pages_and_files_of_poisoned_rows(page: Browser, parts: Parts) -> None:
    rows = [{column: value} for column, value in poisons('sqlite')]
    for start in range(0, len(rows), 25):
        conversation_id = await poisoned(parts, rows[start : start + 25])
        await page.open(f'/c/{conversation_id}')
        assert page.screen().last == '<p>so</p>'
        for ending in ('md', 'txt', 'json'):
            answer = await page.http.get(f'/c/{conversation_id}/export/{ending}')
            assert (answer.status_code, answer.text.count('so') >= len(rows[start : start + 25])) == (200, True)
        json.loads(answer.text, parse_constant=pytest.fail)
    archive = await page.http.get('/export/archive')
    assert zipfile.ZipFile(io.BytesIO(archive.content)).testzip() is None


async def test_a_pdf_of_poisoned_rows(page: Browser, parts: Parts) -> None:
    longest = max(map(len, OF_ITS_KIND.values()))
    rows = [{name: values[number % len(values)] for name, values in OF_ITS_KIND.items()} for number in range(longest)]
    conversation_id = await poisoned(parts, rows)
    answer = await page.http.get(f'/c/{conversation_id}/export/pdf')
    assert (answer.status_code, answer.content[:5]) == (200, b'%PDF-')


async def test_one_can_go_on_after_hostile_figures(page: Browser, parts: Parts, server: OllamaServer) -> None:
    conversation_id = await poisoned(parts, [{'stats': value} for value in OF_ITS_KIND['stats']])
    await page.open(f'/c/{conversation_id}')
    page.send('tokens=3', conversation_id)
    await until(lambda: page.screen().statuses[-1] == 'complete')
    assert page.screen().last == '<p>w0 w1 w2</p>'
