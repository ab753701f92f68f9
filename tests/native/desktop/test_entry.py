"""The entry in the menu opens the window."""

import asyncio
import shlex
import sys
from pathlib import Path

from tests.native.desktop.conftest import TITLE, NativeApp
from tests.native.entry import entry
from tests.support.app_process import ROOT


async def test_the_entry_opens_the_window(app: NativeApp, tmp_path: Path) -> None:
    made = entry(tmp_path, f'exec {shlex.join([sys.executable, str(ROOT / "main.py")])} "$@"')
    places = app.environment() | {'GUILHERME_DATA_DIR': str(app.data_dir)}
    launched = await asyncio.create_subprocess_exec('gio', 'launch', made, env=places)
    assert await launched.wait() == 0
    await app.desktop.window(TITLE)
    assert f'StartupWMClass={await app.desktop.belongs_to(TITLE)}' in made.read_text('utf-8').splitlines()
    await app.desktop.close(TITLE)
    await app.desktop.gone(TITLE)
