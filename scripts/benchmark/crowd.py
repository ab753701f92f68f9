"""Many people at once: clients that load the page and speak NiceGUI's protocol, without a browser each.

Runs as a process of its own: `python -m scripts.benchmark.crowd FILE URL QUESTION COUNT TOKENS SPREAD` writes JSON.
"""

import asyncio
import html
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import uvloop

from scripts.benchmark.processes import ROOT

TOKEN = re.compile(r'w(\d+):(\d+)')
LIMIT = 120.0
"""Seconds after which an answer that does not end is given up."""

AT_ONCE = 10
"""Pages loaded at the same time before anything is asked."""


@dataclass(slots=True)
class Seen:
    """What one client saw: seconds to the first token, the lag of every token in seconds, how many came in order."""

    first: float = 0.0
    lags: list[float] = field(default_factory=list)
    count: int = 0
    right: bool = True


class Visitor:
    """One page without a browser."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._socket: aiohttp.ClientWebSocketResponse
        self._elements: dict[str, Any] = {}
        self._client_id = ''

    async def arrive(self, path: str = '/') -> None:
        """Load the page and connect, as nicegui.js does."""
        once = {'Connection': 'close'}  # like a browser, which never makes a websocket of a connection it has used
        async with self._http.get(self._url + path, headers=once) as response:
            page = await response.text()
        found = re.search(r'parseElements\(String\.raw`(.*?)`\)', page, re.DOTALL)
        client = re.search(r"'client_id': '([\w-]+)'", page)
        assert found and client
        self._elements = json.loads(html.unescape(found[1]))
        self._client_id = client[1]
        query = {'EIO': 4, 'transport': 'websocket', 'implicit_handshake': 'true', 'next_message_id': 0}
        query |= {'client_id': self._client_id, 'tab_id': uuid4(), 'document_id': uuid4()}
        self._socket = await self._http.ws_connect(f'{self._url}/_nicegui_ws/socket.io/?{urlencode(query)}')
        await self._socket.receive_str()  # engine.io's greeting
        await self._socket.send_str('40')
        await self._socket.receive_str()  # socket.io's

    async def leave(self) -> None:
        """Close the tab."""
        await self._socket.close()

    async def emit(self, tag: str, event: str, argument: Any) -> None:
        """Send an event of the element with a tag."""
        number, element = next((n, each) for n, each in self._elements.items() if each.get('tag') == tag)
        listener = next(each['listener_id'] for each in element['events'] if each['type'] == event)
        data = {
            'id': int(number),
            'client_id': self._client_id,
            'listener_id': listener,
            'args': [json.dumps(argument)],
        }
        await self._socket.send_str('42' + json.dumps(['event', data]))

    async def message(self) -> str:
        """Give the next message of the server; its pings are answered."""
        while True:
            text = await self._socket.receive_str()
            if text != '2':
                return text
            await self._socket.send_str('3')

    async def ask(self, question: str, tokens: int) -> Seen:
        """Send a question in a new conversation and read the answer, made of tokens of `kind=clock`."""
        seen = Seen()
        sent = {'conversation': str(uuid4()), 'message': str(uuid4()), 'text': question, 'model': '', 'fresh': True}
        began = time.monotonic()
        await self.emit('nicegui-composer', 'send', sent)
        async with asyncio.timeout(LIMIT):
            while seen.count < tokens:
                _look(await self.message(), seen)
                seen.first = seen.first or (time.monotonic() - began if seen.count else 0.0)
        return seen

    async def open(self, conversation_id: str) -> None:
        """Click a conversation in the list and wait until its messages are here."""
        await self.emit('nicegui-conversation_list', 'open', conversation_id)
        while f'/c/{conversation_id}' not in await self.message():
            pass


def _look(message: str, seen: Seen) -> None:
    now = time.monotonic()
    for number, made in TOKEN.findall(message):
        if int(number) < seen.count:  # shown anew, as part of a block
            continue
        seen.right = seen.right and int(number) == seen.count
        seen.count = int(number) + 1
        seen.lags.append(now - int(made) / 1e6)


async def gather(url: str, count: int, question: str, tokens: int, spread: float) -> list[Seen]:
    """Let `count` people come, and then ask within `spread` seconds."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        visitors = [Visitor(http, url) for _ in range(count)]
        for start in range(0, count, AT_ONCE):
            await asyncio.gather(*(visitor.arrive() for visitor in visitors[start : start + AT_ONCE]))
        await asyncio.sleep(1)

        async def ask(visitor: Visitor, number: int) -> Seen:
            await asyncio.sleep(spread * number / count)
            return await visitor.ask(question, tokens)

        seen = await asyncio.gather(*(ask(visitor, number) for number, visitor in enumerate(visitors)))
        for visitor in visitors:
            await visitor.leave()
        return seen


async def crowd(url: str, count: int, question: str, tokens: int, spread: float = 0.0) -> list[Seen]:
    """Do the same in another process, so that reading does not hold up the clock."""
    with NamedTemporaryFile('r', encoding='utf-8') as told:
        command = ['-m', 'scripts.benchmark.crowd', told.name, url, question, str(count), str(tokens), str(spread)]
        process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT)
        if await process.wait():
            raise RuntimeError(f'the crowd ended with {process.returncode}')
        return [Seen(**each) for each in json.load(told)]


def _main(file: str, url: str, question: str, *numbers: str) -> None:
    count, tokens, spread = map(float, numbers)
    seen = uvloop.run(gather(url, int(count), question, int(tokens), spread))
    Path(file).write_text(json.dumps([asdict(each) for each in seen]), 'utf-8')


if __name__ == '__main__':
    _main(*sys.argv[1:])
