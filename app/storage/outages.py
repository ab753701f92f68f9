"""Turns what SQLAlchemy says of a database that fails into our own exceptions."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from app.errors import QueryTooSlow, StorageUnavailable

INSUFFICIENT_PRIVILEGE, QUERY_CANCELED = '42501', '57014'
"""What PostgreSQL calls them (SQLSTATE)."""


@contextmanager
def outages_told() -> Iterator[None]:
    """Turn what SQLAlchemy says of an outage into our own exception.

    Raises:
        QueryTooSlow: the database ended a query that took longer than it may.
        StorageUnavailable: the database does not answer.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        if not is_outage(error):
            raise
        kind = QueryTooSlow if _state(error) == QUERY_CANCELED else StorageUnavailable
        raise kind(message=_in_one_line(error)) from error


def is_outage(error: exc.SQLAlchemyError) -> bool:
    """Tell a database that fails (locked, full, broken, gone, closed to us) from a request that is wrong."""
    failures = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
    no_rights = _state(error) == INSUFFICIENT_PRIVILEGE
    return isinstance(error, failures) or type(error) is exc.DatabaseError or no_rights


def _state(error: exc.SQLAlchemyError) -> str | None:
    state: str | None = getattr(getattr(error, 'orig', None), 'sqlstate', None)
    return state


def _in_one_line(error: exc.SQLAlchemyError) -> str:
    """Give the driver's own words without the lines psycopg adds: the statement, and where in it."""
    said = getattr(error, 'orig', None) or error
    primary = getattr(getattr(said, 'diag', None), 'message_primary', None)
    return ' '.join(str(primary or said).split())
