"""A prompt never loses anything without a word, and an answer ends at the window: with every version of Ollama."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.chat import ModelCatalog
from app.chat.answering import TRIES, Answering
from app.chat.material import Material
from app.chat.model_lines import ModelLines
from app.domain.conversation import LOCAL_OWNER
from app.domain.delta import Delta, statistics
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.prompt import ChatRequest
from app.providers.scripted import Scripted
from app.replies.live import ConversationState
from app.storage.documents import Documents
from app.ui.ending_wording import ending_sentence
from app.ui.figures import context_used
from app.ui.translations import translator
from tests.chat.desk import Desk, open_desk
from tests.storage.samples import conversation, message
from tests.support.ollama_server import CLASSIC, NEWEST, OLD, OllamaServer
from tests.support.ollama_window import DIGITS, WORDS, prompt_tokens
from tests.support.openai_server import OpenAIServer

WINDOW = 512
LETTERS = re.compile(r'\S')
"""A model to which each letter is a token: worse than any estimate."""

versions = pytest.mark.parametrize('version', [CLASSIC, NEWEST])
all_versions = pytest.mark.parametrize('version', [OLD, CLASSIC, NEWEST])


@pytest.fixture
async def small(tmp_path: Path, server: OllamaServer) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path / 'small', ollama_host=server.url, num_ctx=WINDOW) as opened:
        yield opened


def answered(server: OllamaServer) -> list[bool]:
    """Tell of each request whether it was answered and not refused."""
    return [record.tokens > 0 for record in server.asked('/api/chat')]


def counted(server: OllamaServer) -> list[int]:
    """Give how many tokens each prompt really had."""
    return [prompt_tokens(record.body, server.token) for record in server.asked('/api/chat')]


async def go_on(desk: Desk, reply: Message) -> Message:
    await desk.chat.asking.resume(LOCAL_OWNER, reply.id)
    return await desk.ended(reply)


async def spoken_to(desk: Desk, *said: str, model: str = 'gemma2:2b') -> tuple[ConversationState, Message]:
    """Store a conversation, the person's last word unanswered; give that reply."""
    chat, parent = conversation(), None
    for question, answer in zip(said[:-1:2], said[1:-1:2], strict=True):
        asked = message(chat, parent, content=question)
        parent = message(chat, asked, Role.ASSISTANT, content=answer, status=Status.COMPLETE)
        await desk.messages.begin_reply(chat, asked, parent)
    asked = message(chat, parent, content=said[-1])
    reply = message(chat, asked, Role.ASSISTANT, model=ModelRef('ollama', model))
    await desk.messages.begin_reply(chat, asked, reply)
    return await desk.chat.reading.open(LOCAL_OWNER, chat.id), reply


# --- a prompt that is too long ----------------------------------------------------------------------------------------


@all_versions
async def test_numbers_are_as_dense_as_they_are(tmp_path: Path, server: OllamaServer, version: str) -> None:
    server.version, server.token = version, DIGITS
    numbers = '\n'.join(','.join(str(1000 + row + column) for column in range(8)) for row in range(225))
    assert len(numbers) == 8_999
    async with open_desk(tmp_path / 'data', ollama_host=server.url, num_ctx=4096) as desk:
        _, reply = await desk.exchange(numbers)
    assert (reply.status, reply.stats['shortened']) == (Status.COMPLETE, True)
    assert answered(server) == [True]
    assert 2000 < counted(server)[0] == reply.stats['prompt_tokens'] <= 4096


@versions
async def test_a_prompt_the_server_finds_too_long_is_fitted_again(
    small: Desk, server: OllamaServer, version: str
) -> None:
    server.version, server.token = version, LETTERS
    state, reply = await small.exchange('Some ordinary words that nobody would call dense. ' * 40)
    assert (reply.status, reply.stats['shortened']) == (Status.COMPLETE, True)
    assert reply.content.startswith('w0 w1')
    assert answered(server)[-1]
    assert 1 < len(answered(server)) <= TRIES
    assert counted(server)[-1] == reply.stats['prompt_tokens'] < WINDOW
    before = len(answered(server))
    _, reply = await small.exchange('More of these ordinary words. ' * 10, state.id)
    assert reply.status is Status.COMPLETE
    assert answered(server)[before:] == [True]  # what was counted is known now
    assert reply.stats['omitted'] >= 1


@versions
async def test_what_had_to_be_left_out_on_the_second_try_is_said(
    small: Desk, server: OllamaServer, version: str
) -> None:
    server.version, server.token = version, LETTERS
    state, reply = await spoken_to(small, *(f'{number} ordinary words and nothing else' for number in range(25)))
    await small.chat.asking.resume(LOCAL_OWNER, reply.id)
    ended = await small.ended(reply)
    sent = server.asked('/api/chat')
    assert len(sent) > 1
    assert ended.stats['omitted'] == 25 - len(sent[-1].body['messages']) > 25 - len(sent[0].body['messages'])
    assert ended.stats['shortened'] is False
    assert state.replies == {}


@pytest.mark.expects_log('failed: prompt_too_long')
@versions
async def test_a_prompt_that_never_fits_ends_with_a_sentence(
    tmp_path: Path, server: OllamaServer, version: str
) -> None:
    server.version, server.token = version, LETTERS
    instruction = 'Be as brief as you can. ' * 60
    async with open_desk(tmp_path / 'd', ollama_host=server.url, num_ctx=WINDOW, system_prompt=instruction) as desk:
        _, reply = await desk.exchange('Hello')
    assert reply.status is Status.FAILED
    assert (reply.error or {})['code'] == 'prompt_too_long'
    assert answered(server) == [False] * TRIES


class Brimful(Scripted):
    """Reads prompts up to the last token of its window, and then has none to answer with."""

    room = 40

    def __init__(self) -> None:
        super().__init__(tokens_per_second=0, script=lambda request: ['At ', 'last'])
        self.read: list[int] = []

    async def reply(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        self.read.append(sum(len(each.content.split()) for each in request.messages))
        if self.read[-1] > self.room:
            yield statistics(prompt_tokens=8192, tokens=0, done_reason='length')
            return
        async for delta in super().reply(request):
            yield delta


async def test_an_answer_without_a_word_at_the_end_of_the_window_counts_as_a_refusal(small: Desk) -> None:
    provider = Brimful()
    catalog = ModelCatalog([provider], 'demo')
    material = Material(small.messages, Documents(small.parts.database))
    answering = Answering(small.messages, material, catalog, ModelLines(catalog), small.chat.preferring)
    state, stored = await spoken_to(small, *(f'{number} ordinary words' for number in range(25)))
    reply = replace(stored, model=ModelRef('demo', 'demo'))
    small.parts.engine.start(state, reply, answering.responder(state, reply))
    assert (await small.ended(reply)).content == 'At last'
    assert provider.read == sorted(provider.read, reverse=True)
    assert 1 < len(provider.read) <= TRIES


async def test_an_old_count_of_what_was_read_anew_is_not_shown(small: Desk, server: OllamaServer) -> None:
    """Versions before 0.4 did not count what they still had in mind."""
    state, reply = await small.exchange('Some ordinary words that nobody would call dense. ' * 12)
    assert reply.stats['prompt_tokens'] > 90
    server.token = re.compile(r'\Z')  # nothing but the six of each message
    _, reply = await small.exchange('And now? ' * 40, state.id)
    assert reply.stats['prompt_tokens'] is None
    assert context_used(reply.stats)[0] > reply.stats['prompt_estimate'] > 90


# --- an answer that reaches the end of the window ---------------------------------------------------------------------


@all_versions
async def test_a_long_answer_goes_on_over_several_windows(small: Desk, server: OllamaServer, version: str) -> None:
    server.version = version
    _, reply = await small.ask('Count for me. kind=num tokens=1700 rate=0')
    ended = await small.ended(reply)
    for _ in range(20):
        assert ended.status is Status.COMPLETE
        used, window = context_used(ended.stats)
        assert used <= WINDOW == window
        if ended.stats['done_reason'] != 'length':
            break
        assert ended.stats['ended_by'] == 'window'
        assert 'window is full' in ending_sentence(translator('en'), ended)
        longer = await go_on(small, reply)
        assert len(longer.content) > len(ended.content) + 100
        ended = longer
    assert ended.content == ''.join(f'w{number} ' for number in range(1700))
    assert len(server.asked('/api/chat')) > 3
    assert ending_sentence(translator('en'), ended) == ''
    assert ended.stats['end_only'] is True
    assert all(tokens <= WINDOW for tokens in counted(server))


async def test_a_server_that_shifts_its_window_is_ended_at_its_end(small: Desk, server: OllamaServer) -> None:
    server.version = OLD
    _, reply = await small.exchange('Count for me. kind=num tokens=100000 rate=2000')
    assert WINDOW / 2 < reply.content.count('w') <= WINDOW
    assert (reply.status, reply.stats['ended_by']) == (Status.COMPLETE, 'window')
    await server.until(lambda: server.asked('/api/chat')[0].disconnected_at)


async def test_the_limit_a_person_has_set_is_called_one(small: Desk, server: OllamaServer) -> None:
    chat = conversation(parameters={'num_predict': 7}, model=ModelRef('ollama', 'gemma2:2b'))
    await small.conversations.create(chat)
    _, reply = await small.exchange('one', chat.id)
    assert (reply.stats['done_reason'], reply.stats['ended_by']) == ('length', 'limit')
    assert 'limit set for its length' in ending_sentence(translator('en'), reply)
    assert (await go_on(small, reply)).content == ''.join(f'w{number} ' for number in range(14))


@all_versions
async def test_thoughts_that_fill_the_window_are_told_from_an_answer(
    small: Desk, server: OllamaServer, version: str
) -> None:
    server.version = version
    server.script = 'kind=num thinking=2000 tokens=20 rate=0'
    said = [f'{number} ' + 'ordinary words ' * 10 for number in range(25)]
    _, reply = await spoken_to(small, *said, model='qwen3:4b')
    ended = await go_on(small, reply)
    assert (ended.content, ended.stats['ended_by']) == ('', 'window')
    assert 'still thinking' in ending_sentence(translator('en'), ended)
    server.script = 'kind=num thinking=200 tokens=20 rate=0'
    again = await go_on(small, ended)
    assert again.content == ''.join(f'w{number} ' for number in range(20))
    assert counted(server)[1] < 0.75 * counted(server)[0]


async def test_where_nobody_tells_the_window_nothing_is_claimed(tmp_path: Path, server: OllamaServer) -> None:
    async with (
        OpenAIServer() as openai,
        open_desk(tmp_path / 'openai', ollama_host=server.url, openai_base_url=f'{openai.url}/v1') as desk,
    ):
        model = (await desk.chat.models.refresh()).models[-1].ref
        _, reply = await desk.ask('kind=num tokens=10', model=str(model))
        stats = (await desk.ended(reply)).stats
    assert stats['num_ctx'] is None
    assert context_used(stats)[1] is None


# --- everything else that asks a model --------------------------------------------------------------------------------


def estimates(stats: dict[str, Any]) -> tuple[int, int]:
    return stats['prompt_estimate'], stats['prompt_tokens']


@pytest.mark.parametrize('token', [WORDS, DIGITS, LETTERS])
async def test_the_estimate_is_right_from_the_second_turn_on(
    tmp_path: Path, server: OllamaServer, token: re.Pattern[str]
) -> None:
    server.token = token
    text = 'Row 1234 of 98765: https://example.org/a1b2c3 – ordinary words again. ' * 12
    async with open_desk(tmp_path / 'data', ollama_host=server.url, num_ctx=8192) as desk:
        state, _ = await desk.exchange(text)
        for _ in range(2):
            _, reply = await desk.exchange(text, state.id)
            estimate, real = estimates(dict(reply.stats))
            assert real / 1.33 <= estimate <= real * 1.33
