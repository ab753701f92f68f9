"""The words of one language for what answers outside the screens: slash commands."""

from app.errors import GuilhermeError
from app.ui.translations import Language, Translator, negotiate, translator
from app.ui.wording import error_sentence


class Spoken:
    """A translator that also says what went wrong."""

    def __init__(self, t: Translator) -> None:
        self._t = t

    @property
    def language(self) -> Language:
        """The language, as `pt-BR` or `en`."""
        return self._t.language

    def __call__(self, text: str) -> str:
        """Translate a text; one that has no translation stays as it is."""
        return self._t(text)

    def n(self, singular: str, plural: str, n: float) -> str:
        """Translate the form that goes with the number `n`."""
        return self._t.n(singular, plural, n)

    def fault(self, error: GuilhermeError) -> str:
        """Say what went wrong and what helps."""
        return error_sentence(self._t, error.as_data()).text


def spoken(language: str) -> Spoken:
    """Give the words of a language by its code; one that is not ours is read as a browser's wish."""
    return Spoken(translator(negotiate(language)))
