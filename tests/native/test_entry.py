"""The entry in the menu of a desktop: it is as the standard says, and starts what it shall."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native.entry import ODD, desktop_entry, entry
from tests.replies.waiting import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith('linux'), reason='of Linux')


@pytest.mark.skipif(not shutil.which('desktop-file-validate'), reason='needs desktop-file-utils')
def test_it_is_as_the_standard_says(tmp_path: Path) -> None:
    command = ['desktop-file-validate', str(entry(tmp_path, 'true'))]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout == b''


@pytest.mark.skipif(not shutil.which('gio'), reason='needs gio')
async def test_it_starts_the_installation_whatever_its_folder_is_called(tmp_path: Path) -> None:
    started = tmp_path / 'started'
    made = entry(tmp_path, f'printf "%s\\n" "$0" "$@" >"{started}.new"; mv "{started}.new" "{started}"')
    launched = await asyncio.create_subprocess_exec('gio', 'launch', made)
    assert await launched.wait() == 0
    await until(started.exists)
    assert started.read_text('utf-8').splitlines() == [str(tmp_path / ODD / 'scripts/run'), '--native']


def test_it_is_removed_with_its_icons(tmp_path: Path) -> None:
    entry(tmp_path, 'true')
    made = sorted(path.name for path in tmp_path.glob('share/**/guilherme.*'))
    assert made == ['guilherme.desktop', 'guilherme.png', 'guilherme.svg']
    desktop_entry(tmp_path, tmp_path / ODD, '--remove')
    assert [*tmp_path.glob('share/**/guilherme.*')] == []
