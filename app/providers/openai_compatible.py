"""Any server that speaks OpenAI's chat protocol: vLLM, llama.cpp, LM Studio, Ollama's own `/v1`.

None of them lets a request choose the window: it is the server's own, and told as far as it tells it.

Source: OpenAI's API reference, "Chat completions" and "Streaming events", and what those servers send beside it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from app.domain.delta import Delta, DeltaKind, statistics
from app.domain.installation import ServerStatus
from app.domain.model import ModelInfo, ModelRef
from app.domain.prompt import ChatRequest
from app.errors import ModelNotFound
from app.providers import fields
from app.providers.base import Provider
from app.providers.beside_v1 import BesideV1
from app.providers.connection import Connection
from app.providers.faults import from_message, message_of
from app.providers.lines import broken, read_object, well_formed
from app.providers.overflow import is_full
from app.providers.repeats import Repeats

if TYPE_CHECKING:
    import httpx

PARAMETERS: Mapping[str, str] = {
    **{name: name for name in ('temperature', 'top_p', 'top_k', 'min_p', 'seed', 'stop', 'max_tokens')},
    **{name: name for name in ('presence_penalty', 'frequency_penalty', 'reasoning_effort')},
    'num_predict': 'max_tokens',
}
"""Parameters that are passed on, and what they are called there. Others are Ollama's own and would be refused."""

THINKING_KEYS = ('reasoning_content', 'reasoning')  # llama.cpp, vLLM and LM Studio; Ollama and newer vLLM
FIELDS_WITHOUT_TEXT = (b':', b'event:', b'id:', b'retry:')  # server-sent events: comments (keep-alive) and the rest
DONE = b'[DONE]'
MILLISECONDS = 1000


class OpenAICompatible(Provider):
    """A server with `/chat/completions` and `/models`."""

    name = 'openai'
    is_demo = False

    def __init__(self, base_url: str, api_key: str = '', *, http: 'httpx.AsyncClient | None' = None) -> None:
        """Take the address up to and with `/v1`; the key is sent as a bearer token if there is one."""
        self._connection = Connection(self.name, base_url, key=api_key, http=http)
        self.url = self._connection.url
        self._origin = Connection(self.name, base_url.rstrip('/').removesuffix('/v1'), key=api_key, http=http)
        self._beside = BesideV1(self._origin)
        self._described: dict[str, ModelInfo] = {}
        self._owners: dict[str, str] = {}

    async def models(self) -> list[ModelInfo]:
        """List the models, without those that only make embeddings as far as their name tells."""
        data = await self._connection.ask('GET', '/models')
        with well_formed(data, self.name):
            found = [*fields.named(data['data'], 'id')]
            self._owners = {name: fields.word(entry.get('owned_by')) for name, entry in found}
            return [self._info(name, entry) for name, entry in found if 'embed' not in name]

    async def describe(self, model: str) -> ModelInfo:
        """Say what the list says of a model, kept, and its window as the server tells it now."""
        if model not in self._described:
            self._described.update({info.ref.name: info for info in await self.models()})
        if model not in self._described:
            raise ModelNotFound(provider=self.name, model=model)
        info = self._described[model]
        if info.context_length is None:
            return replace(info, context_length=await self._beside.window(model, self._owners.get(model, '')))
        return info

    async def reply(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream an answer. Servers treat a last message of the assistant differently: none is counted on to go on."""
        figures: dict[str, Any] = {}
        began = perf_counter()
        repeats = Repeats()
        async with (
            self._connection.stream('/chat/completions', _body(request), model=request.model) as batches,
            aclosing(self._events(batches)) as events,
        ):
            async for data in events:
                if message := _fault(data):
                    figures['done_reason'] = self._end_of(message, request.model, begun=repeats.begun)
                    break
                with well_formed(data, self.name):
                    deltas = _deltas(data)
                    figures.update(_figures(data))
                for delta in deltas:
                    repeats.hear(delta.text)
                    yield delta
        if 'done_reason' not in figures:
            raise repeats.unfinished(self.name)
        yield statistics(**figures, total_seconds=perf_counter() - began)

    async def is_loaded(self, model: str) -> bool | None:
        """Say what the server tells beside the protocol, which knows nothing of it."""
        return await self._beside.is_loaded(model, self._owners.get(model, ''))

    async def status(self) -> ServerStatus:
        """Say that it answers: the protocol tells neither version nor what is in memory."""
        await self.models()
        return ServerStatus()

    async def ollama_version(self) -> str:
        """Give the version if it is Ollama's own `/v1` that answers, else nothing."""
        return await self._beside.ollama_version()

    async def close(self) -> None:
        """Give back the connections."""
        await self._connection.close()
        await self._origin.close()

    def _info(self, name: str, entry: Mapping[str, Any]) -> ModelInfo:
        """Read an entry of the list: vLLM tells the window as `max_model_len`, llama.cpp as `meta.n_ctx`.

        `meta.n_ctx_train` is what a model was trained for, not what it was started with.
        """
        meta = fields.mapping(entry.get('meta'))
        context_length = fields.count(entry.get('max_model_len')) or fields.count(meta.get('n_ctx')) or None
        size = fields.count(meta.get('size'))
        return ModelInfo(ref=ModelRef(self.name, name), context_length=context_length, size=size)

    async def _events(self, batches: AsyncIterator[list[bytes]]) -> AsyncGenerator[dict[str, Any], None]:
        """Read the events up to `[DONE]`, or to the end of the stream: not every server sends it."""
        async for batch in batches:
            for line in batch:
                payload = self._payload(line)
                if payload == DONE:
                    return
                if payload:
                    yield read_object(payload, self.name)

    def _payload(self, line: bytes) -> bytes:
        """Give what a line carries, empty if nothing. A bare object is an error, or the answer of a server that does
        not stream; `error:` is how llama.cpp tells one.
        """
        if line.startswith((b'data:', b'error:')):
            return line.partition(b':')[2].strip()
        if line.startswith(b'{'):
            return line.strip()
        if line.startswith(FIELDS_WITHOUT_TEXT):
            return b''
        raise broken(line, self.name)

    def _end_of(self, message: str, model: str, *, begun: bool) -> str:
        """Give the end that an error in mid-reply stands for: a full window is one like any other.

        Raises:
            ProviderError: it is a fault.
        """
        if begun and is_full(message):
            return 'length'
        raise from_message(message, self._connection.asked(model))


def _fault(data: Mapping[str, Any]) -> str:
    """Give what an event says went wrong, empty if it is part of an answer."""
    if data.get('error') or ('choices' not in data and 'message' in data):
        return message_of(data) or 'error'
    return ''


def _deltas(data: Mapping[str, Any]) -> list[Delta]:
    choice = _choice(data)
    delta = choice.get('delta') or choice.get('message') or {}
    thought = next((delta[key] for key in THINKING_KEYS if delta.get(key)), '')
    parts = ((DeltaKind.THINKING, thought), (DeltaKind.TEXT, delta.get('content') or ''))
    return [Delta(kind, _text(value)) for kind, value in parts if value]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f'not a text: {value!r}')
    return value


def _body(request: ChatRequest) -> dict[str, Any]:
    given = {PARAMETERS[key]: value for key, value in request.parameters.items() if key in PARAMETERS}
    return {
        'model': request.model,
        'messages': [{'role': message.role.value, 'content': message.content} for message in request.messages],
        'stream': True,
        'stream_options': {'include_usage': True},
        **given,
    }


def _choice(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the only choice; the event with the usage has none."""
    choice: dict[str, Any] = (data.get('choices') or [{}])[0]
    return choice


def _figures(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the figures of an event: why it ended, tokens counted by the server, and llama.cpp's times in seconds."""
    found: dict[str, Any] = {}
    if reason := fields.word(_choice(data).get('finish_reason')):
        found['done_reason'] = reason
    if usage := fields.mapping(data.get('usage')):
        found['prompt_tokens'] = fields.count(usage.get('prompt_tokens')) or 0
        found['tokens'] = fields.count(usage.get('completion_tokens')) or 0
    timings = fields.mapping(data.get('timings'))
    for key, name in (('prompt_ms', 'prompt_seconds'), ('predicted_ms', 'seconds')):
        if (seconds := fields.seconds(timings.get(key), MILLISECONDS)) is not None:
            found[name] = seconds
    return found
