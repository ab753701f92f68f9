"""What `doctor` says of a PostgreSQL server, beyond whether it answers."""

from collections.abc import Iterator

from app.errors import StorageUnavailable
from app.operating.findings import Finding, fault, note
from app.storage.examining import terms_at
from app.storage.postgres_backup import version_of_dump
from app.storage.postgres_terms import ENCODING, Terms
from app.ui.translations import Translator


def look_at_postgres(url: str, t: Translator) -> Iterator[Finding]:
    """Say what is amiss with the database's terms and with pg_dump; nothing if the server does not answer."""
    try:
        terms = terms_at(url)
    except StorageUnavailable:
        return  # which is told already
    if terms.encoding != ENCODING:
        yield fault(
            t('The database is in {encoding}, which cannot hold every character.').format(encoding=terms.encoding),
            t('Make one in UTF-8: {command}').format(command='createdb --encoding UTF8 --template template0'),
        )
    if not terms.may_create:
        yield fault(
            t('The user of the database may not make tables in it.'),
            t('Make that user its owner: {command}').format(command='ALTER DATABASE … OWNER TO …'),
        )
    yield from _dump(terms, t)


def _dump(terms: Terms, t: Translator) -> Iterator[Finding]:
    own = version_of_dump()
    if own is None:
        yield note(
            t('pg_dump was not found, so there are no backups by themselves before an update.'),
            t('Install the client programs of PostgreSQL (on Debian and Ubuntu: apt install postgresql-client).'),
        )
    elif own < terms.version:
        yield note(
            t('pg_dump {own} is older than the server ({server}), so no backup can be made.').format(
                own=own, server=terms.version
            ),
            t('Install the client programs of version {version}, or a newer one.').format(version=terms.version),
        )
