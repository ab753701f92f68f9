"""The question whether the window shall close although an answer is still coming."""

from collections.abc import Callable
from dataclasses import dataclass, field

from nicegui.element import Element

from app.ui.translations import Translator


@dataclass(kw_only=True)
class Closing:
    """Joins the window with its pages: what a page says to the question, and the pages that can ask it."""

    resumes: bool
    close: Callable[[], object] = lambda: None
    pages: 'set[ClosingQuestion]' = field(default_factory=set)

    def ask(self) -> bool:
        """Ask in every page that is there; tell whether there was one that did not ask already."""
        fresh = [page for page in self.pages if page.client.has_socket_connection and not page.asks]
        for page in fresh:
            page.ask()
        return bool(fresh)

    def stay(self) -> None:
        """Take the question back from every page."""
        for page in self.pages:
            page.withdraw()


class ClosingQuestion(Element, component='closing_question.js'):
    """A dialog that is out of sight until the window asks."""

    def __init__(self, t: Translator, closing: Closing) -> None:
        super().__init__()
        self.asks = False
        self._closing = closing
        kept = t('What has come is kept, and goes on by itself at the next start.')
        if not closing.resumes:
            kept = t('What has come is kept, and you can let it go on later.')
        self._props['labels'] = {
            'title': t('An answer is still coming'),
            'text': kept,
            'stay': t('Stay'),
            'close': t('Close the window'),
        }
        self.on('stay', closing.stay, args=[])
        self.on('close', closing.close, args=[])
        self.client.on_connect(self._forget)
        closing.pages.add(self)

    def ask(self) -> None:
        """Bring the question up."""
        self.asks = True
        self.run_method('ask')

    def withdraw(self) -> None:
        """Take the question away, if it is there."""
        if self.asks:
            self.asks = False
            self.run_method('withdraw')

    def _forget(self) -> None:
        # An answer given while the connection was away has not reached us, so the next wish to close asks again.
        self.asks = False

    def _handle_delete(self) -> None:
        self._closing.pages.discard(self)
        super()._handle_delete()
