"""The form of the log: lines for people, or one JSON object a line for machines."""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TextIO

from app.observability.background import BackgroundHandler

TEXT_FORMAT = '%(asctime)s %(levelname)-7s %(name)s: %(message)s'


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
        return json.dumps(line, ensure_ascii=False)


def is_of_objects() -> bool:
    """Tell whether the log is one of JSON objects."""
    return any(isinstance(handler.formatter, JsonFormatter) for handler in logging.getLogger().handlers)


def set_up(log_format: str, level: str) -> None:
    """Send the log to standard error in the chosen form (`text` or `json`), from `level` on."""
    handler = BackgroundHandler(_standard_error)
    handler.setFormatter(JsonFormatter() if log_format == 'json' else logging.Formatter(TEXT_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ('httpx', 'httpcore', 'alembic', 'asyncio'):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _standard_error() -> TextIO:
    if sys.stderr is None:  # a program of Windows without a console
        return os.fdopen(os.open(os.devnull, os.O_WRONLY), 'w')
    # A file of its own: while a thread stands still in writing to sys.stderr Python cannot end in peace.
    return os.fdopen(os.dup(sys.stderr.fileno()), 'w', encoding=sys.stderr.encoding, errors='backslashreplace')
