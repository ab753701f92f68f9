"""Where a person writes: the element in the page that `composer.js` draws."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nicegui import binding
from nicegui.binding import BindableProperty
from nicegui.element import Element

from app.chat.asking import LONGEST_MESSAGE
from app.chat.commanding import MenuItem
from app.domain.model import ModelRef
from app.replies.live import ConversationState
from app.ui.figures import context_used
from app.ui.icons import svgs
from app.ui.said import Shape, heard, readable
from app.ui.translations import Translator


@dataclass(frozen=True, slots=True)
class Sent:
    """What the browser sends: a message with the ids it made, the model chosen there, and whether it begins a chat."""

    conversation_id: str
    message_id: str
    text: str
    model: str
    fresh: bool


SENT: Mapping[str, Shape] = {
    'conversation': str,
    'message': str,
    'text': str,
    'model': readable(ModelRef.parse, empty=True),
}


class Composer(
    Element,
    component='composer.js',
    dependencies=['drafts.js', 'dropped_files.js', 'identifiers.js', 'input_method.js'],
):
    """Keeps drafts and unsent messages in the browser; here only what was sent arrives."""

    streaming = BindableProperty(on_change=lambda self, value: self.status(streaming=value))
    gauge = BindableProperty(on_change=lambda self, value: self.status(gauge=value))

    def __init__(
        self,
        t: Translator,
        commands: Sequence[MenuItem],
        on_send: Callable[[Sent], Awaitable[None]],
        on_stop: Callable[[str], Awaitable[None]],
        initial: dict[str, Any],
    ) -> None:
        super().__init__()
        self._t = t
        self.streaming = bool(initial['streaming'])
        self.gauge = initial['gauge']
        self._on_send = on_send
        self._props['labels'] = {
            'placeholder': t('Write a message'),
            'send': t('Send'),
            'stop': t('Stop'),
            'queue': t('Send when this answer is done'),
            'temporary': t('Temporary chat'),
            'temporaryNote': t('Temporary: this chat is never saved. It is gone when the app restarts.'),
            'commands': t('Commands'),
            'noText': t('{name} is no text. Only files of text can be read here: .vtt, .srt, .txt and the like.'),
            'noImage': t('{name} is a picture, and pictures cannot be read here yet.'),
            'tooLarge': t('This is too large for a message.'),
            'tooLargeFile': t('{name} is too large for a message.'),
            'emptyFile': t('{name} is empty.'),
            'unreadable': t('{name} cannot be read.'),
            'guessed': t('{name} is not in UTF-8; it was read as Windows-1252. Check the accents.'),
            'tooLong': t('This message is too long. Up to {longest} characters fit into one.').format(
                longest=LONGEST_MESSAGE
            ),
        }
        self._props['longest'] = LONGEST_MESSAGE
        self._props['commands'] = [asdict(command) for command in commands]
        self._props['icons'] = svgs('send', 'stop', 'temporary')
        self._props['initial'] = initial
        self.on('send', heard(SENT, self._send))
        self.on('stop', heard(str, on_stop))

    def follow(self, state: ConversationState | None) -> None:
        """Bind the send button and the gauge to another conversation's state."""
        binding.remove([self])
        if state is not None:
            binding.bind_from(self, 'streaming', state, 'streaming')
            binding.bind_from(self, 'gauge', state, 'stats', lambda stats: gauge(self._t, stats))

    def place(self, where: dict[str, Any]) -> None:
        """Move to another conversation (`conversation` None: a new one) with its draft, model, gauge and state."""
        self.run_method('place', where)

    def status(self, **status: Any) -> None:
        """Change what is shown beside the text: `streaming`, `gauge`, `model`, `conversation`."""
        self.run_method('status', status)

    def fill(self, text: str) -> None:
        """Put a text into the field, for the person to go on from where it has an ellipsis."""
        self.run_method('fill', text, True)

    def accept(self, message_id: str) -> None:
        """Say that a message is stored, so the browser need not keep it."""
        self.run_method('accepted', message_id)

    def refuse(self, message_id: str, sentence: str) -> None:
        """Give a message back and say why."""
        self.run_method('refused', message_id, sentence)

    def take_back(self, text: str) -> None:
        """Put a text that lost its place before what is typed."""
        self.run_method('takeBack', text)

    def forget_draft(self, conversation_id: str) -> None:
        """Remove the draft of a conversation that was deleted."""
        self.run_method('forget', conversation_id)

    def forget_all(self) -> None:
        """Remove every draft of this browser."""
        self.run_method('forgetAll')

    async def _send(self, args: Mapping[str, Any]) -> None:
        await self._on_send(
            Sent(
                conversation_id=str(args['conversation']),
                message_id=str(args['message']),
                text=str(args['text']),
                model=str(args.get('model') or ''),
                fresh=bool(args.get('fresh')),
            )
        )


def gauge(t: Translator, stats: Mapping[str, Any]) -> dict[str, Any] | None:
    """Say how much of the context window a conversation fills, or None while nobody knows."""
    used, window = context_used(stats)
    if window is None:
        return None
    return {'share': used / window, 'label': t('Context: {used} of {window} tokens').format(used=used, window=window)}
