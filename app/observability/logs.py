"""The form of the log: lines for people, or one JSON object a line for machines."""

import json
import logging
import sys
from datetime import UTC, datetime

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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == 'json' else logging.Formatter(TEXT_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ('httpx', 'httpcore', 'alembic', 'asyncio'):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
