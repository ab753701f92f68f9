"""Runs replies: one task each, whichever page is visible, and settles how each one ended."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from app.domain.addresses import hide_secrets
from app.domain.message import Message, Status
from app.errors import GuilhermeError, ReplyTooLong, ServerSilent, UnexpectedFault
from app.replies.committer import Committer
from app.replies.journal import Journal
from app.replies.live import ConversationState
from app.replies.rendered import RenderedMessages
from app.replies.running import ExplainWait, Outcome, Responder, RunningReply

WATCH_INTERVAL = 0.5
"""Seconds between two looks at replies that say nothing."""

PLACE_AFTER = 0.4
"""Seconds without a first word after which the page says how many others come first."""

EXPLAIN_AFTER = 2.0
"""Seconds without a first word after which the page says what it waits for if it is nobody else."""

EXPLAIN_PATIENCE = 1.0
"""Seconds an explanation may take."""

SHUTDOWN_PATIENCE = 3.0
"""Seconds for storing the last words when the process ends; what comes later is recovered from the journal."""

LONGEST_REPLY = 2_000_000
"""Characters of a reply with its thoughts: some 500,000 tokens, more than any model writes at once on purpose, and
forty transcripts of an hour. A server that never ends its reply must not fill disk and browser."""

OnFinished = Callable[[ConversationState, Message], None]
"""Called with each reply whose end is stored and shown; it must not block."""

MakeWay = Callable[[], Awaitable[None]]
"""Ends work of a lower rank; returns when it has ended."""

log = logging.getLogger(__name__)


class Engine:
    """Starts, stops and watches replies.

    `load_limit`, `silence_notice` and `silence_limit` are in seconds, `longest` in characters.
    `on_finished` holds what is to be called when a reply is over, `before_reply` what is to be waited for before one is
    asked for: work of a lower rank makes way.
    """

    def __init__(
        self,
        journal: Journal,
        rendered: RenderedMessages,
        *,
        load_limit: float,
        silence_notice: float,
        silence_limit: float,
        longest: int = LONGEST_REPLY,
    ) -> None:
        self.on_finished: list[OnFinished] = []
        self.before_reply: list[MakeWay] = []
        self._rendered = rendered
        self._load_limit = load_limit
        self._silence_notice = silence_notice
        self._silence_limit = silence_limit
        self._longest = longest
        self._committer = Committer(journal, self._sealed)
        self._running: dict[str, RunningReply] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._finishing: set[asyncio.Task[None]] = set()
        self._watcher: asyncio.Task[None] | None = None
        self._finished = asyncio.Condition()

    def start(
        self, state: ConversationState, message: Message, responder: Responder, explain_wait: ExplainWait | None = None
    ) -> None:
        """Begin a reply into `message`, which is stored already with status `streaming`."""
        reply = RunningReply(state, message, responder, explain_wait)
        self._running[reply.id] = reply
        state.begin(reply.live)
        state.announce()
        task = asyncio.create_task(self._write(reply), name=f'reply {reply.id}')
        self._tasks[reply.id] = task
        task.add_done_callback(lambda task: self._settle(reply, task))
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch(), name='silence watcher')

    def stop(self, message_id: str) -> bool:
        """End a reply now because a person said so; False if it was not running."""
        return self._end(message_id, Outcome(Status.STOPPED))

    @property
    def busy(self) -> bool:
        """Whether any reply waits or streams."""
        return bool(self._running)

    async def finished(self, message_id: str) -> None:
        """Wait until a reply is over and its end is stored."""
        async with self._finished:
            await self._finished.wait_for(lambda: message_id not in self._running)

    async def close(self, *, to_be_resumed: bool = False) -> None:
        """Interrupt every reply and store what came, as far as the time allows.

        With `to_be_resumed` replies are stored as still streaming: the next start recovers and continues those.
        """
        for message_id in tuple(self._running):
            self._end(message_id, Outcome(Status.STREAMING if to_be_resumed else Status.INTERRUPTED))
        try:
            async with asyncio.timeout(SHUTDOWN_PATIENCE):
                await asyncio.gather(*self._tasks.values(), return_exceptions=True)
                await asyncio.sleep(0)  # done callbacks run in the next round of the loop
                await self._committer.settle()
                await asyncio.gather(*self._finishing, return_exceptions=True)
        except TimeoutError:
            log.warning('Some replies could not be closed in time; they are recovered at the next start.')
        await self._committer.close()
        if self._watcher is not None:
            self._watcher.cancel()

    async def _write(self, reply: RunningReply) -> None:
        for make_way in self.before_reply:
            await make_way()
        async with aclosing(reply.responder()) as deltas:  # type: ignore[type-var]
            async for delta in deltas:
                if reply.receive(delta):
                    self._committer.text_came(reply)
                    if reply.length > self._longest:
                        raise ReplyTooLong(longest=self._longest)
                elif reply.live.progress is not None:
                    reply.state.show_state(reply.live.current())

    def _end(self, message_id: str, outcome: Outcome) -> bool:
        reply, task = self._running.get(message_id), self._tasks.get(message_id)
        if reply is None or task is None or reply.outcome is not None or task.done():
            return False
        reply.outcome = outcome
        task.cancel()
        return True

    def _settle(self, reply: RunningReply, task: asyncio.Task[None]) -> None:
        """Decide the outcome, here because a task cancelled before its first step never enters its own `try`."""
        self._tasks.pop(reply.id, None)
        error = None if task.cancelled() else task.exception()
        if reply.outcome is None:
            reply.outcome = self._outcome(reply, error, cancelled=task.cancelled())
        self._committer.reply_ended(reply)

    def _outcome(self, reply: RunningReply, error: BaseException | None, *, cancelled: bool) -> Outcome:
        if cancelled:
            return Outcome(Status.INTERRUPTED)
        if error is None:
            return Outcome(Status.COMPLETE)
        if isinstance(error, GuilhermeError):
            log.warning('Reply %s failed: %s', reply.id, error)
            return Outcome(Status.FAILED, error)
        log.error('Reply %s failed', reply.id, exc_info=error)
        return Outcome(Status.FAILED, UnexpectedFault(message=hide_secrets(str(error)[:200])))

    def _sealed(self, reply: RunningReply) -> None:
        task = asyncio.create_task(self._finish(reply), name=f'finish {reply.id}')
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _finish(self, reply: RunningReply) -> None:
        """Show the end of a stored reply: the rest of its text, the whole rendered once more, its final state."""
        message = reply.close()
        state, live = reply.state, reply.live
        reply.show_rest()
        found = await self._rendered.find([message], state.show_late)
        state.flush()
        if message.id in found:
            state.show_final(live, found[message.id].blocks)
        state.end(message)
        self._running.pop(reply.id, None)
        state.show_state(message)
        state.announce_end()
        async with self._finished:
            self._finished.notify_all()
        for tell in self.on_finished:
            tell(state, message)

    async def _watch(self) -> None:
        while self._running:
            await asyncio.sleep(WATCH_INTERVAL)
            for reply in tuple(self._running.values()):
                if reply.outcome is None:
                    await self._look_at(reply)

    async def _look_at(self, reply: RunningReply) -> None:
        now = time.monotonic()
        silent = now - reply.heard_at
        begun = reply.first_text_at is not None and not reply.says_what_it_does  # at work again: on the next part
        limit = self._silence_limit if begun else self._load_limit
        if now - max(reply.heard_at, reply.behind_others_at) >= limit:
            self._end(reply.id, Outcome(Status.FAILED, ServerSilent(seconds=round(silent))))
        elif begun and silent >= self._silence_notice:
            self._show_progress(reply, {'code': 'silent', 'seconds': int(silent)})
        elif not begun and silent >= PLACE_AFTER and not reply.says_what_it_does:
            await self._show_wait(reply, silent)

    async def _show_wait(self, reply: RunningReply, silent: float) -> None:
        """Say what a reply waits for: at once that others were asked before, anything else if it takes long."""
        progress = await self._explain(reply)
        if progress.get('ahead') or progress.get('others'):
            reply.behind_others_at = time.monotonic()
        elif silent < EXPLAIN_AFTER and reply.live.progress is None:
            return
        if reply.first_text_at is None:
            self._show_progress(reply, progress)

    async def _explain(self, reply: RunningReply) -> dict[str, Any]:
        explained: dict[str, Any] = {}
        if reply.explain_wait is not None:
            try:
                async with asyncio.timeout(EXPLAIN_PATIENCE):
                    explained = dict(await reply.explain_wait() or {})
            except (GuilhermeError, TimeoutError) as error:
                log.info('Nobody can say what reply %s waits for: %s', reply.id, error)
            except Exception:  # the outermost edge: silence is noticed whatever breaks here
                log.exception('Nobody can say what reply %s waits for', reply.id)
                reply.explain_wait = None
        seconds = {} if explained.get('ahead') else {'seconds': int(time.monotonic() - reply.started_at)}
        return {'code': 'waiting'} | explained | seconds

    def _show_progress(self, reply: RunningReply, progress: dict[str, Any]) -> None:
        if reply.outcome is None and reply.live.progress != progress:
            reply.live.progress = progress
            reply.state.show_state(reply.live.current())
