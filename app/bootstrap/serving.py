"""The web server: pages and routes, what NiceGUI is told and what it has no option for, start and end."""

import gc
import os
import socket
from functools import partial
from itertools import count
from typing import Any

from fastapi.middleware.gzip import GZipMiddleware
from nicegui import app, core, ui
from nicegui.server import Server
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.bootstrap.handshakes import Handshakes
from app.bootstrap.parts import Parts
from app.observability.health import health_routes
from app.operating.ending import end_once
from app.operating.listening import refuse_taken_port
from app.operating.printing import announce
from app.settings import Settings
from app.ui.components.closing_question import Closing
from app.ui.content_policy import ContentPolicy
from app.ui.departures import Departures
from app.ui.edge.gate import Gate
from app.ui.edge.hosts import AllowedHosts
from app.ui.edge.paths import Paths
from app.ui.edge.purposes import Purposes
from app.ui.edge.sockets import Sockets, check_events
from app.ui.files import Files
from app.ui.from_commands import FromCommands
from app.ui.kept_files import KeptFiles, unchanging
from app.ui.not_found import NotFoundPages
from app.ui.page import APP_NAME
from app.ui.routes import Screens
from app.ui.theme import FAVICON, STATIC
from app.ui.translations import of_terminal, translator
from app.ui.uploads import Uploads
from app.ui.wording import OPEN

RECONNECT_TIMEOUT = 90.0
"""Seconds a page may be away without being built anew."""

PING_INTERVAL, PING_TIMEOUT = 10, 8
"""Seconds: a dead line is noticed after 18. NiceGUI would derive minutes from the reconnect timeout."""

PAGES_PER_COLLECTION = 100
"""Closed pages after which the garbage collector looks for them: each is a knot of 1,000 objects (0.2 MB) that nothing
else unties, and the collector by itself would let thousands gather."""

COMPRESSION = 5
"""Level of gzip for what goes out. Starlette's 9 takes two to ten times as long for a few hundredths less."""

CLOSE_PATIENCE = 1
"""Seconds the web server waits for connections at the end, before replies are stored and the process ends."""


def serve(parts: Parts, *, native: bool = False) -> None:
    """Serve pages until told to stop.

    Raises:
        PortTaken: something else listens there.
    """
    settings = parts.settings
    refuse_taken_port(settings.host, settings.port)
    window: dict[str, Any] = {}
    if native:
        window = _install_window(parts)
    else:
        install(parts)
    ui.run(
        host=settings.host,
        port=settings.port,
        root_path=settings.root_path,
        proxy_headers=False,  # the gate has to know who asked before they are read
        title=APP_NAME,
        favicon=FAVICON,
        show=False,
        reload=False,
        dark=None,
        tailwind=False,
        reconnect_timeout=RECONNECT_TIMEOUT,
        show_welcome_message=False,
        timeout_graceful_shutdown=CLOSE_PATIENCE,
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=COMPRESSION),
        log_config=None,  # what the web server has to say goes to our log, in its form
        **window,
    )


def install(parts: Parts, closing: Closing | None = None) -> None:
    """Register pages, routes and what happens at start and end; with `closing`, pages can ask about the window."""
    chat, language = parts.chat, parts.settings.language
    app.add_middleware(ContentPolicy)
    app.include_router(health_routes(parts.database.check))
    NotFoundPages(language).install()
    Files(chat, language).install()
    Uploads(chat, language).install()
    FromCommands(chat, parts.key).install()
    Screens(chat, language, closing).install()

    async def started() -> None:
        if server := getattr(Server, 'instance', None):
            end_once(server)
        as_object = parts.settings.log_format == 'json'
        announce(f'Guilherme is ready: {parts.url}', as_object=as_object)
        if chat.about.is_open:
            announce(translator(of_terminal(os.environ))(OPEN), as_object=as_object)
        await parts.go_on()
        _tune_collector()

    app.on_startup(partial(_tune_server, parts.settings))  # at once: nobody is answered before
    app.on_startup(started)
    app.on_shutdown(parts.close)


def server_is_ending() -> bool:
    """Tell whether the web server was asked to end; it waits for its connections before it calls `Parts.close`."""
    return bool(getattr(getattr(Server, 'instance', None), 'should_exit', False))


def _install_window(parts: Parts) -> dict[str, Any]:
    from app.native.window import Asking, Window  # late: most starts have no window

    closing = Closing(resumes=parts.settings.resume)
    window = Window(
        parts.settings.data_dir,
        port=parts.settings.port,
        icon=STATIC / 'icons' / 'icon-512.png',
        asking=Asking(needed=lambda: parts.engine.busy, ask=closing.ask),
    )
    closing.close = window.end
    install(parts, closing)
    return window.install()


def _tune_server(settings: Settings) -> None:
    """Set what NiceGUI has no option for; only possible once its own start has set its values."""
    core.sio.eio.ping_interval, core.sio.eio.ping_timeout = PING_INTERVAL, PING_TIMEOUT
    core.sio.eio.cors_allowed_origins = None  # same origin only; NiceGUI allows every page of the web
    check_events(core.sio)
    if server := getattr(Server, 'instance', None):
        server.config.ws_protocol_class = Handshakes
    # Around everything: what is added as middleware has two of NiceGUI's around it, dearer than a file from memory.
    app.middleware_stack = _guarded(app.middleware_stack or app.build_middleware_stack(), settings)


def _guarded(inner: ASGIApp, settings: Settings) -> ASGIApp:
    """Put around the app what every request passes, the innermost first."""
    sound = Paths(Purposes(Sockets(KeptFiles(inner, unchanging()))))
    proxied = ProxyHeadersMiddleware(sound, trusted_hosts=settings.trusted_proxies)  # type: ignore[arg-type]
    hosts = AllowedHosts(settings.host, settings.allowed_hosts, socket.gethostname())
    return Departures(Gate(proxied, hosts, proxied.trusted_hosts, settings.language))  # type: ignore[arg-type]


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
