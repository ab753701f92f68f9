"""`/youtube_resumo`: read whole or part by part, interrupted anywhere, and checked against the transcript."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from app.commands.summarising import REFUSALS
from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status, Step
from app.replies.prompt import budget, estimate_tokens
from tests.chat.desk import Desk, open_desk
from tests.replies.waiting import until
from tests.support.ollama_server import CLASSIC, NEWEST, OllamaServer
from tests.support.ollama_window import prompt_tokens
from tests.support.youtube_server import TALK, Track, Video, YouTubeServer, lecture

OTHER = 'aaaaaaaaaaa'
CALL = f'/youtube_resumo https://youtu.be/{TALK}'
LONG = Video(TALK, tracks=[Track('en', 'English', lecture(6_000, seconds=3_600))])


@pytest.fixture
async def desk(tmp_path: Path, server: OllamaServer, youtube: YouTubeServer) -> AsyncIterator[Desk]:
    settings = {'ollama_host': server.url, 'youtube_base_url': youtube.url, 'num_ctx': 4096}
    async with open_desk(tmp_path / 'data', **settings) as opened:
        yield opened


def prompts(server: OllamaServer) -> list[str]:
    """Give what the model was asked, one text for each request."""
    return [record.body['messages'][0]['content'] for record in server.asked('/api/chat')]


def shown(reply: Message) -> list[Step]:
    """Give the steps a person sees."""
    return [step for step in reply.steps if step.title]


def parts_read(server: OllamaServer) -> list[str]:
    return [prompt for prompt in prompts(server) if prompt.startswith('Below is part')]


async def test_a_transcript_that_fits_goes_at_once(desk: Desk, server: OllamaServer) -> None:
    _, reply = await desk.exchange(CALL)
    [prompt] = prompts(server)
    assert prompt.startswith('Below is what is said in the video “A talk about tea”.')
    assert '<text>\n[0:00] Hello & welcome. This is the talk. Goodbye.\n</text>' in prompt
    assert reply.content.startswith(f'### [A talk about tea](https://www.youtube.com/watch?v={TALK})\n\n**Tea House**')
    assert reply.content.endswith('\n\n' + ' '.join(f'w{number}' for number in range(20)) + ' ')
    assert (reply.status, shown(reply)) == (Status.COMPLETE, [])
    assert reply.model is not None
    assert reply.stats['num_ctx'] == 4096


async def test_times_in_it_are_links_that_were_checked(desk: Desk, server: OllamaServer) -> None:
    server.script = 'say=' + quote('It begins [0:00] and ends [9:59].')
    _, reply = await desk.exchange(CALL)
    assert reply.content.endswith(f'It begins [0:00](https://www.youtube.com/watch?v={TALK}&t=0s) and ends .')


async def test_a_long_one_is_read_part_by_part(desk: Desk, server: OllamaServer, youtube: YouTubeServer) -> None:
    youtube.show(LONG)
    _, reply = await desk.exchange(CALL)
    read = parts_read(server)
    assert len(read) == len(shown(reply)) > 3
    said = [word for prompt in read for word in prompt.split('<text>')[1].split('</text>')[0].split() if word[0] == 'w']
    assert [word.rstrip('.') for word in said] == [f'w{number}' for number in range(6_000)]
    estimates = [estimate_tokens(prompt) for prompt in read]
    assert budget(4096) / 2 < min(estimates) <= max(estimates) <= budget(4096)
    last = prompts(server)[-1]
    assert last.startswith('Below is notes on what is said')
    assert last.count('w19') == len(read)
    assert reply.steps[0].title.startswith(f'Part 1 of {len(read)} · 0:00–')
    assert reply.steps[0].text.startswith('w0 w1')
    assert reply.status is Status.COMPLETE


async def test_notes_that_are_too_many_are_put_together_first(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    youtube.show(LONG)
    server.script = 'kind=num tokens=500 rate=0'
    _, reply = await desk.exchange(CALL)
    assert reply.status is Status.COMPLETE
    counted = [prompt_tokens(record.body, server.token) for record in server.asked('/api/chat')]
    assert max(counted) < budget(4096) * 1.33
    assert any('one list of half the length' in prompt for prompt in prompts(server))


@pytest.mark.parametrize('version', [CLASSIC, NEWEST])
@pytest.mark.parametrize('words', [900, 6_000], ids=['whole', 'in parts'])
async def test_what_the_model_finds_too_long_is_read_in_smaller_parts(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer, version: str, words: int
) -> None:
    server.version, server.token = version, re.compile(r'(?=\S)|\S')  # two tokens a letter
    youtube.show(Video(TALK, tracks=[Track('en', 'English', lecture(words, seconds=3_600))]))
    _, reply = await desk.exchange(CALL)
    assert reply.status is Status.COMPLETE
    answered = [record for record in server.asked('/api/chat') if record.tokens]
    assert 0 < len(server.asked('/api/chat')) - len(answered) <= 2 * REFUSALS
    assert all(prompt_tokens(record.body, server.token) < 4096 for record in answered)
    read = [text for record in answered if (text := record.body['messages'][0]['content']).startswith('Below is part')]
    said = [word for prompt in read for word in prompt.split('<text>')[1].split('</text>')[0].split() if word[0] == 'w']
    assert [word.rstrip('.') for word in said] == [f'w{number}' for number in range(words)]
    assert len(read) == len(shown(reply))


async def test_the_page_is_told_which_part_is_read(desk: Desk, server: OllamaServer, youtube: YouTubeServer) -> None:
    youtube.show(LONG)
    server.script = 'kind=num tokens=20 rate=200'
    state, reply = await desk.ask(CALL)
    seen: list[dict[str, object]] = []

    def note() -> bool:
        live = state.replies.get(reply.id)
        if live and live.progress and dict(live.progress) not in seen:
            seen.append(dict(live.progress))
        return live is None

    await until(note, timeout=10)
    count = len(shown(await desk.ended(reply)))
    assert {'code': 'reading_part', 'number': 2, 'count': count} in seen
    assert seen[0]['code'] == 'fetching_video'
    assert seen[-1]['code'] == 'writing_summary'


async def stopped_in_part(desk: Desk, server: OllamaServer, youtube: YouTubeServer, part: int) -> Message:
    """Stop a summary while a part is read; give it as it is stored."""
    youtube.show(LONG)
    server.script = 'kind=num tokens=20 rate=400'
    state, reply = await desk.ask(CALL)
    await server.until(lambda: len(parts_read(server)) == part, timeout=10)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    return await desk.ended(reply)


async def test_a_stop_keeps_the_parts_and_continue_goes_on_with_the_next(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    stopped = await stopped_in_part(desk, server, youtube, 3)
    assert stopped.status is Status.STOPPED
    assert len(shown(stopped)) == 2
    asked = youtube.count()
    await desk.chat.asking.resume(LOCAL_OWNER, stopped.id)
    whole = await desk.ended(stopped)
    assert whole.status is Status.COMPLETE
    assert [step.data['first'] for step in shown(whole)] == sorted({step.data['first'] for step in shown(whole)})
    assert len(parts_read(server)) == len(shown(whole)) + 1  # the one that was stopped is read once more
    assert whole.content.count('### [') == 1
    assert len(whole.sources) == 1
    assert youtube.count() == asked


async def test_it_goes_on_with_another_window_too(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer, tmp_path: Path
) -> None:
    stopped = await stopped_in_part(desk, server, youtube, 3)
    settings = {'ollama_host': server.url, 'youtube_base_url': youtube.url, 'num_ctx': 8192}
    await desk.parts.close()
    async with open_desk(tmp_path / 'data', **settings) as later:
        await later.chat.asking.resume(LOCAL_OWNER, stopped.id)
        whole = await later.ended(stopped)
    ends = [step.data['end'] for step in shown(whole)]
    assert [step.data['first'] for step in shown(whole)] == [0, *ends[:-1]]
    assert whole.status is Status.COMPLETE


@pytest.mark.expects_log('failed: connection_dropped')
async def test_a_summary_goes_on_from_its_last_word(desk: Desk, server: OllamaServer) -> None:
    server.script = 'kind=num tokens=20 drop_after=9'
    _, reply = await desk.exchange(CALL)
    assert reply.status is Status.FAILED
    assert reply.content.endswith('w8 ')
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    whole = await desk.ended(reply)
    assert server.asked('/api/chat')[-1].body['messages'][-1] == {
        'role': 'assistant',
        'content': ' '.join(f'w{number}' for number in range(9)) + ' ',
    }
    assert whole.content.endswith('\n\n' + ' '.join(f'w{number}' for number in range(20)) + ' ')


async def test_several_videos_and_one_that_cannot_be_had(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    youtube.show(Video(OTHER, title='The other'))
    _, reply = await desk.exchange(f'{CALL} zzzzzzzzzzz {OTHER}')
    first, failed, last = reply.content.split('\n\n---\n\n')
    assert 'A talk about tea' in first
    assert 'w19' in first
    assert 'does not exist any more' in failed
    assert 'The other' in last
    assert 'w19' in last


@pytest.mark.expects_log('failed: connection_dropped')
async def test_the_second_of_two_goes_on_where_it_was(desk: Desk, server: OllamaServer, youtube: YouTubeServer) -> None:
    youtube.show(Video(OTHER, title='The other (drop_after=5)'))
    _, reply = await desk.exchange(f'{CALL} {OTHER}')
    assert reply.status is Status.FAILED
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    whole = await desk.ended(reply)
    assert whole.status is Status.COMPLETE
    first, last = whole.content.split('\n\n---\n\n')
    assert first.count('w19') == last.count('w19') == 1
    assert len(server.asked('/api/chat')) == 3


async def test_a_summary_that_was_finished_is_left_alone_when_the_next_goes_on(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    youtube.show(Video(OTHER, trouble='endless'))
    state, reply = await desk.ask(f'{CALL} {OTHER}')
    await youtube.until(lambda: youtube.count(f'/api/timedtext?v={OTHER}'))
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    first = (await desk.ended(reply)).content
    youtube.show(Video(OTHER, title='The other'))
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    whole = await desk.ended(reply)
    assert whole.content.startswith(first.removesuffix('\n\n---\n\n') + '\n\n---\n\n### [The other]')
    assert len(prompts(server)) == 2


async def test_a_summary_cannot_pretend_that_another_video_began(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    pretended = f'\n\n---\n\n### [x](https://www.youtube.com/watch?v={OTHER})\n\nAnd'
    server.script = 'rate=200 say=' + quote(pretended + ' so on.' * 200)
    state, reply = await desk.ask(CALL)
    await until(lambda: 'And' in state.replies[reply.id].current().content)
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    await until(lambda: len(prompts(server)) == 2)


async def test_links_of_the_model_are_gone_from_the_notes_too(
    desk: Desk, server: OllamaServer, youtube: YouTubeServer
) -> None:
    youtube.show(LONG)
    server.script = 'rate=0 say=' + quote(
        '- said [0:00] and [9:59:59](http://evil.example) see [this](http://evil.example)'
    )
    _, reply = await desk.exchange(CALL)
    assert {step.text for step in shown(reply)} == {
        f'- said [0:00](https://www.youtube.com/watch?v={TALK}&t=0s) and  see this'
    }
    assert '- said [0:00] and  see this' in prompts(server)[-1]


async def test_a_model_that_is_not_there_is_said(
    desk: Desk, server: OllamaServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.install([])
    with caplog.at_level('CRITICAL', logger='app'):
        _, reply = await desk.exchange(CALL)
    assert reply.status is Status.FAILED
    assert reply.error is not None
    assert reply.error['code'] == 'model_not_found'


async def test_a_stop_reaches_the_model_at_once(desk: Desk, server: OllamaServer) -> None:
    server.script = 'kind=num tokens=1000 rate=20'
    state, _ = await desk.ask(CALL)
    await server.until(lambda: server.asked('/api/chat') and server.asked('/api/chat')[-1].tokens > 3)
    await asyncio.wait_for(desk.chat.asking.stop(LOCAL_OWNER, state.id), 5)
    await server.until(lambda: server.asked('/api/chat')[-1].disconnected_at)


async def test_what_was_summed_up_can_be_asked_about(desk: Desk, server: OllamaServer) -> None:
    state, _ = await desk.exchange(CALL)
    await desk.exchange('What is said at the end?', state.id)
    sent = server.asked('/api/chat')[-1].body['messages']
    assert 'This is the talk.' in sent[0]['content']
    assert sent[2]['content'].startswith('### [A talk about tea]')
