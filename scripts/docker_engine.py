"""A Docker engine of its own: a Debian with Docker in a folder, run where nothing of this machine is touched.

Network, mounts and processes are its own: every port is free, nobody else sees its bridges and firewall rules, and all
is gone when the first process in there ends. It reaches the world through slirp4netns, as a program of this machine.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.trial_of_the_image import CERTIFICATES, ROOT, SLIM, command, dockerfile, project_files, say

PACKAGES = 'docker.io,docker-cli,docker-buildx,docker-compose,iptables,ca-certificates'
BASE = re.compile(r'^FROM (debian:([a-z]+)-\d+-slim)@sha256:[0-9a-f]{64} AS base$', re.MULTILINE)
DIGEST = re.compile('@sha256:[0-9a-f]{64}')
CGROUPS = Path('/sys/fs/cgroup')
PATIENCE = 60
"""Seconds the engine may take to start."""

START = """
mount --bind {root} {root}
cd {root}
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mount --rbind {cgroups} .{cgroups}
pivot_root . mnt
umount -l mnt
exec dockerd --cgroup-parent {parent} --host unix:///run/docker.sock
"""
"""Makes a folder the whole file system, as for a machine that boots from it, and runs the engine there: in a mere
chroot, `docker exec` would end up outside."""


def live_apart(module: str, folder: Path) -> int:
    """Run a module in namespaces of its own, connected to the world; `folder` is its argument. Give its exit code."""
    apart = 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'
    with subprocess.Popen([*apart, sys.executable, '-m', module, str(folder)], cwd=ROOT) as process:
        children = Path(f'/proc/{process.pid}/task/{process.pid}/children')
        try:
            while not children.read_text():
                time.sleep(0.05)
            with _connected(children.read_text().strip()):
                code = process.wait()
        finally:
            process.kill()  # and with it, its child and all in there
            process.wait()
            command('find', str(CGROUPS), '-depth', '-path', f'*/{folder.name}*', '-type', 'd', '-delete')
    return code


@contextmanager
def _connected(process: str) -> Iterator[None]:
    """Connect a process's network to the world."""
    line = 'slirp4netns', '--configure', '--mtu=65520', '--disable-host-loopback', process, 'tap0'
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as network:
        try:
            yield
        finally:
            network.terminate()


def make(folder: Path) -> None:
    """Make a Debian with Docker and the project in it, and what the Dockerfile's base image is made from."""
    root = folder / 'root'
    _, release = base_image()
    command('mmdebstrap', '--variant=minbase', '--quiet', f'--include={PACKAGES}', release, str(root))
    lent = []
    if CERTIFICATES.exists():  # this machine may stand behind a proxy of its own
        shutil.copy(CERTIFICATES, folder / 'lent.crt')
        (folder / 'pip.conf').write_text('[global]\ncert = /etc/lent.crt\n')
        lent = [f'--customize-hook=copy-in {folder}/lent.crt {folder}/pip.conf /etc']
    command('mmdebstrap', *SLIM, *lent, release, str(root / 'base.tar'))
    project = root / 'project'
    project_files(project)
    for name in ('Dockerfile', 'compose.yaml'):  # a digest is an image's own; those here only have its name
        text = (project / name).read_text('utf-8')
        (project / name).write_text(DIGEST.sub('', text), 'utf-8')
    say('a Debian with Docker', 'made')


def base_image() -> tuple[str, str]:
    """Give the name of the Dockerfile's base image, without its digest, and the release of Debian in it."""
    found = BASE.search(dockerfile())
    assert found, 'the base image is not a pinned one of Debian'
    return found[1], found[2]


@dataclass(frozen=True)
class Engine:
    """A running Docker in the Debian at `root`, whose folder /project has the project; `process` is the engine's."""

    root: Path
    process: int

    @property
    def project(self) -> Path:
        """Where its /project is, seen from here."""
        return self.root / 'project'

    def shell(self, line: str) -> str:
        """Run a line as root in /project; give what it printed."""
        return command(*self.words(line))

    def words(self, line: str) -> tuple[str, ...]:
        """Give what runs a line as root in /project."""
        enter = 'nsenter', '--target', str(self.process), '--mount'
        clean = 'env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'
        return *enter, *clean, 'sh', '-ec', f'cd /project\n{line}'


@contextmanager
def running(folder: Path) -> Iterator[Engine]:
    """Run the engine, in the namespaces `live_apart` made."""
    root = folder / 'root'
    (root / 'etc' / 'resolv.conf').write_text('nameserver 10.0.2.3\n')  # slirp4netns passes it on
    start = START.format(root=root, cgroups=CGROUPS, parent=folder.name)
    with (folder / 'dockerd.log').open('wb') as log:
        process = subprocess.Popen(['unshare', '--mount', 'sh', '-ec', start], stdout=log, stderr=log)
    try:
        engine = Engine(root, process.pid)
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(engine.words('docker info'), capture_output=True, check=False).returncode:
            assert process.poll() is None, (folder / 'dockerd.log').read_text()[-4000:]
            assert time.monotonic() < deadline, 'the engine does not start'
            time.sleep(0.2)
        say('Docker Engine', engine.shell("docker version --format '{{.Server.Version}}'"))
        say('Docker Compose', engine.shell('docker compose version --short'))
        yield engine
    finally:
        process.terminate()
        process.wait()
