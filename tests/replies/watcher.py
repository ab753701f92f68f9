"""A view that keeps what it is told, as a browser would."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from app.domain.message import Message, Status
from app.replies.changes import BranchChanged, MessageAdded, StateChanged, TextChanged, ThinkingGrew, View, ViewChange
from app.replies.live import ConversationState
from tests.rendering.viewer import Viewer

T = TypeVar('T')


class Watcher(View):
    """Joins a conversation as pages do: the snapshot of now, then every change. `seen` holds all changes in order."""

    def __init__(self, *, watched: bool = True) -> None:
        self._watched = watched
        self.numbers: list[int] = []
        self.seen: list[ViewChange] = []
        self.screens: dict[str, Viewer] = {}
        self.thinking: dict[str, str] = {}
        self.messages: dict[str, Message] = {}
        self.reloads = 0
        self._changed = asyncio.Event()

    @property
    def watched(self) -> bool:
        return self._watched

    def join(self, state: ConversationState) -> None:
        """Take the snapshot and follow from there."""
        state.flush()
        for message_id, live in state.replies.items():
            self.screens[message_id] = Viewer(live.markdown.blocks())
            self.thinking[message_id] = live.current().thinking
        self.numbers.append(state.patch_number)
        state.views.add(self)

    def leave(self, state: ConversationState) -> None:
        state.views.discard(self)

    def apply(self, number: int, changes: list[ViewChange]) -> None:
        assert not self.numbers or number == self.numbers[-1] + 1
        self.numbers.append(number)
        self.seen += changes
        for change in changes:
            self._take(change)
        self._changed.set()

    def html(self, message_id: str) -> str:
        """Give what is shown of a message."""
        return ''.join(self.screens[message_id].html) if message_id in self.screens else ''

    def status(self, message_id: str) -> Status | None:
        """Give the status that was shown last."""
        return self.messages[message_id].status if message_id in self.messages else None

    async def until(self, condition: Callable[[], T], timeout: float = 5) -> T:
        """Wait until the condition gives something true, asked again at every change."""
        async with asyncio.timeout(timeout):
            while not (found := condition()):
                self._changed.clear()
                await self._changed.wait()
        return found

    def _take(self, change: ViewChange) -> None:
        match change:
            case TextChanged(message_id, changes):
                self.screens.setdefault(message_id, Viewer()).apply(changes)
            case ThinkingGrew(message_id, text):
                self.thinking[message_id] = self.thinking.get(message_id, '') + text
            case StateChanged(message) | MessageAdded(message):
                self.messages[message.id] = message
            case BranchChanged():
                self.reloads += 1
