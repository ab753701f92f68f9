"""`requirements.lock` holds all that `requirements.txt` asks for, and the scripts install from it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKED = dict(re.findall(r'^([\w.-]+)==(\S+)', (ROOT / 'requirements.lock').read_text(), re.MULTILINE))
ASKED = [
    Requirement(line.partition('#')[0])
    for line in (ROOT / 'requirements.txt').read_text().splitlines()
    if line.partition('#')[0].strip()
]


def needed(asked: Requirement) -> Iterator[Requirement]:
    """Yield what a package needs on this machine, with the extras that are asked for."""
    try:
        found = [Requirement(line) for line in requires(asked.name) or ()]
    except PackageNotFoundError:  # for another system
        return
    for each in found:
        if each.marker is None or any(each.marker.evaluate({'extra': extra}) for extra in (*asked.extras, '')):
            yield each


def test_the_lock_fits_what_is_asked_for_and_all_that_needs() -> None:
    waiting, seen = [*ASKED], set()
    while waiting:
        asked = waiting.pop()
        if str(asked) in seen:
            continue
        seen.add(str(asked))
        version = LOCKED.get(canonicalize_name(asked.name))
        assert version is not None, f'{asked} is not in requirements.lock: run scripts/lock'
        assert asked.specifier.contains(version, prereleases=True), f'{asked} is not {version}: run scripts/lock'
        waiting += needed(asked)
    assert len(seen) > len(ASKED)


def test_every_version_of_the_lock_has_a_hash() -> None:
    entries = (ROOT / 'requirements.lock').read_text().split('\n')
    text = '\n'.join(line for line in entries if not line.lstrip().startswith('#'))
    for entry in re.split(r'\n(?=\S)', text.strip()):
        assert re.search(r'==\S+.*--hash=sha256:[0-9a-f]{64}', entry, re.DOTALL), entry


class Project:
    """A folder with the scripts, an empty virtual environment that borrows pip, and a wheel to be installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / 'app').mkdir()
        (folder / 'scripts').mkdir()
        shutil.copy(ROOT / 'scripts' / 'environment.sh', folder / 'scripts')
        (folder / 'scripts' / 'try').write_text('set -eu\n. "$(dirname -- "$0")/environment.sh"\nprepare "$@"\n')
        subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder / '.venv'], check=True)
        [packages] = (folder / '.venv').rglob('site-packages')
        (packages / 'borrowed.pth').write_text(sysconfig.get_path('purelib'))
        self.packages = packages
        self.wheel = wheel(folder / 'wheels')

    def lock(self, version: str = '1.0', digest: str = '') -> None:
        digest = digest or sha256(self.wheel.read_bytes()).hexdigest()
        (self.folder / 'requirements.lock').write_text(f'blue-parrot=={version} --hash=sha256:{digest}\n')

    def prepare(self, *files: str) -> subprocess.CompletedProcess[str]:
        """Install what these files ask for, from the wheels of the folder alone."""
        environment = {**os.environ, 'PIP_NO_INDEX': '1', 'PIP_FIND_LINKS': str(self.wheel.parent)}
        command = ['sh', str(self.folder / 'scripts' / 'try'), *files]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def has_it(self) -> bool:
        return (self.packages / 'blue_parrot.py').exists()


def wheel(folder: Path) -> Path:
    """Make a package of one line."""
    folder.mkdir()
    file = folder / 'blue_parrot-1.0-py3-none-any.whl'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('blue_parrot.py', 'x = 1\n')
        archive.writestr(
            'blue_parrot-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\nName: blue-parrot\nVersion: 1.0\n'
        )
        archive.writestr(
            'blue_parrot-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'
        )
        archive.writestr('blue_parrot-1.0.dist-info/RECORD', '')
    return file


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    (tmp_path / 'requirements.txt').write_text('blue-parrot>=1\n')
    return made


def test_the_lock_is_what_is_installed(project: Project) -> None:
    project.lock()
    done = project.prepare('requirements.txt')
    assert (done.returncode, project.has_it) == (0, True), done.stderr
    assert 'ranges' not in done.stderr
    assert project.prepare('requirements.txt').stderr == ''  # nothing to do
    project.lock(version='9.0')  # where the lock does not fit, ranges do, and it is said
    done = project.prepare('requirements.txt')
    assert (done.returncode, project.has_it) == (0, True), done.stderr
    assert 'without a look at hashes' in done.stderr


def test_a_package_with_another_hash_is_not_installed(project: Project) -> None:
    project.lock(digest='0' * 64)
    done = project.prepare('requirements.txt')
    assert (done.returncode, project.has_it) == (1, False)
    assert 'DO NOT MATCH THE HASHES' in done.stderr
