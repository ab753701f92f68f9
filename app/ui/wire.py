"""What the message list in the browser is sent: messages and changes as JSON, in the words of the person's language."""

from collections.abc import Mapping
from typing import Any

from app.chat.reading import Version, Window
from app.domain.message import Message, Role, Source, Status, Step
from app.errors import ReplyTooLong
from app.rendering.changes import AppendText, Change, ReplaceFrom, ReplaceTail
from app.rendering.markdown import render_plain
from app.rendering.whole import render_briefly
from app.replies.live import ConversationState
from app.ui.ending_wording import ending_sentence, omission_sentence
from app.ui.figures import figures, thought_sentence
from app.ui.translations import Translator
from app.ui.wording import STATUS, error_sentence, progress_sentence

BLOCKS, TAIL, TEXT, THINK, STATE, ADD, STEP = range(7)
"""Numbers of the operations, in the order chat_view.js knows them."""

CAN_GO_ON = frozenset({Status.STOPPED, Status.INTERRUPTED, Status.FAILED})

Json = dict[str, Any]


class Wire:
    """Writes messages of one view. Messages go by a short number, `ref`, so that a token costs few bytes."""

    def __init__(self, t: Translator) -> None:
        self._t = t
        self._refs: dict[str, int] = {}

    def forget(self) -> None:
        """Begin with an empty list."""
        self._refs.clear()

    def knows(self, message_id: str) -> bool:
        """Tell whether a message was sent to the browser."""
        return message_id in self._refs

    def ref(self, message_id: str) -> int:
        """Give the number of a message."""
        return self._refs.setdefault(message_id, len(self._refs))

    def window(self, state: ConversationState, window: Window) -> list[Json]:
        """Write a stretch of messages."""
        written = []
        for message in window.messages:
            rendered, version = window.rendered.get(message.id), window.versions.get(message.id)
            blocks, steps = (rendered.blocks, rendered.steps) if rendered else (None, None)
            written.append(self.message(state, message, blocks, steps, version))
        return written

    def message(
        self,
        state: ConversationState,
        message: Message,
        blocks: list[str] | None = None,
        steps: list[str] | None = None,
        version: Version | None = None,
    ) -> Json:
        """Write one message with all it has: `blocks` and `steps` are its HTML, if it is finished."""
        live = state.replies.get(message.id)
        if blocks is None and message.role is Role.USER:
            blocks = [render_plain(message.content)]
        written: Json = {
            'ref': self.ref(message.id),
            'id': message.id,
            'role': str(message.role),
            'at': int(message.created_at.timestamp() * 1000),
            'html': live.markdown.blocks() if live else blocks or [],
            'thinking': message.thinking,
            'steps': _steps(message, steps),
            'state': self.state(message, live.progress if live else None, version),
        }
        return written | {'command': True} if message.command else written

    def state(
        self, message: Message, progress: Mapping[str, Any] | None = None, version: Version | None = None
    ) -> Json:
        """Write everything around the text: status, notes, fault, figures, what can be done."""
        written: Json = {'status': str(message.status), 'notes': self._notes(message, progress)}
        if message.error is not None:
            sentence = error_sentence(self._t, message.error, kept=message.has_begun)
            written['error'] = {'text': sentence.text, 'action': sentence.action, 'label': self._t('Download model')}
        if version is not None:
            written['versions'] = [version.index, len(version.ids)]
        if thought := thought_sentence(self._t, message):
            written['thought'] = thought
        if message.sources:
            written['sources'] = [_source(source) for source in message.sources]
        if message.status is not Status.STREAMING:
            written['actions'] = self._actions(message)
            written['stats'] = figures(self._t, message)
        return written

    def step(self, step: Step) -> Json:
        """Write a step that has just finished: its title, and what came of it as HTML."""
        return _step(step, render_briefly([step.text])[0])

    def changes(self, message_id: str, changes: tuple[Change, ...]) -> list[list[Any]]:
        """Write changes of a message's text."""
        ref = self.ref(message_id)
        return [_operation(ref, change) for change in changes]

    def _notes(self, message: Message, progress: Mapping[str, Any] | None) -> list[str]:
        notes = [progress_sentence(self._t, progress)] if progress else []
        if message.status in STATUS:
            notes.append(self._t(STATUS[message.status]))
        if ending := ending_sentence(self._t, message):
            notes.append(ending)
        if omission := omission_sentence(self._t, message.stats):
            notes.append(omission)
        return notes

    def _actions(self, message: Message) -> list[str]:
        if message.role is Role.USER:
            return ['copy', 'edit', 'fork']
        if message.role is Role.SYSTEM:
            return ['copy']
        go_on = (message.status in CAN_GO_ON and not _is_too_long(message)) or message.stats.get(
            'done_reason'
        ) == 'length'
        again = ['regenerate', 'models'] if message.model else ['regenerate']
        return ['copy', *again, *(['continue'] if go_on else []), 'fork']


def _steps(message: Message, html: list[str] | None) -> list[Json]:
    html = render_briefly([step.text for step in message.steps]) if html is None else html
    return [_step(step, each) for step, each in zip(message.steps, html, strict=True) if step.title]


def _step(step: Step, html: str) -> Json:
    return {'title': step.title, 'html': html}


def _is_too_long(message: Message) -> bool:
    return message.error is not None and message.error.get('code') == ReplyTooLong.code


def _source(source: Source) -> list[str]:
    """Give title and address; only addresses of the web become links."""
    return [source.title, source.url if source.url.startswith(('https://', 'http://')) else '']


def _operation(ref: int, change: Change) -> list[Any]:
    match change:
        case ReplaceFrom(block, html):
            return [BLOCKS, ref, block, html]
        case ReplaceTail(block, keep, html):
            return [TAIL, ref, block, keep, html]
        case AppendText(block, text):
            return [TEXT, ref, block, text]
