"""One process at a time for each SQLite database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.errors import AlreadyRunning, StorageUnavailable
from app.storage.instance import Holder, lock_of
from tests.storage.full_disk import no_file_over

ROOT = Path(__file__).parents[2]
URL = 'http://127.0.0.1:8080'


def address(folder: Path) -> str:
    return f'sqlite:///{folder}/guilherme.db'


def test_the_second_is_told_where_the_first_is(tmp_path: Path) -> None:
    first, second = lock_of(address(tmp_path)), lock_of(address(tmp_path))
    first.take(URL)
    with pytest.raises(AlreadyRunning) as refused:
        second.take('http://127.0.0.1:9090')
    assert refused.value.details == {'url': URL, 'process': os.getpid(), 'folder': str(tmp_path)}
    first.release()
    second.take()
    with pytest.raises(AlreadyRunning) as refused:
        first.take(URL)
    assert refused.value.details['reason'] == 'busy_folder'
    second.release()


def test_who_has_it_can_be_asked(tmp_path: Path) -> None:
    lock = lock_of(address(tmp_path))
    assert lock.holder() is None
    lock.take(URL)
    lock.announce(f'{URL}/longer')
    lock.announce(URL)
    assert lock_of(address(tmp_path)).holder() == Holder(os.getpid(), URL)
    lock.release()
    assert lock.holder() is None


def test_another_database_in_the_same_folder_is_another_matter(tmp_path: Path) -> None:
    one, other = lock_of(address(tmp_path)), lock_of(f'sqlite:///{tmp_path}/other.db')
    one.take(URL)
    other.take(URL)
    one.release()
    other.release()


def test_a_database_reached_by_another_way_is_the_same(tmp_path: Path) -> None:
    (tmp_path / 'data').mkdir()
    (tmp_path / 'folder').symlink_to('data')
    (tmp_path / 'guilherme.db').symlink_to('data/guilherme.db')
    first = lock_of(address(tmp_path / 'data'))
    first.take(URL)
    for way in (tmp_path, tmp_path / 'folder'):
        with pytest.raises(AlreadyRunning):
            lock_of(address(way)).take()
    first.release()


def test_a_full_disk_does_not_keep_it_from_being_held(tmp_path: Path) -> None:
    first = lock_of(address(tmp_path))
    with no_file_over(0):
        first.take(URL)
    with pytest.raises(AlreadyRunning) as refused:
        lock_of(address(tmp_path)).take()
    assert refused.value.details['process'] == 0
    first.release()


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can give files away')
def test_what_root_makes_belongs_to_whom_the_folder_does(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    lock = lock_of(address(tmp_path))
    lock.take()
    lock.release()
    assert (tmp_path / 'guilherme.db.lock').stat().st_uid == 65534


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    code = (
        'import sys, time\n'
        'from app.storage.instance import lock_of\n'
        f'lock_of(sys.argv[1]).take({URL!r})\n'
        "print('taken', flush=True)\n"
        'time.sleep(60)\n'
    )
    with subprocess.Popen(
        [sys.executable, '-c', code, address(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == 'taken\n'
        lock = lock_of(address(tmp_path))
        assert lock.holder() == Holder(process.pid, URL)
        process.kill()
        process.wait()
    lock.take(URL)
    lock.release()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with pytest.raises(StorageUnavailable):
        lock_of(address(tmp_path / 'file')).take(URL)
