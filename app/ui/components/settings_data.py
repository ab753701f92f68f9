"""The section on a person's data: take it along, bring it, throw it away."""

from nicegui import ui

from app.chat import Chat
from app.domain.installation import KeptCopies
from app.ui.addresses import address
from app.ui.components.confirmed_action import ConfirmedAction, Question
from app.ui.components.data_import import DataImport
from app.ui.components.past_imports import PastImports
from app.ui.components.settings_section import SettingsSection
from app.ui.components.wiping_state import WipingState
from app.ui.translations import Translator
from app.ui.wording import day

ARCHIVE = '/export/archive'


def data_section(chat: Chat, owner_id: str, t: Translator, copies: KeptCopies) -> None:
    """Put the section here; `copies` of the whole database are kept by the app."""
    with SettingsSection('data', t('Data')), ui.element('div').classes('settings-form'):
        with _row(t('Take everything along'), t('All conversations in one file, from which they can be brought back.')):
            link = ui.element('a').classes('text-button').props('download data-testid=export-all')
            link._props['href'] = address(ARCHIVE)
            with link:
                ui.label(t('Export'))
        with ui.element('div').classes('setting setting-text'):
            ui.label(t('Bring conversations in')).classes('setting-label')
            DataImport(chat, owner_id, t)
            PastImports(chat, owner_id, t)
        _trash(chat, owner_id, t, copies)
        _everything(chat, owner_id, t, copies)
        WipingState(chat, owner_id, t, lasting=True).props('role=status')


def _trash(chat: Chat, owner_id: str, t: Translator, copies: KeptCopies) -> None:
    async def empty(_chosen: bool) -> str:
        gone = len(await chat.trash.empty(owner_id))
        if not gone:
            return t('There was nothing in the trash.')
        return t.n('{n} conversation is gone for good.', '{n} conversations are gone for good.', gone).format(n=gone)

    text = t('What lies in it is deleted for good.')
    if copies.number:
        kept = t.n(
            '{n} backup of the database still has it.', '{n} backups of the database still have it.', copies.number
        )
        text += ' ' + kept.format(n=copies.number)
    with _row(t('Trash'), t('What you delete lies in the trash for 30 days.')):
        question = Question(button=t('Empty the trash'), title=t('Empty the trash?'), text=text)
        ConfirmedAction(t, 'empty-trash', question, empty)


def _everything(chat: Chat, owner_id: str, t: Translator, copies: KeptCopies) -> None:
    async def erase(chosen: bool) -> str:
        await chat.erasing.everything(owner_id, copies=chosen)
        return t('Everything is gone.')

    told = t('All conversations, folders, tags, fetched transcripts and your settings, for good.')
    with _row(t('Delete everything'), told):
        question = Question(
            button=t('Delete everything'),
            title=t('Delete everything?'),
            text=_what_happens(t, on_server=chat.wiping.on_server),
            word=t('delete'),
            href=ARCHIVE,
            link=t('Export everything first'),
            option=_backups_too(t, copies),
        )
        ConfirmedAction(t, 'delete-everything', question, erase)


def _what_happens(t: Translator, *, on_server: bool) -> str:
    stopped = t('Nothing of it can be brought back. Answers that are being written are stopped.')
    if on_server:
        return f'{stopped} ' + t('What the database server keeps in its own logs and copies is up to whoever runs it.')
    return f'{stopped} ' + t('The disk is cleaned of it, too. Files you have exported or copied elsewhere stay.')


def _backups_too(t: Translator, copies: KeptCopies) -> str:
    if copies.oldest is None:
        return ''
    return t.n(
        'Delete the backup of the database from {date}, too. Everything is still in it.',
        'Delete the {n} backups of the database, too, the oldest from {date}. Everything is still in them.',
        copies.number,
    ).format(n=copies.number, date=day(t, copies.oldest))


def _row(label: str, explained: str) -> ui.element:
    """Make a line with what it is about; what it offers is put into it."""
    row = ui.element('div').classes('setting')
    with row, ui.element('div').classes('setting-words'):
        ui.label(label).classes('setting-label')
        ui.label(explained).classes('setting-help')
    with row:
        return ui.element('div').classes('setting-control')
