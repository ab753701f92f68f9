"""Slash commands in a real browser: the menu, files, and answers that stream, stop and survive as a model's do."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import BrowserLog, OpenTab, StartApp
from tests.browser.screen import Screen
from tests.support.app_process import AppProcess
from tests.support.hostile_markdown import HOSTILE_MARKDOWN
from tests.support.ollama_server import OllamaServer
from tests.support.youtube_server import TALK, Track, Video, YouTubeServer, lecture, spoken

LONG, HOSTILE = 'threehours1', 'hostile0001'
WORDS = 30_000
SMALL_WINDOW = '2048'

DROP = """
([text, name, type]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type }));
  const how = { dataTransfer: files, bubbles: true, cancelable: true };
  for (const kind of ['dragover', 'drop']) document.querySelector('main').dispatchEvent(new DragEvent(kind, how));
}
"""


@pytest.fixture
async def app_with_youtube(start_app: StartApp, youtube: YouTubeServer) -> AppProcess:
    youtube.show(Video(LONG, tracks=[Track('en', 'English', lecture(WORDS))]))
    return await start_app(YOUTUBE_BASE_URL=youtube.url, GUILHERME_NUM_CTX=SMALL_WINDOW)


def items(tab: Screen) -> list[str]:
    return [f'/{name}' for name in ('help', 'youtube', 'youtube_resumo')]


async def numbered_words(tab: Screen) -> list[str]:
    """Give the numbered words of the newest answer."""
    return re.findall(r'w\d+', await tab.body.text_content() or '')


# --- the menu ---------------------------------------------------------------------------------------------------------


async def test_the_menu_by_keyboard(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.press_sequentially('/')
    options = tab.part('command-item')
    await expect(options).to_contain_text(items(tab))
    await expect(options.first).to_have_attribute('aria-selected', 'true')
    await expect(tab.composer).to_have_attribute('aria-controls', 'command-menu')
    await tab.composer.press('ArrowUp')
    await expect(options.last).to_have_attribute('aria-selected', 'true')
    await expect(tab.composer).to_have_attribute('aria-activedescendant', 'command-2')
    await tab.composer.press('ArrowDown')
    await tab.composer.press('ArrowDown')
    await tab.composer.press('Enter')
    await expect(tab.composer).to_have_value('/youtube ')
    await expect(tab.part('command-menu')).to_have_count(0)
    await expect(tab.questions).to_have_count(0)


async def test_the_menu_shows_what_fits_to_what_is_typed(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.press_sequentially('/Yout')
    await expect(tab.part('command-item')).to_contain_text(['/youtube', '/youtube_resumo'])
    await tab.composer.press_sequentially('ube_s')
    await expect(tab.part('command-item')).to_contain_text(['/youtube_resumo'])
    await tab.composer.press('Tab')
    await expect(tab.composer).to_have_value('/youtube_resumo ')
    for text in ('/nothing', '//', '/youtube x', 'see /help', 'a/b'):
        await tab.composer.fill(text)
        await expect(tab.part('command-menu')).to_have_count(0)


async def test_the_menu_by_mouse_and_away_with_escape(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.press_sequentially('/')
    await tab.composer.press('Escape')
    await expect(tab.part('command-menu')).to_have_count(0)
    await tab.composer.press_sequentially('y')
    await tab.part('command-item').last.hover()
    await expect(tab.part('command-item').last).to_have_attribute('aria-selected', 'true')
    await tab.part('command-item').last.click()
    await expect(tab.composer).to_have_value('/youtube_resumo ')
    await expect(tab.composer).to_be_focused()


async def test_a_whole_name_is_sent_and_answers(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app, locale='pt-BR')
    await tab.composer.press_sequentially('/ajuda')
    await expect(tab.part('command-item')).to_contain_text(['/help'])
    await tab.composer.press('Enter')
    await tab.has_status('complete')
    await tab.shows('Mostra a transcrição de um vídeo do YouTube.')


async def test_an_unknown_command_is_given_back_with_the_nearest(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.send('/yutube x')
    await expect(tab.page.locator('.composer-hint')).to_have_text(
        'There is no command /yutube. Did you mean /youtube? As a message it begins with //'
    )
    await expect(tab.composer).to_have_value('/yutube x')
    await expect(tab.questions).to_have_count(0)
    await tab.ask('//yutube tokens=3')
    await expect(tab.questions.get_by_test_id('message-body')).to_have_text('/yutube tokens=3')


# --- files ------------------------------------------------------------------------------------------------------------


async def test_a_dropped_transcript_is_read(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    vtt = 'WEBVTT\n\n00:00:05.000 --> 00:00:07.000\nGiven by hand.\n'
    await tab.evaluate(DROP, [vtt, 'talk.vtt', ''])
    await expect(tab.composer).to_have_value(f'/youtube\n{vtt}')
    await tab.composer.press('Enter')
    await tab.has_status('complete')
    await tab.shows('0:05 Given by hand.')


async def test_a_dropped_text_goes_behind_what_is_written(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.fill('/youtube https://youtu.be/x ')
    await tab.evaluate(DROP, ['So it was said.', 'said.txt', 'text/plain'])
    await expect(tab.composer).to_have_value('/youtube https://youtu.be/x\nSo it was said.')
    await tab.evaluate(DROP, ['\x00\x01', 'cat.png', 'image/png'])
    await expect(tab.page.locator('.composer-hint')).to_have_text(
        'cat.png is a picture, and pictures cannot be read here yet.'
    )
    await expect(tab.composer).to_have_value('/youtube https://youtu.be/x\nSo it was said.')


OFFER = """
([files, how]) => {
  const offered = new DataTransfer();
  for (const [bytes, name, type] of files) offered.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const target = document.querySelector('[data-testid=composer]');
  const init = { bubbles: true, cancelable: true };
  if (how === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: offered }));
  else target.dispatchEvent(new DragEvent('drop', { ...init, dataTransfer: offered }));
}
"""
CP1252 = '1\r\n00:00:01,000 --> 00:00:03,000\r\nOlá, coração! Não é à toa.\r\n'


def offered(*files: tuple[bytes, str, str], how: str = 'drop') -> list[object]:
    return [[[[*content], name, kind] for content, name, kind in files], how]


@pytest.mark.parametrize('encoding', ['cp1252', 'utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le'])
async def test_a_file_is_read_whatever_its_encoding(encoding: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.evaluate(OFFER, offered((CP1252.encode(encoding), 'legenda.srt', '')))
    await expect(tab.composer).to_have_value('/youtube\n' + CP1252.replace('\r', ''))
    said = 'legenda.srt is not in UTF-8; it was read as Windows-1252. Check the accents.'
    await expect(tab.page.locator('.composer-hint')).to_have_text(said if encoding == 'cp1252' else '')


@pytest.mark.parametrize('how', ['drop', 'paste'])
async def test_every_file_is_read_or_named(how: str, app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    files = (b'First.', 'a.txt', 'text/plain'), (b'Second.', 'b.txt', ''), (b'\x89PNG', 'c.png', 'image/png')
    more = (b'\x00\x01\x02', 'd.txt', 'text/plain'), (b'PK', 'e.docx', '')
    other = ('Third.'.encode('utf-32'), 'f.txt', 'text/plain'), (b'', 'g.srt', '')
    await tab.evaluate(OFFER, offered(*files, *more, *other, how=how))
    await expect(tab.composer).to_have_value('a.txt:\nFirst.\n\nb.txt:\nSecond.')
    hint = tab.page.locator('.composer-hint')
    await expect(hint).to_contain_text('c.png is a picture')
    for name in ('d.txt', 'e.docx', 'f.txt'):
        await expect(hint).to_contain_text(f'{name} is no text')
    await expect(hint).to_contain_text('g.srt is empty.')


async def test_a_conversation_dragged_into_the_field_stays_in_the_list(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    rows = tab.part('conversation-item')
    shown = await rows.count()
    await rows.first.locator('a').drag_to(tab.composer)
    await expect(tab.composer).to_have_value('')
    await expect(rows).to_have_count(shown)


async def test_what_is_too_long_for_a_message_stays_where_it_is(app: AppProcess, open_tab: OpenTab) -> None:
    tab = await open_tab(app)
    await tab.composer.fill('Keep me')
    await tab.evaluate(DROP, ['x' * 400_000, 'book.txt', 'text/plain'])
    await expect(tab.page.locator('.composer-hint')).to_contain_text('too large')
    await expect(tab.composer).to_have_value('Keep me')
    await tab.composer.fill('x' * 400_001)
    await tab.composer.press('Enter')
    await expect(tab.page.locator('.composer-hint')).to_contain_text('Up to 400000 characters')
    await expect(tab.questions).to_have_count(0)
    await tab.ask('tokens=3')
    await tab.has_status('complete')


# --- answers ----------------------------------------------------------------------------------------------------------


async def test_three_hours_of_transcript_keep_the_page_quick_and_lose_nothing(
    app_with_youtube: AppProcess, open_tab: OpenTab
) -> None:
    tab = await open_tab(app_with_youtube)
    await tab.ask('tokens=3')
    await tab.has_status('complete')
    other = tab.conversation_id
    await tab.new_chat()
    await tab.ask(f'/youtube https://youtu.be/{LONG}')
    talk = tab.conversation_id
    await tab.switch_to(other)
    await expect(tab.body).to_have_text('w0 w1 w2 ')
    await tab.switch_to(talk)
    await tab.has_status('complete')
    assert await numbered_words(tab) == [f'w{number}' for number in range(WORDS)]
    await tab.page.reload()
    assert await numbered_words(tab) == [f'w{number}' for number in range(WORDS)]
    await expect(tab.body.locator('a', has_text='2:30:')).not_to_have_count(0)
    await expect(tab.item(talk)).to_contain_text('A talk about tea')


async def test_a_summary_streams_survives_a_reload_and_shows_its_parts(
    app_with_youtube: AppProcess, open_tab: OpenTab, youtube: YouTubeServer
) -> None:
    youtube.show(Video(TALK, title='Tea (rate=60 tokens=40)', tracks=[Track('en', 'English', lecture(3_000))]))
    tab = await open_tab(app_with_youtube)
    reply_id = await tab.ask(f'/youtube_resumo {TALK}')
    await expect(tab.reply.locator('.message-note')).to_contain_text(re.compile(r'Reading part 2 of \d'))
    await tab.page.reload()
    await expect(tab.part('message-step')).not_to_have_count(0)
    await tab.has_status('complete', timeout=20)
    assert await tab.reply_id() == reply_id
    count = await tab.part('message-step').count()
    notes = tab.part('message-steps')
    await expect(notes.locator('> summary')).to_have_text(f'Notes · {count}')
    await notes.locator('> summary').click()
    await tab.part('message-step').nth(1).locator('summary').click()
    await expect(tab.part('message-step').nth(1).locator('.step-text')).to_contain_text('w39')
    assert await numbered_words(tab) == [f'w{number}' for number in range(40)]


async def test_a_kill_keeps_the_parts_that_were_read_and_continue_goes_on(
    app_with_youtube: AppProcess,
    open_tab: OpenTab,
    youtube: YouTubeServer,
    ollama: OllamaServer,
    browser_log: BrowserLog,
) -> None:
    browser_log.expect_lost_line()
    app = app_with_youtube
    youtube.show(Video(TALK, title='Killed (rate=60 tokens=40)', tracks=[Track('en', 'English', lecture(3_000))]))
    tab = await open_tab(app)
    await tab.ask(f'/youtube_resumo {TALK}')
    await expect(tab.part('message-step')).to_have_count(2)
    await app.kill()
    fetched = youtube.count()
    await app.start()
    await tab.has_status('interrupted', timeout=20)
    await expect(tab.part('message-step')).to_have_count(2)
    asked = len(ollama.requests)
    await tab.part('message-continue').click()
    await tab.has_status('complete', timeout=20)
    count = await tab.part('message-step').count()
    read = [each.body['messages'][0]['content'] for each in ollama.requests[asked:] if each.path == '/api/chat']
    assert [text.startswith(f'Below is part {3 + at} of {count}') for at, text in enumerate(read[:-1])] == [True] * (
        count - 2
    )
    assert youtube.count() == fetched
    assert await numbered_words(tab) == [f'w{number}' for number in range(40)]
    await expect(tab.body.locator('h3')).to_have_count(1)


async def test_a_transcript_is_stopped(app_with_youtube: AppProcess, open_tab: OpenTab, youtube: YouTubeServer) -> None:
    youtube.show(Video(TALK, trouble='endless'))
    tab = await open_tab(app_with_youtube)
    await tab.ask(f'/youtube {TALK}')
    await expect(tab.reply.locator('.dots')).to_be_visible()
    await expect(tab.reply.locator('.message-note')).to_have_text('Fetching the transcript')
    await youtube.until(lambda: youtube.count('/api/timedtext'))
    await tab.part('stop').click()
    await tab.has_status('stopped')
    await youtube.until(lambda: youtube.requests[-1].disconnected_at)


async def test_what_a_video_says_is_harmless(
    app_with_youtube: AppProcess, open_tab: OpenTab, youtube: YouTubeServer
) -> None:
    said = [' '.join(text.encode('utf-8', 'replace').decode().split()) for _, text in HOSTILE_MARKDOWN]
    words = [''.join(char for char in text if char.isprintable()) for text in said]
    youtube.show(Video(HOSTILE, title='<img src=x onerror=attacked=1>', channel='[x](javascript:attacked=1)',
                       tracks=[Track('en', '<b onmouseover=attacked=1>', spoken(*words))]))  # fmt: skip
    tab = await open_tab(app_with_youtube)
    await tab.ask(f'/youtube {HOSTILE}')
    await tab.has_status('complete')
    await expect(tab.body.locator('h3')).to_have_text('<img src=x onerror=attacked=1>')
    links = await tab.body.locator('a').evaluate_all('links => links.map(link => link.href)')
    assert links
    assert all(re.match(r'https://(www\.youtube\.com/watch\?|i\.ytimg\.com/)', link) for link in links)
    await expect(tab.body.locator('img, script, iframe, form, svg, input')).to_have_count(0)
    assert await tab.evaluate('window.attacked') is None
