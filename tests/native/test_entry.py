"""The entry in the menu of a desktop can be taken away. What it does is tried where there is a desktop."""

import sys
from pathlib import Path

import pytest

from tests.native.entry import ODD, desktop_entry, entry


@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='of Linux')
def test_it_is_removed_with_its_icons(tmp_path: Path) -> None:
    entry(tmp_path, 'true')
    made = sorted(path.name for path in tmp_path.glob('share/**/guilherme.*'))
    assert made == ['guilherme.desktop', 'guilherme.png', 'guilherme.svg']
    desktop_entry(tmp_path, tmp_path / ODD, '--remove')
    assert [*tmp_path.glob('share/**/guilherme.*')] == []
