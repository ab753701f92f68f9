"""The house stands as it was drawn. Every import counts, inside functions and under TYPE_CHECKING too."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / 'app'

# room: what it may import of ours │ which packages it may use. `a.b` stands for that part only, `*` for everything.
HOUSE = """
errors        │                                                          │
quick_start   │                                                          │
settings      │ errors                                                   │ platformdirs pydantic pydantic_settings
domain        │                                                          │
rendering     │ domain errors                                            │ markdown_it math_core nh3 pygments
providers     │ domain errors                                            │ httpcore httpx
storage       │ domain errors                                            │ alembic psycopg sqlalchemy sqlmodel
retrieval     │ domain errors                                            │
exchange      │ rendering domain errors                                  │ fontTools fpdf ijson
sources       │ domain errors                                            │ requests webvtt youtube_transcript_api
commands      │ sources domain errors                                    │
replies       │ domain rendering errors                                  │ anyio nicegui.Event nicegui.binding
chat          │ replies commands providers storage retrieval exchange domain errors │ nicegui.Event
api           │ chat rendering domain errors                             │ fastapi starlette
ui            │ chat replies.changes replies.live rendering exchange domain errors │ fastapi nicegui socketio starlette
native        │ settings storage.instance errors                         │ gi nicegui qtpy webview
observability │ domain errors                                            │ fastapi starlette
operating     │ settings chat storage providers domain errors ui.translations ui.wording ui.import_report │
bootstrap     │ *                                                        │ *
"""
ROWS = [[cell.split() for cell in row.split('│')] for row in HOUSE.strip().splitlines()]
MAY_IMPORT = {room: [f'app.{name}' if name != '*' else name for name in rooms] for [room], rooms, _ in ROWS}
PACKAGES = {room: packages for [room], _, packages in ROWS}

FILES = sorted(APP.rglob('*.py'))
MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CONTAINERS = {'list', 'dict', 'set', 'bytearray', 'defaultdict', 'deque', 'Counter', 'OrderedDict', 'ChainMap'}
CONTAINERS |= {'WeakSet', 'WeakKeyDictionary', 'WeakValueDictionary', 'Queue'}


def room_of(module: str) -> str:
    return module.split('.')[1] if '.' in module else ''


def module_of(file: Path) -> str:
    return '.'.join(file.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')


def imports(file: Path) -> Iterator[str]:
    """Yield the full dotted name of everything the file imports, by statement or by name."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text('utf-8'))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = [*package[: len(package) - level + 1]] if level else []
                yield from ('.'.join([*base, *filter(None, [module]), alias.name]) for alias in names)
            case ast.Call(
                func=ast.Name(id='import_module' | '__import__') | ast.Attribute(attr='import_module'),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name


def is_within(name: str, allowed: list[str]) -> bool:
    return '*' in allowed or any(name == one or name.startswith(f'{one}.') for one in allowed)


def is_allowed(name: str, module: str) -> bool:
    room = room_of(module)
    top = name.partition('.')[0]
    if top in sys.stdlib_module_names or name == 'app.__version__':
        return True
    if top == 'app':
        return room_of(name) == room or is_within(name, MAY_IMPORT.get(room, []))
    return is_within(name, PACKAGES.get(room, []))


def bindings(file: Path) -> Iterator[tuple[str, ast.expr, ast.expr | None]]:
    """Yield what is assigned at the top of a module: name, value and annotation."""
    for node in ast.parse(file.read_text('utf-8')).body:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value, None) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value, annotation=annotation):
                yield name, value, annotation


def is_mutable(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in CONTAINERS
        case _:
            return isinstance(value, MUTABLE)


def is_constant(name: str, annotation: ast.expr | None) -> bool:
    """A constant has a loud name and a type that cannot be changed: mypy then keeps others from changing it."""
    frozen = annotation is not None and ast.unparse(annotation).startswith(('Mapping', 'Sequence', 'AbstractSet'))
    return name.startswith('__') or (name.isupper() and frozen)


@pytest.mark.parametrize('file', FILES, ids=module_of)
def test_imports_go_the_way_the_table_says(file: Path) -> None:
    module = module_of(file)
    wrong = [name for name in imports(file) if not is_allowed(name, module)]
    assert not wrong, f'{module} may not import {wrong}'


def test_every_room_is_in_the_table_and_no_file_stands_outside() -> None:
    rooms = {room_of(module_of(file)) for file in FILES} - {''}
    assert rooms <= MAY_IMPORT.keys(), f'no row for {rooms - MAY_IMPORT.keys()}'


@pytest.mark.parametrize('file', [*FILES, *sorted(APP.rglob('*.js'))], ids=lambda file: str(file.relative_to(APP)))
def test_files_are_short_and_named_for_what_they_do(file: Path) -> None:
    vague = {'util', 'utils', 'helper', 'helpers', 'common', 'misc'}
    assert not vague & {*file.relative_to(APP).with_suffix('').parts}
    assert len(file.read_text('utf-8').splitlines()) <= 400


@pytest.mark.parametrize('file', FILES, ids=module_of)
def test_modules_keep_no_state(file: Path) -> None:
    kept = [
        name for name, value, annotation in bindings(file) if is_mutable(value) and not is_constant(name, annotation)
    ]
    assert not kept, f'{kept}: pass it in, or make it an UPPER_CASE Mapping, tuple or frozenset'
    changed = [node.names for node in ast.walk(ast.parse(file.read_text('utf-8'))) if isinstance(node, ast.Global)]
    assert not changed, f'{changed}: state of a module'
