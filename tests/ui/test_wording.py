import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from app import errors
from app.errors import GuilhermeError, UnknownCommand
from app.operating import listening
from app.sources.youtube.faults import FAULTS
from app.ui.translations import LANGUAGES, Language, translator
from app.ui.wording import (
    ERRORS,
    NEAREST,
    PROGRESS,
    REASONS,
    STATUS,
    WORK,
    error_sentence,
    progress_sentence,
    size,
)

APP = Path(errors.__file__).parent
RAISED_WITH_REASON = (
    'ReplyUnfinished',
    'InvalidInput',
    'Conflict',
    'NotFound',
    'TranscriptUnavailable',
    'StorageUnavailable',
    'AccessDenied',
    'AlreadyRunning',
    'PortTaken',
    'OperationRefused',
    'ServerSilent',
    'SignInNeeded',
    'WindowUnavailable',
)


def kinds(kind: type[GuilhermeError] = GuilhermeError) -> Iterator[type[GuilhermeError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from kinds(each)


def documented_details(kind: type[GuilhermeError]) -> set[str]:
    """Read the names after `Details:` in the docstrings of a class and those it stands on."""
    docs = [each.__doc__ or '' for each in kind.__mro__ if issubclass(each, GuilhermeError)]
    return {name for doc in docs for name in re.findall(r'`(\w+)`', doc.partition('Details:')[2])}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def given_as(keyword: str, call: str) -> set[str]:
    """Find the constants that the app gives as a keyword to a call."""
    found = set()
    for file in APP.rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text('utf-8'))):
            if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == call:
                values = [each.value for each in node.keywords if each.arg == keyword]
                found |= {str(value.value) for value in values if isinstance(value, ast.Constant)}
    return found


@pytest.mark.parametrize('kind', list(kinds()), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize('language', LANGUAGES)
def test_every_exception_has_a_sentence_that_can_be_filled(kind: type[GuilhermeError], language: Language) -> None:
    t = translator(language)
    needed = placeholders(ERRORS[kind.code])
    known_here = {'server'} | ({'message'} if kind is GuilhermeError else set())
    assert needed <= documented_details(kind) | known_here
    sentence = error_sentence(t, kind(**{name: f'<{name}>' for name in needed}).as_data()).text
    assert all(f'<{name}>' in sentence for name in needed)
    assert '{' not in sentence
    assert language == 'en' or sentence != error_sentence(translator('en'), {'code': kind.code}).text


def test_no_two_exceptions_share_a_code_and_no_sentence_is_without_one() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes))
    assert set(codes) == ERRORS.keys()


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_reason_has_a_sentence(language: Language) -> None:
    t = translator(language)
    raised = [given_as('reason', name) for name in RAISED_WITH_REASON]
    by_kind = {*FAULTS.values(), *filter(None, listening.REASONS.values())}
    assert set().union(*raised, by_kind, {'private_video'}) == REASONS.keys()
    for reason in REASONS:
        details = {
            'longest': 400_000,
            'least': 0,
            'most': 2,
            'video': 'x',
            'message': 'no',
            'machine': 'box',
            'url': 'http://127.0.0.1:8080',
            'host': 'nowhere',
            'port': 80,
            'status': 401,
            'seconds': 10,
            'encoding': 'LATIN1',
            'language': 'ko',
            'offered': 'English',
            'revision': '9',
            'needed': 10,
            'free': 1,
            'process': 7,
            'file': 'x.db',
            'folder': 'x',
            'program': 'pg_dump',
            'packages': 'libxcb-cursor0',
            'table': 'message',
        }
        sentence = error_sentence(t, {'code': 'invalid_input', 'reason': reason} | details).text
        assert sentence
        assert '…' not in sentence


@pytest.mark.parametrize('language', LANGUAGES)
def test_an_unknown_command_is_told_the_nearest_if_there_is_one(language: Language) -> None:
    t = translator(language)
    near = error_sentence(t, UnknownCommand(name='yutube', nearest='youtube').as_data()).text
    assert near == t(NEAREST).format(name='yutube', nearest='youtube')
    far = error_sentence(t, UnknownCommand(name='qqq', nearest='').as_data()).text
    assert '/qqq' in far
    assert far != near


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_work_of_a_command_has_a_sentence_and_others_bring_theirs(language: Language) -> None:
    t = translator(language)
    for code, (one, several) in WORK.items():
        assert progress_sentence(t, {'code': code, 'number': 1, 'count': 1}) == t(one)
        said = progress_sentence(t, {'code': code, 'number': 3, 'count': 8})
        assert said == t(several).format(number=3, count=8)
    assert progress_sentence(t, {'code': 'of another package', 'text': 'Rolling the dice'}) == 'Rolling the dice'


def test_a_fault_of_a_later_version_or_with_gaps_is_still_said() -> None:
    t = translator('en')
    assert error_sentence(t, {'code': 'of the future'}) == error_sentence(t, {'code': 'unexpected'})
    assert error_sentence(t, {'code': 'server_unreachable'}).text.startswith('Nobody answers at ….')
    assert error_sentence(t, {'code': 'server_fault', 'message': '{url} {0} %s'}).text.endswith(': {url} {0} %s')
    assert error_sentence(t, {}).text


def test_a_model_that_is_missing_can_be_fetched() -> None:
    t = translator('en')
    assert error_sentence(t, {'code': 'model_not_found', 'model': 'phi'}).action == 'pull'
    assert error_sentence(t, {'code': 'server_busy'}).action == ''


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_wait_and_state_has_a_sentence(language: Language) -> None:
    t = translator(language)
    for code in PROGRESS:
        assert '7' in progress_sentence(t, {'code': code, 'seconds': 7})
    assert progress_sentence(t, {'code': 'of the future', 'seconds': 7}) == progress_sentence(t, {'seconds': 7})
    waits, loads = (progress_sentence(t, {'code': 'queued', 'ahead': 3, 'loading': each}) for each in (False, True))
    assert '3' in waits
    assert loads.startswith(waits)
    assert loads != waits
    assert all(t(text) for text in STATUS.values())


@pytest.mark.parametrize(
    ('count', 'english', 'portuguese'),
    [(0, '0.0 B', '0,0 B'), (999, '999 B', '999 B'), (1500, '1.5 kB', '1,5 kB'), (1.63e9, '1.6 GB', '1,6 GB')],
)
def test_sizes_are_written_as_people_read_them(count: float, english: str, portuguese: str) -> None:
    assert (size(translator('en'), count), size(translator('pt-BR'), count)) == (english, portuguese)


def test_only_a_server_that_has_a_name_is_called_by_it() -> None:
    t = translator('en')
    told = {'code': 'another_server', 'url': 'http://box', 'status': 502}
    assert error_sentence(t, {**told, 'provider': 'ollama'}).text.startswith('Something else than Ollama answers at')
    assert error_sentence(t, {**told, 'provider': ['x']}).text.startswith('Something else than a model server answers')
