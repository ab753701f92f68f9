"""The app's pages in NiceGUI's simulated browser, and what they would show in a real one."""

import gc
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from nicegui import Client, background_tasks, core, ui
from nicegui.element import Element
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.nicegui import _on_handshake
from nicegui.testing import User
from nicegui.testing.general import nicegui_reset_globals, prepare_simulation
from nicegui.testing.user_interaction import UserInteraction

from app import bootstrap
from app.bootstrap import Parts
from app.rendering.changes import AppendText, ReplaceFrom, ReplaceTail
from app.settings import load
from app.ui.components.chat_view import ChatView
from app.ui.components.closing_question import Closing
from app.ui.components.composer import Composer
from app.ui.components.conversation_title import ConversationTitle
from app.ui.wire import ADD, BLOCKS, STATE, STEP, TAIL, TEXT, THINK
from tests.chat.desk import own_log
from tests.rendering.viewer import Viewer
from tests.replies.waiting import until
from tests.storage.samples import new_id

CALL = re.compile(r'return runMethod\((\d+), "(\w+)", (.*)\)', re.DOTALL)


class Browser:
    """One simulated browser with one page at a time."""

    def __init__(self, language: str = 'en', **cookies: str) -> None:
        transport = httpx.ASGITransport(core.app)
        headers = {'accept-language': language}
        self.http = httpx.AsyncClient(
            transport=transport, base_url='http://localhost', headers=headers, cookies=cookies
        )
        self.user = User(self.http)

    async def open(self, path: str) -> None:
        await self.user.open(path)

    async def sees(self, text: str) -> None:
        await self.user.should_see(text, retries=20)

    async def does_not_see(self, text: str) -> None:
        await self.user.should_not_see(text)

    def close(self) -> None:
        """Close the tab."""
        assert self.user.client is not None
        self.user.client.delete()

    def lose_line(self) -> None:
        """Lose the connection, as in a tunnel."""
        client = self.user.client
        assert client is not None
        client.handle_disconnect(next(iter(client._socket_to_document_id)))

    async def find_line(self) -> None:
        """Connect again, soon enough to keep the page."""
        assert self.user.client is not None
        data = {'client_id': self.user.client.id, 'tab_id': self.user.tab_id, 'document_id': str(uuid4())}
        await _on_handshake(f'test-{uuid4()}', data)

    def queued(self) -> int:
        """Count the messages that wait for the connection, but for those of lists and of the page around the chat."""
        assert self.user.client is not None
        number = f'runMethod({self.element(ChatView).id},'
        return sum(number in data.get('code', '') for _, _, data in self.user.client.outbox.messages)

    def by_testid(self, testid: str) -> list[Element]:
        """Give the elements of the page with this `data-testid`."""
        assert self.user.client is not None
        elements = self.user.client.elements.values()
        return [element for element in elements if element.props.get('data-testid') == testid]

    def element(self, kind: type[Element]) -> Any:
        """Give the one element of a kind."""
        assert self.user.client is not None
        [found] = [element for element in self.user.client.elements.values() if isinstance(element, kind)]
        return found

    def trigger(self, element: Element, event: str, args: Any = None) -> None:
        """Let the browser send an event."""
        UserInteraction(self.user, {element}, None).trigger(event, args)

    def send(self, text: str, conversation_id: str | None = None) -> str:
        """Write a message and press Enter; give the conversation's id."""
        fresh = conversation_id is None
        conversation_id = conversation_id or new_id()
        sent = {'conversation': conversation_id, 'message': new_id(), 'text': text, 'model': '', 'fresh': fresh}
        self.trigger(self.element(Composer), 'send', sent)
        return conversation_id

    def act(self, name: str, message_id: str) -> None:
        """Press one of the buttons below a message."""
        self.trigger(self.element(ChatView), 'action', {'name': name, 'id': message_id})

    def calls(self, kind: type[Element], method: str | None = None) -> list[Any]:
        """Give what an element's script was told, oldest first: arguments, or (method, arguments) for all methods."""
        assert self.user.client is not None
        number = str(self.element(kind).id)
        codes = [data.get('code', '') for _, _, (_, _, data) in self.user.client.outbox.message_history]
        found = [match.groups() for code in codes if (match := CALL.fullmatch(code)) and match[1] == number]
        calls = [(name, json.loads(arguments)) for _, name, arguments in found]
        return calls if method is None else [arguments for name, arguments in calls if name == method]

    def heading(self) -> dict[str, Any]:
        """Give what stands above the conversation now: `title`, and whether its text is `unsaved`."""
        shown = dict(self.element(ConversationTitle).props['initial'])
        for [status] in self.calls(ConversationTitle, 'status'):
            shown |= status
        return shown

    def screen(self) -> 'Screen':
        """Give what the message list shows now."""
        screen = Screen(self.element(ChatView).props['initial'])
        for method, arguments in self.calls(ChatView):
            if method in ('show', 'patch'):
                getattr(screen, method)(*arguments)
        return screen


class Screen:
    """The message list, by the rules of `chat_view.js`. `html` and `states` are by the message's id."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.path = ''
        self.show(snapshot)

    def show(self, snapshot: dict[str, Any]) -> None:
        self.path = snapshot.get('path') or self.path
        self.conversation, self.number = snapshot['conversation'], snapshot['number']
        self.ids: dict[int, str] = {}
        self.viewers: dict[str, Viewer] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.thinking: dict[str, str] = {}
        self.steps: dict[str, list[dict[str, str]]] = {}
        for message in snapshot['messages']:
            self._add(message)

    def patch(self, number: int, operations: list[list[Any]]) -> None:
        if number <= self.number:
            return
        assert number == self.number + 1, 'a browser would ask for everything anew'
        self.number = number
        for kind, *rest in operations:
            self._take(kind, *rest)

    @property
    def html(self) -> list[str]:
        return [''.join(viewer.html) for viewer in self.viewers.values()]

    @property
    def last(self) -> str:
        return ''.join(self.html[-1:])

    @property
    def statuses(self) -> list[str]:
        return [state['status'] for state in self.states.values()]

    def _take(self, kind: int, first: Any, *rest: Any) -> None:
        if kind == ADD:
            return self._add(first)
        message_id = self.ids[first]
        if kind == STATE:
            self.states[message_id] |= rest[0]
        elif kind == THINK:
            self.thinking[message_id] += rest[0]
        elif kind == STEP:
            self.steps[message_id].append(rest[0])
        else:
            change = {BLOCKS: ReplaceFrom, TAIL: ReplaceTail, TEXT: AppendText}[kind]
            self.viewers[message_id].apply([change(*rest)])
        return None

    def _add(self, message: dict[str, Any]) -> None:
        self.ids[message['ref']] = message['id']
        self.viewers[message['id']] = Viewer(message['html'])
        self.states[message['id']] = message['state']
        self.thinking[message['id']] = message['thinking']
        self.steps[message['id']] = [*message['steps']]


@asynccontextmanager
async def running_app(data_dir: Path, *, closing: Closing | None = None, **settings: Any) -> AsyncIterator[Parts]:
    """Start the app as a process would, without a socket; titles are not asked for unless the settings say so."""
    with own_log():
        parts = bootstrap.build(load(data_dir=data_dir, **{'titles': False} | settings))
    await parts.prepare()
    with _same_modules(), _same_collector(), nicegui_reset_globals():
        os.environ['NICEGUI_USER_SIMULATION'] = 'true'
        try:
            prepare_simulation()
            bootstrap.install(parts, closing)
            ui.run(storage_secret='simulated')
            async with core.app.router.lifespan_context(core.app):
                yield parts
                await _close_tabs()
        finally:
            del os.environ['NICEGUI_USER_SIMULATION']
            ui.navigate, ui.notify, ui.download = Navigate(), notify, download


async def _close_tabs() -> None:
    """Close every page, and wait for what pages and app began to ask of the model server."""
    for client in tuple(Client.instances.values()):
        client.delete()
    begun = 'func ', 'outbox loop '
    await until(lambda: not any(task.get_name().startswith(begun) for task in background_tasks.running_tasks))


@contextmanager
def _same_modules() -> Iterator[None]:
    """Keep our modules: NiceGUI forgets those that define pages, for tests that run a main file again."""
    kept = {name: module for name, module in sys.modules.items() if name.partition('.')[0] == 'app'}
    try:
        yield
    finally:
        sys.modules.update(kept)


@contextmanager
def _same_collector() -> Iterator[None]:
    """Undo what the app tunes for its own process."""
    threshold = gc.get_threshold()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
