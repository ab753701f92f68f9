"""The only place that knows every room: builds the parts from the settings and joins them."""

import asyncio
import gc
import logging
import signal
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from nicegui import app, background_tasks, core, ui
from nicegui.server import Server

from app.chat import (
    About,
    Asking,
    Branching,
    Chat,
    Downloads,
    Filing,
    Importing,
    Listing,
    ModelCatalog,
    Organising,
    Preferring,
    Queueing,
    Reading,
    Searching,
    Trash,
)
from app.chat.answering import Answering
from app.chat.commanding import Commanding
from app.chat.erasing import Erasing
from app.chat.exporting import Exporting
from app.chat.material import Material
from app.chat.model_lines import ModelLines
from app.chat.preferring import Guidance
from app.chat.titling import Titling
from app.chat.waiting_line import WaitingLine
from app.commands.help import help_command
from app.commands.registry import Commands, installed
from app.commands.videos import Videos
from app.commands.youtube import youtube_command
from app.commands.youtube_resumo import summary_command
from app.domain.message import Message, Status
from app.errors import AlreadyRunning, GuilhermeError
from app.observability import logs
from app.observability.health import health_routes
from app.operating.ending import end_once
from app.operating.listening import address, refuse_taken_port
from app.operating.printing import tell_ready
from app.providers.base import Provider
from app.replies.engine import Engine
from app.replies.live import LiveConversations
from app.replies.rendered import RenderedMessages
from app.settings import Settings
from app.sources.youtube.fetching import YouTube
from app.storage import erasing, trash
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.documents import Documents
from app.storage.folders import Folders
from app.storage.instance import InstanceLock, lock_of
from app.storage.journal import SqlJournal
from app.storage.memory import DatabaseWithMemory
from app.storage.messages import Messages
from app.storage.outgoing import Outgoing
from app.storage.preferences import Preferences
from app.storage.queue import Queue
from app.storage.search import Search
from app.storage.shelves import Shelves
from app.storage.staging import Staging
from app.storage.tags import Tags
from app.storage.upgrading import upgrade_safely
from app.ui.components.closing_question import Closing
from app.ui.content_policy import ContentPolicy
from app.ui.files import Files
from app.ui.kept_files import KeptFiles
from app.ui.page import APP_NAME
from app.ui.routes import Screens
from app.ui.spoken import spoken
from app.ui.theme import FAVICON, STATIC
from app.ui.uploads import Uploads

if TYPE_CHECKING:
    from app.storage.postgres_lock import PostgresLock

RECONNECT_TIMEOUT = 90.0
"""Seconds a page may be away without being built anew."""

PING_INTERVAL, PING_TIMEOUT = 10, 8
"""Seconds: a dead line is noticed after 18. NiceGUI would derive minutes from the reconnect timeout."""

PAGES_PER_COLLECTION = 100
"""Closed pages after which the garbage collector looks for them: each is a knot of 1,000 objects (0.2 MB) that nothing
else unties, and the collector by itself would let thousands gather."""

CLOSE_PATIENCE = 1
"""Seconds the web server waits for connections at the end, before replies are stored and the process ends."""

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Parts:
    """Everything that lives as long as the process."""

    settings: Settings
    database: Database
    journal: SqlJournal
    engine: Engine
    providers: list[Provider]
    chat: Chat
    titling: Titling
    lock: 'InstanceLock | PostgresLock'
    interrupted: list[Message] = field(default_factory=list)
    _emptying: asyncio.Task[None] | None = None
    _locking: asyncio.Task[None] | None = None
    _end: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the pages are, for somebody at this machine."""
        return address(self.settings.host, self.settings.port)

    async def prepare(self) -> None:
        """Bring the database up to date and fold what an earlier run left unfinished, before anybody can look.

        Raises:
            AlreadyRunning: another process works with this database already.
            StorageUnavailable: the database cannot be used.
        """
        await asyncio.to_thread(self.lock.take, self.url)
        settings = self.settings
        await upgrade_safely(self.database, settings.resolved_database_url, settings.data_dir / 'backups')
        self.interrupted = await self.journal.recover(to_be_resumed=self.settings.resume)
        await self.chat.importing.recover()
        if self.interrupted:
            log.info('%d replies of the last run were interrupted; their text is kept.', len(self.interrupted))

    def serve(self, *, native: bool = False) -> None:
        """Serve pages until told to stop.

        Raises:
            PortTaken: something else listens there.
        """
        settings = self.settings
        refuse_taken_port(settings.host, settings.port)
        window: dict[str, Any] = {}
        if native:
            window = self._install_window()
        else:
            self.install()
        ui.run(
            host=settings.host,
            port=settings.port,
            root_path=settings.root_path,
            forwarded_allow_ips=settings.trusted_proxies,
            title=APP_NAME,
            favicon=FAVICON,
            show=False,
            reload=False,
            dark=None,
            tailwind=False,
            reconnect_timeout=RECONNECT_TIMEOUT,
            show_welcome_message=False,
            timeout_graceful_shutdown=CLOSE_PATIENCE,
            log_config=None,  # what the web server has to say goes to our log, in its form
            **window,
        )

    def install(self, closing: Closing | None = None) -> None:
        """Register pages, routes and what happens at start and end; with `closing`, pages can ask about the window."""
        app.add_middleware(ContentPolicy)
        app.include_router(health_routes(self.database.check))
        Files(self.chat, self.settings.language).install()
        Uploads(self.chat, self.settings.language).install()
        Screens(self.chat, self.settings.language, closing).install()
        app.on_startup(self._started)
        app.on_shutdown(self.close)

    def _install_window(self) -> dict[str, Any]:
        from app.native.window import Asking as WindowAsking  # late: most starts have no window
        from app.native.window import Window

        closing = Closing(resumes=self.settings.resume)
        window = Window(
            self.settings.data_dir,
            port=self.settings.port,
            icon=STATIC / 'icons' / 'icon-512.png',
            asking=WindowAsking(needed=lambda: self.engine.busy, ask=closing.ask),
        )
        closing.close = window.end
        self.install(closing)
        return window.install()

    async def close(self) -> None:
        """End: replies are interrupted and stored, connections given back. Asked again, it waits for that end."""
        if self._end is None:
            self._end = asyncio.create_task(self._close(), name='end')
        await asyncio.shield(self._end)

    async def _close(self) -> None:
        for task in (self._emptying, self._locking):
            if task is not None:
                task.cancel()
        await self.chat.queueing.close()
        await self.titling.close()
        await self.engine.close(to_be_resumed=self.settings.resume)  # first: whoever asked us to end waits 5 s
        await self.chat.downloads.close()
        await self.chat.importing.close()
        for provider in self.providers:
            await provider.close()
        await self.database.close()
        await asyncio.to_thread(self.lock.release)

    async def _started(self) -> None:
        _tune_server()
        if server := getattr(Server, 'instance', None):
            end_once(server)
        tell_ready(self.url, as_object=self.settings.log_format == 'json')
        await self.chat.models.refresh()
        if self.settings.resume:
            await self._resume()
        await self.chat.queueing.go_on()
        await self.titling.go_on()
        self._locking = background_tasks.create(self._keep_lock(), name='keep the database')
        self._emptying = background_tasks.create(self.chat.trash.keep_empty(), name='keep the trash empty')
        _tune_collector()

    async def _keep_lock(self) -> None:
        try:
            await self.lock.keep()
        except AlreadyRunning as error:  # it was quicker when the database server came back
            log.critical('Another process works with this database now, so this one ends: %s', error)
            signal.raise_signal(signal.SIGTERM)

    async def _resume(self) -> None:
        for message in self.interrupted:
            try:
                owner_id = await self.chat.reading.owner_of(message.conversation_id)
                await self.chat.asking.resume(owner_id, message.id)
            except GuilhermeError as error:
                log.warning('Reply %s could not be continued: %s', message.id, error)
                interrupted = replace(message, status=Status.INTERRUPTED, finished_at=datetime.now(UTC))
                await self.journal.seal(interrupted, unread=True)


def build(settings: Settings) -> Parts:
    """Build everything, without touching disk or network yet."""
    logs.set_up(settings.log_format, settings.log_level)
    database = DatabaseWithMemory(settings.resolved_database_url)
    conversations, messages = Conversations(database), Messages(database)
    providers = _providers(settings)
    catalog = ModelCatalog(providers, settings.default_model)
    live, rendered, journal = LiveConversations(), RenderedMessages(), SqlJournal(database)
    engine = Engine(
        journal,
        rendered,
        load_limit=settings.load_limit,
        silence_notice=settings.silence_notice,
        silence_limit=settings.silence_limit,
    )
    documents = Documents(database)
    guidance = Guidance(num_ctx=settings.num_ctx, system_prompt=settings.system_prompt)
    preferring = Preferring(Preferences(database), catalog, guidance)
    answering = Answering(messages, Material(messages, documents), catalog, ModelLines(catalog), preferring)
    shelves, folders = Shelves(database), Folders(database)
    listing = Listing(shelves, Tags(database))
    reading = Reading(conversations, messages, live, rendered)
    commanding = Commanding(_commands(_youtube(settings)), conversations, messages, documents, spoken)
    queue = Queue(database)
    line = WaitingLine(queue, messages)
    asking = Asking(
        messages=messages,
        reading=reading,
        live=live,
        engine=engine,
        answering=answering,
        commanding=commanding,
        line=line,
    )
    queueing = Queueing(queue, line, reading, asking, _server_is_ending)
    titling = Titling(
        conversations=conversations,
        messages=messages,
        reading=reading,
        answering=answering,
        preferring=preferring,
        queueing=queueing,
        is_quiet=lambda: not (engine.busy or _server_is_ending()),
        enabled=settings.titles,
    )
    engine.before_reply.append(titling.make_way)
    engine.on_finished += [queueing.reply_ended, titling.reply_ended]
    deleted = Trash(trash.Trash(database), live)
    importing = Importing(Staging(database), deleted, live, inbox=settings.data_dir / 'imports', words=spoken)
    chat = Chat(
        asking=asking,
        branching=Branching(messages, reading, live),
        queueing=queueing,
        reading=reading,
        listing=listing,
        searching=Searching(Search(database), listing),
        organising=Organising(
            conversations=conversations, shelves=shelves, folders=folders, reading=reading, asking=asking, live=live
        ),
        filing=Filing(folders, shelves, live),
        trash=deleted,
        preferring=preferring,
        erasing=Erasing(
            erasing.Erasing(database),
            asking=asking,
            trash=deleted,
            preferring=preferring,
            importing=importing,
            live=live,
            rendered=rendered,
        ),
        commanding=commanding,
        models=catalog,
        downloads=Downloads(catalog),
        exporting=Exporting(Outgoing(database)),
        importing=importing,
        about=About(database, catalog, settings.data_dir),
        live=live,
    )
    return Parts(
        settings=settings,
        database=database,
        journal=journal,
        engine=engine,
        providers=providers,
        chat=chat,
        titling=titling,
        lock=lock_of(settings.resolved_database_url),
    )


def _providers(settings: Settings) -> list[Provider]:
    """Choose who can be asked; each is imported only if it is."""
    if settings.demo:
        from app.providers.scripted import Scripted

        return [Scripted()]
    from app.providers.ollama import Ollama

    providers: list[Provider] = [Ollama(settings.ollama_host)]
    if settings.openai_base_url:
        from app.providers.openai_compatible import OpenAICompatible

        providers.append(OpenAICompatible(settings.openai_base_url, settings.openai_api_key.get_secret_value()))
    return providers


def _youtube(settings: Settings) -> YouTube:
    return YouTube(
        base_url=settings.youtube_base_url,
        proxy=settings.youtube_proxy.get_secret_value(),
        webshare_username=settings.webshare_username.get_secret_value(),
        webshare_password=settings.webshare_password.get_secret_value(),
        webshare_locations=settings.webshare_locations,
        timeout=settings.youtube_timeout,
    )


def _commands(youtube: YouTube) -> Commands:
    """Gather the commands, our own first: no other package can take their names."""
    commands, videos = Commands(), Videos(youtube)
    for each in (help_command(commands), youtube_command(videos), summary_command(videos), *installed()):
        commands.add(each)
    return commands


def _tune_server() -> None:
    """Set what NiceGUI has no option for; only possible once its own start has set its values."""
    core.sio.eio.ping_interval, core.sio.eio.ping_timeout = PING_INTERVAL, PING_TIMEOUT
    core.sio.eio.cors_allowed_origins = None  # same origin only; NiceGUI allows every page of the web
    # Around everything: what is added as middleware has two of NiceGUI's around it, dearer than a file from memory.
    app.middleware_stack = KeptFiles(app.middleware_stack or app.build_middleware_stack())


def _server_is_ending() -> bool:
    """Tell whether the web server was asked to end; it waits for its connections before it calls `Parts.close`."""
    return bool(getattr(getattr(Server, 'instance', None), 'should_exit', False))


def _tune_collector() -> None:
    """Let the garbage collector walk through everything rarely, but when there is something to find."""
    gc.collect()
    gc.freeze()  # what is here stays; long pauses of the collector come from walking it again and again
    gc.set_threshold(50_000, 20, 100)
    gone = count(1)

    def collect_gone_pages() -> None:
        if next(gone) % PAGES_PER_COLLECTION == 0:
            gc.collect()

    app.on_delete(collect_gone_pages)
