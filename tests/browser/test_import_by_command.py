"""What a command imports while the app runs is on its pages at once."""

from playwright.async_api import expect

from tests.browser.conftest import OpenTab, StartApp
from tests.exchange.reading_files import FILES
from tests.operating.running import run


async def test_a_page_that_is_open_shows_what_a_command_imports(start_app: StartApp, open_tab: OpenTab) -> None:
    app = await start_app()
    screen = await open_tab(app)
    await expect(screen.part('conversation-item')).to_have_count(0)
    code, _, err = await run('import', str(FILES / 'claude.json'), '--data-dir', str(app.data_dir))
    assert (code, err) == (0, '')
    await expect(screen.part('conversation-item')).to_have_count(2)
