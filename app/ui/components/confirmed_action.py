"""Something that cannot be undone, and is asked about first."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui.element import Element

from app.errors import GuilhermeError
from app.ui.said import Shape, heard
from app.ui.translations import Translator
from app.ui.wording import error_sentence

CONFIRMED: Mapping[str, Shape] = {'typed': str, 'chosen': bool}


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
        self._has_option = bool(question.option)
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
        self.on('confirm', heard(CONFIRMED, self._confirm))

    async def _confirm(self, said: Mapping[str, Any]) -> None:
        if self._word and said['typed'].casefold() != self._word.casefold():
            return
        try:
            done = await self._act(self._has_option and said['chosen'])
        except GuilhermeError as error:
            self._tell('failed', error_sentence(self._t, error.as_data()).text)
        else:
            self._tell('done', done)

    def _tell(self, method: str, sentence: str) -> None:
        if not self.is_deleted:
            self.run_method(method, sentence)
