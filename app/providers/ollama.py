"""Ollama over its native API. Source: `docs/api.md` in Ollama's repository."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.domain.delta import Delta, DeltaKind, statistics
from app.domain.installation import LoadedModel, ServerStatus
from app.domain.model import ModelInfo, ModelRef, PullProgress
from app.domain.prompt import ChatRequest
from app.errors import ConnectionDropped
from app.providers import fields
from app.providers.base import CanPull, Provider
from app.providers.connection import Connection
from app.providers.faults import from_message, message_of
from app.providers.lines import broken, read_object, well_formed
from app.providers.overflow import is_full
from app.providers.repeats import Repeats

if TYPE_CHECKING:
    import httpx

NANOSECONDS = 1_000_000_000
LONGEST_TIME = 40  # characters of a time as Go writes it
LONGEST_VERSION = 100  # characters
MOST_LAYERS = 1000  # of a model that is fetched; those of today have fewer than 50
FOR_EVER = timedelta(days=3650)  # `keep_alive: -1` gives a time centuries ahead
BESIDE_OPTIONS = frozenset({'think', 'keep_alive', 'format'})  # parameters that are no sampling options
CLOUD = 'https://ollama.com'  # where a model runs that tells only that it is a remote one
COUNTS: Mapping[str, str] = {'prompt_eval_count': 'prompt_tokens', 'eval_count': 'tokens'}
DURATIONS: Mapping[str, str] = {
    'load_duration': 'load_seconds',
    'prompt_eval_duration': 'prompt_seconds',
    'eval_duration': 'seconds',
    'total_duration': 'total_seconds',
}


class Ollama(Provider, CanPull):
    """A server that runs Ollama. Needs no key."""

    name = 'ollama'
    is_demo = False

    def __init__(self, url: str, *, http: 'httpx.AsyncClient | None' = None) -> None:
        """Take the address, for example `http://127.0.0.1:11434`; nothing is asked yet."""
        self._connection = Connection(self.name, url, http=http)
        self.url = self._connection.url
        self._described: dict[str, ModelInfo] = {}
        self._digests: dict[str, str] = {}  # by full name, as of the last list

    async def models(self) -> list[ModelInfo]:
        """List what is installed and can chat, the most recent first."""
        data = await self._connection.ask('GET', '/api/tags')
        with well_formed(data, self.name):
            found = [*fields.named(data['models'], 'name')]
            digests = {_full(name): fields.word(entry.get('digest')) for name, entry in found}
            changed = [name for name in self._described if digests.get(_full(name)) != self._digests.get(_full(name))]
            for name in changed:
                del self._described[name]
            self._digests = digests
            return [_listed(ModelRef(self.name, name), entry) for name, entry in found if _can_chat(entry)]

    async def describe(self, model: str) -> ModelInfo:
        """Say what a model can do; kept until it is pulled again, or the list shows that it is another one."""
        if model not in self._described:
            data = await self._connection.ask('POST', '/api/show', {'model': model}, model=model)
            with well_formed(data, self.name):
                self._described[model] = _read_description(ModelRef(self.name, model), data)
        return self._described[model]

    async def reply(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream an answer. With the assistant's text as the last message, Ollama goes on from its last character."""
        body = await self._chat_body(request)
        repeats = Repeats()
        async with self._connection.stream('/api/chat', body, model=request.model) as batches:
            async for batch in batches:
                for line in batch:
                    data = read_object(line, self.name)
                    if 'error' in data:
                        yield self._end_of(message_of(data), request.model, begun=repeats.begun)
                        return
                    for delta in self._deltas(data, line):
                        repeats.hear(delta.text)
                        yield delta
                    if data.get('done'):
                        with well_formed(data, self.name):
                            figures = _figures(data)
                        yield statistics(**figures)
                        return
        raise repeats.unfinished(self.name)

    async def pull(self, model: str) -> AsyncGenerator[PullProgress, None]:
        """Fetch a model. Bytes are summed over its layers and never go back."""
        self._described.pop(model, None)
        layers: dict[str, tuple[int, int]] = {}
        async with self._connection.stream('/api/pull', {'model': model, 'stream': True}, model=model) as batches:
            async for batch in batches:
                for line in batch:
                    data = self._read(line, model)
                    status = fields.word(data.get('status'))
                    with well_formed(data, self.name):
                        _count(data, layers)
                    completed, total = (sum(column) for column in zip((0, 0), *layers.values(), strict=True))
                    yield PullProgress(status=status, completed=completed, total=total)
                    if status == 'success':
                        return
        raise ConnectionDropped(provider=self.name)

    async def is_loaded(self, model: str) -> bool | None:
        """Say whether the model is in memory now; None for one that runs elsewhere.

        Of several names for the same model only one is told to be in memory, so it is known by its digest as well.
        """
        info = self._described.get(model)
        if info is not None and info.remote_host:
            return None
        data = await self._connection.ask('GET', '/api/ps')
        with well_formed(data, self.name):
            told = fields.named(data['models'], 'name')
            loaded = {_full(name): fields.word(entry.get('digest')) for name, entry in told}
        if not loaded or _full(model) in loaded:
            return bool(loaded)
        if _full(model) not in self._digests:
            await self.models()
        return self._digests.get(_full(model)) in {digest for digest in loaded.values() if digest}

    async def status(self) -> ServerStatus:
        """Say which version runs and what is in memory now."""
        version, data = await asyncio.gather(self.version(), self._connection.ask('GET', '/api/ps'))
        with well_formed(data, self.name):
            return ServerStatus(
                version=version, loaded=tuple(_loaded(*each) for each in fields.named(data['models'], 'name'))
            )

    async def version(self) -> str:
        """Give the server's version, for example `0.25.0`."""
        return fields.word((await self._connection.ask('GET', '/api/version')).get('version'))[:LONGEST_VERSION]

    async def close(self) -> None:
        """Give back the connections."""
        await self._connection.close()

    async def _chat_body(self, request: ChatRequest) -> dict[str, Any]:
        """Make the request. `think` is sent only to a model that can: Ollama refuses it for the others.

        Left to itself, Ollama cuts a prompt that does not fit without a word (`truncate`), and forgets the beginning of
        a conversation while it answers, up to ten windows long (`shift`). Versions that know neither pass over them.
        """
        beside = {key: value for key, value in request.parameters.items() if key in BESIDE_OPTIONS}
        if 'think' in beside and not (await self.describe(request.model)).thinks:
            del beside['think']
        options = {key: value for key, value in request.parameters.items() if key not in BESIDE_OPTIONS}
        return {
            'model': request.model,
            'messages': [{'role': message.role.value, 'content': message.content} for message in request.messages],
            'stream': True,
            'truncate': False,
            'shift': False,
            'options': {**options, 'num_ctx': request.num_ctx},
            **beside,
        }

    def _end_of(self, message: str, model: str, *, begun: bool) -> Delta:
        """Give the end that an `error` in mid-reply stands for: a full window is one like any other.

        Raises:
            ProviderError: it is a fault.
        """
        if begun and is_full(message):
            return statistics(done_reason='length')
        raise from_message(message, self._connection.asked(model))

    def _read(self, line: bytes, model: str) -> dict[str, Any]:
        data = read_object(line, self.name)
        if 'error' in data:
            raise from_message(message_of(data), self._connection.asked(model))
        return data

    def _deltas(self, data: Mapping[str, Any], line: bytes) -> Iterator[Delta]:
        message = data.get('message')
        if not isinstance(message, dict):
            raise broken(line, self.name)
        for key, kind in (('thinking', DeltaKind.THINKING), ('content', DeltaKind.TEXT)):
            if value := message.get(key):
                if not isinstance(value, str):
                    raise broken(line, self.name)
                yield Delta(kind, value)


def _figures(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the closing line's figures, in tokens and seconds; what the server leaves out is left out."""
    counts = {name: data[key] for key, name in COUNTS.items() if fields.count(data.get(key)) is not None}
    took = {name: fields.seconds(data.get(key), NANOSECONDS) for key, name in DURATIONS.items()}
    durations = {name: seconds for name, seconds in took.items() if seconds is not None}
    return {**counts, **durations, 'done_reason': fields.word(data.get('done_reason')) or 'stop'}


def _count(data: Mapping[str, Any], layers: dict[str, tuple[int, int]]) -> None:
    """Note how far a layer is. Ollama starts a part again when it fails; the bar stays where it was."""
    digest = fields.word(data.get('digest'))
    if digest and (digest in layers or len(layers) < MOST_LAYERS):
        before, _ = layers.get(digest, (0, 0))
        layers[digest] = max(before, fields.count(data.get('completed')) or 0), fields.count(data.get('total')) or 0


def _listed(ref: ModelRef, entry: Mapping[str, Any]) -> ModelInfo:
    """Read an entry of `/api/tags`."""
    remote_host = _remote_host(entry)
    return ModelInfo(
        ref=ref,
        size=None if remote_host else fields.count(entry.get('size')),
        continues_prefix=True,
        sets_window=not remote_host,
        remote_host=remote_host,
    )


def _remote_host(data: Mapping[str, Any]) -> str:
    """Say where a model runs that Ollama only passes on to, empty for one of its own."""
    return fields.word(data.get('remote_host')) or (CLOUD if data.get('remote_model') else '')


def _read_description(ref: ModelRef, data: Mapping[str, Any]) -> ModelInfo:
    """Read the answer of `/api/show`. Servers before 0.6.4 tell no capabilities."""
    info = fields.mapping(data.get('model_info'))
    capabilities = fields.words(data.get('capabilities'))
    return ModelInfo(
        ref=ref,
        context_length=fields.count(info.get(f'{info.get("general.architecture")}.context_length')) or None,
        sets_window=not _remote_host(data),
        remote_host=_remote_host(data),
        thinks='thinking' in capabilities,
        sees='vision' in capabilities or 'projector_info' in data,
        continues_prefix=True,
    )


def _loaded(name: str, entry: Mapping[str, Any]) -> LoadedModel:
    """Read an entry of `/api/ps`. A model that is kept for ever has a time centuries ahead, which is none."""
    until = _time(fields.word(entry.get('expires_at')))
    return LoadedModel(
        name=name,
        size=fields.count(entry.get('size_vram')) or fields.count(entry.get('size')),
        num_ctx=fields.count(entry.get('context_length')),
        until=until if until and until - datetime.now(UTC) < FOR_EVER else None,
    )


def _time(written: str) -> datetime | None:
    """Read a time as Go writes it, with up to nine digits of a second."""
    try:
        return datetime.fromisoformat(re.sub(r'(\.\d{6})\d+', r'\1', written[:LONGEST_TIME])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _can_chat(entry: Mapping[str, Any]) -> bool:
    """Tell whether a model can chat. Servers that tell no `capabilities` tell the family, and BERT makes embeddings."""
    if capabilities := fields.words(entry.get('capabilities')):
        return 'completion' in capabilities
    details = fields.mapping(entry.get('details'))
    return not any(
        'bert' in each for each in (fields.word(details.get('family')), *fields.words(details.get('families')))
    )


def _full(model: str) -> str:
    """Give the full name in one spelling: no tag means `:latest`, and upper case is the same as lower case."""
    return (model if ':' in model.rpartition('/')[2] else f'{model}:latest').casefold()
