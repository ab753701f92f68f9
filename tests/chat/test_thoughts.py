"""Models that write their thoughts into the text: folded on the page, in files, and never asked back."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.domain.conversation import LOCAL_OWNER
from app.domain.message import Message, Status
from app.domain.search import SearchQuery
from app.exchange.json_file import json_file
from app.storage.tables import MessageRow
from app.ui.files import words
from app.ui.translations import translator
from tests.chat.desk import Desk, open_desk
from tests.chat.test_importing import begin, ended, listed
from tests.exchange.samples import talk
from tests.replies.waiting import until
from tests.replies.watcher import Watcher
from tests.support.ollama_server import OllamaServer
from tests.support.youtube_server import TALK, YouTubeServer

THOUGHT, GREETING = 'The person greets me.\nI will greet back.', 'Hello there, good morning!'
TAGGED = f'<think>\n{THOUGHT}\n</think>\n\n{GREETING}'
UNOPENED = f'{THOUGHT}\n</think>\n\n{GREETING}'


@pytest.mark.parametrize('said', [TAGGED, UNOPENED])
async def test_thoughts_are_no_part_of_the_answer_nor_of_what_is_asked_next(
    said: str, desk: Desk, server: OllamaServer
) -> None:
    state, reply = await desk.exchange('rate=0 say=' + quote(said))
    assert (reply.thinking, reply.content, reply.status) == (THOUGHT, GREETING, Status.COMPLETE)
    await desk.exchange('tokens=1', state.id)
    sent = server.asked('/api/chat')[-1].body['messages']
    assert [each['content'] for each in sent if each['role'] == 'assistant'] == [GREETING]


async def test_a_thought_told_by_its_end_leaves_the_screen_as_text_at_once(desk: Desk) -> None:
    watcher = Watcher()
    state, reply = await desk.ask('rate=40 stall_after=16 say=' + quote(UNOPENED + ' ' * 40))
    watcher.join(state)
    shown = await watcher.until(lambda: 'greets me' in watcher.html(reply.id) or watcher.thinking.get(reply.id))
    assert shown
    await watcher.until(lambda: watcher.thinking.get(reply.id) == THOUGHT)
    await watcher.until(lambda: 'greet' not in watcher.html(reply.id))
    await desk.chat.asking.stop(LOCAL_OWNER, state.id)
    stopped = await desk.messages.get(reply.id)
    assert stopped.thinking == THOUGHT
    assert GREETING.startswith(stopped.content.strip())


async def test_a_killed_process_knows_which_of_the_text_was_thought(desk: Desk) -> None:
    watcher = Watcher()
    state, reply = await desk.ask('rate=0 stall_after=20 say=' + quote(UNOPENED + ' ' * 40))
    watcher.join(state)
    await watcher.until(lambda: watcher.thinking.get(reply.id) == THOUGHT)
    [recovered] = await desk.parts.journal.recover()
    assert recovered.thinking == THOUGHT
    assert 'think' not in recovered.content


async def test_what_was_stored_with_its_tags_is_read_without_them(desk: Desk, server: OllamaServer) -> None:
    state, reply = await desk.exchange('tokens=1')
    whole = update(MessageRow).where(col(MessageRow.id) == reply.id).values(content=TAGGED)
    await desk.parts.database.write(lambda session: session.exec(whole) and None)
    stored = await desk.messages.get(reply.id)
    assert (stored.thinking, stored.content) == (THOUGHT, GREETING)
    file = await desk.chat.exporting.file(LOCAL_OWNER, state.id, 'txt', words(translator('en')))
    text = bytes(file.content).decode()
    assert '<think>' not in text
    assert GREETING in text


async def test_tags_beside_thoughts_the_server_sends_are_thoughts_too(desk: Desk) -> None:
    reply = await desk.ended((await desk.ask('thinking=2 rate=0 say=' + quote(TAGGED), model='ollama/qwen3:4b'))[1])
    assert reply.thinking.startswith('t0')
    assert reply.thinking.endswith(f'\n\n{THOUGHT}')
    assert reply.content == GREETING


async def test_what_is_imported_with_its_tags_is_stored_without_them(desk: Desk) -> None:
    begin(desk, json_file(talk('one', TAGGED, 'two', f'{GREETING}\n\n{TAGGED}', thinking='Before.')))
    assert (await ended(desk)).state == 'done'
    answers = select(MessageRow.thinking, MessageRow.content).where(col(MessageRow.role) == 'assistant')
    rows = await desk.parts.database.read(lambda session: session.exec(answers).all())
    assert sorted(tuple(row) for row in rows) == [
        (f'Before.\n\n{THOUGHT}', f'{GREETING}\n\n{GREETING}'),
        (THOUGHT, GREETING),
    ]
    findings = await desk.chat.searching.find(LOCAL_OWNER, SearchQuery(text='greets'), limit=10)
    assert findings.conversations == ()


@pytest.mark.parametrize('kind', ['md', 'txt', 'json'])
async def test_what_comes_from_elsewhere_has_its_thoughts_apart_in_every_file(kind: str, desk: Desk) -> None:
    messages = [
        {'uuid': str(number), 'sender': sender, 'text': said, 'created_at': f'2026-01-02T03:04:0{number}Z'}
        for number, (sender, said) in enumerate((('human', 'Hi'), ('assistant', f'<think>Hm.</think>\n{TAGGED}')))
    ]
    begin(desk, json.dumps([{'uuid': 'c', 'name': 'Talk', 'chat_messages': messages}]).encode())
    assert (await ended(desk)).state == 'done'
    [conversation] = await listed(desk)
    file = bytes((await desk.chat.exporting.file(LOCAL_OWNER, conversation.id, kind, words(translator('en')))).content)
    assert b'think>' not in file
    assert GREETING.encode() in file
    if kind == 'json':
        assert json.loads(file)['messages'][1]['thinking'] == f'Hm.\n\n{THOUGHT}'


async def test_what_a_person_writes_is_left_as_it_is(desk: Desk) -> None:
    _, reply = await desk.exchange(f'{TAGGED} tokens=1')
    assert (await desk.messages.get(str(reply.parent_id))).content == f'{TAGGED} tokens=1'


@pytest.mark.parametrize('said', [TAGGED, UNOPENED])
async def test_a_summary_holds_none(said: str, tmp_path: Path, server: OllamaServer, youtube: YouTubeServer) -> None:
    server.script = 'rate=0 say=' + quote(said + ' See [0:00](https://example.org/made-up).')
    async with open_desk(tmp_path / 'data', ollama_host=server.url, youtube_base_url=youtube.url) as desk:
        _, reply = await desk.exchange(f'/youtube_resumo https://youtu.be/{TALK}')
        assert reply.thinking == THOUGHT
        assert reply.content.startswith('### [A talk about tea]')
        assert '**Tea House**' in reply.content
        assert f'\n\n{GREETING} See [0:00](https://www.youtube.com/' in reply.content
        assert 'greets me' not in reply.content


@pytest.mark.expects_log('failed: model_stopped')
async def test_what_comes_before_a_fault_is_kept_whole(desk: Desk) -> None:
    _, reply = await desk.exchange('rate=0 error_after=4 say=' + quote('abcdefghijklm<thi' + 'x' * 40))
    assert isinstance(reply, Message)
    assert (reply.status, reply.content) == (Status.FAILED, 'abcdefghijklm<th')


async def test_an_answer_of_nothing_says_so(desk: Desk) -> None:
    _, reply = await desk.exchange('tokens=0')
    assert (reply.content, reply.status) == ('', Status.COMPLETE)
    [note] = words(translator('en')).notes(reply)
    assert note.startswith('The model answered with nothing')
    _, only_thought = await desk.exchange('rate=0 say=' + quote('<think>\nHm.'))
    [note] = words(translator('en')).notes(only_thought)
    assert note.startswith('The model thought about it')
    await until(lambda: not desk.parts.engine.busy)
