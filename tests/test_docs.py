"""What a person can set, type or open is written down: every setting, flag and address has its heading."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.bootstrap.building import commands as commands_of
from app.settings import Settings, environment_name
from app.sources.youtube.fetching import YouTube
from app.ui.components.shortcuts import SHORTCUTS
from app.ui.translations import translator

ROOT = Path(__file__).parents[1]
FLAGS = {'--host', '--port', '--data-dir', '--native', '--demo', '--version', '--help'}
ADDRESSES = {'/', '/c/{conversation_id}', '/healthz', '/readyz'}
SETTINGS = {environment_name(name): field for name, field in Settings.model_fields.items()}


def sections(page: str = 'settings.md') -> dict[str, str]:
    """Give the text under each heading of the form ### `name`, with its line breaks made spaces."""
    parts = re.split(r'^#{2,} +(.*)$', (ROOT / 'docs' / page).read_text('utf-8'), flags=re.MULTILINE)
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    titled = ((name, text) for title, text in pairs if title.startswith('`') for name in title.split(', '))
    return {name.strip('`'): ' '.join(text.split()) for name, text in titled}


def default_of(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return 'Default: '  # made at start, so the page describes it
    if not field.default and not isinstance(field.default, bool):
        return 'Default: empty.'
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f'Default: `{value}`.'


def test_every_command_has_its_heading() -> None:
    youtube = YouTube(base_url='', timeout=1)
    page = (ROOT / 'docs' / 'commands.md').read_text('utf-8')
    commands = commands_of(youtube)
    assert [f'### `/{each.name}`' for each in commands if f'### `/{each.name}`' not in page] == []
    assert [alias for each in commands for alias in each.aliases if f'`/{alias}`' not in page] == []


def calls(*names: str) -> Iterator[ast.Call]:
    """Yield the calls of methods and functions with one of these names, in the whole program."""
    for file in [*ROOT.glob('*.py'), *(ROOT / 'app').rglob('*.py')]:
        for node in ast.walk(ast.parse(file.read_text('utf-8'))):
            match node:
                case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in names:
                    yield node


def first_texts(*names: str) -> set[str]:
    """Collect the texts given first to such calls; of a dict its keys."""
    first = [call.args[0] for call in calls(*names) if call.args]
    keys = [key for node in first if isinstance(node, ast.Dict) for key in node.keys]
    return {node.value for node in [*first, *keys] if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize('name', SETTINGS)
def test_every_setting_has_its_heading_default_and_meaning(name: str) -> None:
    text = sections()[name]
    assert default_of(SETTINGS[name]) in text
    assert (SETTINGS[name].description or 'nothing') in text


def test_every_flag_has_its_heading() -> None:
    in_code = {text for text in first_texts('add_argument') if text.startswith('--')}
    assert sections().keys() >= FLAGS | in_code


def test_every_command_of_the_command_line_has_its_heading_and_an_example() -> None:
    commands = first_texts('add_parser')
    described = sections('operating.md')
    assert described.keys() == commands
    assert [name for name in commands if f'python main.py {name}' not in described[name]] == []


def test_every_address_has_its_heading() -> None:
    in_code = {text for text in first_texts('page', 'get', 'sub_pages') if re.fullmatch(r'/[\w/{}-]*', text)}
    public = {path for path in in_code if not path.startswith(('/api/', '/_'))}
    assert sections().keys() >= ADDRESSES | public


def test_no_heading_describes_what_is_not_there() -> None:
    settings = {title for title in sections() if title.isupper()}
    assert settings == SETTINGS.keys()


def test_every_shortcut_is_in_the_table_in_both_languages() -> None:
    portuguese = translator('pt-BR')
    written = re.findall(r'^\| (`.*) \| (.*) \| (.*) \|$', (ROOT / 'docs' / 'keyboard.md').read_text('utf-8'), re.M)
    expected = [
        (' or '.join(f'`{keys}`' for keys in each.keys), each.label, portuguese(each.label)) for each in SHORTCUTS
    ]
    assert written == expected
