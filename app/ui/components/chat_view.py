"""The message list: one element for all messages, which stays while conversations are switched."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import background_tasks
from nicegui.element import Element

from app.chat.reading import WINDOW, Reading, Window
from app.domain.message import Message
from app.domain.model import ModelRef
from app.errors import GuilhermeError
from app.replies.changes import (
    BranchChanged,
    MessageAdded,
    StateChanged,
    StepAdded,
    TextChanged,
    ThinkingGrew,
    ViewChange,
)
from app.replies.live import ConversationState
from app.ui.icons import svgs
from app.ui.said import Shape, heard, readable
from app.ui.translations import Translator
from app.ui.wire import ADD, STATE, STEP, THINK, Wire

READ_AGAIN = 1.0
"""Seconds until a view that could not be read is tried again."""

OnAction = Callable[[str, str, str], Awaitable[None]]
"""Called with the name of an action, the id of the message it is for, and what was chosen with it, if anything."""

OnEdit = Callable[['Edited'], Awaitable[None]]
"""Called with a question that was written anew."""

ACTION: Mapping[str, Shape] = {'name': str, 'id': str, 'model': readable(ModelRef.parse, empty=True)}
EDIT: Mapping[str, Shape] = {'conversation': str, 'id': str, 'message': str, 'text': str}

SHOWN_BEFORE = 6
"""Messages shown before one the reader jumps to."""

OnFault = Callable[[GuilhermeError], None]
"""Called when something could not be read."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A question written anew: `replaced_id` is the old version, `message_id` was made in the browser for the new."""

    conversation_id: str
    replaced_id: str
    message_id: str
    text: str


class ChatView(
    Element,
    component='chat_view.js',
    dependencies=[
        'copied_formulas.js',
        'directions.js',
        'folding.js',
        'footnotes.js',
        'identifiers.js',
        'input_method.js',
        'message_editor.js',
        'message_parts.js',
        'spoken_messages.js',
    ],
):
    """Shows a stretch of one conversation and follows what streams into it.

    The newest messages first, older ones as the reader scrolls up. While the browser is not connected nothing is sent;
    it gets the whole stretch anew when it is back.
    """

    def __init__(
        self, reading: Reading, t: Translator, on_action: OnAction, on_edit: OnEdit, on_fault: OnFault
    ) -> None:
        super().__init__()
        self._reading = reading
        self._wire = Wire(t)
        self._state: ConversationState | None = None
        self._ready = False
        self._missed = False
        self._at_end = True
        self._number = 0  # of the last patch: the browser ignores what it had, and asks anew if one is missing
        self._first_depth, self._last_depth = 0, -1
        self._on_action = on_action
        self._on_edit = on_edit
        self._on_fault = on_fault
        self._props['labels'] = _labels(t)
        self._props['icons'] = svgs(
            'copy', 'edit', 'fork', 'again', 'more', 'continue', 'left', 'right', 'down', 'top', 'check'
        )
        self.on('more', heard(str, lambda said: self._try(self._more(said))))
        self.on('edge', heard(str, lambda said: self._try(self._jump(said))))
        self.on('resync', self._reload, args=[])
        self.on('action', heard(ACTION, self._act))
        self.on('edit', heard(EDIT, self._edit))
        self.client.on_connect(self._catch_up)

    @property
    def watched(self) -> bool:
        """Whether a connected browser shows the conversation now."""
        return self._ready and self.client.has_socket_connection

    async def show(
        self, state: ConversationState | None, path: str = '', *, at: Message | None = None, initial: bool = False
    ) -> None:
        """Show the end of a conversation or the surroundings of one of its messages, marked; nothing for None.

        With `path`, the browser's address becomes that. With `initial`, it goes out with the page itself.
        """
        self._leave()
        self._state = state
        self._first_depth, self._last_depth = 0, -1
        if state is None:
            self._send('show', {'path': path}, None, initial=initial)
            return
        state.views.add(self)
        if at is None:
            await self._try(self._show_newest(path=path, initial=initial))
        else:
            await self._try(self._show_around(state, at, path, initial=initial))

    def apply(self, _number: int, changes: list[ViewChange]) -> None:
        """Take changes from the conversation (see `View`)."""
        if not self._ready or self._state is None:
            return
        if not self.client.has_socket_connection:
            self._missed = True
            return
        if forks := [change.at for change in changes if isinstance(change, BranchChanged)]:
            self._ready = False
            background_tasks.create(self._reload(forks[-1]), name='reload view')
            return
        operations = [operation for change in changes for operation in self._operations(self._state, change)]
        if operations:
            self._number += 1
            self.run_method('patch', self._number, operations)

    async def go_to_end(self) -> None:
        """Show the newest messages, if the reader has gone so far up that they are not in the view."""
        if not self._at_end:
            await self._show_newest()

    def copy(self, message_id: str, text: str) -> None:
        """Put a message's text into the browser's clipboard."""
        self.run_method('copied', message_id, text)

    def offer_models(self, message_id: str, models: dict[str, str]) -> None:
        """Let the person choose the model of another answer: names by reference."""
        self.run_method('offerModels', message_id, [*models.items()])

    def edited(self, replaced_id: str, *, taken: bool) -> None:
        """Say whether a question that was written anew was taken; if not, it can be sent again."""
        self.run_method('edited', replaced_id, taken)

    def _operations(self, state: ConversationState, change: ViewChange) -> list[list[Any]]:
        match change:
            case TextChanged(message_id, text) if self._wire.knows(message_id):
                return self._wire.changes(message_id, text)
            case ThinkingGrew(message_id, text) if self._wire.knows(message_id):
                return [[THINK, self._wire.ref(message_id), text]]
            case StepAdded(message_id, step) if step.title and self._wire.knows(message_id):
                return [[STEP, self._wire.ref(message_id), self._wire.step(step)]]
            case StateChanged(message) if self._wire.knows(message.id):
                live = state.replies.get(message.id)
                written = self._wire.state(message, live.progress if live else None)
                return [[STATE, self._wire.ref(message.id), written]]
            case MessageAdded(message) if self._at_end:
                self._last_depth = message.depth
                return [[ADD, self._wire.message(state, message)]]
        return []

    async def _try(self, work: Awaitable[None]) -> None:
        """Do something that reads the database; if that fails, say so and let the reader try again."""
        try:
            await work
        except GuilhermeError as error:
            self.run_method('loaded')
            self._on_fault(error)

    async def _show_newest(self, *, initial: bool = False, **extra: Any) -> None:
        state = self._state
        if state is None:
            return
        self._ready = False
        window = await self._reading.newest(state)
        self._show_window(state, window, initial=initial, **extra)

    async def _show_around(self, state: ConversationState, at: Message, path: str, *, initial: bool) -> None:
        self._ready = False
        window = await self._reading.stretch(state, max(at.depth - SHOWN_BEFORE, 0), WINDOW)
        if all(message.id != at.id for message in window.messages):  # those before it fill the window
            window = await self._reading.stretch(state, at.depth, WINDOW)
        self._show_window(state, window, initial=initial, path=path, mark=at.id)

    def _show_window(self, state: ConversationState, window: Window, *, initial: bool = False, **extra: Any) -> None:
        """Send a whole stretch. From here on every change counts, and none before: no await may come between."""
        if self._state is not state or self.is_deleted:
            return
        state.flush()
        self._wire.forget()
        self._ready, self._missed = True, False
        self._at_end = not window.has_newer
        self._first_depth, self._last_depth = 0, -1
        if window.messages:
            self._first_depth, self._last_depth = window.messages[0].depth, window.messages[-1].depth
        self._send('show', extra, window, initial=initial)

    def _send(self, method: str, extra: dict[str, Any], window: Window | None, *, initial: bool = False) -> None:
        state = self._state
        snapshot = extra | {
            'conversation': state.id if state else None,
            'number': self._number,
            'older': window is not None and window.has_older,
            'newer': window is not None and window.has_newer,
            'messages': self._wire.window(state, window) if state and window else [],
        }
        if initial:
            self._props['initial'] = snapshot
        else:
            self.run_method(method, snapshot)

    async def _more(self, side: str) -> None:
        """Send the next stretch above or below what is there."""
        state = self._state
        if state is None:
            return
        if side == 'older':
            window = await self._reading.older(state, self._first_depth)
        else:
            window = await self._reading.newer(state, self._last_depth)
        if self._state is not state or self.is_deleted or not self._ready:
            return
        state.flush()
        if window.messages and side == 'older':
            self._first_depth = window.messages[0].depth
        elif window.messages:
            self._last_depth, self._at_end = window.messages[-1].depth, not window.has_newer
        self._send('prepend' if side == 'older' else 'append', {}, window)

    async def _jump(self, where: str) -> None:
        """Show the first or the newest messages."""
        state = self._state
        if state is None:
            return
        if where == 'end':
            await self._show_newest()
        else:
            self._ready = False
            self._show_window(state, await self._reading.newer(state, -1), at='start')

    async def _reload(self, fork: str = '') -> None:
        """Send everything anew, as soon as it can be read; the reader stays where they are, or goes to the `fork`."""
        state = self._state
        while self._state is state and not self.is_deleted:
            try:
                await self._show_again(state, fork)
            except GuilhermeError as error:
                self._on_fault(error)
                await asyncio.sleep(READ_AGAIN)
            else:
                return

    async def _show_again(self, state: ConversationState | None, fork: str) -> None:
        """Show the same stretch as before, and what has come after it."""
        if state is None:
            return
        self._ready = False
        shown, at_end = self._last_depth - self._first_depth + 1, self._at_end
        window = await self._reading.stretch(state, self._first_depth, shown + WINDOW)
        holds_fork = any(message.id == fork for message in window.messages)
        if not window.messages or (at_end and window.has_newer and not holds_fork):
            await self._show_newest(keep=True, fork=fork)
        else:
            self._show_window(state, window, keep=True, fork=fork)

    async def _catch_up(self) -> None:
        if self._missed:
            await self._reload()

    async def _act(self, said: Mapping[str, Any]) -> None:
        name, message_id = said['name'], said['id']
        if self._wire.knows(message_id):
            await self._on_action(name, message_id, said.get('model') or '')

    async def _edit(self, args: Mapping[str, Any]) -> None:
        # Sent again after a lost line, it may be of a message that is not shown any more.
        await self._on_edit(Edited(args['conversation'], args['id'], args['message'], args['text']))

    def _leave(self) -> None:
        self._ready = False
        if self._state is not None:
            self._state.views.discard(self)

    def _handle_delete(self) -> None:
        self._leave()
        self._state = None
        super()._handle_delete()


def _labels(t: Translator) -> dict[str, Any]:
    return {
        'messages': t('Messages'),
        'you': t('You'),
        'answer': t('Answer'),
        'instruction': t('Instruction'),
        'copied': t('Copied'),
        'task': t('Task'),
        'notes': t('Footnotes'),
        'toText': t('Back to the text'),
        'statuses': {
            'streaming': t('The answer has begun.'),
            'complete': t('The answer is finished.'),
            'stopped': t('The answer was stopped.'),
            'interrupted': t('The answer was interrupted.'),
            'failed': t('The answer failed.'),
        },
        'thinking': t('Thoughts'),
        'sources': t('Sources'),
        'steps': t('Notes'),
        'copy': t('Copy'),
        'copyCode': t('Copy code'),
        'edit': t('Edit'),
        'fork': t('New conversation from here'),
        'regenerate': t('Answer again'),
        'models': t('Answer again with another model'),
        'stats': t('Figures'),
        'send': t('Send'),
        'cancel': t('Cancel'),
        'continue': t('Continue'),
        'previous': t('Previous version'),
        'next': t('Next version'),
        'start': t('To the beginning'),
        'end': t('To the newest'),
    }
