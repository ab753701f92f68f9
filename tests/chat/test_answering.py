from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.chat import ModelCatalog, model_lines
from app.chat.answering import READ_AT_ONCE, Answering
from app.chat.conversation_model import GO_ON
from app.chat.material import Material
from app.chat.model_lines import ModelLines
from app.domain.conversation import LOCAL_OWNER
from app.domain.delta import Delta
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.prompt import ChatRequest, PromptMessage
from app.providers.scripted import Scripted
from app.replies import engine as engine_module
from app.replies.live import ConversationState
from app.storage.documents import Documents
from app.storage.messages import Messages
from tests.chat.desk import Desk, open_desk
from tests.replies.waiting import until
from tests.storage.samples import conversation, message
from tests.support.ollama_server import OllamaServer
from tests.support.openai_server import OpenAIServer

WINDOW = 512  # tokens, of which 384 are the prompt's


class CountingMessages(Messages):
    """The repository, which keeps how many messages each read gave."""

    read: list[int]

    async def branch(self, head_id: str, **bounds: Any) -> list[Message]:
        found = await super().branch(head_id, **bounds)
        self.read.append(len(found))
        return found


@pytest.fixture
async def small(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Desk]:
    """Give a desk with a small context window and a system prompt."""
    folder = tmp_path / 'small'
    async with open_desk(folder, ollama_host=server.url, num_ctx=WINDOW, system_prompt='Be brief.') as opened:
        yield opened


async def history(desk: Desk, count: int, content: str) -> tuple[ConversationState, Message]:
    """Store a conversation of so many messages with an unanswered question at the end; give that reply."""
    chat, parent = conversation(), None
    for number in range(0, count, 2):
        question = message(chat, parent, content=f'q{number} {content}')
        parent = message(chat, question, Role.ASSISTANT, content=f'a{number} {content}', status=Status.COMPLETE)
        await desk.messages.begin_reply(chat, question, parent)
    question = message(chat, parent, content='newest')
    reply = message(chat, question, Role.ASSISTANT, model=ModelRef('ollama', 'gemma2:2b'))
    await desk.messages.begin_reply(chat, question, reply)
    return await desk.chat.reading.open(LOCAL_OWNER, chat.id), reply


async def answer(desk: Desk, messages: Messages, state: ConversationState, reply: Message) -> dict[str, Any]:
    """Let a reply be written, and give the figures with which it began."""
    parts = desk.parts
    material = Material(messages, Documents(parts.database))
    answering = Answering(messages, material, parts.chat.models, ModelLines(parts.chat.models), parts.chat.preferring)
    parts.engine.start(state, reply, answering.responder(state, reply))
    return dict((await desk.ended(reply)).stats)


async def test_a_long_history_is_read_only_as_far_as_it_fits(small: Desk, server: OllamaServer) -> None:
    state, reply = await history(small, 1000, 'x' * 100)
    messages = CountingMessages(small.parts.database)
    messages.read = []
    stats = await answer(small, messages, state, reply)
    assert messages.read == [READ_AT_ONCE]
    sent = server.asked('/api/chat')[-1].body['messages']
    assert [each['content'][:6] for each in (sent[0], sent[-2], sent[-1])] == ['Be bri', 'a998 x', 'newest']
    assert stats['omitted'] == 1001 - (len(sent) - 1)
    assert 300 < stats['prompt_estimate'] <= WINDOW * 3 / 4
    assert (stats['num_ctx'], stats['shortened']) == (WINDOW, False)


async def test_a_history_of_short_messages_is_read_until_the_window_is_full(small: Desk) -> None:
    state, reply = await history(small, 200, '')
    messages = CountingMessages(small.parts.database)
    messages.read = []
    stats = await answer(small, messages, state, reply)
    assert len(messages.read) > 1
    assert sum(messages.read) < 201
    assert stats['prompt_estimate'] <= WINDOW * 3 / 4
    assert stats['omitted'] > 0


async def test_a_short_history_goes_whole_with_the_system_prompt_first(small: Desk, server: OllamaServer) -> None:
    state, _ = await small.exchange('one')
    _, reply = await small.exchange('two', state.id)
    sent = server.asked('/api/chat')[-1].body
    assert [each['role'] for each in sent['messages']] == ['system', 'user', 'assistant', 'user']
    assert sent['options'] == {'num_ctx': WINDOW}
    assert (reply.stats['omitted'], reply.stats['shortened']) == (0, False)


async def test_a_question_longer_than_the_window_is_shortened_and_that_is_said(small: Desk) -> None:
    _, reply = await small.exchange('word ' * 2000)
    assert reply.stats['shortened'] is True
    assert reply.stats['prompt_estimate'] <= WINDOW * 3 / 4


async def test_the_window_is_never_larger_than_the_model(tmp_path: Path, server: OllamaServer) -> None:
    async with open_desk(tmp_path / 'large', ollama_host=server.url, num_ctx=100_000) as desk:
        _, reply = await desk.exchange('one')
    assert reply.stats['num_ctx'] == 8192  # what the stand-in says of every model
    assert server.asked('/api/chat')[-1].body['options'] == {'num_ctx': 8192}


async def test_parameters_of_the_conversation_are_sent(desk: Desk, server: OllamaServer) -> None:
    chat = conversation(parameters={'temperature': 0.1}, model=ModelRef('ollama', 'gemma2:2b'))
    await desk.conversations.create(chat)
    await desk.exchange('one', chat.id)
    assert server.asked('/api/chat')[-1].body['options'] == {'temperature': 0.1, 'num_ctx': 8192}


class Listening(Scripted):
    """The demo, which keeps what it was asked."""

    asked: list[ChatRequest]

    def reply(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        self.asked.append(request)
        return super().reply(request)


async def test_a_provider_that_can_go_on_from_a_text_is_told_to(desk: Desk) -> None:
    provider = Listening(tokens_per_second=0, script=lambda request: ['w0 ', 'w1 ', 'w2 '])
    provider.asked = []
    engine, catalog = desk.parts.engine, ModelCatalog([provider], 'demo')
    material = Material(desk.messages, Documents(desk.parts.database))
    answering = Answering(desk.messages, material, catalog, ModelLines(catalog), desk.chat.preferring)
    state, stored = await history(desk, 2, '')
    for content in ('', 'w0 w'):
        reply = replace(stored, content=content, model=ModelRef('demo', 'demo'))
        engine.start(state, reply, answering.responder(state, reply))
        assert (await desk.ended(reply)).content == 'w0 w1 w2 '
    assert [request.continues for request in provider.asked] == [False, True]
    assert provider.asked[1].messages[-1] == PromptMessage(Role.ASSISTANT, 'w0 w')


@pytest.mark.expects_log('failed: connection_dropped')
async def test_a_server_that_cannot_go_on_from_a_text_is_asked_to(tmp_path: Path, server: OllamaServer) -> None:
    async with (
        OpenAIServer() as openai,
        open_desk(tmp_path / 'openai', ollama_host=server.url, openai_base_url=f'{openai.url}/v1') as desk,
    ):
        models = [info.ref for info in (await desk.chat.models.refresh()).models]
        _, reply = await desk.ask('kind=num tokens=10 drop_after=4', model=str(models[-1]))
        partial = (await desk.ended(reply)).content
        await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
        assert (await desk.ended(reply)).content.startswith(partial)
        sent = openai.asked('/v1/chat/completions')[-1].body['messages']
    assert [(each['role'], each['content']) for each in sent[1:]] == [('assistant', partial), ('user', GO_ON)]


# --- what a reply waits for -------------------------------------------------------------------------------------------


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, 'WATCH_INTERVAL', 0.05)
    monkeypatch.setattr(engine_module, 'EXPLAIN_AFTER', 0.05)
    monkeypatch.setattr(engine_module, 'PLACE_AFTER', 0.05)
    monkeypatch.setattr(model_lines, 'SURELY', 0.3)


def waits_for(state: ConversationState, reply: Message) -> Mapping[str, Any]:
    live = state.replies.get(reply.id)
    return {key: value for key, value in (live.progress or {}).items() if key != 'seconds'} if live else {}


async def test_a_model_that_is_being_loaded(desk: Desk, often: None) -> None:
    state, reply = await desk.ask('load=30')
    assert await until(lambda: waits_for(state, reply)) == {'code': 'loading'}


async def test_a_model_that_is_loaded_and_says_nothing(desk: Desk, server: OllamaServer, often: None) -> None:
    server.loaded['gemma2:2b'] = 8192
    state, reply = await desk.ask('load=30')
    assert await until(lambda: waits_for(state, reply)) == {'code': 'waiting'}


async def test_replies_behind_others_of_the_same_model(desk: Desk, server: OllamaServer, often: None) -> None:
    asked = []
    for _ in range(3):
        asked.append(await desk.ask('load=30'))
        await server.until(lambda: len(server.asked('/api/chat')) == len(asked))
    other = await desk.ask('load=30', model='ollama/qwen3:4b')
    waits = [await until(lambda: waits_for(*each)) for each in (*asked, other)]  # noqa: B023
    assert waits == [
        {'code': 'loading'},
        {'code': 'loading', 'others': 1},
        {'code': 'loading', 'others': 2},
        {'code': 'loading'},
    ]
    await desk.chat.asking.stop(LOCAL_OWNER, asked[0][0].id)
    await until(lambda: waits_for(*asked[2]).get('others') == 1)
    assert await until(lambda: waits_for(*asked[1]) == {'code': 'loading'})


async def test_the_place_is_that_in_the_line_of_the_server(tmp_path: Path, often: None) -> None:
    """One reply at a time, which is learnt from the first that waited; then who is before whom is true to the end."""
    async with (
        OllamaServer(script='kind=num tokens=40 rate=100', parallel=1) as one_at_a_time,
        open_desk(tmp_path / 'data', ollama_host=one_at_a_time.url) as desk,
    ):
        await has_lain_in_line(desk, one_at_a_time)
        asked = []
        for _ in range(3):
            asked.append(await desk.ask('Hello tokens=100'))
            await one_at_a_time.until(lambda: len(one_at_a_time.asked('/api/chat')) == len(asked) + 2)
        (first, second, third) = asked
        await until(lambda: (waits_for(*second).get('ahead'), waits_for(*third).get('ahead')) == (1, 2))
        await desk.ended(first[1])
        await until(lambda: waits_for(*third).get('ahead') == 1)
        assert not waits_for(*second).get('ahead')
        await desk.ended(second[1])
        await desk.ended(third[1])
        order = [each.first_token_at or 0 for each in one_at_a_time.asked('/api/chat')]
        assert order == sorted(order)


async def has_lain_in_line(desk: Desk, server: OllamaServer) -> None:
    """Let one reply wait for another, so that it is learnt how many are answered at once."""
    first, ahead = await desk.ask('tokens=120 rate=100')
    await until(lambda: first.replies[ahead.id].current().content)
    second, behind = await desk.ask('tokens=2')
    assert await until(lambda: waits_for(second, behind)) == {'code': 'beside', 'answered': 1, 'others': 1}
    for reply in (ahead, behind):
        await desk.ended(reply)


async def test_no_place_is_claimed_where_several_are_answered_at_once(tmp_path: Path, often: None) -> None:
    """A server that answers three at once: who goes out third does not wait for the two before it."""
    async with (
        OllamaServer(script='kind=num tokens=4000 rate=50', parallel=3) as three_at_once,
        open_desk(tmp_path / 'data', ollama_host=three_at_once.url) as desk,
    ):
        for _ in range(2):
            state, reply = await desk.ask('Hello')
            await until(lambda: state.replies[reply.id].current().content)  # noqa: B023
        third = await desk.ask('load=30')
        assert await until(lambda: waits_for(*third)) == {'code': 'beside', 'answered': 2, 'others': 2}


async def test_the_place_is_shown_soon(desk: Desk, server: OllamaServer) -> None:
    first, _ = await desk.ask('load=30')
    await server.until(lambda: server.asked('/api/chat'))
    state, reply = await desk.ask('load=30')
    assert await until(lambda: waits_for(state, reply).get('others')) == 1
    for each in (first, state):
        await desk.chat.asking.stop(LOCAL_OWNER, each.id)


async def test_waiting_behind_others_is_no_silence(tmp_path: Path, server: OllamaServer, often: None) -> None:
    async with open_desk(tmp_path / 'hasty', ollama_host=server.url, load_limit=1) as desk:
        first, ahead = await desk.ask('kind=num tokens=500 rate=200')
        await until(lambda: first.replies[ahead.id].current().content)
        _, behind = await desk.ask('load=1.8')
        await until(lambda: desk.parts.engine._running[behind.id].behind_others_at)
        await desk.ended(ahead)
        assert (await desk.ended(behind)).status is Status.COMPLETE
