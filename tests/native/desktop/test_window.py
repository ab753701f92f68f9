"""The window for real: what it shows, how it closes, what it remembers, and what a page in it can do."""

import asyncio
import os
import signal
from pathlib import Path

from playwright.async_api import Locator, expect

from app.native.opening import place_file
from app.native.place import Place, write
from app.native.qt_window import DARK
from tests.native.desktop.conftest import TITLE, NativeApp
from tests.native.desktop.desktop import PATIENCE, SIZE
from tests.replies.waiting import until

LONG = 'tokens=2000 rate=40'


async def right_click(app: NativeApp, on: Locator) -> None:
    box, window = await on.bounding_box(), await app.desktop.window(TITLE)
    assert box is not None
    await app.desktop.click(window.x + box['x'] + 10, window.y + box['y'] + 10, 3)


async def ask_something_long(app: NativeApp) -> str:
    """Ask, and give the answer's id when some of it is shown."""
    async with app.page() as page:
        reply_id = await page.ask(LONG)
        await page.shows('w20')
    return reply_id


async def test_closed_in_mid_reply_it_asks_first_and_keeps_all_that_was_shown(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        reply_id = await page.ask(LONG)
        await page.shows('w20')
        await app.desktop.close(TITLE)
        await expect(page.part('closing-question')).to_be_visible()
        await page.part('closing-stay').click()
        await expect(page.part('closing-question')).to_be_hidden()
        await page.shows('w60')  # it goes on meanwhile
        await app.desktop.close(TITLE)
        shown = await page.longest_shown(reply_id)
        await page.part('closing-close').click()
        assert await app.ended() == 0
    await app.desktop.gone(TITLE)
    status, stored = app.stored_reply(reply_id)
    assert status == 'interrupted'
    assert 'w60' in shown
    assert stored.startswith(shown)
    assert 'Traceback' not in app.log()

    await app.start()
    async with app.page() as page:
        await page.part('conversation-item').locator('a').first.click()
        await page.shows(stored.strip())
        await page.has_status('interrupted')


async def test_what_was_closed_goes_on_by_itself_if_so_set(app: NativeApp) -> None:
    app.settings |= {'GUILHERME_RESUME': 'true'}
    await app.start()
    async with app.page() as page:
        reply_id = await page.ask('tokens=120 rate=30')
        await page.shows('w10')
        await app.desktop.close(TITLE)
        await expect(page.part('closing-question')).to_contain_text('goes on by itself')
        await page.part('closing-close').click()
        assert await app.ended() == 0
    await app.start()
    await until(lambda: app.stored_reply(reply_id)[0] == 'complete', timeout=20)
    assert app.stored_reply(reply_id)[1].split() == [f'w{number}' for number in range(120)]
    async with app.page() as page:
        await page.part('conversation-item').locator('a').first.click()
        await page.shows('w119')
        await page.has_status('complete')


async def test_a_page_that_was_loaded_again_asks_again(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.ask(LONG)
        await page.shows('w20')
        await app.desktop.close(TITLE)
        await expect(page.part('closing-question')).to_be_visible()
        await page.page.reload()
        await page.connected()
        await expect(page.part('closing-question')).to_be_hidden()
        await app.desktop.close(TITLE)
        await expect(page.part('closing-question')).to_be_visible()
        await page.part('closing-close').click()
        assert await app.ended() == 0


async def test_minimized_it_comes_forward_to_ask(app: NativeApp) -> None:
    await app.start()
    await ask_something_long(app)
    await app.desktop.minimize(TITLE)
    await app.desktop.until_active('')
    await app.desktop.close(TITLE)
    await app.desktop.until_active(TITLE)
    async with app.page() as page:
        await expect(page.part('closing-question')).to_be_visible()


async def test_with_nothing_being_written_it_closes_at_once(app: NativeApp) -> None:
    await app.start()
    async with app.page():
        pass
    await app.desktop.close(TITLE)
    assert await app.ended() == 0
    await app.desktop.gone(TITLE)
    assert 'Traceback' not in app.log()
    assert sorted(path.name for path in app.data_dir.glob('window*')) == ['window', 'window.json', 'window.lock']


async def test_a_stop_signal_closes_the_window(app: NativeApp) -> None:
    await app.start()
    reply_id = await ask_something_long(app)
    code, _ = await app.terminate()
    assert code == 0
    await app.desktop.gone(TITLE)
    assert app.stored_reply(reply_id)[0] == 'interrupted'


async def test_when_the_server_is_killed_the_window_closes(app: NativeApp) -> None:
    await app.start()
    async with app.page():
        pass
    await app.kill()
    await app.desktop.gone(TITLE)


async def test_when_the_window_is_killed_the_server_ends_in_order(app: NativeApp) -> None:
    await app.start()
    reply_id = await ask_something_long(app)
    [window] = app.window_processes()
    os.kill(window, signal.SIGKILL)
    assert await app.ended() == 0
    assert app.stored_reply(reply_id)[0] == 'interrupted'
    assert 'Traceback' not in app.log()


async def test_when_the_screen_goes_away_the_app_ends_in_order(app: NativeApp) -> None:
    await app.start()
    reply_id = await ask_something_long(app)
    await app.desktop.end()
    assert await app.ended() == 0
    assert app.stored_reply(reply_id)[0] == 'interrupted'
    assert 'Traceback' not in app.log()


async def test_it_opens_where_it_was(app: NativeApp) -> None:
    await app.start()
    await app.desktop.place(TITLE, 200, 100, 900, 650)
    placed = await app.desktop.becomes(TITLE, lambda frame: frame.width == 900)
    await until(lambda: (app.remembered().width, app.remembered().height) == (900, 650))
    for _ in range(2):  # a window that drifts by its border does so each time
        await app.desktop.close(TITLE)
        assert await app.ended() == 0
        await app.start()
        assert await app.desktop.becomes(TITLE, lambda frame: frame.width == 900) == placed


async def test_maximized_it_is_so_again_and_goes_back_to_its_size(app: NativeApp) -> None:
    await app.start()
    before = await app.desktop.window(TITLE)
    await app.desktop.maximize(TITLE)
    await until(lambda: app.remembered().maximized)
    await app.desktop.close(TITLE)
    assert await app.ended() == 0
    await app.start()
    await app.desktop.becomes(TITLE, lambda frame: frame.width == SIZE[0])
    await app.desktop.maximize(TITLE, 'remove')
    await app.desktop.becomes(TITLE, lambda frame: (frame.width, frame.height) == (before.width, before.height))


async def test_without_the_screen_it_was_on_it_comes_into_sight(app: NativeApp) -> None:
    write(place_file(app.data_dir), Place(900, 650, 5000, 40))
    await app.start()
    await app.desktop.becomes(TITLE, lambda frame: 0 <= frame.x <= SIZE[0] - 900 and frame.width == 900)


async def test_a_second_start_brings_it_forward(app: NativeApp) -> None:
    await app.start()
    async with app.page():
        pass
    await app.desktop.minimize(TITLE)
    await app.desktop.until_active('')
    before = app.log()
    second = await app.begin()
    assert await second.wait() == 0
    assert app.log().removeprefix(before) == 'The window is open already and was brought forward.\n'
    await app.desktop.until_active(TITLE)


async def test_two_starts_at_the_same_moment_open_one_window(app: NativeApp) -> None:
    running = {asyncio.create_task(process.wait()) for process in (await app.begin(), await app.begin())}
    [second], [first] = await asyncio.wait(running, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    assert second.result() == 0
    await app.desktop.window(TITLE)
    assert len(await app.desktop.windows()) == 1
    async with app.page():
        pass
    await app.desktop.close(TITLE)
    assert await first == 0
    assert app.log().count('The window is open already and was brought forward.') == 1
    assert 'Traceback' not in app.log()


async def test_started_while_it_still_ends_it_opens_again(app: NativeApp) -> None:
    await app.start()
    reply_id = await ask_something_long(app)
    async with app.page() as page:
        await app.desktop.close(TITLE)
        await page.part('closing-close').click()
        closed = await app.start_again()
    assert await closed.wait() == 0
    async with app.page() as page:
        await page.part('conversation-item').locator('a').first.click()
        await page.shows(app.stored_reply(reply_id)[1].strip())
    assert 'Traceback' not in app.log()


async def test_links_open_in_the_persons_browser(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.ask('say=%5Bthere%5D%28https%3A//example.org/page%29')
        await page.has_status('complete')
        await page.body.locator('a').click()
        await until(app.opened_by_browser.exists)
        assert app.opened_by_browser.read_text('utf-8') == 'https://example.org/page\n'
        assert page.page.url.startswith(app.url)


async def test_downloads_go_where_the_person_says(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.ask('say=kept')
        await page.has_status('complete')
        await page.part('conversation-menu').first.click(force=True)
        await page.page.get_by_role('menuitem', name='Export').click()
        await page.page.locator('a[href$="/export/json"]').click()
        await app.desktop.window('Save')
        await app.desktop.press('Return')
        await until(lambda: [*(app.home / 'Downloads').glob('*.json')] != [])
    [file] = (app.home / 'Downloads').glob('*.json')
    await until(lambda: 'kept' in file.read_text('utf-8'))


async def test_files_are_chosen_as_everywhere(app: NativeApp, tmp_path: Path) -> None:
    (tmp_path / 'given.txt').write_text('no conversations in here', 'utf-8')
    await app.start()
    async with app.page() as page:
        await page.part('settings').first.click()
        await page.part('import-choose').click()
        await app.desktop.until(lambda windows: len(windows) == 2, 'a dialog')
        await app.desktop.type(str(tmp_path / 'given.txt'))
        await app.desktop.press('Return')
        await expect(page.part('import-result')).to_be_visible()  # it was read, and says that there is nothing in it


async def test_the_clipboard_works(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.ask('say=to%20be%20copied')
        await page.has_status('complete')
        await page.reply.hover()
        await page.reply.get_by_test_id('message-copy').click()
        await page.composer.click()
        await app.desktop.press('ctrl+v')
        await expect(page.composer).to_have_value('to be copied')


async def test_a_right_click_offers_the_clipboard(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.ask('say=selected')
        await page.has_status('complete')
        await page.body.dblclick(position={'x': 10, 'y': 10})
        await right_click(app, page.body)
        for key in ('Down', 'Return'):  # Copy, and nothing else
            await app.desktop.press(key)
        await page.composer.fill('')
        await right_click(app, page.composer)
        for key in ('Down', 'Return'):  # Paste: nothing is selected that could be cut or copied
            await app.desktop.press(key)
        await expect(page.composer).to_have_value('selected')


async def test_a_dark_page_does_not_begin_white(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.evaluate('document.cookie = "guilherme_theme=dark; path=/; max-age=1000"')
    frame = await app.desktop.window(TITLE)
    await until(lambda: [*app.data_dir.glob('window/theme')])
    await app.desktop.close(TITLE)
    assert await app.ended() == 0
    middle = frame.x + frame.width // 2, frame.y + 20
    nothing = app.desktop.colour(*middle)
    starting = asyncio.create_task(app.start())
    seen = await until(lambda: {app.desktop.colour(*middle)} - {nothing}, timeout=PATIENCE)
    while not starting.done():
        seen.add(app.desktop.colour(*middle))
        await asyncio.sleep(0)
    await starting
    assert seen <= {DARK, nothing}


async def test_drafts_are_kept(app: NativeApp) -> None:
    await app.start()
    async with app.page() as page:
        await page.composer.fill('half a thought')
        await page.page.wait_for_function('Object.values(localStorage).some(kept => kept.includes("half a thought"))')
    await app.desktop.close(TITLE)
    assert await app.ended() == 0
    await app.start()
    async with app.page() as page:
        await expect(page.composer).to_have_value('half a thought')


async def test_pages_are_in_the_language_of_the_system(app: NativeApp) -> None:
    app.settings |= {'LANG': 'pt_BR.UTF-8'}
    await app.start()
    async with app.page() as page:
        await expect(page.page.locator('html')).to_have_attribute('lang', 'pt-BR')


async def test_a_window_that_cannot_be_opened_is_no_success(app: NativeApp) -> None:
    app.settings |= {'DISPLAY': ':9999'}
    started = await app.begin()
    assert await started.wait() == 1
    assert 'The window could not be opened.' in app.log()
