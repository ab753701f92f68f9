"""What the welcome page says of the model server: a demo, not running, no model, or nothing if all is well."""

from typing import Any

from nicegui import ui

from app.chat import Chat
from app.chat.downloads import Download
from app.errors import ModelNotFound, ProviderError, ServerUnreachable
from app.ui.theme import icon_element, text_button
from app.ui.translations import Translator
from app.ui.wording import error_sentence, size

LOOK_AGAIN = 2.0
"""Seconds between two looks while something is wrong: it mends itself in front of the person."""


class ServerState(ui.element):
    """A card that says what is wrong and how to mend it, and goes away when it is mended."""

    def __init__(self, chat: Chat, t: Translator) -> None:
        super().__init__('section')
        self.classes('server-state').props('data-testid=server-state aria-live=polite')
        self._chat = chat
        self._t = t
        self._shown: object = None
        self._failed: Download | None = None
        self._timer = ui.timer(LOOK_AGAIN, self._look, active=False)
        chat.downloads.changed.subscribe(self._on_download)
        self.show()

    def show(self) -> None:
        """Show what is known now."""
        state = self._state()
        shown = state, self._failed, str(self._fault) if state == 'faulty' else ''
        if shown != self._shown:
            self._shown = shown
            self.clear()
            with self:
                self._draw(state)
        self.visible = state != 'fine'
        self._timer.active = state in ('unreachable', 'faulty', 'empty', 'elsewhere')

    async def _look(self) -> None:
        if self.client.has_socket_connection:
            await self._chat.models.refresh()
            self.show()

    def _state(self) -> str:
        models = self._chat.models
        if models.is_demo:
            return 'demo'
        if models.overview.has_own or not models.overview.known:
            return 'fine'
        if self._chat.downloads.current():
            return 'downloading'
        if self._fault is None:
            return 'elsewhere' if models.overview.models else 'empty'
        return 'unreachable' if isinstance(self._fault, ServerUnreachable) else 'faulty'

    @property
    def _fault(self) -> ProviderError | None:
        """What is wrong with the server that is asked when nothing else was chosen."""
        return dict(self._chat.models.overview.faults).get(self._chat.models.main.name)

    def _draw(self, state: str) -> None:
        t, models = self._t, self._chat.models
        if state == 'demo':
            ui.label(t('This is a demo: the answers come from a script, not from a model.'))
        elif state == 'unreachable':
            ui.label(t('I cannot find Ollama at {url}.').format(url=models.main.url)).classes('strong')
            ui.label(t('Install it from ollama.com/download, then start it with:'))
            ui.label('ollama serve').classes('command')
            ui.label(t('This page notices by itself when it is there.')).classes('quiet')
        elif state == 'faulty' and self._fault is not None:
            ui.label(error_sentence(t, self._fault.as_data()).text).classes('strong')
            ui.label(t('This page notices by itself when that is mended.')).classes('quiet')
        elif state in ('empty', 'elsewhere'):
            if state == 'empty':
                ui.label(t('Ollama is running, but it has no model yet.')).classes('strong')
            else:
                ui.label(t('Ollama has no model of its own yet.')).classes('strong')
                ui.label(t('Those it lists run in the cloud: what you ask them leaves this machine.'))
            if self._failed is not None:
                ui.label(_failure(t, self._failed)).props('role=status')
            text_button(t('Download {model}').format(model=models.wanted.name), self._start)
        elif state == 'downloading':
            DownloadBar(self._chat, self._t)

    def _start(self) -> None:
        self._chat.downloads.start(self._chat.models.wanted)

    def _on_download(self, download: Download) -> None:
        self._failed = download if download.error is not None else None
        self.show()

    def _handle_delete(self) -> None:
        self._chat.downloads.changed.unsubscribe(self._on_download)
        super()._handle_delete()


class DownloadBar(ui.element):
    """How far the downloads are: bytes, speed, cancel; and what went wrong with the last one."""

    def __init__(self, chat: Chat, t: Translator) -> None:
        super().__init__('div')
        self.classes('download').props('data-testid=download')
        self._chat = chat
        self._t = t
        with self:
            with ui.element('div').classes('download-line'):
                icon_element('download')
                self._label = ui.label().classes('download-text').props('role=status')
                self._cancel = text_button(t('Cancel'), self._stop)
                self._again = text_button(t('Try again'), self._start_again).props('data-testid=download-again')
                self._dismiss = text_button(t('Close'), self._close).props('data-testid=download-close')
            with ui.element('div').classes('bar') as self._track:
                self._bar = ui.element('div').classes('bar-fill')
        self._download: Download | None = next(iter(chat.downloads.current()), None)
        self._show()
        chat.downloads.changed.subscribe(self._on_download)

    def _on_download(self, download: Download) -> None:
        if not self.is_deleted:  # whoever heard of it before us may have drawn the card anew
            self._download = download
            self._show()

    def _show(self) -> None:
        download = self._download
        running = download is not None and download in self._chat.downloads.current()
        self.visible = running or (download is not None and download.error is not None)
        if download is None:
            return
        self._cancel.visible = self._track.visible = running
        self._again.visible = self._dismiss.visible = not running
        self._label.set_text(self._sentence(download))
        share = download.completed / download.total if download.total else 0
        self._bar.style(f'width: {share:.1%}')

    def _sentence(self, download: Download) -> str:
        t, name = self._t, download.ref.name
        if download.error is not None:
            return _failure(t, download)
        values: dict[str, Any] = {
            'model': name,
            'done': size(t, download.completed),
            'total': size(t, download.total),
            'speed': size(t, download.speed),
            'seconds': download.still,
        }
        if download.total and download.still:
            said = t('Downloading {model}: {done} of {total}, nothing has come for {seconds} s')
        elif download.total:
            said = t('Downloading {model}: {done} of {total}, {speed}/s')
        elif download.still:
            said = t('Downloading {model}: nothing has come for {seconds} s')
        else:
            said = t('Downloading {model}')
        return said.format(**values)

    def _stop(self) -> None:
        if self._download is not None:
            self._chat.downloads.cancel(self._download.ref)

    def _start_again(self) -> None:
        if self._download is not None:
            self._chat.downloads.start(self._download.ref)

    def _close(self) -> None:
        self._download = None
        self._show()

    def _handle_delete(self) -> None:
        self._chat.downloads.changed.unsubscribe(self._on_download)
        super()._handle_delete()


def _failure(t: Translator, download: Download) -> str:
    if isinstance(download.error, ModelNotFound):
        return t('There is no model called {model}.').format(model=download.ref.name)
    fault = download.error.as_data() if download.error is not None else {}
    return f'{download.ref.name}: {error_sentence(t, {"model": download.ref.name} | fault).text}'
