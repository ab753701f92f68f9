"""Rendered messages kept for a quick return: reading an old conversation again costs no second rendering."""

import asyncio
import logging
from collections import OrderedDict

from app.domain.message import Message, Role
from app.rendering.markdown import render_blocks, render_plain

KEPT_CHARACTERS = 8_000_000
"""How much HTML is kept, in characters: about 16 MB at the most."""

log = logging.getLogger(__name__)


class RenderedMessages:
    """HTML blocks of finished messages by id, the least recently used forgotten first."""

    def __init__(self, kept_characters: int = KEPT_CHARACTERS) -> None:
        self._kept_characters = kept_characters
        self._characters = 0
        self._blocks: OrderedDict[str, tuple[str, list[str]]] = OrderedDict()

    async def blocks(self, message: Message) -> list[str]:
        """Give the HTML blocks of a message, rendered in a thread if they are not here."""
        kept = self._blocks.get(message.id)
        if kept is not None and kept[0] == message.content:
            self._blocks.move_to_end(message.id)
            return kept[1]
        blocks = await asyncio.to_thread(render, message)
        self._keep(message, blocks)
        return blocks

    async def all_blocks(self, messages: list[Message]) -> dict[str, list[str]]:
        """Give the blocks of several messages, the missing ones rendered in one go."""
        found = {message.id: self._blocks[message.id][1] for message in messages if self._has(message)}
        missing = [message for message in messages if message.id not in found]
        if missing:
            for message, blocks in zip(missing, await asyncio.to_thread(render_all, missing), strict=True):
                found[message.id] = blocks
                self._keep(message, blocks)
        return found

    def forget(self) -> None:
        """Keep nothing of what was rendered so far."""
        self._blocks.clear()
        self._characters = 0

    def _has(self, message: Message) -> bool:
        kept = self._blocks.get(message.id)
        return kept is not None and kept[0] == message.content

    def _keep(self, message: Message, blocks: list[str]) -> None:
        self._drop(message.id)
        self._blocks[message.id] = (message.content, blocks)
        self._characters += _size(message.content, blocks)
        while self._characters > self._kept_characters and len(self._blocks) > 1:
            self._drop(next(iter(self._blocks)))

    def _drop(self, message_id: str) -> None:
        if kept := self._blocks.pop(message_id, None):
            self._characters -= _size(*kept)


def render(message: Message) -> list[str]:
    """Render a message: what a person wrote stays as it was typed, an answer is markdown."""
    if message.role is Role.USER:
        return [render_plain(message.content)]
    try:
        return render_blocks(message.content)
    except Exception:  # better plain than not at all
        log.exception('Message %s cannot be rendered as markdown', message.id)
        return [f'<p>{render_plain(message.content)}</p>']


def render_all(messages: list[Message]) -> list[list[str]]:
    """Render several messages."""
    return [render(message) for message in messages]


def _size(content: str, blocks: list[str]) -> int:
    return len(content) + sum(map(len, blocks))
