"""Deleting everything, as a person sees it: what is said is true, and it is true of the disk."""

import sqlite3
from contextlib import closing

from playwright.async_api import Locator, expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen
from tests.support.app_process import AppProcess
from tests.support.words_on_disk import words_in_files, words_in_index

BACKUP = 'guilherme-20260301-120000-000000-0003.db'
GONE = 'Nada do que você apagou ficou nos arquivos do banco de dados.'


def on_disk(app: AppProcess, *words: str) -> set[str]:
    return words_in_files(app.data_dir, words) | words_in_index(app.data_dir / 'guilherme.db', words)


async def test_when_it_says_that_nothing_is_left_nothing_is(
    start_app: StartApp, open_tab: OpenTab, browser_log: BrowserLog
) -> None:
    app = await start_app()
    tab = await open_tab(app, locale='pt-BR')
    await tab.ask('zuvoquestion tokens=200 rate=2000')
    await tab.has_status('complete')
    words = ('zuvoquestion', 'w150', 'w199')
    assert on_disk(app, *words) == {*words}
    await _delete_everything(tab)
    await expect(tab.part('toast')).to_contain_text('Tudo foi apagado.')
    await expect(_progress(tab)).to_have_text(GONE)
    browser_log.expect_lost_line()
    await app.kill()
    assert on_disk(app, *words) == set()


async def test_what_still_has_to_be_done_is_shown_whichever_page_is_opened(
    start_app: StartApp, open_tab: OpenTab
) -> None:
    app = await start_app()
    tab = await open_tab(app, locale='pt-BR')
    await tab.ask('zuvoquestion tokens=20 rate=2000')
    await tab.has_status('complete')
    with closing(sqlite3.connect(app.data_dir / 'guilherme.db', isolation_level=None)) as reader:
        reader.execute('BEGIN')
        reader.execute('SELECT count(*) FROM message').fetchone()
        await _delete_everything(tab)
        await expect(_progress(tab)).to_contain_text('momento tranquilo')
        await tab.page.reload()
        await tab.connected()
        await expect(_progress(tab)).to_contain_text('momento tranquilo')
        await tab.ask('tokens=3')  # nothing is held up by it
        await tab.has_status('complete')
    await expect(_progress(tab)).to_have_text(GONE)
    await tab.part('settings').click()
    await expect(tab.part('settings-page').get_by_test_id('wiping')).to_have_text(GONE)
    assert on_disk(app, 'zuvoquestion') == set()


async def test_backups_of_the_app_go_too_unless_one_wants_them(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    backup = app.data_dir / 'backups' / BACKUP
    backup.parent.mkdir()
    tab = await open_tab(app, locale='pt-BR')
    for wanted in (True, False):
        backup.write_text('zuvoquestion')
        await _delete_everything(tab, backup_too=wanted)
        await expect(tab.part('toast')).to_contain_text('Tudo foi apagado.')
        assert backup.exists() is not wanted
        await tab.open()  # not the settings, which have looked for backups already


def _progress(tab: Screen) -> Locator:
    return tab.page.locator('.sidebar').get_by_test_id('wiping')


async def _delete_everything(tab: Screen, *, backup_too: bool | None = None) -> None:
    await tab.part('settings').click()
    await tab.part('delete-everything').click()
    option = tab.part('delete-everything-option')
    if backup_too is None:
        await expect(option).to_have_count(0)
    else:
        await expect(tab.part('delete-everything-dialog')).to_contain_text('de 01/03/2026')
        await expect(option).to_be_checked()
        await option.set_checked(backup_too)
    await tab.part('delete-everything-word').fill('apagar')
    await tab.part('delete-everything-word').press('Enter')
