"""Which messages are commands, which command a name means, and what other packages bring along."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.commands.base import Call, Command, command
from app.commands.registry import Commands, Typed, installed, literal, read
from app.domain.delta import Delta, text
from app.errors import UnknownCommand


def made(name: str, *aliases: str) -> Command:
    @command(name, *aliases)
    async def run(call: Call) -> AsyncIterator[Delta]:
        """Say nothing much.

        It takes no arguments.
        """
        yield text(call.arguments)

    return run


@pytest.mark.parametrize(
    ('message', 'typed'),
    [
        ('/help', Typed('help', '')),
        ('/Help', Typed('help', '')),
        ('  /help me  ', Typed('help', 'me')),
        ('/youtube\nhttps://youtu.be/x', Typed('youtube', 'https://youtu.be/x')),
        ('/youtube_resumo a\n\nb ', Typed('youtube_resumo', 'a\n\nb')),
        ('/tradução já', Typed('tradução', 'já')),
        ('//help', None),
        ('/etc/passwd is a file', None),
        ('/usr/bin', None),
        ('/', None),
        ('/ help', None),
        ('/2 = half', None),
        ('/help?', None),
        ('see /help', None),
        ('', None),
    ],
)
def test_what_looks_like_a_command(message: str, typed: Typed | None) -> None:
    assert read(message) == typed


@pytest.mark.parametrize(
    ('message', 'said'),
    [('//help', '/help'), (' //x', ' /x'), ('///x', '//x'), ('/etc/hosts', '/etc/hosts'), ('a //b', 'a //b')],
)
def test_two_slashes_say_one(message: str, said: str) -> None:
    assert literal(message) == said


def test_a_command_is_found_by_every_name_in_any_case() -> None:
    one = made('summary', 'resumo')
    commands = Commands([one])
    assert commands.find('summary') is commands.find('RESUMO') is one


def test_an_unknown_name_gets_the_nearest() -> None:
    commands = Commands([made('youtube', 'video'), made('help', 'ajuda')])
    with pytest.raises(UnknownCommand) as unknown:
        commands.find('yutube')
    assert unknown.value.details == {'name': 'yutube', 'nearest': 'youtube'}
    with pytest.raises(UnknownCommand) as unknown:
        commands.find('qqq')
    assert unknown.value.details == {'name': 'qqq', 'nearest': ''}


def test_they_are_listed_once_each_by_name() -> None:
    commands = Commands([made('youtube', 'a'), made('help', 'z')])
    assert [each.name for each in commands] == ['help', 'youtube']


@pytest.mark.expects_log('two commands /help', "'no name' cannot be the name")
def test_the_first_of_a_name_stays_and_bad_names_are_left_out() -> None:
    first = made('help')
    commands = Commands([first, made('help', 'assist'), made('no name', 'fine')])
    assert commands.find('help') is first
    assert commands.find('assist') is not first
    assert [each.name for each in commands] == ['help']


def test_the_docstring_is_the_help() -> None:
    assert made('x').summary == 'Say nothing much.'
    assert made('x').help.endswith('\n\nIt takes no arguments.')


# --- commands of other packages ---------------------------------------------------------------------------------------


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder from which Python imports."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def install(folder: Path, name: str, code: str, entry_point: str) -> None:
    """Put a package there as pip does: the code, and the metadata that announces it."""
    (folder / f'{name}.py').write_text(code)
    metadata = folder / f'{name}-1.0.dist-info'
    metadata.mkdir()
    (metadata / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n')
    (metadata / 'entry_points.txt').write_text(f'[guilherme.commands]\n{entry_point}\n')


GOOD = """
from app.commands.base import command
from app.domain.delta import text

@command('echo', 'eco')
async def echo(call):
    '''Say it back.'''
    yield text(call.arguments)
"""


def test_commands_of_other_packages_are_found(packages: Path) -> None:
    assert installed() == []
    install(packages, 'guilherme_echo', GOOD, 'echo = guilherme_echo:echo')
    [found] = installed()
    assert (found.name, found.aliases, found.summary) == ('echo', ('eco',), 'Say it back.')
    del sys.modules['guilherme_echo']


@pytest.mark.expects_log('The command broken .* is left out')
@pytest.mark.parametrize(
    ('code', 'entry_point'),
    [
        ('1 / 0', 'broken = guilherme_broken:anything'),
        ('import no_such_package', 'broken = guilherme_broken:anything'),
        ('', 'broken = guilherme_broken:missing'),
        ('anything = print', 'broken = guilherme_broken:anything'),
        ('raise SystemExit(3)', 'broken = guilherme_broken:anything'),
    ],
)
def test_a_broken_one_is_reported_and_left_out(packages: Path, code: str, entry_point: str) -> None:
    install(packages, 'guilherme_broken', code, entry_point)
    install(packages, 'guilherme_echo', GOOD, 'echo = guilherme_echo:echo')
    assert [each.name for each in installed()] == ['echo']
    for name in ('guilherme_broken', 'guilherme_echo'):
        sys.modules.pop(name, None)
