"""A stand-in for Ollama that speaks its wire format and misbehaves on demand. The directives are in `script.py`.

In a test: `async with OllamaServer(models=['gemma2:2b']) as server: … server.url, server.requests`.
As a process: `python -m tests.support.ollama_server --port 11434`, with `/_test/…` to look inside and to change it:

    GET /_test/requests      every request so far, as JSON; DELETE forgets them
    POST /_test/models       {"models": ["gemma2:2b", "qwen3:4b;load=2"]}: what is installed from now on
    POST /_test/script       {"script": "rate=30 tokens=200"}: directives for messages that say nothing else

A model is written `name` or `name;directives`. Names that hold `qwen`, `deepseek` or `think` can think, those with
`llava` or `vision` can see, others only complete. Pulling a name that holds `missing`, `broken` or `offline` fails, one
with `standing` comes to a standstill, one with `silent` says no more than that it begins.
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

from tests.support import ollama_words as words
from tests.support.http_server import Exchange, Handler, HttpServer, serve_for_ever, to_json
from tests.support.ollama_models import LAYERS, digest, digest_of, entry, is_valid, now, running, shown, tagged
from tests.support.ollama_v1 import V1
from tests.support.ollama_window import WORDS, Window
from tests.support.ollama_wire import Reply, question
from tests.support.playback import fail, play
from tests.support.script import Script, read_script

NDJSON = 'application/x-ndjson'
OLD, CLASSIC, NEWEST = '0.12.5', '0.25.0', '0.33.0'
"""Versions: one that cannot but cut, one with runners of its own, one with llama.cpp's server."""


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
        keep_alive: float = 300,
    ) -> None:
        super().__init__()
        self.version = version
        self.token = token
        self.keep_alive = keep_alive
        self.script = script
        self.pull_seconds = pull_seconds
        self.models: dict[str, str] = {}
        self.loaded: dict[str, int] = {}
        self.pulled: dict[str, float] = {}
        self.install(models)
        self._v1 = V1(self)
        self.slots = asyncio.Semaphore(parallel or 1_000_000)
        self._routes: dict[tuple[str, str], Handler] = {
            ('GET', '/'): self._root,
            ('HEAD', '/'): self._root,
            ('GET', '/api/version'): self._version,
            ('GET', '/api/tags'): self._tags,
            ('GET', '/api/ps'): self._ps,
            ('POST', '/api/show'): self._show,
            ('POST', '/api/chat'): self._chat,
            ('POST', '/api/generate'): self._chat,
            ('POST', '/api/embed'): self._embed,
            ('POST', '/api/pull'): self._pull,
            ('DELETE', '/api/delete'): self._delete,
            ('GET', '/v1/models'): self._v1.models,
            ('POST', '/v1/chat/completions'): self._v1.chat,
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
        elif any(path == record.path for _, path in self._routes):
            exchange.answer(405, b'405 method not allowed', 'text/plain')
        else:
            exchange.answer(404, b'404 page not found', 'text/plain')

    # What Ollama tells of itself

    async def _root(self, exchange: Exchange) -> None:
        exchange.answer(200, b'Ollama is running', 'text/plain; charset=utf-8')

    async def _version(self, exchange: Exchange) -> None:
        exchange.answer(200, {'version': self.version})

    async def _tags(self, exchange: Exchange) -> None:
        exchange.answer(200, {'models': [entry(name, self._about(name), self._numbers) for name in self.models]})

    async def _ps(self, exchange: Exchange) -> None:
        told = [running(name, self._about(name), num_ctx, self.keep_alive) for name, num_ctx in self.loaded.items()]
        exchange.answer(200, {'models': told})

    async def _show(self, exchange: Exchange) -> None:
        if name := self._asked(exchange):
            exchange.answer(200, shown(name, self._about(name)))

    def _about(self, name: str) -> Script:
        return read_script(self.script, self.models.get(name, ''))

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split('.'))

    def _asked(self, exchange: Exchange) -> str:
        """Give the installed model that is asked for, in whatever case; answer and give nothing if there is none."""
        if refusal := words.of_name(exchange.record.body):
            exchange.answer(refusal[0], {'error': refusal[1]})
            return ''
        given = str(exchange.data.get('model') or exchange.data.get('name'))
        name = next((name for name in self.models if name.casefold() == tagged(given).casefold()), '')
        if not name:
            exchange.answer(404, {'error': f"model '{given}' not found"})
        return name

    # Replies

    async def _chat(self, exchange: Exchange) -> None:
        name = self._asked(exchange)
        if not name:
            return None
        script = read_script(self.script, self.models[name], question(exchange.data))
        if refusal := words.of_chat(script, exchange.data, name):
            return exchange.answer(refusal[0], {'error': refusal[1]})
        if exchange.data.get('messages') == [] or exchange.data.get('prompt') == '':
            return await self._load_or_unload(exchange, name, script)
        window = Window.of(exchange.data, script.trained, self.version, self.token)
        async with self.slots:
            await self.load(name, script, window)
            if too_long := window.refusal():
                return exchange.answer(400, {'error': too_long})
            await self._reply(exchange, Reply(exchange, script, window), script)
        self._let_go(name, exchange)
        return None

    async def _load_or_unload(self, exchange: Exchange, name: str, script: Script) -> None:
        """Answer a request that says nothing: it loads the model, or with `keep_alive: 0` forgets it."""
        window = Window.of(exchange.data, script.trained, self.version, self.token)
        if exchange.data.get('keep_alive') == 0:
            self.loaded.pop(name, None)
        else:
            await self.load(name, script, window)
        reason = 'unload' if exchange.data.get('keep_alive') == 0 else 'load'
        message = {'role': 'assistant', 'content': ''}
        said = {'model': exchange.data['model'], 'created_at': now(), 'message': message, 'done': True}
        exchange.answer(200, {**said, 'done_reason': reason})

    async def load(self, name: str, script: Script, window: Window) -> None:
        """Bring a model into memory. Of two names for the same one, the first stays the one that is told."""
        if script.cloud:
            return
        await asyncio.sleep(script.load)
        same = (other for other in self.loaded if digest(other, self._about(other)) == digest(name, self._about(name)))
        self.loaded[next(same, name)] = window.num_ctx

    def _let_go(self, name: str, exchange: Exchange) -> None:
        if exchange.data.get('keep_alive', self.keep_alive) == 0:
            self.loaded.pop(name, None)

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

    async def _embed(self, exchange: Exchange) -> None:
        if name := self._asked(exchange):
            given = exchange.data.get('input', '')
            texts = given if isinstance(given, list) else [given]
            await self.load(name, self._about(name), Window.of({}, 8192, self.version, self.token))
            vectors = [[float(len(text)), 0.5, -0.5] for text in texts]
            figures = {'total_duration': 14143917, 'load_duration': 1019500, 'prompt_eval_count': 8}
            exchange.answer(200, {'model': exchange.data['model'], 'embeddings': vectors, **figures})

    # Models that come and go

    async def _pull(self, exchange: Exchange) -> None:
        given = exchange.data.get('model') or exchange.data.get('name') or ''
        if not is_valid(given):
            return exchange.answer(400, {'error': 'invalid model name'})
        name = tagged(given)
        exchange.start(NDJSON)
        async for line in self._pull_lines(name):
            exchange.write([to_json(line) + b'\n'])
        exchange.finish()
        return None

    async def _pull_lines(self, name: str) -> AsyncIterator[dict[str, Any]]:
        """Give the lines of a download; what was fetched before a broken one is not fetched again."""
        yield {'status': 'pulling manifest'}
        if 'missing' in name:
            yield {'error': 'pull model manifest: file does not exist'}
            return
        if 'silent' in name:
            await asyncio.Event().wait()
        if 'offline' in name:
            address = f'https://registry.ollama.ai/v2/library/{name.replace(":", "/manifests/")}'
            yield {'error': f'pull model manifest: Get "{address}": dial tcp: lookup registry.ollama.ai: no such host'}
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
        layer = digest_of(f'{name} {number}')
        line = {'status': f'pulling {layer[7:19]}', 'digest': layer, 'total': size}
        done = self.pulled.get(layer, 0.0)
        if done >= 1:
            yield {**line, 'completed': size}
            return
        yield line
        start = time.monotonic()
        seconds = self.pull_seconds * size / sum(LAYERS)
        while done < 1:
            await asyncio.sleep(max(0.001, min(0.06, seconds / 10)))  # Ollama reports every 60 ms
            done = min(1.0, self.pulled.get(layer, 0.0) + (time.monotonic() - start) / max(seconds, 0.005))
            start = time.monotonic()
            self.pulled[layer] = done
            if 'standing' in name and done > 0.2:
                done = self.pulled[layer] = 0.2
            yield {**line, 'completed': int(size * done)}

    async def _delete(self, exchange: Exchange) -> None:
        if name := self._asked(exchange):
            self.models.pop(name)
            self.loaded.pop(name, None)
            exchange.answer(200, b'')

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
