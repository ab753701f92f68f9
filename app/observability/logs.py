"""The form of the log: lines for people, or one JSON object a line for machines."""

import json
import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

from app.observability.background import BackgroundHandler

NO_TEXT = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]')
"""What ends a line, moves a terminal's cursor, changes its colours, or turns the order of letters around: a name or an
address from outside may have it, and would write lines of its own."""

MARGIN = '    '
"""Before each line of a traceback, so that none can pass for a line of the log."""


class LineFormatter(logging.Formatter):
    """One line a record, whatever stands in it; a traceback follows it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        name, message = _escaped(record.name), _escaped(record.getMessage().rstrip())
        line = f'{self.formatTime(record)} {record.levelname:<7} {name}: {message}'
        told = [self.formatException(record.exc_info)] if record.exc_info else []
        told += [self.formatStack(record.stack_info)] if record.stack_info else []
        rest = [MARGIN + _escaped(each) for part in told for each in part.split('\n')]
        return '\n'.join([line, *rest])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        line = {
            'time': datetime.fromtimestamp(record.created, UTC).isoformat(timespec='milliseconds'),
            'level': record.levelname,
            'logger': record.name,
            'message': record.getMessage(),
        }
        if record.exc_info:
            line['traceback'] = self.formatException(record.exc_info)
        if record.stack_info:
            line['stack'] = self.formatStack(record.stack_info)
        # What JSON itself leaves as it is; escaped it is read as the same.
        return NO_TEXT.sub(lambda found: f'\\u{ord(found[0]):04x}', json.dumps(line, ensure_ascii=False))


def _escaped(text: str) -> str:
    """Write out what is no text, as Python would: a line feed as `\\n`."""
    return NO_TEXT.sub(lambda found: found[0].encode('unicode_escape').decode(), text)


def is_of_objects() -> bool:
    """Tell whether the log is one of JSON objects."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)


def set_up(log_format: str, level: str) -> None:
    """Send the log to standard error in the chosen form (`text` or `json`), from `level` on."""
    handler = BackgroundHandler(_standard_error)
    handler.setFormatter(JsonFormatter() if log_format == 'json' else LineFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ('engineio.server', 'socketio.server'):  # they write to standard error themselves, in no form
        logging.getLogger(name).handlers.clear()
    for noisy in ('httpx', 'httpcore', 'alembic', 'asyncio'):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _standard_error() -> TextIO:
    if sys.stderr is None:  # a program of Windows without a console
        return os.fdopen(os.open(os.devnull, os.O_WRONLY), 'w')
    # A file of its own: while a thread stands still in writing to sys.stderr Python cannot end in peace.
    return os.fdopen(os.dup(sys.stderr.fileno()), 'w', encoding=sys.stderr.encoding, errors='backslashreplace')
