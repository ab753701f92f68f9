"""The words of the screens. Texts in the code are English; `locales/` holds what they are in other languages.

`t('…')` and `t.n('…', '…', n)` mark a text for translation and translate it; `msgid('…')` only marks it, for tables of
texts that are translated later. What varies goes in by name afterwards: `t('Hello, {name}').format(name=name)`.
`scripts/translate` collects the texts, and a test fails while one of them has no translation.
"""

import gettext
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

Language = Literal['pt-BR', 'en']

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LOCALES = Path(__file__).parent / 'locales'


class Translator:
    """Says texts in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = (
            gettext.NullTranslations()
            if language == 'en'
            else gettext.translation('guilherme', LOCALES, [language.replace('-', '_')])
        )

    def __call__(self, text: str) -> str:
        """Translate a text; one that has no translation stays as it is."""
        return self._catalogue.gettext(text)

    def n(self, singular: str, plural: str, n: float) -> str:
        """Translate the form that goes with the number `n`, by the language's own rule."""
        return self._catalogue.ngettext(singular, plural, n)  # type: ignore[arg-type]


def msgid(text: str) -> str:
    """Mark a text that is translated where it is shown."""
    return text


@lru_cache
def translator(language: Language) -> Translator:
    """Give the translator for a language; each is loaded once."""
    return Translator(language)


def of_terminal(environment: Mapping[str, str]) -> Language:
    """Give the language of whoever sits at the terminal, by the first of the variables that is set, as in POSIX."""
    ranked = (environment.get(name) for name in ('LC_ALL', 'LC_MESSAGES', 'LANG'))
    return negotiate(next(filter(None, ranked), '').replace('_', '-'))


def negotiate(accept_language: str, setting: str = 'auto', chosen: str | None = None) -> Language:
    """Decide the language of a page: what the person chose, else the setting, else what the browser asks for.

    `accept_language` is the header as it came (RFC 9110 §12.5.4). Any Portuguese becomes Brazilian Portuguese, and
    whoever reads neither language gets English. Whatever is not a language of ours is passed over.
    """
    for wish in (chosen, setting):
        for language in LANGUAGES:
            if wish == language:
                return language
    for tag in _by_preference(accept_language):
        primary = tag.partition('-')[0]
        if primary in ('pt', 'en'):
            return 'pt-BR' if primary == 'pt' else 'en'
    return 'en'


def _by_preference(header: str) -> list[str]:
    """Give the tags of the header, best first, without those refused by `q=0`; the first of equals goes first."""
    weighted = [(_quality(parameters), tag.strip().lower()) for tag, _, parameters in _items(header)]
    return [tag for quality, tag in sorted(weighted, key=lambda item: -item[0]) if quality > 0]


def _items(header: str) -> list[tuple[str, str, str]]:
    return [item.partition(';') for item in header.split(',')]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition('=')
    if name.strip().lower() != 'q':
        return 1.0
    try:
        return min(float(value), 1.0)
    except ValueError:
        return 0.0
