"""Importing as a person sees it: choose or drop a file, progress, the result; and a crash in the middle."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen
from tests.exchange.open_webui_samples import QUESTION, answered, chat
from tests.exchange.reading_files import FILES
from tests.replies.waiting import until
from tests.support.app_process import AppProcess
from tests.support.import_page import PATH


@pytest.fixture
async def importing_app(start_app: StartApp) -> AsyncIterator[AppProcess]:
    """Run an app with a page for the import."""
    yield await start_app(command=('-m', 'tests.support.import_page'))


def large(count: int) -> bytes:
    """Make a large export of the predecessor's."""
    messages = [{'role': ('user', 'assistant')[turn % 2], 'content': 'word ' * 400} for turn in range(10)]
    return json.dumps(
        [{'id': number, 'timestamp': 1.7e9 + number, 'messages': messages} for number in range(count)]
    ).encode()


async def choose(screen: Screen, file: Path | dict[str, Any]) -> None:
    await screen.part('import-file').set_input_files(file)  # type: ignore[arg-type]


async def bring(screen: Screen, file: Path | dict[str, Any]) -> None:
    """Choose a file, look at what is in it and import that."""
    await choose(screen, file)
    await screen.part('import-confirm').click()


async def test_a_file_is_chosen_and_its_conversations_are_there(importing_app: AppProcess, open_tab: OpenTab) -> None:
    screen = await open_tab(importing_app, PATH, locale='pt-BR')
    await bring(screen, FILES / 'chatgpt.json')
    await expect(screen.part('import-result')).to_have_text('2 conversas foram importadas.')
    beside = await open_tab(importing_app, '/', beside=screen)
    await expect(beside.part('conversation-item')).to_have_count(1)
    await bring(screen, FILES / 'chatgpt.json')
    await expect(screen.part('import-result')).to_have_text('2 já estavam aqui.')
    await screen.page.reload()
    await expect(screen.part('import-result')).to_have_text('2 já estavam aqui.')
    assert [*(importing_app.data_dir / 'imports').iterdir()] == []


async def test_nothing_is_written_before_the_person_says_so(importing_app: AppProcess, open_tab: OpenTab) -> None:
    screen = await open_tab(importing_app, PATH)
    await choose(screen, FILES / 'chatgpt.json')
    facts = screen.part('import-facts')
    await expect(facts).to_contain_text('2 conversations, from 25 April 2024')
    await expect(screen.part('import-preview').get_by_role('heading', name='ChatGPT')).to_be_focused()
    await expect(screen.part('import-preview')).to_contain_text('chatgpt.json')
    await screen.page.reload()
    await expect(facts).to_contain_text('2 conversations')
    beside = await open_tab(importing_app, PATH, beside=screen)
    await beside.part('import-cancel').click()
    for tab in (screen, beside):
        await expect(tab.part('import-result')).to_have_text('Cancelled. Nothing of the file was kept.')
    await expect(screen.part('past-import')).to_have_count(0)
    assert [*(importing_app.data_dir / 'imports').iterdir()] == []
    await screen.open('/')
    await expect(screen.part('conversation-item')).to_have_count(0)


async def test_a_new_folder_is_chosen_by_keyboard_and_the_import_undone(
    importing_app: AppProcess, open_tab: OpenTab
) -> None:
    screen = await open_tab(importing_app, PATH, locale='pt-BR')
    await choose(screen, FILES / 'claude.json')
    await expect(screen.part('import-preview').get_by_role('heading', name='Claude')).to_be_focused()
    await screen.page.keyboard.press('Tab')
    await expect(screen.part('import-place')).to_be_focused()
    await screen.part('import-place').select_option('new')
    await expect(screen.part('import-folder-name')).to_be_focused()
    await screen.page.keyboard.type('Do Claude')
    await screen.page.keyboard.press('Enter')
    await expect(screen.part('import-result')).to_have_text('2 conversas foram importadas.')
    await expect(screen.part('past-import')).to_contain_text('Claude · ')
    beside = await open_tab(importing_app, '/', beside=screen)
    await expect(beside.part('folder')).to_contain_text('Do Claude')
    await screen.part('import-undo').click()
    await expect(screen.part('undo-state')).to_have_text('2 conversas foram removidas.')
    await expect(screen.part('past-import')).to_have_count(0)
    await expect(screen.part('import-result')).to_have_count(0)
    await expect(beside.part('folder')).to_have_count(0)
    await expect(beside.part('conversation-item')).to_have_count(0)


async def test_an_import_of_last_week_is_undone_after_a_restart(
    importing_app: AppProcess, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    screen = await open_tab(importing_app, PATH)
    await bring(screen, FILES / 'chatgpt.json')
    await expect(screen.part('import-result')).to_contain_text('2 conversations')
    await bring(screen, FILES / 'claude.json')
    await expect(screen.part('past-import')).to_have_count(2)
    await importing_app.kill()
    await importing_app.start()
    screen = await open_tab(importing_app, PATH)
    await expect(screen.part('past-import').first).to_contain_text('Claude')
    await screen.part('undo-import').last.click()
    await expect(screen.part('undo-state')).to_have_text('2 conversations were removed.')
    await expect(screen.part('past-import')).to_have_count(1)
    await bring(screen, FILES / 'chatgpt.json')
    await expect(screen.part('import-result')).to_have_text('2 conversations were imported.')


async def test_after_a_crash_while_it_is_undone_the_rest_goes_too(
    importing_app: AppProcess, open_tab: OpenTab, browser_log: BrowserLog, tmp_path: Path
) -> None:
    browser_log.expect_lost_line()
    file = tmp_path / 'large.json'
    file.write_bytes(large(1500))
    screen = await open_tab(importing_app, PATH)
    await bring(screen, file)
    await expect(screen.part('import-result')).to_have_text('1500 conversations were imported.', timeout=60_000)
    database = importing_app.data_dir / 'guilherme.db'

    def left() -> int:
        with closing(sqlite3.connect(database)) as connection:
            query = "SELECT count(*) FROM conversation WHERE owner_id = 'local'"
            return int(connection.execute(query).fetchone()[0])

    await screen.part('import-undo').click()
    await until(lambda: left() < 1500)
    await importing_app.kill()
    assert 0 < left() < 1500
    await importing_app.start()
    await until(lambda: left() == 0, timeout=60)


async def test_a_file_with_a_fault_is_refused_with_its_place(importing_app: AppProcess, open_tab: OpenTab) -> None:
    screen = await open_tab(importing_app, PATH)
    await choose(screen, {'name': 'conversations.json', 'mimeType': '', 'buffer': b'[{"mapping": {}},\n !]'})
    result = screen.part('import-result')
    await expect(result).to_contain_text('From here on the file is not JSON. (line 2, column 2, byte 19)')
    await expect(result).to_contain_text('Nothing of the file was kept.')
    await bring(screen, FILES / 'claude.json')
    await expect(result).to_have_text('2 conversations were imported.')


async def test_what_could_not_be_read_is_said_and_is_there_as_a_file(
    importing_app: AppProcess, open_tab: OpenTab
) -> None:
    said = [{'role': 'user', 'content': 'hello'}]
    odd = [{'id': number, 'title': f'Odd {number}', 'messages': 7} for number in range(7)]
    given = json.dumps([{'id': 'c', 'messages': said}, *odd]).encode()
    screen = await open_tab(importing_app, PATH)
    await bring(screen, {'name': 'chat_history.json', 'mimeType': '', 'buffer': given})
    result = screen.part('import-result')
    await expect(result).to_contain_text('1 conversation was imported.')
    await expect(result).to_contain_text('7 things could not be read as they are in the file:')
    byte = given.index(b'{"id": 0')
    await expect(result).to_contain_text(f'Odd 0: “messages” is not what it should be. (conversation 2, byte {byte})')
    await expect(result).to_contain_text('… and 2 more. They are all in the list.')
    async with screen.page.expect_download() as download:
        await screen.part('import-remarks-csv').click()
    table = (await (await download.value).path()).read_text('utf-8-sig').splitlines()
    assert [line.split(',')[2] for line in table] == ['Title', *(f'Odd {number}' for number in range(7))]
    await bring(screen, FILES / 'claude.json')
    await expect(result).to_have_text('2 conversations were imported.')
    await expect(screen.part('import-remarks')).to_have_count(0)


async def test_the_instruction_of_a_conversation_is_no_answer(importing_app: AppProcess, open_tab: OpenTab) -> None:
    given = json.dumps([chat(QUESTION, answered(content='Gone.'), params={'system': 'Be **brief**.'})]).encode()
    screen = await open_tab(importing_app, PATH, locale='pt-BR')
    await bring(screen, {'name': 'chats.json', 'mimeType': '', 'buffer': given})
    await expect(screen.part('import-result')).to_have_text('1 conversa foi importada.')
    await screen.open('/')
    await screen.part('conversation-item').click()
    instruction = screen.page.locator('[data-testid=message][data-role=system]')
    await expect(instruction.get_by_test_id('message-label')).to_have_text('Instrução')
    await expect(instruction.get_by_role('heading')).to_contain_text('Instrução, ')
    await expect(instruction.get_by_test_id('message-body').locator('strong')).to_have_text('brief')
    await expect(instruction.get_by_role('button')).to_have_count(1)
    await expect(screen.reply.get_by_test_id('message-label')).to_have_count(0)


async def test_a_file_can_be_dropped(importing_app: AppProcess, open_tab: OpenTab) -> None:
    screen = await open_tab(importing_app, PATH)
    await screen.part('data-import').evaluate(
        """(element, text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], 'export.json'));
          for (const kind of ['dragover', 'drop'])
            element.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        (FILES / 'open_webui.json').read_text(),
    )
    await screen.part('import-confirm').click()
    await expect(screen.part('import-result')).to_have_text('2 conversations were imported.')


async def test_an_import_goes_on_without_its_page_and_can_be_cancelled_from_another(
    importing_app: AppProcess, open_tab: OpenTab, tmp_path: Path
) -> None:
    file = tmp_path / 'large.json'
    file.write_bytes(large(3000))
    first = await open_tab(importing_app, PATH)
    await choose(first, file)
    await expect(first.part('import-progress')).to_contain_text('so far')
    await first.page.close()
    first = await open_tab(importing_app, PATH)
    await first.part('import-confirm').click()
    await expect(first.part('import-progress')).to_contain_text('so far')
    await first.page.close()
    second = await open_tab(importing_app, PATH)
    await second.part('import-cancel').click()
    await expect(second.part('import-result')).to_have_text('Cancelled. Nothing of the file was kept.')
    await second.open('/')
    await expect(second.part('conversation-item')).to_have_count(0)


async def test_sending_can_be_cancelled(importing_app: AppProcess, open_tab: OpenTab, tmp_path: Path) -> None:
    file = tmp_path / 'large.json'
    file.write_bytes(large(1500))
    screen = await open_tab(importing_app, PATH)
    slow = {'offline': False, 'latency': 0, 'downloadThroughput': -1, 'uploadThroughput': 2_000_000}
    devtools = await screen.page.context.new_cdp_session(screen.page)
    await devtools.send('Network.emulateNetworkConditions', slow)
    await choose(screen, file)
    await expect(screen.part('import-progress')).to_contain_text('Sending the file')
    await expect(screen.part('data-import')).to_have_attribute('data-state', 'sending')
    await screen.part('import-cancel').click()
    await expect(screen.part('import-choose')).to_be_visible()
    inbox = importing_app.data_dir / 'imports'
    await until(lambda: not inbox.exists() or not [*inbox.iterdir()])


async def test_after_a_crash_nothing_of_the_import_is_left(
    importing_app: AppProcess, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    browser_log.expect_lost_line()
    async with httpx.AsyncClient() as client:
        assert (await client.post(f'{importing_app.url}/import', content=large(3000))).status_code == 202
    first = await open_tab(importing_app, PATH)
    await first.part('import-confirm').click()
    database = importing_app.data_dir / 'guilherme.db'

    def rows() -> int:
        with closing(sqlite3.connect(database)) as connection:
            return int(connection.execute('SELECT count(*) FROM message').fetchone()[0])

    await until(lambda: rows() > 500)
    await importing_app.kill()
    assert rows() > 500
    assert [*(importing_app.data_dir / 'imports').iterdir()]
    await importing_app.start()
    screen = await open_tab(importing_app, '/')
    await expect(screen.part('conversation-item')).to_have_count(0)
    await until(lambda: rows() == 0, timeout=60)
    assert not (importing_app.data_dir / 'imports').exists()


async def test_files_are_private_and_other_sites_cannot_send_any(importing_app: AppProcess) -> None:
    inbox = importing_app.data_dir / 'imports'
    async with httpx.AsyncClient() as client:
        for headers in ({'Origin': 'https://evil.example'}, {'Sec-Fetch-Site': 'cross-site'}):
            answer = await client.post(f'{importing_app.url}/import', content=large(1), headers=headers)
            assert answer.status_code == 403
        assert not inbox.exists()
        seen: list[int] = []

        async def body() -> AsyncIterator[bytes]:
            data = large(200)
            yield data[:1000]
            await until(lambda: [*inbox.iterdir()] if inbox.exists() else [])
            seen.extend(file.stat().st_mode & 0o777 for file in [inbox, *inbox.iterdir()])
            yield data[1000:]

        headers = {'Origin': importing_app.url, 'Sec-Fetch-Site': 'same-origin'}
        assert (await client.post(f'{importing_app.url}/import', content=body(), headers=headers)).status_code == 202
        assert seen == [0o700, 0o600]


async def test_a_file_larger_than_the_disk_is_refused_before_it_comes(importing_app: AppProcess) -> None:
    reader, writer = await asyncio.open_connection('127.0.0.1', importing_app.port)
    writer.write(
        b'POST /import HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1125899906842624\r\n\r\n'
    )
    refused = (await reader.read()).decode()
    writer.close()
    assert refused.startswith('HTTP/1.1 409')
    assert refused.endswith('There is not enough space on the disk.')
