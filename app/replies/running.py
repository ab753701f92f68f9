"""One reply on its way: what came from its source, what of it is stored, and how it ended."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from app.domain.delta import GROWING, Delta, DeltaKind, JournalEntry, grown
from app.domain.figures import checked
from app.domain.message import Message, Status
from app.domain.plain import plain
from app.errors import GuilhermeError
from app.replies.changes import StateChanged, StepAdded
from app.replies.live import ConversationState, LiveReply

SUMMED = ('tokens', 'seconds', 'total_seconds')
"""Figures that add up when an answer is continued."""

COUNTED = frozenset(
    {*SUMMED, 'prompt_tokens', 'load_seconds', 'prompt_seconds', 'done_reason', 'counted_here', 'timed_here'}
)
"""Figures of one request, which the next one does not inherit."""

THOUGHTS_APART = '\n\n'
"""What stands between the thoughts of a part and those of the next: each begins anew."""

TIMED_FROM = 0.5
"""Seconds an answer must have taken for its speed to say anything."""

Responder = Callable[[], AsyncIterator[Delta]]
"""Whatever answers: a model, a slash command, any later source. Closing the iterator stops it at once."""

ExplainWait = Callable[[], Awaitable[Mapping[str, Any] | None]]
"""Says what a reply waits for before its first word (`{'code': 'loading', …}`), or None.

`ahead` is how many others surely come first, `others` how many went out before it and may or may not: neither is
silence. `answered` is how many the model answers meanwhile, `loading` whether it is put into memory.
"""

WORTH_OF_DATA = 200
"""Characters a source or step counts for: they are few, unless something is wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a reply ended."""

    status: Status
    error: GuilhermeError | None = None


class RunningReply:
    """Pieces received but not stored, numbered as they will stand in the journal."""

    def __init__(
        self, state: ConversationState, message: Message, responder: Responder, explain_wait: ExplainWait | None
    ) -> None:
        self.id = message.id
        self.state = state
        self.live = LiveReply(message)
        self.responder = responder
        self.explain_wait = explain_wait
        self.outcome: Outcome | None = None
        self.started_at = self.heard_at = time.monotonic()
        self.behind_others_at = 0.0  # when it was last seen to wait for others, which is not silence
        self.first_text_at: float | None = None
        self.thinking_since: float | None = None
        self.says_what_it_does = False  # by itself, so nobody need explain its silence
        self.stats: dict[str, Any] = {name: value for name, value in message.stats.items() if name not in COUNTED}
        self.final: Message | None = None
        self.length = len(message.content) + len(message.thinking)  # characters, with what came before *Continue*
        self._before: Message = message  # as it was when this reply, or this part of it, began
        self._gap = THOUGHTS_APART if message.thinking else ''
        self._pieces = 0  # of text and thinking, each about a token
        self._pending: list[Delta] = []
        self._numbered: list[JournalEntry] = []
        self._next_seq = 0

    def receive(self, delta: Delta) -> bool:
        """Take a delta; True if it must be stored."""
        if delta.kind in GROWING and not delta.text:
            return False  # and no sign of life either
        self.heard_at = time.monotonic()
        if delta.kind is DeltaKind.STATISTICS:
            self.stats.update(checked(delta.data))
            return False
        if delta.kind is DeltaKind.PROGRESS:
            self.live.progress = delta.data
            self.says_what_it_does = True
            return False
        if delta.kind is DeltaKind.RECAST:
            self.stats['thinking_seconds'] = round(self.heard_at - (self.first_text_at or self.heard_at), 3)
        if delta.kind in GROWING:
            if self.first_text_at is None:
                self.first_text_at = self.heard_at
            self.says_what_it_does = False
            self._pieces += 1
            if delta.kind is DeltaKind.THINKING and self._gap:
                delta, self._gap = replace(delta, text=self._gap + delta.text), ''
            self._time_thinking(delta.kind)
        self._pending.append(delta)
        self.length += len(delta.text) if delta.kind in GROWING else WORTH_OF_DATA
        return True

    def _time_thinking(self, kind: DeltaKind) -> None:
        """Note how long the model thinks; the figure is known once it speaks, or at the end."""
        if kind is DeltaKind.THINKING and self.thinking_since is None:
            self.thinking_since = self.heard_at
        elif kind is DeltaKind.TEXT and self.thinking_since is not None:
            self._thought()
            self.live.note(thinking_seconds=self.stats['thinking_seconds'])
            self.state.show_state(self.live.current())

    def _thought(self) -> None:
        """Add the time since the model began to think to that of earlier thoughts."""
        assert self.thinking_since is not None
        before = self.stats.get('thinking_seconds') or 0
        self.stats['thinking_seconds'] = round(before + self.heard_at - self.thinking_since, 3)
        self.thinking_since = None

    def entries_to_store(self) -> list[JournalEntry]:
        """Give what is not stored, neighbours of the same kind joined. The same entries again until they are stored."""
        pending, self._pending = self._pending, []
        run: list[str] = []
        for i, delta in enumerate(pending):
            run.append(delta.text if delta.kind in GROWING else json.dumps(plain(delta.data), ensure_ascii=False))
            if delta.kind not in GROWING or i + 1 == len(pending) or pending[i + 1].kind is not delta.kind:
                self._numbered.append(JournalEntry(self.id, self._next_seq, delta.kind, ''.join(run)))
                self._next_seq += 1
                run.clear()
        return list(self._numbered)

    def stored(self, entries: list[JournalEntry]) -> None:
        """Let pages see what is stored now."""
        self._numbered = self._numbered[len(entries) :]
        for entry in entries:
            self._show(entry)
        self.state.touch(self.live)
        text_is_newer = not self.says_what_it_does
        if self.live.progress is not None and text_is_newer and any(entry.kind in GROWING for entry in entries):
            self.live.progress = None
            self.state.tell(StateChanged(self.live.current()))

    def close(self) -> Message:
        """Give the message as it must be stored at the end, with everything received."""
        if self.final is None:
            self.final = self._final_message()
        return self.final

    def _final_message(self) -> Message:
        assert self.outcome is not None
        error = self.outcome.error
        return replace(
            grown(self.live.current(), self.entries_to_store()),
            status=self.outcome.status,
            error=error.as_data() if error is not None else None,
            stats=self._timed_stats(),
            finished_at=datetime.now(UTC),
        )

    def show_rest(self) -> None:
        """Let pages see everything: the end is stored."""
        self.stored(self.entries_to_store())

    def _timed_stats(self) -> dict[str, Any]:
        if self.thinking_since is not None:
            self._thought()
        first = self.first_text_at
        if first is None:
            return dict(self._before.stats) | self.stats
        began = {'first_token_seconds': round(first - self.started_at, 3)}
        return self._counted_here(first) | self.stats | began | self._earlier()

    def _counted_here(self, first: float) -> dict[str, Any]:
        """Count an answer whose server told no figures, as for one that was stopped. A command's is no such answer."""
        if self._before.model is None or self._before.command is not None:
            return {}
        seconds = round(self.heard_at - first, 3)
        counted = {} if 'tokens' in self.stats else {'tokens': self._pieces, 'counted_here': True}
        timed = (
            {'seconds': seconds, 'timed_here': True} if seconds >= TIMED_FROM and 'seconds' not in self.stats else {}
        )
        return counted | timed

    def _earlier(self) -> dict[str, Any]:
        """Give the figures of the parts before this one: what is in the context window is told by the last alone."""
        before = self._before.stats
        sums = {f'earlier_{name}': figure(before, name) + figure(before, f'earlier_{name}') for name in SUMMED}
        return {name: value for name, value in sums.items() if value}

    def _show(self, entry: JournalEntry) -> None:
        match entry.kind:
            case DeltaKind.TEXT:
                self.live.markdown.append(entry.text)
            case DeltaKind.THINKING:
                self.live.append_thinking(entry.text)
            case DeltaKind.STEP:
                self.live.steps.append(entry.step())
                self.state.tell(StepAdded(self.id, entry.step()))
            case DeltaKind.RECAST:
                self.live.recast(entry.recast_characters())
            case DeltaKind.SOURCE:
                self.live.sources.append(entry.source())
                self.state.tell(StateChanged(self.live.current()))


def figure(stats: Mapping[str, Any], name: str) -> float:
    """Give a number of stored figures, 0 if there is none."""
    value = stats.get(name)
    return value if isinstance(value, int | float) else 0
