"""The list of what could not be read of an imported file, as people download it."""

import csv
import io
import json
from typing import Any

from app.bootstrap import Parts
from app.chat.remark_lists import FIRST
from app.domain.conversation import LOCAL_OWNER
from tests.replies.waiting import until
from tests.ui.simulated import Browser

LIST = '/import/remarks'


def chats(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Make conversations of the predecessor's, all of them with what `changes` says."""
    said = {'role': 'user', 'content': 'hello'}
    return [{'id': number, 'title': f'Chat {number}', 'messages': [said]} | changes for number in range(1, count + 1)]


async def bring(page: Browser, parts: Parts, given: Any) -> None:
    """Import a value and wait for the end."""
    await page.http.post('/import', content=json.dumps(given))
    await until(lambda: (last := parts.chat.importing.current(LOCAL_OWNER)) is not None and not last.runs)
    parts.chat.importing.confirm(LOCAL_OWNER)
    await until(lambda: (last := parts.chat.importing.current(LOCAL_OWNER)) is not None and not last.runs)


async def rows(page: Browser) -> list[list[str]]:
    answer = await page.http.get(f'{LIST}.csv')
    assert answer.headers['content-type'] == 'text/csv; charset=utf-8'
    assert answer.content.startswith(b'\xef\xbb\xbf')
    return [*csv.reader(io.StringIO(answer.content.decode('utf-8-sig')))]


async def test_the_list_says_what_and_where_and_why(page: Browser, parts: Parts) -> None:
    given = [*chats(1), *chats(1, title='=1+1', messages=5), *chats(1, id=3, timestamp=-62_135_596_800)]
    await bring(page, parts, given)
    byte = json.dumps(given).index('{"id": 1, "title": "=1+1"')
    assert await rows(page) == [
        ['File', 'Conversation', 'Title', 'Message', 'Place', 'Reason'],
        ['', '2', "'=1+1", '', f'byte {byte}', '“messages” is not what it should be.'],
        ['', '3', 'Chat 1', '', f'byte {json.dumps(given).rindex("{" + chr(34) + "id")}',
         '“-62135596800” is not a time (timestamp), so it was left out.'],
    ]  # fmt: skip
    listed = (await page.http.get(f'{LIST}.json')).json()
    assert listed[0] == {
        'conversation': 2,
        'title': '=1+1',
        'byte': byte,
        'reason': '“messages” is not what it should be.',
        'code': 'wrong_shape',
    }
    assert [each['code'] for each in listed] == ['wrong_shape', 'wrong_time']
    portuguese = Browser('pt-BR')
    assert (await rows(portuguese))[0] == ['Arquivo', 'Conversa', 'Título', 'Mensagem', 'Lugar', 'Motivo']


async def test_all_of_many_are_in_the_list(page: Browser, parts: Parts) -> None:
    await bring(page, parts, [*chats(1), *chats(3 * FIRST, messages=5)])
    last = parts.chat.importing.current(LOCAL_OWNER)
    assert last is not None
    assert (len(last.remarks.first), last.remarks.count) == (FIRST, 3 * FIRST)
    assert [int(row[1]) for row in (await rows(page))[1:]] == [*range(2, 3 * FIRST + 2)]


async def test_the_list_is_there_for_its_owner_until_the_next_import(page: Browser, parts: Parts) -> None:
    assert (await page.http.get(f'{LIST}.csv')).status_code == 404
    await bring(page, parts, [*chats(1), *chats(1, messages=5)])
    assert (await page.http.get(f'{LIST}.exe')).status_code == 404
    elsewhere = {'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document'}
    assert (await page.http.get(f'{LIST}.csv', headers=elsewhere)).status_code == 403
    assert not parts.chat.importing.remark_lists.has('bia')
    assert [*parts.chat.importing.remark_lists.read('bia')] == []
    await bring(page, parts, chats(1))
    assert (await page.http.get(f'{LIST}.csv')).status_code == 404
    assert [*parts.chat.importing.inbox.iterdir()] == []


async def test_the_list_goes_with_everything(page: Browser, parts: Parts) -> None:
    await bring(page, parts, [*chats(1), *chats(1, messages=5)])
    await parts.chat.erasing.everything(LOCAL_OWNER)
    assert (await page.http.get(f'{LIST}.json')).status_code == 404
    assert [*parts.chat.importing.inbox.iterdir()] == []
