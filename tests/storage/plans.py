"""How a database means to run the queries of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection


@contextmanager
def explained(backend: str) -> Iterator[list[str]]:
    """Collect the plans of all SELECTs that run meanwhile."""
    plans: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith('SELECT'):
            prefix = 'EXPLAIN QUERY PLAN ' if backend == 'sqlite' else 'EXPLAIN '
            plans.append(str(cursor.execute(prefix + statement, parameters) and cursor.fetchall()))

    event.listen(Connection, 'before_cursor_execute', explain)
    try:
        yield plans
    finally:
        event.remove(Connection, 'before_cursor_execute', explain)
