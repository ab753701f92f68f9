"""What a page shows of slash commands: the menu, steps and sources as they come, and words in its language."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import Parts
from app.ui.components.composer import Composer
from tests.replies.waiting import until
from tests.storage.samples import new_id
from tests.support.ollama_server import OllamaServer
from tests.support.youtube_server import TALK, Track, Video, YouTubeServer, lecture
from tests.ui.simulated import Browser, running_app


@pytest.fixture
async def parts(tmp_path: Path, server: OllamaServer, youtube: YouTubeServer) -> AsyncIterator[Parts]:
    settings: dict[str, Any] = {'ollama_host': server.url, 'youtube_base_url': youtube.url, 'num_ctx': 2048}
    async with running_app(tmp_path / 'data', **settings) as running:
        yield running


@pytest.mark.parametrize(
    ('language', 'name', 'summary'),
    [
        ('en', 'youtube', 'Show the transcript of a YouTube video.'),
        ('pt-BR', 'help', 'Lista os comandos ou explica um deles.'),
    ],
)
async def test_the_menu_has_every_command_in_the_language_of_the_page(
    parts: Parts, language: str, name: str, summary: str
) -> None:
    page = Browser(language)
    await page.open('/')
    menu = {entry['name']: entry for entry in page.element(Composer).props['commands']}
    assert menu.keys() == {'help', 'youtube', 'youtube_resumo'}
    assert menu[name]['summary'] == summary
    assert 'ajuda' in menu['help']['aliases']
    assert menu['youtube']['usage'] == '<link>'


async def test_a_transcript_in_the_language_of_the_page(parts: Parts) -> None:
    page = Browser('pt-BR')
    await page.open('/')
    page.send(f'/youtube {TALK}')
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    assert 'Legendas em inglês, feitas por pessoas' in page.screen().last
    [*_, state] = page.screen().states.values()
    assert state['sources'] == [['A talk about tea', f'https://www.youtube.com/watch?v={TALK}']]
    assert page.heading()['title'] == 'A talk about tea'


async def test_a_transcript_again_in_the_language_of_whoever_asks_again(parts: Parts) -> None:
    page = Browser('en')
    await page.open('/')
    conversation_id = page.send(f'/youtube {TALK}')
    await until(lambda: page.screen().statuses == ['complete', 'complete'])
    other = Browser('pt-BR')
    await other.open(f'/c/{conversation_id}')
    [*_, reply_id] = other.screen().states
    other.act('regenerate', reply_id)
    await until(lambda: 'Legendas em inglês' in other.screen().last)


async def test_the_notes_on_parts_come_while_they_are_made(parts: Parts, youtube: YouTubeServer) -> None:
    youtube.show(Video(TALK, tracks=[Track('en', 'English', lecture(3_000))]))
    page = Browser('en')
    await page.open('/')
    conversation_id = page.send(f'/youtube_resumo {TALK}')
    await until(lambda: any(len(steps) == 2 for steps in page.screen().steps.values()))
    [*_, reply_id] = page.screen().states
    assert page.screen().states[reply_id]['status'] == 'streaming'
    assert page.screen().states[reply_id]['notes'][0].startswith('Reading part ')
    late = Browser('en')
    await late.open(f'/c/{conversation_id}')
    assert len(late.screen().steps[reply_id]) >= 2
    await until(lambda: page.screen().states[reply_id]['status'] == 'complete', timeout=20)
    await until(lambda: late.screen().states[reply_id]['status'] == 'complete')
    steps = page.screen().steps[reply_id]
    assert steps == late.screen().steps[reply_id]
    assert [step['title'].partition(' ·')[0] for step in steps] == [
        f'Part {number} of {len(steps)}' for number in range(1, len(steps) + 1)
    ]
    assert steps[0]['html'].startswith('<p>w0 w1')


@pytest.mark.expects_log('failed: transcript_unavailable')
async def test_what_went_wrong_is_said_in_the_language_of_the_page(parts: Parts, youtube: YouTubeServer) -> None:
    youtube.show(Video(TALK, trouble='age'))
    page = Browser('pt-BR')
    await page.open('/')
    page.send(f'/youtube {TALK}')
    await until(lambda: page.screen().statuses == ['complete', 'failed'])
    [*_, state] = page.screen().states.values()
    assert state['error']['text'].startswith('O YouTube só mostra este vídeo a adultos com conta')


async def test_a_command_nobody_knows_is_given_back_with_the_nearest(parts: Parts) -> None:
    page = Browser('pt-BR')
    await page.open('/')
    page.send('/yutube x', new_id())
    await until(lambda: page.calls(Composer, 'refused'))
    [[_, sentence]] = page.calls(Composer, 'refused')
    assert sentence.startswith('Não existe o comando /yutube. Você quis dizer /youtube?')
