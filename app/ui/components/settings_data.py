"""The section on a person's data: take it along, bring it, throw it away."""

from nicegui import ui

from app.chat import Chat
from app.ui.addresses import address
from app.ui.components.confirmed_action import ConfirmedAction, Question
from app.ui.components.data_import import DataImport
from app.ui.components.settings_section import SettingsSection
from app.ui.translations import Translator

ARCHIVE = '/export/archive'


def data_section(chat: Chat, owner_id: str, t: Translator) -> None:
    """Put the section here."""

    async def empty_trash() -> str:
        gone = len(await chat.trash.empty(owner_id))
        if not gone:
            return t('There was nothing in the trash.')
        return t.n('{n} conversation is gone for good.', '{n} conversations are gone for good.', gone).format(n=gone)

    async def erase() -> str:
        await chat.erasing.everything(owner_id)
        return t('Everything is gone.')

    with SettingsSection('data', t('Data')), ui.element('div').classes('settings-form'):
        with _row(t('Take everything along'), t('All conversations in one file, from which they can be brought back.')):
            link = ui.element('a').classes('text-button').props('download data-testid=export-all')
            link._props['href'] = address(ARCHIVE)
            with link:
                ui.label(t('Export'))
        with ui.element('div').classes('setting setting-text'):
            ui.label(t('Bring conversations in')).classes('setting-label')
            DataImport(chat, owner_id, t)
        with _row(t('Trash'), t('What you delete lies in the trash for 30 days.')):
            ConfirmedAction(
                t,
                'empty-trash',
                Question(
                    button=t('Empty the trash'),
                    title=t('Empty the trash?'),
                    text=t('What lies in it is deleted for good.'),
                ),
                empty_trash,
            )
        told = t('All conversations, folders, tags, fetched transcripts and your settings, for good.')
        with _row(t('Delete everything'), told):
            ConfirmedAction(
                t,
                'delete-everything',
                Question(
                    button=t('Delete everything'),
                    title=t('Delete everything?'),
                    text=t('Nothing of it can be brought back. Answers that are being written are stopped.'),
                    word=t('delete'),
                    href=ARCHIVE,
                    link=t('Export everything first'),
                ),
                erase,
            )


def _row(label: str, explained: str) -> ui.element:
    """Make a line with what it is about; what it offers is put into it."""
    row = ui.element('div').classes('setting')
    with row, ui.element('div').classes('setting-words'):
        ui.label(label).classes('setting-label')
        ui.label(explained).classes('setting-help')
    with row:
        return ui.element('div').classes('setting-control')
