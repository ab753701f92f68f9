import ast
import tomllib
from collections.abc import Sequence
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from app.ui.translations import LANGUAGES, LOCALES, Translator, negotiate, translator

ROOT = Path(__file__).parents[2]
# As in scripts/translate.
KEYWORDS = {'t': None, '_t': None, 'msgid': None, 'n': (1, 2)}
FOLDERS = [LOCALES / language.replace('-', '_') / 'LC_MESSAGES' for language in LANGUAGES if language != 'en']


def texts_in_the_code() -> set[str | tuple[str, ...]]:
    mappings = tomllib.loads((ROOT / 'pyproject.toml').read_text('utf-8'))['tool']['babel']['mappings']
    methods = [(mapping['pattern'], mapping['method']) for mapping in mappings]
    found = extract_from_dir(ROOT / 'app', methods, keywords=KEYWORDS)
    return {text for _, _, text, _, _ in found}


def catalogue(folder: Path) -> Catalog:
    with (folder / 'guilherme.po').open('rb') as file:
        return read_po(file, locale=folder.parent.name)


def messages(folder: Path) -> list[Message]:
    return [message for message in catalogue(folder) if message.id]


def is_translated(message: Message) -> bool:
    return all(forms(message.string))


def said(known: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {forms(message.id): forms(message.string) for message in known if message.id and is_translated(message)}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text or '',) if isinstance(text, str | None) else tuple(text)


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_every_text_in_the_code_is_in_the_catalogue_and_no_other(folder: Path) -> None:
    known = {forms(message.id) for message in messages(folder)}
    assert known == {forms(text) for text in texts_in_the_code()}, 'run scripts/translate'


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_every_text_is_translated_and_none_is_a_guess(folder: Path) -> None:
    plurals = catalogue(folder).num_plurals
    lacking = [
        message.id
        for message in messages(folder)
        if message.fuzzy
        or not all(forms(message.string))
        or len(forms(message.string)) != (plurals if message.pluralizable else 1)
    ]
    assert lacking == []


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_what_is_compiled_is_what_is_written(folder: Path) -> None:
    with (folder / 'guilherme.mo').open('rb') as file:
        compiled = read_mo(file)
    assert said(compiled) == said(catalogue(folder)), 'run scripts/translate'
    assert compiled.plural_expr == catalogue(folder).plural_expr


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_placeholders_agree(folder: Path) -> None:
    for message in filter(is_translated, messages(folder)):
        allowed = set().union(*map(fields, forms(message.id)))
        for text in forms(message.string):
            assert fields(text) <= allowed, message.id
        assert fields(forms(message.string)[-1]) == fields(forms(message.id)[-1]), message.id


def test_no_text_stands_inside_an_f_string() -> None:
    """Babel does not look there, so nobody would notice that a translation is missing."""
    hidden = [
        f'{file.name}:{node.lineno}'
        for file in (ROOT / 'app').rglob('*.py')
        for text in ast.walk(ast.parse(file.read_text('utf-8')))
        if isinstance(text, ast.JoinedStr)
        for node in ast.walk(text)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if getattr(node.func, 'id', getattr(node.func, 'attr', '')) in {*KEYWORDS, 'words'}
    ]
    assert hidden == []


def test_placeholders_have_names() -> None:
    for text in texts_in_the_code():
        assert all(name.isidentifier() for form in forms(text) for name in fields(form)), text


@pytest.mark.parametrize(
    ('header', 'setting', 'chosen', 'language'),
    [
        ('', 'auto', None, 'en'),
        ('pt', 'auto', None, 'pt-BR'),
        ('pt-PT,en;q=0.9', 'auto', None, 'pt-BR'),
        ('PT-br', 'auto', None, 'pt-BR'),
        ('en;q=0.8, pt;q=0.9', 'auto', None, 'pt-BR'),
        ('pt;q=0.8, en-GB', 'auto', None, 'en'),
        ('en, pt', 'auto', None, 'en'),
        ('de, fr;q=0.9', 'auto', None, 'en'),
        ('de, pt;q=0.5, en;q=0.4', 'auto', None, 'pt-BR'),
        ('pt;q=0', 'auto', None, 'en'),
        ('ptolemaic', 'auto', None, 'en'),
        ('*', 'auto', None, 'en'),
        (';;q=,pt;q=nonsense,,q', 'auto', None, 'en'),
        ('pt', 'en', None, 'en'),
        ('en', 'pt-BR', None, 'pt-BR'),
        ('en', 'en', 'pt-BR', 'pt-BR'),
        ('pt', 'auto', 'klingon', 'pt-BR'),
    ],
)
def test_the_language_is_chosen_then_set_then_asked_for(
    header: str, setting: str, chosen: str | None, language: str
) -> None:
    assert negotiate(header, setting, chosen) == language


def test_a_text_nobody_translated_stays_as_it_is() -> None:
    assert translator('pt-BR')('Not a text of ours') == 'Not a text of ours'


def test_english_has_its_plurals() -> None:
    t = Translator('en')
    assert [t.n('{n} message', '{n} messages', n).format(n=n) for n in (0, 1, 2)] == [
        '0 messages',
        '1 message',
        '2 messages',
    ]


def test_portuguese_counts_zero_and_one_as_singular() -> None:
    """The Brazilian rule, as CLDR and gettext have it: `n > 1` is plural."""
    assert [catalogue(FOLDERS[0]).plural_expr] == ['(n > 1)']
