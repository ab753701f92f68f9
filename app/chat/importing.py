"""Importing: a file that was given becomes conversations. It belongs to the app, not to the page that began it."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from nicegui import Event

from app.chat.remark_lists import RemarkLists, Remarks
from app.chat.taking_in import TakingIn, Tally, message_length
from app.chat.trash import Trash
from app.domain.carried import Carried
from app.errors import GuilhermeError, ImportRefused, UnexpectedFault
from app.exchange.reading.intake import Meter
from app.exchange.reading.notes import Say
from app.exchange.reading.own import Item
from app.exchange.reading.remarks import Remark
from app.exchange.recognising import read_file
from app.replies.changes import BranchChanged
from app.replies.live import LiveConversations
from app.storage.staging import News, Staging

T = TypeVar('T')

ITEMS = 50
CHARACTERS = 500_000
READ = 5_000_000
"""How much is read before it is stored: things, characters of messages, bytes of the file."""

TELL_EVERY = 0.2
"""Seconds between two steps that are told of."""

SPARE = 200_000_000
"""Bytes that stay free on the disk."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How far an import is: bytes `read` of `total`, and what became of the conversations so far.

    `giving` is the short end that cannot be cancelled any more. `error` says why it failed. `remarks` are about what
    could not be read as it is in the file.
    """

    owner_id: str
    state: Literal['running', 'giving', 'done', 'cancelled', 'failed'] = 'running'
    read: int = 0
    total: int = 0
    tally: Tally = field(default_factory=Tally)
    remarks: Remarks = field(default_factory=Remarks)
    error: GuilhermeError | None = None

    @property
    def runs(self) -> bool:
        """Tell whether it is under way."""
        return self.state in ('running', 'giving')


class Importing:
    """Imports that run, at most one for each person, and the last one that ended. `changed` tells of every step.

    `inbox` is the folder where files wait for their import; whatever lies there is ours. `remark_lists` has what could
    not be read of the last one.
    """

    def __init__(
        self,
        staging: Staging,
        trash: Trash,
        live: LiveConversations,
        *,
        inbox: Path,
        words: Callable[[str], Say],
    ) -> None:
        self.changed: Event[Import] = Event()
        self.inbox = inbox
        self.remark_lists = RemarkLists(inbox)
        self._staging = staging
        self._trash = trash
        self._live = live
        self._words = words
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._meters: dict[str, Meter] = {}
        self._latest: dict[str, Import] = {}
        self._told_at = 0.0

    def current(self, owner_id: str) -> Import | None:
        """Give a person's import that runs, or the last one until it is forgotten."""
        return self._latest.get(owner_id)

    def check_room(self, size: int) -> None:
        """Make sure that a file of so many bytes can be taken in; with what becomes of it, it takes three times that.

        Raises:
            ImportRefused: there is not enough space on the disk.
        """
        self.inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.inbox).free < 3 * size + SPARE:
            raise ImportRefused(reason='no_space')

    def start(self, owner_id: str, file: Path, language: str = 'en') -> None:
        """Begin to import a file, which is removed in the end. Notes in texts are in this language.

        Raises:
            ImportRefused: another import of this person runs.
        """
        if owner_id in self._tasks:
            raise ImportRefused(reason='busy')
        meter = self._meters[owner_id] = Meter(file.stat().st_size)
        self.remark_lists.begin(owner_id)
        self._tell(Import(owner_id=owner_id, total=meter.total))
        work = self._import(owner_id, file, self._words(language), meter)
        task = self._tasks[owner_id] = asyncio.create_task(work, name=f'import for {owner_id}')
        task.add_done_callback(lambda task: self._settle(owner_id, file, task))

    def cancel(self, owner_id: str) -> None:
        """Stop an import, unless it is just being given; nothing of it is kept."""
        if (task := self._tasks.get(owner_id)) and self._latest[owner_id].state == 'running':
            self._meters[owner_id].stopped = True
            task.cancel()

    def forget(self, owner_id: str) -> None:
        """Put away how the last import ended."""
        if owner_id not in self._tasks:
            self._latest.pop(owner_id, None)
            self.remark_lists.remove(owner_id)

    async def recover(self) -> None:
        """Go on with what an earlier run was giving, and give up what it was reading."""
        await asyncio.to_thread(shutil.rmtree, self.inbox, ignore_errors=True)
        if gone := await self._staging.give_up():
            log.info('An import of the last run was not complete; its %d conversations go.', gone)
        while await self._staging.follow():
            pass

    async def close(self) -> None:
        """Stop all imports."""
        self.remark_lists.close()
        tasks = [*self._tasks.values()]
        for owner_id, task in self._tasks.items():
            self._meters[owner_id].stopped = True
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _import(self, owner_id: str, file: Path, say: Say, meter: Meter) -> None:
        taking = TakingIn(self._staging, self._trash, owner_id)
        found = read_file(file, owner_id, say, meter)
        is_empty = True
        try:
            await self._follow()  # what an earlier import gave and the database did not let follow
            while part := await _in_thread(lambda: _next_part(found, meter), meter):
                self.check_room(0)
                await taking.take(part)
                await self._note(owner_id, part)
                self._tell(replace(self._latest[owner_id], read=meter.done, total=meter.total, tally=taking.tally))
                is_empty = False
            if is_empty:
                raise ImportRefused(reason='unknown_format')
            self._tell(replace(self._latest[owner_id], state='giving', read=meter.total, tally=taking.tally))
            await taking.give()
            self._latest[owner_id] = replace(self._latest[owner_id], tally=taking.tally)
            await self._follow()
        finally:
            await asyncio.shield(asyncio.ensure_future(self._clean(taking, found, file)))

    async def _note(self, owner_id: str, part: Sequence[Item]) -> None:
        """Keep what is said of a part, for the page and for the list."""
        more = [item for item in part if isinstance(item, Remark)]
        await self.remark_lists.add(owner_id, more)
        step = self._latest[owner_id]
        self._latest[owner_id] = replace(step, remarks=step.remarks.and_those(more))

    async def _follow(self) -> None:
        while news := await self._staging.follow():
            self._show(news)

    def _show(self, news: News) -> None:
        """Let those who look at a conversation see what came to it."""
        if (state := self._live.find(news.conversation_id)) is None:
            return
        conversation = state.conversation
        if news.head_id is not None and conversation.head_id == news.seen_head_id:
            conversation = replace(conversation, head_id=news.head_id)
        state.announce(replace(conversation, updated_at=max(conversation.updated_at, news.updated_at)))
        state.tell(BranchChanged())

    async def _clean(self, taking: TakingIn, found: Iterator[Item], file: Path) -> None:
        await asyncio.to_thread(_close, found)
        await asyncio.to_thread(file.unlink, missing_ok=True)
        await taking.give_up()

    def _tell(self, step: Import) -> None:
        last, self._latest[step.owner_id] = self._latest.get(step.owner_id), step
        now = time.monotonic()
        if last is None or last.state != step.state or now >= self._told_at + TELL_EVERY:
            self._told_at = now
            self.changed.emit(step)

    def _settle(self, owner_id: str, file: Path, task: asyncio.Task[None]) -> None:
        del self._tasks[owner_id], self._meters[owner_id]
        file.unlink(missing_ok=True)  # still there if the task was cancelled before its first step
        self._trash.sweep()
        last = self._latest[owner_id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, GuilhermeError):
            log.error('An import failed', exc_info=error)
            error = UnexpectedFault(message=str(error)[:200])
        state: Literal['done', 'cancelled', 'failed'] = (
            'cancelled' if task.cancelled() else 'failed' if error else 'done'
        )
        self._tell(replace(last, state=state, error=error))
        if state == 'done':
            self._live.reshelved.emit(owner_id)


def _next_part(found: Iterator[Item], meter: Meter) -> list[Item]:
    part: list[Item] = []
    length, before = 0, meter.done
    for item in islice(found, ITEMS):
        part.append(item)
        if isinstance(item, Carried):
            length += sum(message_length(message) for message in item.messages)
        if length > CHARACTERS or meter.done > before + READ:
            break
    return part


def _close(found: Iterator[Item]) -> None:
    found.close()  # type: ignore[attr-defined]  # every reader is a generator


async def _in_thread(work: Callable[[], T], meter: Meter) -> T:
    """Run work in a thread; whoever is cancelled meanwhile waits for its end, which the meter brings about."""
    job = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        meter.stopped = True
        await asyncio.gather(job, return_exceptions=True)
        raise
