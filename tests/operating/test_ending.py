"""Being asked to end where Python can raise nothing."""

import subprocess
import sys

import pytest

from tests.support.app_process import ROOT

PROGRAM = """
import signal, sys, time
from app.operating.ending import leave_when_asked

class Dropped:
    def __del__(self):
        signal.raise_signal({number})

leave_when_asked(lambda number: 128 + number)
del {things}
try:
    time.sleep(50)
finally:
    signal.raise_signal({number})  # once more, while something is cleared away
    print('cleared away')
"""

SLOW = """
import threading
start = threading.Thread.start

def start_slowly(thread):
    start(thread)
    time.sleep(0.2)

threading.Thread.start = start_slowly
"""


def outcome(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, '-c', program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize('number', [2, 15])
@pytest.mark.parametrize('things', ['(Dropped(),)[0]', '[Dropped(), Dropped()][:]'])
def test_a_signal_that_comes_in_a_destructor_is_not_lost(number: int, things: str) -> None:
    program = PROGRAM.replace('del {things}', things).format(number=number)
    done = outcome(program)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, 'cleared away\n', '')


@pytest.mark.parametrize('number', [2, 15])
def test_a_signal_that_comes_again_too_soon_is_not_lost(number: int) -> None:
    """It is said again while the loss of the first one is still being noted, as on a machine with much else to do."""
    program = PROGRAM.replace('del {things}', SLOW + '(Dropped(),)[0]').format(number=number)
    done = outcome(program)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, 'cleared away\n', '')


def test_what_else_cannot_be_raised_is_told_as_ever() -> None:
    program = """
from app.operating.ending import leave_when_asked

class Broken:
    def __del__(self):
        raise ValueError('broken')

leave_when_asked(lambda number: 0)
Broken()
"""
    done = outcome(program)
    assert done.returncode == 0
    assert done.stderr.endswith('ValueError: broken\n')
