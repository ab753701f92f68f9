"""Copies of PostgreSQL databases, by its own client programs: one file in their custom format."""

import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

from sqlalchemy import inspect

from app.errors import OperationRefused
from app.storage.database import read_url
from app.storage.engines import engine_of
from app.storage.outages import outages_told

MAGIC = b'PGDMP'
DUMP, RESTORE = 'pg_dump', 'pg_restore'


def dump(url: str, target: Path) -> None:
    """Write a database as it is at one moment into a file; others go on writing meanwhile.

    Raises:
        OperationRefused: pg_dump is missing or did not succeed (it must not be older than the server).
    """
    _run(DUMP, '--format=custom', '--no-owner', '--no-privileges', f'--file={target}', url=url)


def version_of_dump() -> int | None:
    """Give the version of pg_dump (17, 18 …), None if it is not there or does not tell."""
    try:
        told = re.search(r'\(PostgreSQL\) (\d+)', _run(DUMP, '--version'))
    except OperationRefused:
        return None
    return int(told[1]) if told else None


def can_dump() -> bool:
    """Tell whether pg_dump is there."""
    return shutil.which(DUMP) is not None


def revision_of(backup: Path) -> str | None:
    """Give the revision of the schema in a backup, None if it is not one of ours.

    Raises:
        OperationRefused: pg_restore is missing, or cannot read the file.
    """
    lines = _run(RESTORE, '--data-only', '--table=alembic_version', '--file=-', str(backup)).splitlines()
    for before, line in pairwise(lines):
        if before.startswith('COPY ') and 'alembic_version' in before:
            return line
    return None


def restore(url: str, backup: Path) -> None:
    """Fill an empty database from a backup, in one transaction.

    Raises:
        OperationRefused: the database is not empty; pg_restore is missing or did not succeed.
        StorageUnavailable: the database does not answer.
    """
    if not _is_empty(url):
        raise OperationRefused(reason='not_empty')
    options = ('--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges')
    _run(RESTORE, *options, str(backup), url=url)


def _is_empty(url: str) -> bool:
    engine = engine_of(read_url(url), writes=False)
    try:
        with outages_told(), engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        engine.dispose()


def _run(program: str, *arguments: str, url: str = '') -> str:
    """Run a client program; the password goes by the environment, since everybody can read a command line."""
    found = shutil.which(program)
    if found is None:
        raise OperationRefused(reason='no_program', program=program)
    target, password = _conninfo(url) if url else ([], {})
    ran = subprocess.run(  # noqa: S603 (no shell; the arguments are ours)
        [found, *target, *arguments],
        check=False,
        env=os.environ | password,
        capture_output=True,
        text=True,
        errors='replace',
    )
    if ran.returncode:
        own = [line for line in ran.stderr.splitlines() if line.startswith(f'{program}:')]  # Debian's wrapper says more
        message = ' '.join(line.removeprefix(f'{program}: ') for line in own) or f'exit code {ran.returncode}'
        raise OperationRefused(reason='program_failed', program=program, message=message)
    return ran.stdout


def _conninfo(url: str) -> tuple[list[str], dict[str, str]]:
    from psycopg.conninfo import make_conninfo  # late, as it takes its time and most have SQLite
    from sqlalchemy.dialects import postgresql

    _, options = postgresql.dialect().create_connect_args(read_url(url))  # type: ignore[no-untyped-call]
    password = options.pop('password', None)
    options['dbname'] = options.pop('dbname', None) or options.pop('database', None)
    return [f'--dbname={make_conninfo(**options)}'], {'PGPASSWORD': str(password)} if password else {}
