"""The messages that wait their turn, above the field where one writes: `message_queue.js` draws them."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import binding
from nicegui.binding import BindableProperty
from nicegui.element import Element

from app.chat import Chat
from app.chat.asking import LONGEST_MESSAGE
from app.domain.queued import QueuedMessage, WaitingMessages
from app.errors import GuilhermeError
from app.replies.live import ConversationState
from app.ui.components.toast import Toast
from app.ui.icons import svgs
from app.ui.said import heard
from app.ui.translations import Translator
from app.ui.wording import error_sentence

SHOWN_OF_TEXT = 300
"""Characters of a waiting message sent to the browser: more than one line shows. The whole comes when it is edited."""


class MessageQueue(Element, component='message_queue.js', dependencies=['input_method.js']):
    """Shows what waits in the conversation it follows, and does what the person wants with it.

    `on_orphan` gets the text somebody was just writing on when its message was sent or taken out elsewhere.
    """

    waiting = BindableProperty(on_change=lambda self, _: self._tell())
    streaming = BindableProperty(on_change=lambda self, _: self._tell())

    def __init__(
        self, chat: Chat, owner_id: str, t: Translator, toast: Toast, on_orphan: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._queueing = chat.queueing
        self._owner_id = owner_id
        self._t = t
        self._toast = toast
        self._state: ConversationState | None = None
        self._edited: dict[str, ConversationState] = {}
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs('waiting', 'send', 'edit', 'close', 'check')
        self._props['longest'] = LONGEST_MESSAGE
        self._told = self._props['initial'] = _written(None, None, streaming=False)
        self.waiting, self.streaming = None, False
        self.on('send', heard(str, lambda said: self._try(self._send(said))))
        self.on('edit', heard(str, self._edit))
        self.on('save', heard({'id': str, 'text': str}, lambda said: self._try(self._save(said['id'], said['text']))))
        self.on('leave', heard(str, self._end_editing))
        self.on('cancel', heard(str, lambda said: self._try(self._cancel(said))))
        self.on('orphan', heard(str, on_orphan))

    def follow(self, state: ConversationState | None, *, initial: bool = False) -> None:
        """Show what waits in another conversation, nothing for None; with `initial` it goes out with the page."""
        binding.remove([self])
        self._state = state
        if initial:
            self._told = self._props['initial'] = self._write(state)
        if state is None:
            self.waiting, self.streaming = None, False
        else:
            binding.bind_from(self, 'streaming', state, 'streaming')
            binding.bind_from(self, 'waiting', state, 'waiting')
        self._tell()

    def _write(self, state: ConversationState | None) -> dict[str, Any]:
        if state is None:
            return _written(None, None, streaming=False)
        return _written(state.id, state.waiting, streaming=state.streaming)

    def _tell(self) -> None:
        """Tell the browser what it does not know."""
        fresh = self._write(self._state)
        if fresh != self._told:
            self._told = fresh
            self.run_method('show', fresh)

    async def _send(self, message_id: str) -> None:
        if self._state is not None:
            await self._queueing.send_now(self._owner_id, self._state.id, message_id)

    def _edit(self, message_id: str) -> None:
        waiting: WaitingMessages | None = self._state.waiting if self._state else None
        queued = waiting.find(message_id) if waiting else None
        if self._state is not None and queued is not None:
            if message_id not in self._edited:
                self._queueing.begin_editing(message_id)
            self._edited[message_id] = self._state
            self.run_method('open', message_id, queued.text)

    async def _save(self, message_id: str, text: str) -> None:
        state = self._edited.get(message_id, self._state)  # the person may look at another conversation by now
        if state is not None:
            await self._queueing.edit(self._owner_id, state.id, message_id, text)
            self.run_method('saved', message_id)
            self._end_editing(message_id)

    def _end_editing(self, message_id: str) -> None:
        state = self._edited.pop(message_id, None)
        if state is not None:
            self._queueing.end_editing(state, message_id)

    async def _cancel(self, message_id: str) -> None:
        if self._state is None:
            return
        taken = await self._queueing.cancel(self._owner_id, self._state.id, message_id)
        if taken is not None:
            self._toast.show(
                self._t('The message will not be sent.'), self._t('Undo'), lambda: self._try(self._put_back(taken))
            )

    async def _put_back(self, queued: QueuedMessage) -> None:
        await self._queueing.put_back(self._owner_id, queued)

    async def _try(self, work: Awaitable[None]) -> None:
        try:
            await work
        except GuilhermeError as error:
            self._toast.show(error_sentence(self._t, error.as_data()).text)

    def _handle_delete(self) -> None:
        for message_id in tuple(self._edited):
            self._end_editing(message_id)
        super()._handle_delete()


def _written(conversation_id: str | None, waiting: WaitingMessages | None, *, streaming: bool) -> dict[str, Any]:
    """Write what waits. It is the person's turn to say when only while nothing streams."""
    found = waiting or WaitingMessages()
    return {
        'conversation': conversation_id,
        'items': [{'id': each.id, 'text': each.text[:SHOWN_OF_TEXT]} for each in found.messages],
        'held': found.held and not streaming,
    }


def _labels(t: Translator) -> dict[str, str]:
    return {
        'waiting': t('Messages that wait their turn'),
        'held': t('These are not sent by themselves: they wait for you.'),
        'count': t('Messages that wait: {count}'),
        'send': t('Send now'),
        'edit': t('Edit'),
        'save': t('Save'),
        'leave': t('Leave it as it was'),
        'cancel': t('Do not send'),
    }
