"""Something that cannot be undone, and is asked about first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from app.errors import GuilhermeError
from app.ui.translations import Translator
from app.ui.wording import error_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: `word` is what has to be typed (empty: nothing), `href` a file that may be wanted first.

    `option` is something more that can be done with it, or left out (empty: nothing).
    """

    button: str
    title: str
    text: str
    word: str = ''
    href: str = ''
    link: str = ''
    option: str = ''


class ConfirmedAction(Element, component='confirmed_action.js'):
    """A button that asks before it does something.

    `act` is told whether the option was chosen, gives what to say afterwards and may raise our errors.
    """

    def __init__(self, t: Translator, name: str, question: Question, act: Callable[[bool], Awaitable[str]]) -> None:
        super().__init__()
        self._t = t
        self._word = question.word
        self._act = act
        self._props['name'] = name
        self._props['word'] = question.word
        self._props['href'] = question.href
        self._props['labels'] = {
            'button': question.button,
            'title': question.title,
            'text': question.text,
            'link': question.link,
            'option': question.option,
            'type': t('Type “{word}” to confirm').format(word=question.word),
            'cancel': t('Cancel'),
        }
        self.on('confirm', self._confirm)

    async def _confirm(self, event: GenericEventArguments) -> None:
        typed, chosen = event.args if isinstance(event.args, list) else (event.args, False)
        if self._word and str(typed).casefold() != self._word.casefold():
            return
        try:
            said = await self._act(chosen is True)
        except GuilhermeError as error:
            self._tell('failed', error_sentence(self._t, error.as_data()).text)
        else:
            self._tell('done', said)

    def _tell(self, method: str, sentence: str) -> None:
        if not self.is_deleted:
            self.run_method(method, sentence)
