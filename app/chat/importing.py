"""Importing: a file that was given becomes conversations. It belongs to the app, not to the page that began it.

A person is shown first what is in the file (`preview`), which waits for their word (`confirm`); others go at once
(`start`). What came in can be taken out again (`undo`).
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from nicegui import Event

from app.chat.following import let_follow
from app.chat.portions import Portions
from app.chat.previewing import Preview, Previewing
from app.chat.remark_lists import RemarkLists, Remarks
from app.chat.taking_in import Place, TakingIn, Tally
from app.chat.trash import Trash
from app.chat.undoing import Undoing
from app.chat.unlinking import unlink
from app.chat.waiting_files import Given, WaitingFiles
from app.errors import GuilhermeError, ImportRefused, UnexpectedFault
from app.exchange.reading.disk_space import check_space
from app.exchange.reading.intake import Meter
from app.exchange.reading.notes import Say
from app.exchange.reading.own import Item, Origin
from app.exchange.reading.remarks import Remark
from app.replies.live import LiveConversations
from app.storage.staging import Staging

TELL_EVERY = 0.2
"""Seconds between two steps that are told of."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How far the import of a `file` is: bytes `read` of `total`, and what became of the conversations so far.

    While it is `reading` nothing is written; `previewed` waits for the person. `giving` is the short end that cannot be
    cancelled any more. `remarks` are about what could not be read as it is in the file, `error` says why it failed.
    With an `import_id`, something came in that can be taken out again.
    """

    owner_id: str
    file: str = ''
    state: Literal['reading', 'previewed', 'running', 'giving', 'done', 'cancelled', 'failed'] = 'running'
    read: int = 0
    total: int = 0
    preview: Preview = field(default_factory=Preview)
    tally: Tally = field(default_factory=Tally)
    remarks: Remarks = field(default_factory=Remarks)
    error: GuilhermeError | None = None
    import_id: str = ''

    @property
    def runs(self) -> bool:
        """Tell whether it is under way."""
        return self.state in ('reading', 'running', 'giving')


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
        undoing: Undoing,
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
        self._undoing = undoing
        self._words = words
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._meters: dict[str, Meter] = {}
        self._waiting = WaitingFiles(self.cancel)
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
        check_space(self.inbox, 3 * size)

    def check_free(self, owner_id: str) -> None:
        """Make sure that a person's import can begin.

        Raises:
            ImportRefused: another one of theirs runs, or is being undone.
        """
        if owner_id in self._tasks:
            raise ImportRefused(reason='busy')
        if self._undoing.is_busy(owner_id):
            raise ImportRefused(reason='undoing')

    def preview(self, owner_id: str, path: Path, language: str = 'en', name: str = '') -> None:
        """Begin to look through a file, which then waits for `confirm` for an hour; without it, it is removed.

        `name` is what the person calls the file. One that waited before goes.

        Raises:
            ImportRefused: see `check_free`.
        """
        self._begin(Given(owner_id=owner_id, path=path, name=name, language=language), 'reading')

    def confirm(self, owner_id: str, place: Place | None = None) -> None:
        """Import what was looked through; without a `place`, into the folders it comes with. No effect if none waits.

        Raises:
            ImportRefused: see `check_free`.
        """
        self.check_free(owner_id)
        if given := self._waiting.take(owner_id):
            self._begin(given, 'running', place)

    def start(
        self, owner_id: str, path: Path, language: str = 'en', name: str = '', place: Place | None = None
    ) -> None:
        """Begin to import a file without a question. It is removed in the end.

        Raises:
            ImportRefused: see `check_free`.
        """
        self._begin(Given(owner_id=owner_id, path=path, name=name, language=language), 'running', place)

    def cancel(self, owner_id: str) -> None:
        """Stop an import, unless it is just being given; nothing of it is kept."""
        if self._waiting.remove(owner_id):
            self._tell(replace(self._latest[owner_id], state='cancelled'))
        elif (task := self._tasks.get(owner_id)) and self._latest[owner_id].state != 'giving':
            self._meters[owner_id].stopped = True
            task.cancel()

    async def undo(self, owner_id: str, import_id: str) -> None:
        """Take out again what came by an import, in the background; how far that is, `Undoing` tells.

        Raises:
            ImportRefused: an import of this person runs.
            NotFound: they have none with this id.
        """
        if owner_id in self._tasks:
            raise ImportRefused(reason='busy')
        await self._undoing.ask(owner_id, import_id)
        if (last := self._latest.get(owner_id)) and last.import_id == import_id:
            self._tell(replace(last, import_id=''))
            self.forget(owner_id)

    def forget(self, owner_id: str) -> None:
        """Put away how the last import ended."""
        if owner_id not in self._tasks and owner_id not in self._waiting:
            self._latest.pop(owner_id, None)
            self.remark_lists.remove(owner_id)

    async def recover(self) -> None:
        """Go on with what an earlier run was giving, find what it was undoing, and give up what it was reading."""
        await asyncio.to_thread(shutil.rmtree, self.inbox, ignore_errors=True)
        if gone := await self._staging.give_up():
            log.info('An import of the last run was not complete; its %d conversations go.', gone)
        await let_follow(self._staging, self._live)
        await self._undoing.recover()

    async def close(self) -> None:
        """Stop all imports, and what is being undone: the next start goes on with that."""
        self._waiting.close()
        self.remark_lists.close()
        tasks = [*self._tasks.values()]
        for owner_id, task in self._tasks.items():
            self._meters[owner_id].stopped = True
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._undoing.close()

    def _begin(self, given: Given, state: Literal['reading', 'running'], place: Place | None = None) -> None:
        self.check_free(given.owner_id)
        self._waiting.remove(given.owner_id)
        portions = Portions(given.path, given.owner_id, self._words(given.language))
        self._meters[given.owner_id] = portions.meter
        self.remark_lists.begin(given.owner_id)
        self._tell(Import(owner_id=given.owner_id, file=given.name, state=state, total=portions.meter.total))
        work = self._look_through(given, portions) if state == 'reading' else self._import(given, portions, place)
        self._run(given, work)

    def _run(self, given: Given, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f'import for {given.owner_id}')
        self._tasks[given.owner_id] = task
        task.add_done_callback(lambda task: self._settle(given, task))

    async def _look_through(self, given: Given, portions: Portions) -> None:
        previewing = Previewing(self._staging, given.owner_id)
        is_empty = True
        try:
            while part := await portions.next():
                await previewing.look(part)
                await self._note(given.owner_id, part)
                self._tell(replace(self._read(given.owner_id), preview=previewing.preview))
                is_empty = is_empty and _is_nothing(part)
            if is_empty:
                raise ImportRefused(reason='unknown_format')
            self._latest[given.owner_id] = replace(self._read(given.owner_id), preview=previewing.preview)
        finally:
            await asyncio.shield(asyncio.ensure_future(portions.close()))

    async def _import(self, given: Given, portions: Portions, place: Place | None) -> None:
        owner_id = given.owner_id
        taking = TakingIn(self._staging, self._trash, owner_id, file=given.name, place=place)
        is_empty = True
        try:
            await let_follow(
                self._staging, self._live
            )  # what an earlier import gave and the database did not let follow
            while part := await portions.next():
                self.check_room(0)
                await taking.take(part)
                await self._note(owner_id, part)
                self._tell(replace(self._read(owner_id), tally=taking.tally))
                is_empty = is_empty and _is_nothing(part)
            if is_empty:
                raise ImportRefused(reason='unknown_format')
            self._tell(replace(self._read(owner_id), state='giving', read=portions.meter.total, tally=taking.tally))
            import_id = taking.id if await taking.give() else ''
            self._latest[owner_id] = replace(self._latest[owner_id], tally=taking.tally, import_id=import_id)
            await let_follow(self._staging, self._live)
        finally:
            await asyncio.shield(asyncio.ensure_future(_clean(taking, portions)))

    async def _note(self, owner_id: str, part: Sequence[Item]) -> None:
        """Keep what is said of a part, for the page and for the list."""
        more = [item for item in part if isinstance(item, Remark)]
        await self.remark_lists.add(owner_id, more)
        step = self._latest[owner_id]
        self._latest[owner_id] = replace(step, remarks=step.remarks.and_those(more))

    def _read(self, owner_id: str) -> Import:
        meter = self._meters[owner_id]
        return replace(self._latest[owner_id], read=meter.done, total=meter.total)

    def _tell(self, step: Import) -> None:
        last, self._latest[step.owner_id] = self._latest.get(step.owner_id), step
        now = time.monotonic()
        if last is None or last.state != step.state or now >= self._told_at + TELL_EVERY:
            self._told_at = now
            self.changed.emit(step)

    def _settle(self, given: Given, task: asyncio.Task[None]) -> None:
        owner_id = given.owner_id
        del self._tasks[owner_id], self._meters[owner_id]
        last = self._latest[owner_id]
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, GuilhermeError):
            log.error('An import failed', exc_info=error)
            error = UnexpectedFault(message=str(error)[:200])
        if last.state == 'reading' and not task.cancelled() and error is None:
            self._waiting.put(given)
            self._tell(replace(last, state='previewed'))
            return
        unlink(given.path)
        self._trash.sweep()
        state: Literal['done', 'cancelled', 'failed'] = (
            'cancelled' if task.cancelled() else 'failed' if error else 'done'
        )
        self._tell(replace(last, state=state, error=error))
        if state == 'done':
            self._live.reshelved.emit(owner_id)


async def _clean(taking: TakingIn, portions: Portions) -> None:
    await portions.close()
    await taking.give_up()


def _is_nothing(part: Sequence[Item]) -> bool:
    return all(isinstance(item, Origin) for item in part)
