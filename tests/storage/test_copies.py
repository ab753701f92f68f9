"""Copies of the whole database that the app has kept are counted and removed; what is somebody's own is left alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.installation import KeptCopies
from app.storage.copies import Copies

OURS = (
    'backups/guilherme-20260301-120000-000000-0003.db',
    'backups/guilherme-20260102-030405-000006-0004.dump',
    'guilherme-before-restore-20260401-120000-000000.db',
)
WITH_THEM = ('guilherme-before-restore-20260401-120000-000000.db-wal', 'backups/.guilherme-4711.part')
OTHERS = (
    'guilherme.db',
    'guilherme.db-wal',
    'guilherme.db.lock',
    'guilherme-monday.db',
    'backups/guilherme-old.db',
    'backups/guilherme-20261301-000000-000000.db',
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / 'backups').mkdir()
    for name in (*OURS, *WITH_THEM, *OTHERS):
        (tmp_path / name).write_text('words')
    return tmp_path


def files(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob('*') if file.is_file()}


def test_those_of_ours_are_counted_and_removed(folder: Path) -> None:
    copies = Copies(f'sqlite:///{folder}/guilherme.db', folder / 'backups')
    assert copies.kept() == KeptCopies(3, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    copies.remove()
    assert copies.kept() == KeptCopies()
    assert files(folder) == set(OTHERS)


def test_beside_a_server_there_are_those_made_before_updates(folder: Path) -> None:
    copies = Copies('postgresql+psycopg://somewhere/guilherme', folder / 'backups')
    assert copies.kept().number == 2


def test_where_there_are_none_nothing_happens(tmp_path: Path) -> None:
    copies = Copies(f'sqlite:///{tmp_path}/guilherme.db', tmp_path / 'backups')
    copies.remove()
    assert copies.kept() == KeptCopies()


@pytest.mark.expects_log('A backup could not be removed: ')
def test_one_that_cannot_be_removed_does_not_keep_the_others(folder: Path) -> None:
    (folder / OURS[0]).unlink()
    (folder / OURS[0]).mkdir()
    copies = Copies(f'sqlite:///{folder}/guilherme.db', folder / 'backups')
    copies.remove()
    assert copies.kept().number == 1
