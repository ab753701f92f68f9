"""A line that says how far it is with taking off the disk what a person deleted."""

from nicegui import ui

from app.chat import Chat
from app.chat.wiping import Wipe
from app.ui.translations import Translator

STEP = 5
"""Per cent from one number shown to the next: each one makes the browser look at its whole page."""

SECONDS = 8.0
"""How long the last word stays where it would be in the way."""


class WipingState(ui.label):
    """Shows nothing while nothing is being done; the last word stays if `lasting`, otherwise a moment only."""

    def __init__(self, chat: Chat, owner_id: str, t: Translator, *, lasting: bool) -> None:
        super().__init__()
        self.classes('wiping').props('data-testid=wiping')
        self._wiping = chat.wiping
        self._owner_id = owner_id
        self._t = t
        self._lasting = lasting
        wipe = self._wiping.current(owner_id)
        self._show(wipe if lasting or (wipe and wipe.state != 'done') else None)
        self._wiping.changed.subscribe(self._on_change)

    def _on_change(self, owner_id: str) -> None:
        if owner_id == self._owner_id:
            self._show(self._wiping.current(owner_id))
            if self.text and not self._lasting and self._is_done():
                with self:
                    ui.timer(SECONDS, self._put_away, once=True)

    def _put_away(self) -> None:
        if self._is_done():
            self._show(None)

    def _is_done(self) -> bool:
        wipe = self._wiping.current(self._owner_id)
        return wipe is not None and wipe.state == 'done'

    def _show(self, wipe: Wipe | None) -> None:
        self.set_text(_sentence(self._t, wipe, on_server=self._wiping.on_server) if wipe else '')
        self.visible = wipe is not None

    def _handle_delete(self) -> None:
        self._wiping.changed.unsubscribe(self._on_change)
        super()._handle_delete()


def _sentence(t: Translator, wipe: Wipe, *, on_server: bool) -> str:
    if wipe.state == 'running':
        part = int(wipe.part * 100) // STEP * STEP
        return t('Erasing what you deleted from the disk: {part} %').format(part=part)
    if wipe.state == 'waiting':
        return t('The last of what you deleted goes from the disk at the next quiet moment.')
    if wipe.state == 'failed':
        return t('What you deleted could not be erased from the disk yet. It is tried again every minute.')
    if on_server:
        return t('What you deleted is gone from the database.')
    return t('Nothing of what you deleted is left in the files of the database.')
