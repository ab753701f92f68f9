"""Rendered messages kept for a quick return: reading an old conversation again costs no second rendering."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.domain.message import Message, Role
from app.rendering.markdown import render_plain
from app.rendering.whole import Html, render_fully, render_plainly, render_quickly
from app.replies.apart import WorkApart

KEPT_CHARACTERS = 8_000_000
"""How much HTML is kept, in characters: about 16 MB at the most."""

PATIENCE = 0.5
"""Seconds a page waits for messages that take long; what is not ready then comes to it later."""

COLOURED_WITHIN = 4.0
"""Seconds for a message with the colours of its code: 200,000 characters of what people write take one."""

UNCOLOURED_WITHIN = 10.0
"""Seconds for a message without them: its effort is bounded, 2.5 s at the worst where nothing else runs."""

WAITING = 60
"""Messages that may wait to be rendered apart; of others the plain text is shown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished message as HTML: the blocks of its text, and one piece for each of its steps."""

    blocks: list[str]
    steps: list[str]


Late = Callable[[Message, Rendered], None]
"""Called with a message that was not ready in time, as soon as it is."""


class RenderedMessages:
    """HTML of finished messages by id, the least recently used forgotten first."""

    def __init__(self, kept_characters: int = KEPT_CHARACTERS, apart: WorkApart | None = None) -> None:
        self._kept_characters = kept_characters
        self._characters = 0
        self._kept: OrderedDict[str, tuple[tuple[str, ...], Rendered]] = OrderedDict()
        self._apart = apart or WorkApart()
        self._coming: dict[str, tuple[tuple[str, ...], asyncio.Task[Rendered]]] = {}

    async def find(self, messages: Sequence[Message], late: Late) -> dict[str, Rendered]:
        """Give messages by their ids, rendered in a thread if they are not here, in one go.

        Those that would take too long are left out: `late` gets them.
        """
        found = {message.id: kept for message in messages if (kept := self._find(message))}
        missing = [message for message in messages if message.id not in found]
        if missing:
            quick = await asyncio.to_thread(lambda: [_quickly(message) for message in missing])
            for message, rendered in zip(missing, quick, strict=True):
                if rendered is not None:
                    self._keep(message, rendered)
                    found[message.id] = rendered
        slow = [message for message in missing if message.id not in found]
        return found | await self._wait_for(slow, late) if slow else found

    def forget(self) -> None:
        """Keep nothing of what was rendered so far."""
        self._kept.clear()
        self._characters = 0
        for _, task in self._coming.values():
            task.cancel()

    async def _wait_for(self, messages: Sequence[Message], late: Late) -> dict[str, Rendered]:
        coming = [(message, task) for message in reversed(messages) if (task := self._render_apart(message))]
        if coming:
            await asyncio.wait([task for _, task in coming], timeout=PATIENCE)
        found: dict[str, Rendered] = {}
        for message, task in coming:
            if not task.done():
                task.add_done_callback(partial(_tell, message, late))
            elif not task.cancelled():
                found[message.id] = task.result()
        return found

    def _render_apart(self, message: Message) -> asyncio.Task[Rendered] | None:
        """Let a message be rendered in its turn, once for all who wait for it; None if too many wait already."""
        before, task = self._coming.get(message.id, (None, None))
        if task is not None and before == _texts(message):
            return task
        if len(self._coming) >= WAITING:
            return None
        task = asyncio.create_task(self._render(message), name=f'render {message.id}')
        self._coming[message.id] = _texts(message), task
        task.add_done_callback(partial(self._came, message.id))
        return task

    async def _render(self, message: Message) -> Rendered:
        texts = _texts(message)
        html = await self._apart.run(render_fully, texts, True, seconds=COLOURED_WITHIN)
        if html is None:
            html = await self._apart.run(render_fully, texts, False, seconds=UNCOLOURED_WITHIN)
        if html is None:
            html = await asyncio.to_thread(render_plainly, texts)
        rendered = _rendered(html)
        self._keep(message, rendered)
        return rendered

    def _came(self, message_id: str, task: asyncio.Task[Rendered]) -> None:
        if self._coming.get(message_id, (None, None))[1] is task:
            del self._coming[message_id]

    def _find(self, message: Message) -> Rendered | None:
        texts, rendered = self._kept.get(message.id, (None, None))
        if texts != _texts(message):
            return None
        self._kept.move_to_end(message.id)
        return rendered

    def _keep(self, message: Message, rendered: Rendered) -> None:
        self._drop(message.id)
        self._kept[message.id] = _texts(message), rendered
        self._characters += _size(*self._kept[message.id])
        while self._characters > self._kept_characters and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, message_id: str) -> None:
        if kept := self._kept.pop(message_id, None):
            self._characters -= _size(*kept)


async def plainly(messages: Sequence[Message]) -> dict[str, Rendered]:
    """Give messages by their ids, as they were written."""
    return await asyncio.to_thread(lambda: {message.id: _plainly(message) for message in messages})


def _plainly(message: Message) -> Rendered:
    return _rendered(render_plainly(_texts(message)))


def _quickly(message: Message) -> Rendered | None:
    """Render a message: what a person wrote stays as it was typed, an answer is markdown."""
    if message.role is Role.USER:
        return _as_typed(message)
    try:
        html = render_quickly(_texts(message))
    except Exception:  # better plain than not at all
        log.exception('Message %s cannot be rendered as markdown', message.id)
        return _plainly(message)
    return None if html is None else _rendered(html)


def _as_typed(message: Message) -> Rendered:
    """Render what a person wrote; what an import folded away beside it is markdown."""
    texts = tuple(step.text for step in message.steps)
    html = (render_quickly(texts) or render_plainly(texts)) if texts else []
    return Rendered([render_plain(message.content)], [''.join(step) for step in html])


def _texts(message: Message) -> tuple[str, ...]:
    """Give what is written in markdown."""
    return message.content, *(step.text for step in message.steps)


def _rendered(html: Html) -> Rendered:
    blocks, *steps = html
    return Rendered(blocks, [''.join(step) for step in steps])


def _tell(message: Message, late: Late, task: asyncio.Task[Rendered]) -> None:
    if not task.cancelled():
        late(message, task.result())


def _size(texts: tuple[str, ...], rendered: Rendered) -> int:
    return sum(map(len, (*texts, *rendered.blocks, *rendered.steps)))
