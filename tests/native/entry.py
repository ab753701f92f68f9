"""Puts an installation into the menu of a desktop, from a folder of any name."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.app_process import ROOT

ODD = 'my "own" $HOME `id` 100% \\ apps'
"""A folder whose name has all that is special in the line a desktop starts."""


def entry(folder: Path, run: str) -> Path:
    """Run `scripts/desktop-entry` of an installation in a folder of an odd name, and give the entry it makes.

    `run` is what its `scripts/run` does: the real one would install things.
    """
    root = folder / ODD
    for name in ('scripts/desktop-entry', 'scripts/environment.sh', 'packaging', 'app/ui/static'):
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    script = root / 'scripts/run'
    script.write_text(f'#!/bin/sh\n{run}\n', 'utf-8')
    script.chmod(0o700)
    desktop_entry(folder, root)
    return folder / 'share/applications/guilherme.desktop'


def desktop_entry(folder: Path, root: Path, *arguments: str) -> None:
    """Run the script for a person whose programs are listed in `folder`."""
    places = {'PATH': f'{Path(sys.executable).parent}:/usr/bin:/bin', 'XDG_DATA_HOME': str(folder / 'share')}
    script = str(root / 'scripts/desktop-entry')
    subprocess.run([script, *arguments], env=places, check=True, capture_output=True)
