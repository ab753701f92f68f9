"""A stand-in for Ollama that speaks its wire format and misbehaves on demand. The directives are in `script.py`.

In a test: `async with OllamaServer(models=['gemma2:2b']) as server: … server.url, server.requests`.
As a process: `python -m tests.support.ollama_server --port 11434`, with `/_test/…` to look inside and to change it:

    GET /_test/requests      every request so far, as JSON; DELETE forgets them
    POST /_test/models       {"models": ["gemma2:2b", "qwen3:4b;load=2"]}: what is installed from now on
    POST /_test/script       {"script": "rate=30 tokens=200"}: directives for messages that say nothing else

A model is written `name` or `name;directives`. Names that hold `qwen`, `deepseek` or `think` can think, those with
`llava` or `vision` can see, others only complete. Pulling a name that holds `missing` or `broken` fails.
It answers as Ollama 0.25 or, with `version`, as another does. How it counts tokens, and what becomes of too many, is in
`ollama_window.py`.
"""

import argparse
import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from tests.support.http_server import Exchange, Handler, HttpServer, serve_for_ever, to_json
from tests.support.ollama_window import WORDS, Window
from tests.support.ollama_wire import LAYERS, Reply, capabilities, details, digest_of, entry, now, question, tagged
from tests.support.playback import fail, play
from tests.support.script import Script, read_script

NDJSON = 'application/x-ndjson'
BUSY = 'server busy, please try again.  maximum pending requests exceeded'
OLD, CLASSIC, NEWEST = (
    '0.12.5',
    '0.25.0',
    '0.33.0',
)  # which cannot but cut, with its own runners, with llama.cpp's server
OUT_OF_MEMORY = 'model requires more system memory (5.6 GiB) than is available (3.2 GiB)'


class OllamaServer(HttpServer):
    """The server. `models` maps installed names to their directives; `loaded` maps those in memory to their num_ctx."""

    def __init__(
        self,
        *,
        models: Iterable[str] = ('gemma2:2b', 'qwen3:4b', 'llava:7b'),
        script: str = '',
        parallel: int | None = None,
        pull_seconds: float = 1,
        version: str = CLASSIC,
        token: re.Pattern[str] = WORDS,
    ) -> None:
        super().__init__()
        self.version = version
        self.token = token
        self.script = script
        self.pull_seconds = pull_seconds
        self.models: dict[str, str] = {}
        self.loaded: dict[str, int] = {}
        self.pulled: dict[str, float] = {}
        self.install(models)
        self._slots = asyncio.Semaphore(parallel or 1_000_000)
        self._routes: dict[tuple[str, str], Handler] = {
            ('GET', '/'): self._root,
            ('HEAD', '/'): self._root,
            ('GET', '/api/version'): self._version,
            ('GET', '/api/tags'): self._tags,
            ('GET', '/api/ps'): self._ps,
            ('POST', '/api/show'): self._show,
            ('POST', '/api/chat'): self._chat,
            ('POST', '/api/generate'): self._chat,
            ('POST', '/api/pull'): self._pull,
            ('DELETE', '/api/delete'): self._delete,
            ('GET', '/_test/requests'): self._requests,
            ('DELETE', '/_test/requests'): self._forget,
            ('POST', '/_test/models'): self._set_models,
            ('POST', '/_test/script'): self._set_script,
        }

    def install(self, models: Iterable[str]) -> None:
        """Replace what is installed."""
        split = [model.partition(';') for model in models]
        self.models = {tagged(name): directives for name, _, directives in split}

    async def handle(self, exchange: Exchange) -> None:
        record = exchange.record
        handler = self._routes.get((record.method, record.path))
        if handler:
            await handler(exchange)
        else:
            exchange.answer(404, b'404 page not found', 'text/plain')

    # What Ollama tells of itself

    async def _root(self, exchange: Exchange) -> None:
        exchange.answer(200, b'Ollama is running', 'text/plain; charset=utf-8')

    async def _version(self, exchange: Exchange) -> None:
        exchange.answer(200, {'version': self.version})

    async def _tags(self, exchange: Exchange) -> None:
        exchange.answer(200, {'models': [entry(name) for name in self.models]})

    async def _ps(self, exchange: Exchange) -> None:
        running = [
            {**entry(name), 'expires_at': now(), 'size_vram': sum(LAYERS), 'context_length': num_ctx}
            for name, num_ctx in self.loaded.items()
        ]
        exchange.answer(200, {'models': running})

    async def _show(self, exchange: Exchange) -> None:
        name = asked_model(exchange)
        if name not in self.models:
            return not_found(exchange)
        family = details(name)['family']
        about = {'general.architecture': family, 'general.parameter_count': 2614341888}
        exchange.answer(
            200,
            {
                'modelfile': f'FROM {name}\n',
                'template': '{{ .Prompt }}',
                'details': details(name),
                'model_info': {
                    **about,
                    f'{family}.context_length': read_script(self.script, self.models[name]).trained,
                },
                'capabilities': capabilities(name),
                'modified_at': now(),
            },
        )
        return None

    # Replies

    async def _chat(self, exchange: Exchange) -> None:
        name = asked_model(exchange)
        if name not in self.models:
            return not_found(exchange)
        script = read_script(self.script, self.models[name], question(exchange.data))
        refusal = refuse(script, exchange.data.get('think'), name)
        if refusal:
            return exchange.answer(*refusal)
        window = Window.of(exchange.data, script.trained, self.version, self.token)
        async with self._slots:
            await self._load(name, script, window)
            if too_long := window.refusal():
                return exchange.answer(400, {'error': too_long})
            await self._reply(exchange, Reply(exchange, name, script, window), script)
        return None

    async def _load(self, name: str, script: Script, window: Window) -> None:
        await asyncio.sleep(script.load)
        self.loaded[name] = window.num_ctx

    async def _reply(self, exchange: Exchange, reply: Reply, script: Script) -> None:
        if exchange.data.get('stream') is False:
            return exchange.answer(200, reply.whole())
        exchange.start(NDJSON)
        await play(exchange, reply.lines, script)
        if reply.fault:
            return await fail(exchange, reply.fault, to_json({'error': script.message}) + b'\n')
        exchange.write([to_json(reply.last()) + b'\n'])
        exchange.finish()
        return None

    # Models that come and go

    async def _pull(self, exchange: Exchange) -> None:
        name = asked_model(exchange)
        exchange.start(NDJSON)
        async for line in self._pull_lines(name):
            exchange.write([to_json(line) + b'\n'])
        exchange.finish()

    async def _pull_lines(self, name: str) -> AsyncIterator[dict[str, Any]]:
        """Give the lines of a download; what was fetched before a broken one is not fetched again."""
        yield {'status': 'pulling manifest'}
        if 'missing' in name:
            yield {'error': 'pull model manifest: file does not exist'}
            return
        for number, size in enumerate(LAYERS):
            async for line in self._layer_lines(name, number, size):
                yield line
            if 'broken' in name:
                yield {'error': 'max retries exceeded: unexpected EOF'}
                return
        yield {'status': 'verifying sha256 digest'}
        yield {'status': 'writing manifest'}
        self.models[name] = ''
        yield {'status': 'success'}

    async def _layer_lines(self, name: str, number: int, size: int) -> AsyncIterator[dict[str, Any]]:
        digest = digest_of(f'{name} {number}')
        line = {'status': f'pulling {digest[7:19]}', 'digest': digest, 'total': size}
        yield line
        start = time.monotonic()
        done = self.pulled.get(digest, 0.0)
        seconds = self.pull_seconds * size / sum(LAYERS)
        while done < 1:
            await asyncio.sleep(max(0.001, min(0.06, seconds / 10)))  # Ollama reports every 60 ms
            done = min(1.0, self.pulled.get(digest, 0.0) + (time.monotonic() - start) / max(seconds, 0.005))
            start = time.monotonic()
            self.pulled[digest] = done
            yield {**line, 'completed': int(size * done)}

    async def _delete(self, exchange: Exchange) -> None:
        name = asked_model(exchange)
        if self.models.pop(name, None) is None:
            return not_found(exchange)
        self.loaded.pop(name, None)
        return exchange.answer(200, b'')

    # Looking inside

    async def _requests(self, exchange: Exchange) -> None:
        seen = [record.as_data() for record in self.requests if not record.path.startswith('/_test/')]
        exchange.answer(200, seen)

    async def _forget(self, exchange: Exchange) -> None:
        self.requests.clear()
        exchange.answer(200, {})

    async def _set_models(self, exchange: Exchange) -> None:
        self.install(exchange.data['models'])
        exchange.answer(200, {})

    async def _set_script(self, exchange: Exchange) -> None:
        self.script = exchange.data['script']
        exchange.answer(200, {})


def refuse(script: Script, think: Any, model: str) -> tuple[int, Any] | None:
    """Say how a server that cannot answer answers."""
    if script.oom:
        return 500, {'error': OUT_OF_MEMORY}
    if script.busy or script.status == 503:
        return 503, {'error': BUSY}
    if script.status:
        return script.status, {'error': script.message}
    if think and 'thinking' not in capabilities(model):
        return 400, {'error': f'"{model}" does not support thinking'}
    return None


def not_found(exchange: Exchange) -> None:
    given = exchange.data.get('model') or exchange.data.get('name')
    exchange.answer(404, {'error': f"model '{given}' not found"})


def asked_model(exchange: Exchange) -> str:
    return tagged(exchange.data.get('model') or exchange.data.get('name') or '')


def main() -> None:
    """Run as a process."""
    options = argparse.ArgumentParser(description='A stand-in for Ollama.')
    options.add_argument('--host', default='127.0.0.1')
    options.add_argument('--port', type=int, default=0)
    options.add_argument('--model', action='append', help='installed model, `name` or `name;directives`; repeatable')
    options.add_argument('--no-models', action='store_true', help='start with nothing installed')
    options.add_argument('--script', default='', help='directives for messages that say nothing else')
    options.add_argument('--parallel', type=int, help='how many replies run at once, the rest waits')
    options.add_argument('--pull-seconds', type=float, default=5, help='how long a download takes')
    options.add_argument('--ollama-version', default=CLASSIC, help=f'whose ways it has: from 0.30 on as {NEWEST}')
    given = options.parse_args()
    models = [] if given.no_models else given.model or ['gemma2:2b', 'qwen3:4b', 'llava:7b']
    server = OllamaServer(
        models=models,
        script=given.script,
        parallel=given.parallel,
        pull_seconds=given.pull_seconds,
        version=given.ollama_version,
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve_for_ever(server, given.host, given.port))


if __name__ == '__main__':
    main()
