import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from app.observability import logs
from tests.chat.desk import own_log


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    """Put the log of the test run back."""
    quiet = {name: logging.getLogger(name).level for name in ('httpx', 'httpcore', 'alembic', 'asyncio')}
    with own_log():
        yield
    for name, level in quiet.items():
        logging.getLogger(name).setLevel(level)


def test_lines_for_people(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up('text', 'INFO')
    logging.getLogger('app.x').info('Olá %s', 'você')
    logging.getLogger('app.x').debug('too small')
    out, err = _written(capfd)
    assert (out, err[23:]) == ('', ' INFO    app.x: Olá você\n')


def test_lines_for_machines(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up('json', 'WARNING')
    try:
        raise ValueError('oops\nnext line')
    except ValueError:
        record = logging.LogRecord('app.x', logging.WARNING, '', 1, 'Olá "%s"', ('você',), sys.exc_info())
        logging.getLogger('app.x').handle(record)
    [line] = [json.loads(line) for line in _written(capfd)[1].splitlines()]
    assert (line['level'], line['logger'], line['message']) == ('WARNING', 'app.x', 'Olá "você"')
    assert line['traceback'].endswith('ValueError: oops\nnext line')
    assert abs((datetime.now(UTC) - datetime.fromisoformat(line['time'])).total_seconds()) < 5


def test_libraries_are_quiet_unless_asked(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up('text', 'DEBUG')
    logging.getLogger('httpx').info('HTTP Request')
    assert _written(capfd)[1] == ''


def _written(capfd: pytest.CaptureFixture[str]) -> tuple[str, str]:
    for handler in logging.getLogger().handlers:
        handler.flush()
    return capfd.readouterr()


FORGED = 'a\n2026-01-01 00:00:00,000 ERROR   app: forged\r\n\x1b[31mred\x1b[0m\x00\x07\x85b\x7f\x9bf\v\f'
FORGED += '\u2028c\u2029d\u202ee\u2066g'


@pytest.mark.parametrize('name', ['app.x', 'engineio.server', 'uvicorn.error', 'a.library'])
@pytest.mark.parametrize('form', ['text', 'json'])
def test_nothing_from_outside_passes_for_a_line_of_the_log(
    form: str, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(form, 'INFO')
    logger = logging.getLogger(name)
    with _heard(logger):
        logger.error(FORGED)
        logger.error('%s', FORGED)
        logger.error('%r %s', {'a': FORGED}, FORGED)
        try:
            raise ValueError(FORGED)
        except ValueError:
            logger.exception('it failed')
    out, err = _written(capfd)
    lines = err.split('\n')
    assert out == ''
    assert all(char.isprintable() for char in err if char != '\n')
    assert [line for line in lines if line.startswith('2026-01-01')] == []
    if form == 'json':
        read = [json.loads(line) for line in lines if line]
        assert [each['message'] for each in read][:2] == [FORGED, FORGED]
        assert len(read) == 4
    else:
        begun = [line for line in lines if line and not line.startswith('    ')]
        assert len(begun) == 4


@contextmanager
def _heard(logger: logging.Logger) -> Iterator[None]:
    level, logger.level = logger.level, logging.INFO
    yield
    logger.level = level


def test_a_library_has_no_log_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up('text', 'INFO')
    for name in ('engineio.server', 'socketio.server'):
        logging.getLogger(name).error('once')
    assert _written(capfd)[1].count('once') == 2
