"""Builds the Dockerfile with a real builder, runs what came out in a root of its own, and says what was seen.

The base image is made from Debian's packages, with the files left out that Debian's slim images leave out, unless
`--pull` is given: then it is the one the Dockerfile names.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.app_process import free_port

ROOT = Path(__file__).parents[1]
LEFT_OUT = ('/usr/share/man/*', '/usr/share/info/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/groff/*')
SLIM = (
    *(f'--dpkgopt=path-exclude={path}' for path in LEFT_OUT),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    '--variant=minbase',
    '--quiet',
)
"""What makes mmdebstrap leave out what Debian's slim images leave out."""
BUILD_TOOLS = (
    'cc',
    'gcc',
    'g++',
    'c++',
    'ld',
    'as',
    'make',
    'cmake',
    'cargo',
    'rustc',
    'go',
    'git',
    'pip',
    'pip3',
    'uv',
)
CERTIFICATES = Path('/etc/ssl/certs/ca-certificates.crt')
STOP_LIMIT = 5
"""Seconds in which the app has to end when it is told to."""


def main() -> int:
    """Build, look, run; the exit code is 0 if all was as it should be."""
    with tempfile.TemporaryDirectory(prefix='guilherme-image-') as folder:
        builder = Builder(Path(folder))
        image = builder.build(pull='--pull' in sys.argv[1:])
        root = builder.mounted()
        look_at(image, root)
        with shared_memory(root):
            run(image, root)
    print('The image is as it should be.')
    return 0


@dataclass(frozen=True)
class Builder:
    """buildah, with everything it keeps in a folder of its own."""

    folder: Path

    def build(self, *, pull: bool) -> dict[str, Any]:
        """Build the image; give its configuration."""
        base = () if pull else ('--from', self._base())
        began = time.monotonic()
        self._buildah(
            'bud', '--isolation', 'chroot', '--format', 'docker', *base, *self._lent(), '-t', 'guilherme', '.'
        )
        say('built in', f'{time.monotonic() - began:.0f} s')
        inspected = json.loads(self._buildah('inspect', '--type', 'image', 'guilherme'))
        config: dict[str, Any] = inspected['Docker']['config']
        return config

    def mounted(self) -> Path:
        """Give the folder in which the image's files are."""
        return Path(self._buildah('mount', self._buildah('from', 'guilherme')))

    def _base(self) -> str:
        found = re.search(r'^FROM debian:([a-z]+)-\d+-slim@sha256:[0-9a-f]{64} AS base$', dockerfile(), re.MULTILINE)
        assert found, 'the base image is not a pinned one of Debian'
        tar = self.folder / 'base.tar'
        command('mmdebstrap', *SLIM, found[1], str(tar))
        container = self._buildah('from', 'scratch')
        self._buildah('add', '--quiet', container, str(tar), '/')
        self._buildah('commit', '--quiet', container, 'localhost/debian-slim')
        self._buildah('rm', container)
        tar.unlink()
        return 'localhost/debian-slim'

    def _lent(self) -> list[str]:
        """Lend pip the certificates of this machine, which may stand behind a proxy of its own."""
        if not CERTIFICATES.exists():
            return []
        config = self.folder / 'pip.conf'
        config.write_text('[global]\ncert = /run/lent.crt\n')
        return ['--volume', f'{config}:/root/.config/pip/pip.conf:ro', '--volume', f'{CERTIFICATES}:/run/lent.crt:ro']

    def _buildah(self, *arguments: str) -> str:
        kept = '--root', str(self.folder / 'root'), '--runroot', str(self.folder / 'run'), '--storage-driver', 'vfs'
        return command('buildah', *kept, *arguments)


def look_at(image: dict[str, Any], root: Path) -> None:
    """Look at what is in the image, without running it."""
    assert image['User'] == '10001:10001'
    assert list(image['Volumes']) == ['/data']
    assert image['StopSignal'] == 'SIGTERM'
    assert image['Healthcheck']['Test'][0] == 'CMD'
    places = [root / place for place in ('usr/bin', 'usr/sbin', 'usr/local/bin', 'opt/guilherme/bin')]
    tools = [name for name in BUILD_TOOLS if any((place / name).exists() for place in places)]
    assert tools == [], f'build tools in the image: {tools}'
    for module in ('pip', 'ensurepip', 'setuptools', 'pytest'):
        assert not [*root.glob(f'opt/guilherme/lib/python3*/site-packages/{module}')], module
    owned = command('find', str(root), '-xdev', '-uid', '10001').splitlines()
    assert owned == [str(root / 'data')], f'its user owns more than /data: {owned}'
    for part in ('', 'usr', 'opt/guilherme', 'srv/guilherme'):
        size = int(command('du', '-sk', '--apparent-size', str(root / part)).split()[0]) / 1000
        say(f'size of /{part}', f'{size:.0f} MB')


@contextmanager
def shared_memory(root: Path) -> Iterator[None]:
    """Give the root what every container engine gives: `/dev/shm`. Semaphores live there."""
    place = root / 'dev' / 'shm'
    place.mkdir(exist_ok=True)
    command('mount', '-t', 'tmpfs', '-o', 'mode=1777', 'tmpfs', str(place))
    try:
        yield
    finally:
        command('umount', str(place))


def run(image: dict[str, Any], root: Path) -> None:
    """Run it twice on the same data; it may write nowhere but there."""
    environment = dict(each.split('=', 1) for each in image['Env'])
    environment |= {'GUILHERME_PORT': str(free_port()), 'GUILHERME_DEMO': 'true'}
    stamp, log = root.parent / 'stamp', root.parent / 'log'
    stamp.touch()
    for which in ('first', 'second'):
        began = time.monotonic()
        given = inside(image, root, environment, image['Entrypoint'])
        with log.open('wb') as output, subprocess.Popen(**given | {'stdout': output, 'stderr': output}) as process:
            try:
                health = image['Healthcheck']['Test'][1:]
                while subprocess.run(**inside(image, root, environment, health), check=False).returncode:
                    assert process.poll() is None, f'it ended with code {process.returncode}:\n{log.read_text()}'
                    assert time.monotonic() < began + 30, 'it is not healthy after 30 s'
                say(f'{which} start', f'healthy after {time.monotonic() - began:.1f} s')
                with urllib.request.urlopen(f'http://127.0.0.1:{environment["GUILHERME_PORT"]}/') as page:
                    assert b'guilherme.css' in page.read()
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                code, seconds = process.wait(STOP_LIMIT), time.monotonic() - asked
                assert code == 0, f'it ended with code {code}:\n{log.read_text()}'
                say('SIGTERM', f'ended with code 0 after {seconds:.1f} s')
            finally:
                process.kill()
    assert (root / 'data' / 'guilherme.db').stat().st_uid == 10001
    written = command('find', str(root), '-xdev', '-newer', str(stamp), '-type', 'f').splitlines()
    elsewhere = [file for file in written if not Path(file).is_relative_to(root / 'data')]
    assert elsewhere == [], f'it wrote elsewhere: {elsewhere}'


def inside(image: dict[str, Any], root: Path, environment: dict[str, str], words: list[str]) -> dict[str, Any]:
    """Give what `subprocess` needs to run a command in the image, as its user."""
    user, group = (int(number) for number in image['User'].split(':'))

    def enter() -> None:
        os.chroot(root)
        os.chdir(image['WorkingDir'])
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)

    places = environment['PATH'].split(':')
    path = next(f'{place}/{words[0]}' for place in places if os.path.lexists(f'{root}{place}/{words[0]}'))
    return {'args': [path, *words[1:]], 'env': environment, 'preexec_fn': enter, 'stderr': subprocess.DEVNULL}


def dockerfile() -> str:
    """Give the text of the Dockerfile."""
    return (ROOT / 'Dockerfile').read_text('utf-8')


def project_files(target: Path) -> None:
    """Copy what the repository holds, and would hold if everything were added, into a folder."""
    for name in command('git', 'ls-files', '--cached', '--others', '--exclude-standard').splitlines():
        if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def command(*words: str) -> str:
    """Run a command to its end; give what it printed. Its complaints are shown if it fails."""
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f'{shutil.which(words[0])} {" ".join(words[1:])}\n{done.stdout[-4000:]}{done.stderr[-4000:]}')
    return done.stdout.strip()


def say(what: str, seen: str) -> None:
    """Print a line of the report."""
    print(f'{what:24} {seen}', flush=True)


if __name__ == '__main__':
    sys.exit(main())
