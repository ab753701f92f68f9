"""How a database means to run the queries of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection


@contextmanager
def explained(backend: str, *verbs: str) -> Iterator[list[str]]:
    """Collect all SELECTs that run meanwhile, or statements that begin with other verbs, each with its plan."""
    plans: list[str] = []

    def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(verbs or ('SELECT',)):
            prefix = 'EXPLAIN QUERY PLAN ' if backend == 'sqlite' else 'EXPLAIN '
            plan = cursor.execute(prefix + statement, parameters) and cursor.fetchall()
            plans.append(f'{statement}\n{plan}')

    event.listen(Connection, 'before_cursor_execute', explain)
    try:
        yield plans
    finally:
        event.remove(Connection, 'before_cursor_execute', explain)
