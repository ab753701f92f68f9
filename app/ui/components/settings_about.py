"""The section on what runs: versions, database, model servers, models. Fresh while somebody looks at it."""

import platform
from datetime import UTC, datetime
from typing import Any

import nicegui
from nicegui.element import Element

from app import __version__
from app.chat import Chat
from app.chat.about import ServerReport
from app.domain.installation import LoadedModel
from app.domain.model import ModelInfo
from app.errors import StorageUnavailable
from app.ui.components.settings_section import SettingsSection
from app.ui.translations import Translator
from app.ui.wording import OPEN, error_sentence, size

LICENCE = 'MIT'

Group = dict[str, Any]


class AboutRunning(Element, component='settings_about.js'):
    """Tables that ask for themselves anew every few seconds, as long as they are in sight."""

    def __init__(self, chat: Chat, t: Translator) -> None:
        super().__init__()
        self._chat = chat
        self._t = t
        self._looking = False
        self._props['labels'] = {'looking': t('Looking …')}
        self.on('look', self._look)

    async def _look(self) -> None:
        if self._looking:
            return
        self._looking = True
        try:
            groups = [await self._app(), *await self._servers(), *_models(self._t, await self._chat.about.models())]
        finally:
            self._looking = False
        if not self.is_deleted:
            self.run_method('show', groups)

    async def _app(self) -> Group:
        t, about = self._t, self._chat.about
        rows = [
            [t('Version'), f'{__version__} · {LICENCE}'],
            [t('Runs on'), f'Python {platform.python_version()} · NiceGUI {nicegui.__version__}'],
            [t('Data folder'), str(about.data_dir)],
            [t('Who can come in'), t(OPEN) if about.is_open else t('This machine only')],
        ]
        try:
            info = await about.database()
        except StorageUnavailable as error:
            rows.append([t('Database'), error_sentence(t, error.as_data()).text])
        else:
            rows += [
                [t('Database'), f'{info.system} {info.version} · {size(t, info.size)}'],
                [t('Where it is'), info.place],
                [t('Schema'), info.revision],
            ]
        return {'title': 'Guilherme', 'rows': rows}

    async def _servers(self) -> list[Group]:
        return [_server(self._t, each) for each in await self._chat.about.servers() if each.url]


def about_section(chat: Chat, t: Translator) -> None:
    """Put the section here."""
    with SettingsSection('about', t('About')):
        AboutRunning(chat, t)


def _server(t: Translator, report: ServerReport) -> Group:
    title = {'ollama': 'Ollama', 'openai': t('OpenAI-compatible server')}.get(report.name, report.name)
    rows = [[t('Address'), report.url]]
    if report.status is None:
        fault = report.fault.as_data() if report.fault else {'code': 'server_busy'}
        note = error_sentence(t, fault).text
        return {'title': title, 'rows': rows, 'note': note}
    if report.status.version:
        rows.append([t('Version'), report.status.version])
    if report.status.loaded is not None:
        rows += [[each.name, _loaded(t, each)] for each in report.status.loaded]
    note = t('No model is in memory now.') if report.status.loaded == () else ''
    return {'title': title, 'rows': rows, 'note': note}


def _loaded(t: Translator, model: LoadedModel) -> str:
    parts = [t('in memory')]
    if model.size:
        parts.append(size(t, model.size))
    if model.num_ctx:
        parts.append(t('window of {tokens} tokens').format(tokens=model.num_ctx))
    if model.until is not None:
        minutes = max(0, round((model.until - datetime.now(UTC)).total_seconds() / 60))
        if minutes:
            parts.append(t.n('for {n} minute more', 'for {n} minutes more', minutes).format(n=minutes))
    return ' · '.join(parts)


def _models(t: Translator, models: list[ModelInfo]) -> list[Group]:
    if not models:
        return []
    several = len({model.ref.provider for model in models}) > 1
    rows = [[str(model.ref) if several else model.ref.name, _model(t, model)] for model in models]
    return [{'title': t('Models'), 'rows': rows}]


def _model(t: Translator, model: ModelInfo) -> str:
    parts = [size(t, model.size)] if model.size else []
    if model.context_length:
        parts.append(t('reads up to {tokens} tokens').format(tokens=model.context_length))
    if model.remote_host:
        parts.append(t('in the cloud · leaves this machine'))
    parts += [word for can, word in ((model.thinks, t('thinks')), (model.sees, t('sees images'))) if can]
    return ' · '.join(parts)
