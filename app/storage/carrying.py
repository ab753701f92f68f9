"""Carries everything from one database into another, empty one, whichever systems they are of.

One transaction on the target holds it all: until both sides were compared nothing of it is there, and what broke off
can simply be begun again. The index of the search is not carried: triggers make it anew from the messages.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, inspect, select

from app.domain.plain import plain
from app.errors import OperationRefused
from app.storage import migrate
from app.storage.database import is_there, prepare_file, read_url, sqlite_file
from app.storage.engines import engine_of
from app.storage.erasures import note_erasure
from app.storage.outages import outages_told
from app.storage.rows import storable
from app.storage.tables import Base
from app.storage.trash import NOBODY

ROWS_AT_A_TIME = 500

NOTES: Table = Base.metadata.tables['erasure']
"""What was deleted and may still stand in the files of a database concerns those files."""

TABLES: Sequence[Table] = tuple(table for table in Base.metadata.sorted_tables if table is not NOTES)
"""All other tables; what others refer to comes first."""

ABOVE: Mapping[str, str] = {'message': 'depth'}
"""Tables whose rows refer to each other, with the column by which the one that is referred to comes first."""

Row = Mapping[str, Any]
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How many rows there are, and a number they all make up, in whatever order they come.

    Databases sort texts by different rules, so the hashes of the rows are added (modulo 2^256), not chained.
    """

    rows: int = 0
    number: int = 0

    def with_rows(self, table: Table, rows: Iterable[Row]) -> 'Fingerprint':
        """Take more rows in."""
        count, number = self.rows, self.number
        for row in rows:
            count += 1
            number += int.from_bytes(hashlib.sha256(_written(table, row)).digest())
        return Fingerprint(count, number % (1 << 256))


def carry_over(source: str, target: str, told: Told = lambda _table, _done, _of: None) -> Mapping[str, Fingerprint]:
    """Carry all rows from one address to the other; give what there was of each table.

    `told` is called with the name of a table, how many of its rows are there, and how many there will be.

    Raises:
        OperationRefused: both are the same; there is no source, or it is not up to date; the target is not empty; what
            arrived is not what was sent.
        StorageUnavailable: one of the two does not answer.
    """
    _refuse_missing(source, target)
    with (
        outages_told(),
        _removed_if_new(sqlite_file(target)),
        _engine(source, writes=False) as reading,
        _engine(target, writes=True) as writing,
        reading.connect() as sender,
        writing.begin() as receiver,
    ):
        _refuse_other_revision(sender)
        _prepare_target(receiver)
        sent = {table.name: _carry(table, sender, receiver, told) for table in TABLES}
        for table in TABLES:
            if _fingerprint(table, receiver) != sent[table.name]:
                raise OperationRefused(reason='differs', table=table.name)
        if sender.execute(select(NOTES).limit(1)).first():  # there may be conversations that are being deleted
            note_erasure(receiver, NOBODY)
    return sent


def _carry(table: Table, sender: Connection, receiver: Connection, told: Told) -> Fingerprint:
    total = sender.execute(select(func.count()).select_from(table)).scalar_one()
    sent = Fingerprint()
    told(table.name, 0, total)
    for rows in _rows(table, sender):
        receiver.execute(table.insert(), rows)
        sent = sent.with_rows(table, rows)
        told(table.name, sent.rows, total)
    return sent


def _fingerprint(table: Table, connection: Connection) -> Fingerprint:
    found = Fingerprint()
    for rows in _rows(table, connection):
        found = found.with_rows(table, rows)
    return found


def _rows(table: Table, connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """Read a table in an order in which it can be written; what no database of ours can hold is replaced."""
    order = [table.c[ABOVE[table.name]]] if table.name in ABOVE else []
    query = select(table).order_by(*order, *table.primary_key.columns)
    with closing(connection.execution_options(yield_per=ROWS_AT_A_TIME).execute(query)) as found:
        for part in found.mappings().partitions():
            yield [{name: _clean(value) for name, value in row.items()} for row in part]


def _clean(value: Any) -> Any:
    return (
        storable(value) if isinstance(value, str) else plain(value) if isinstance(value, dict | list | float) else value
    )


def _written(table: Table, row: Row) -> bytes:
    values = [row[column.name] for column in table.columns]
    return json.dumps(values, sort_keys=True, default=datetime.isoformat).encode()


def _refuse_missing(source: str, target: str) -> None:
    file = sqlite_file(source)
    if file is not None and not is_there(file):
        raise OperationRefused(reason='no_database', file=str(file))
    if (file or read_url(source)) == (sqlite_file(target) or read_url(target)):
        raise OperationRefused(reason='same_database')


def _refuse_other_revision(sender: Connection) -> None:
    revision = migrate.current(sender)
    if revision == migrate.HEAD:
        return
    if revision is not None and not migrate.knows(revision):
        raise OperationRefused(reason='newer_database', revision=revision)
    raise OperationRefused(reason='older_source', revision=revision or '–')


def _prepare_target(receiver: Connection) -> None:
    """Make the tables, unless they are there already and empty."""
    names = set(inspect(receiver).get_table_names())
    if 'alembic_version' not in names and names:
        raise OperationRefused(reason='not_empty')
    migrate.upgrade(receiver)
    if any(receiver.execute(select(table).limit(1)).first() for table in TABLES):
        raise OperationRefused(reason='not_empty')


@contextmanager
def _removed_if_new(file: Path | None) -> Iterator[None]:
    """Make a file to be filled where there is none; it is gone again if it was not filled."""
    if file is None or file.exists():
        yield
        return
    prepare_file(file)
    try:
        yield
    except BaseException:
        for suffix in ('', '-wal', '-shm'):
            Path(f'{file}{suffix}').unlink(missing_ok=True)
        raise


@contextmanager
def _engine(url: str, *, writes: bool) -> Iterator[Engine]:
    engine = engine_of(read_url(url), writes=writes)
    try:
        yield engine
    finally:
        engine.dispose()
