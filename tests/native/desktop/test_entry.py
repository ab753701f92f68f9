"""The entry in the menu of a desktop: it is as the standard says, starts what it shall, and opens the window."""

import asyncio
import shlex
import subprocess
import sys
from pathlib import Path

from tests.native.desktop.conftest import TITLE, NativeApp
from tests.native.entry import ODD, entry
from tests.replies.waiting import until
from tests.support.app_process import ROOT


def test_it_is_as_the_standard_says(tmp_path: Path) -> None:
    command = ['desktop-file-validate', str(entry(tmp_path, 'true'))]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout == b''


async def test_it_starts_the_installation_whatever_its_folder_is_called(tmp_path: Path) -> None:
    started = tmp_path / 'started'
    made = entry(tmp_path, f'printf "%s\\n" "$0" "$@" >"{started}.new"; mv "{started}.new" "{started}"')
    launched = await asyncio.create_subprocess_exec('gio', 'launch', made)
    assert await launched.wait() == 0
    await until(started.exists)
    assert started.read_text('utf-8').splitlines() == [str(tmp_path / ODD / 'scripts/run'), '--native']


async def test_the_entry_opens_the_window(app: NativeApp, tmp_path: Path) -> None:
    made = entry(tmp_path, f'exec {shlex.join([sys.executable, str(ROOT / "main.py")])} "$@"')
    places = app.environment() | {'GUILHERME_DATA_DIR': str(app.data_dir)}
    launched = await asyncio.create_subprocess_exec('gio', 'launch', made, env=places)
    assert await launched.wait() == 0
    await app.desktop.window(TITLE)
    assert f'StartupWMClass={await app.desktop.belongs_to(TITLE)}' in made.read_text('utf-8').splitlines()
    await app.desktop.close(TITLE)
    await app.desktop.gone(TITLE)
