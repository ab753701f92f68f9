import json
import logging
import sys
from collections.abc import Iterator
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
