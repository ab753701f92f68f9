"""`migrate-data`: everything into another database."""

from contextlib import ExitStack

from app.operating.console import Console
from app.storage.carrying import carry_over
from app.storage.instance import lock_of


def move(source: str, target: str, console: Console) -> int:
    """Carry everything from one database over into another, empty one, and compare both.

    Raises:
        AlreadyRunning: the app, or another command, works with one of the two.
        OperationRefused: it cannot be done; nothing was changed.
        StorageUnavailable: one of the two does not answer.
    """
    t = console.t

    def told(table: str, done: int, total: int) -> None:
        if total:
            console.progress(t('Carrying over: {table}').format(table=table), done / total)

    with ExitStack() as held:
        for lock in (lock_of(source), lock_of(target)):
            lock.take()
            held.callback(lock.release)
        carried = carry_over(source, target, told)
    rows = sum(each.rows for each in carried.values())
    console.say(
        t.n(
            '{rows} row was carried over and compared. Set GUILHERME_DATABASE_URL to the new address.',
            '{rows} rows were carried over and compared. Set GUILHERME_DATABASE_URL to the new address.',
            rows,
        ).format(rows=rows)
    )
    return 0
