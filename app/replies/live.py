"""The live state of conversations: what pages bind to, whichever page is visible. It holds only text already stored."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from nicegui import Event
from nicegui.binding import BindableProperty

from app.domain.conversation import Conversation
from app.domain.delta import recast_text
from app.domain.message import Message
from app.rendering.changes import Change, ReplaceFrom
from app.rendering.growing import GrowingMarkdown
from app.replies.changes import MessageAdded, StateChanged, TextChanged, ThinkingGrew, View, ViewChange
from app.replies.rendered import Rendered

FLUSH_INTERVAL = 1 / 15
"""Seconds between two updates of the same conversation: text flows evenly, and bytes per token stay few."""

IDLE_KEPT = 64
"""Conversations that nobody looks at and nothing writes to, kept in memory for a quick return."""

FINISHED_KEPT = 8
"""Ended replies a conversation remembers, for views that read the database just before the end was stored."""

NEWS_INTERVAL = 0.1
"""Seconds for which news of conversations are gathered before they are told to the lists."""

log = logging.getLogger(__name__)


class LiveReply:
    """A reply that is being written, as far as it is stored."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.markdown = GrowingMarkdown(message.content)
        self.sources = list(message.sources)
        self.steps = list(message.steps)
        self.progress: Mapping[str, Any] | None = None
        self._thinking = [message.thinking] if message.thinking else []
        self._thinking_shown = len(self._thinking)
        self._renders = True
        self._is_recast = False

    def append_thinking(self, text: str) -> None:
        """Take more of the model's reasoning."""
        self._thinking.append(text)

    def recast(self, characters: int) -> None:
        """Make thoughts of so many characters at the end of the text."""
        before = ''.join(self._thinking)
        content, thinking = recast_text(self.markdown.text, before, characters)
        self._thinking.append(thinking[len(before) :])
        self.markdown = GrowingMarkdown(content)
        self._is_recast = True

    def note(self, **figures: Any) -> None:
        """Add to what is known of how the reply is made."""
        self.message = replace(self.message, stats={**self.message.stats, **figures})

    def current(self) -> Message:
        """Give the message as it is now."""
        return replace(
            self.message,
            content=self.markdown.text,
            thinking=''.join(self._thinking),
            sources=tuple(self.sources),
            steps=tuple(self.steps),
        )

    def take_changes(self) -> list[ViewChange]:
        """Give what happened since the last call."""
        changes: list[ViewChange] = []
        if self._thinking_shown < len(self._thinking):
            changes.append(ThinkingGrew(self.message.id, ''.join(self._thinking[self._thinking_shown :])))
            self._thinking_shown = len(self._thinking)
        if text := self._text_changes():
            changes.append(TextChanged(self.message.id, text))
        return changes

    def finish(self, blocks: list[str]) -> tuple[Change, ...]:
        """Give what makes the shown text that of the whole, rendered as `blocks`."""
        return tuple(self.markdown.finish(blocks)) if self._renders else (ReplaceFrom(0, tuple(blocks)),)

    def _text_changes(self) -> tuple[Change, ...]:
        """Render what is new. A fault of the renderer must not stop the reply: all text is shown at its end."""
        if not self._renders:
            return ()
        try:
            changes = tuple(self.markdown.changes())
            if self._is_recast:
                self._is_recast = False
                return (ReplaceFrom(0, tuple(self.markdown.blocks())),)
            return changes
        except Exception:
            log.exception('Reply %s cannot be rendered while it grows', self.message.id)
            self._renders = False
            return ()


@dataclass(frozen=True, slots=True)
class ConversationNews:
    """What a list of conversations shows of one: told whenever something of it changes."""

    conversation: Conversation
    streaming: bool


class ConversationState:
    """One conversation while something streams into it or someone looks at it.

    `title`, `streaming`, `unsaved`, `stats` (of the newest answer a model gave) and `waiting` (messages whose turn is
    still to come; None until somebody looked) can be bound to. `opening` is the
    first question and its answer while that streams, so that nobody waits for them to be read back. Text goes to
    `views`, numbered and folded into at most fifteen updates a second.
    """

    title = BindableProperty()
    streaming = BindableProperty()
    unsaved = BindableProperty()
    stats = BindableProperty()
    waiting = BindableProperty()

    def __init__(self, conversation: Conversation, spread: Callable[[ConversationNews], None]) -> None:
        self.id = conversation.id
        self.conversation = conversation
        self.title = conversation.title
        self.streaming = False
        self.unsaved = False
        self.stats = {}
        self.waiting = None
        self.opening: tuple[Message, ...] = ()
        self.replies: dict[str, LiveReply] = {}
        self.views: set[View] = set()
        self.sending = asyncio.Lock()
        self.patch_number = 0
        self._finished: dict[str, Message] = {}
        self._spread = spread
        self._queued: list[ViewChange] = []
        self._touched: dict[str, LiveReply] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed_at = 0.0

    @property
    def seen(self) -> bool:
        """Tell whether someone looks at the conversation just now."""
        return any(view.watched for view in self.views)

    def announce(self, conversation: Conversation | None = None) -> None:
        """Tell every list of conversations how this one stands now."""
        if conversation is not None:
            self.conversation = conversation
        self.title = self.conversation.title
        self.streaming = bool(self.replies)
        self._spread(ConversationNews(self.conversation, self.streaming))

    def begin(self, reply: LiveReply) -> None:
        """Take up a reply that starts (or goes on)."""
        self._finished.pop(reply.message.id, None)
        self.replies[reply.message.id] = reply

    def end(self, message: Message) -> None:
        """Put away a reply that ended; views that are just loading still find it here."""
        self.opening = ()
        self.replies.pop(message.id, None)
        self._touched.pop(message.id, None)
        if 'num_ctx' in message.stats and message.id == self.conversation.head_id:
            self.stats = message.stats
        self._finished[message.id] = message
        if len(self._finished) > FINISHED_KEPT:
            del self._finished[next(iter(self._finished))]

    def newest(self, message: Message) -> Message:
        """Give what is known of a message now, which may be newer than what was read from the database."""
        if live := self.replies.get(message.id):
            return live.current()
        return self._finished.get(message.id, message)

    def touch(self, reply: LiveReply) -> None:
        """Say that a reply's text grew."""
        self._touched[reply.message.id] = reply
        self._schedule()

    def tell(self, *changes: ViewChange) -> None:
        """Send changes other than text, in order with the text before them."""
        self._collect()
        self._queued += changes
        self._schedule()

    def show_added(self, *messages: Message) -> None:
        """Tell views of new messages at the end of the branch, at once."""
        self.tell(*(MessageAdded(message) for message in messages))
        self.flush()

    def show_state(self, message: Message) -> None:
        """Tell views that a message's state changed, at once."""
        self.tell(StateChanged(message))
        self.flush()

    def show_final(self, reply: LiveReply, blocks: list[str]) -> None:
        """Tell views how a reply that ended looks when it is rendered as a whole, where that differs."""
        if changes := reply.finish(blocks):
            self.tell(TextChanged(reply.message.id, changes))

    def show_late(self, message: Message, rendered: Rendered) -> None:
        """Tell views how a message looks that was shown before it could be rendered."""
        if message.id not in self.replies:
            self.tell(TextChanged(message.id, (ReplaceFrom(0, tuple(rendered.blocks)),)))

    def announce_end(self) -> None:
        """Tell every list of conversations that a reply ended, and whether somebody saw it."""
        self.announce(replace(self.conversation, unread=not self.seen, updated_at=datetime.now(UTC)))

    def flush(self) -> None:
        """Send what is queued now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._collect()
        if not self._queued:
            return
        changes, self._queued = self._queued, []
        if any(isinstance(change, TextChanged | ThinkingGrew) for change in changes):
            self._flushed_at = time.monotonic()  # only text waits for text: the first word follows its dots at once
        self.patch_number += 1
        for view in tuple(self.views):
            try:
                view.apply(self.patch_number, changes)
            except Exception:  # one broken page must not keep text from the others
                log.exception('A view of conversation %s failed', self.id)

    def _collect(self) -> None:
        for reply in self._touched.values():
            self._queued += reply.take_changes()
        self._touched.clear()

    def _schedule(self) -> None:
        if self._timer is not None:
            return
        wait = self._flushed_at + FLUSH_INTERVAL - time.monotonic()
        if wait <= 0:
            self.flush()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait, self._flush_later)

    def _flush_later(self) -> None:
        self._timer = None
        self.flush()


class LiveConversations:
    """Every conversation that is in memory, by its id: those somebody holds, and of the others the latest few.

    While one is in anybody's hands (a view, a reply, a question that is just being stored) there is no second of it.
    `news` tells of single conversations. The other two carry an owner's id: `refiled` when folders or what they count
    changed, `reshelved` when more did than `news` can tell.
    """

    def __init__(self, idle_kept: int = IDLE_KEPT) -> None:
        self.news: Event[tuple[ConversationNews, ...]] = Event()
        self.refiled: Event[str] = Event()
        self.reshelved: Event[str] = Event()
        self._fresh: dict[str, ConversationNews] = {}
        self._idle_kept = idle_kept
        self._states: WeakValueDictionary[str, ConversationState] = WeakValueDictionary()
        self._latest: OrderedDict[str, ConversationState] = OrderedDict()

    def __len__(self) -> int:
        return len(self._states)

    def find(self, conversation_id: str) -> ConversationState | None:
        """Give the state of a conversation if it is in memory."""
        if state := self._states.get(conversation_id):
            self._keep(state)
        return state

    def adopt(self, conversation: Conversation) -> ConversationState:
        """Give the state of a conversation, made from what is stored if it was not in memory."""
        if (state := self.find(conversation.id)) is None:
            state = self._states[conversation.id] = ConversationState(conversation, self.spread)
            self._keep(state)
        return state

    def forget(self, conversation_ids: Iterable[str]) -> None:
        """Let go of conversations that were deleted for good: an import may bring the same ids back, as other ones."""
        for conversation_id in conversation_ids:
            self._states.pop(conversation_id, None)
            self._latest.pop(conversation_id, None)

    def spread(self, news: ConversationNews) -> None:
        """Tell lists of conversations what is new, several things at once: a hundred lists may listen."""
        if not self._fresh:
            asyncio.get_running_loop().call_later(NEWS_INTERVAL, self._spread_now)
        self._fresh[news.conversation.id] = news

    def _spread_now(self) -> None:
        fresh, self._fresh = tuple(self._fresh.values()), {}
        self.news.emit(fresh)

    def of(self, owner_id: str) -> list[ConversationState]:
        """Give what is in memory of a person's conversations."""
        return [state for state in self._states.values() if state.conversation.owner_id == owner_id]

    def streaming(self) -> frozenset[str]:
        """Give the ids of the conversations something is streaming into."""
        return frozenset(state.id for state in self._states.values() if state.replies)

    def _keep(self, state: ConversationState) -> None:
        self._latest[state.id] = state
        self._latest.move_to_end(state.id)
        if len(self._latest) > self._idle_kept:
            self._latest.popitem(last=False)
