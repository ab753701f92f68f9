"""Boots a Debian with systemd in a folder, follows the documentation's commands in it, and says what was seen.

Those of "One machine", "As a service" and "Below a path" in docs/deployment.md; a test holds that no others stand there
which nothing runs.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scripts.trial_of_the_image import CERTIFICATES, command, project_files, say
from tests.deployment.page import blocks_below
from tests.support.app_process import free_port
from tests.support.counting_app import REPLY

PACKAGES = 'systemd,systemd-sysv,dbus,python3-venv,ca-certificates'
STOP_LIMIT = 5
"""Seconds in which the service has to end when it is told to."""


class Machine:
    """A booted Debian in a folder; it shares the network of this one."""

    def __init__(self, root: Path, leader: str) -> None:
        self.root = root
        self.data = root / 'var' / 'lib' / 'private' / 'guilherme'
        self._leader = leader

    def shell(self, lines: str, folder: str = '/opt/guilherme') -> str:
        """Run lines as root there; give what they printed."""
        return command(*self._entering(lines, folder))

    @contextmanager
    def running(self, line: str, folder: str) -> Iterator[None]:
        """Run a line as root there that goes on until it is told to stop, and see it end well."""
        with subprocess.Popen(self._entering(f'echo $$ >/run/line.pid\nexec env {line}', folder)) as process:
            yield
            self.shell('kill $(cat /run/line.pid)')
            assert process.wait(STOP_LIMIT) == 0

    def _entering(self, lines: str, folder: str) -> tuple[str, ...]:
        enter = 'nsenter', '--target', self._leader, '--mount', '--uts', '--ipc', '--pid', '--root'
        clean = 'env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'
        return (*enter, *clean, 'sh', '-ec', f'cd {folder}\n{lines}')


def main() -> int:
    """Boot, install, look; the exit code is 0 if all was as it should be."""
    install, look, backup = blocks_below('As a service')
    with tempfile.TemporaryDirectory(prefix='guilherme-service-') as folder, booted(Path(folder)) as machine:
        port = free_port()
        env = machine.root / 'opt/guilherme/deploy/guilherme.env'
        env.write_text(env.read_text('utf-8') + f'GUILHERME_PORT={port}\nGUILHERME_DEMO=true\n', 'utf-8')
        machine.shell(install)
        began = time.monotonic()
        wait_until_ready(port)
        say('enabled and started', f'ready after {time.monotonic() - began:.1f} s')
        print(machine.shell(look.replace(':8080', f':{port}')))
        wait_until_ready(port)
        look_at_the_log(machine)
        look_at(machine, port)
        with counting(machine, port) as words:
            machine.shell(backup)
            assert len(words_in(machine.data / 'monday.db')) >= len(words), 'the backup lacks what was there'
            say('backup while a reply streams', machine.shell('ls -l /var/lib/private/guilherme/monday.db'))
        restart_in_mid_reply(machine, port)
        look_at_the_log(machine)
        machine.shell('systemctl stop guilherme')
        for block in (*blocks_below('One machine'), *blocks_below('Below a path')):
            without_service(machine, block)
    print('The service is as it should be.')
    return 0


def without_service(machine: Machine, block: str) -> None:
    """Run a block whose last line is the app, in a folder where nothing is installed yet."""
    folder, port = '/opt/alone', free_port()
    machine.shell(f'rm -rf {folder}\ncp -r /opt/guilherme {folder}\nrm -rf {folder}/.venv', '/')
    *before, last = block.splitlines()
    machine.shell('\n'.join(before), folder)
    with machine.running(f'GUILHERME_PORT={port} GUILHERME_DEMO=true {last}', folder):
        wait_until_ready(port, patience=300)
    say(last, 'ready, and ended with code 0')


def look_at(machine: Machine, port: int) -> None:
    """Look at the data, the way it ends, and what it may do."""
    assert (machine.data / 'guilherme.db').stat().st_uid > 60000, 'not the user systemd made'
    began = time.monotonic()
    machine.shell('systemctl stop guilherme')
    seconds = time.monotonic() - began
    assert seconds < STOP_LIMIT, f'it took {seconds:.1f} s to stop'
    result = machine.shell('systemctl show guilherme -p Result -p ExecMainStatus --value').split()
    assert sorted(result) == ['0', 'success'], result
    say('systemctl stop', f'ended with code 0 after {seconds:.1f} s')
    machine.shell('systemctl start guilherme')
    wait_until_ready(port)
    main_pid = machine.shell('systemctl show guilherme -p MainPID --value')
    machine.shell(f'kill -9 {main_pid}')
    time.sleep(0.5)  # for the kill to be seen; then it is started again after RestartSec
    wait_until_ready(port)
    assert machine.shell('systemctl show guilherme -p NRestarts --value') == '1'
    say('kill -9', 'started again')
    assert machine.shell('systemd-analyze verify /etc/systemd/system/guilherme.service 2>&1') == ''
    [exposure] = re.findall(r'level for \S+: ([\d.]+)', machine.shell('systemd-analyze security guilherme --no-pager'))
    assert float(exposure) <= 1.3, exposure  # as the page says
    say('exposure', f'{exposure} of 10')


def look_at_the_log(machine: Machine) -> None:
    """Read what the service (not systemd of it) has put into the journal: objects alone, and nothing went wrong."""
    lines = machine.shell('journalctl _SYSTEMD_UNIT=guilherme.service -o cat --no-pager').splitlines()
    log = [json.loads(line) for line in lines]
    assert [line for line in log if line['message'].startswith('Guilherme is ready: ')], lines
    assert all(line['level'] in ('INFO', 'DEBUG') and line['logger'] for line in log), lines
    say('journal', f'{len(log)} lines, each an object, none a warning')


@contextmanager
def counting(machine: Machine, port: int) -> Iterator[list[str]]:
    """Let the service be an app in which a reply counts for ever; give its first words. It still runs at the end."""
    change = machine.root / 'etc/systemd/system/guilherme.service.d/counting.conf'
    change.parent.mkdir()
    line = '/opt/guilherme/.venv/bin/python -m tests.support.counting_app'
    change.write_text(f'[Service]\nExecStart=\nExecStart={line}\n')
    machine.shell('systemctl daemon-reload; systemctl restart guilherme')
    wait_until_ready(port)
    deadline = time.monotonic() + 30
    while len(words := words_in(machine.data / 'guilherme.db')) < 50:
        assert time.monotonic() < deadline, 'the reply does not stream'
        time.sleep(0.1)
    yield words
    change.unlink()
    machine.shell('systemctl daemon-reload')


def restart_in_mid_reply(machine: Machine, port: int) -> None:
    """Restart the service while a reply streams, and look at what is left of it."""
    before, began = words_in(machine.data / 'guilherme.db'), time.monotonic()
    machine.shell('systemctl restart guilherme')
    seconds = time.monotonic() - began
    wait_until_ready(port)
    with closing(sqlite3.connect(machine.data / 'guilherme.db')) as database:
        [status] = database.execute('SELECT status FROM message WHERE id = ?', [REPLY]).fetchone()
    after = words_in(machine.data / 'guilherme.db')
    assert status == 'interrupted', status
    assert after == [f'w{number}' for number in range(len(after))], after
    assert len(after) >= len(before), f'{len(before)} words were there, {len(after)} are left'
    assert seconds < STOP_LIMIT, f'it took {seconds:.1f} s to restart'
    say('systemctl restart in mid-reply', f'{len(after)} words are kept ({len(before)} before), after {seconds:.1f} s')


def words_in(file: Path) -> list[str]:
    """Give the words of the counting reply, sealed or still in the journal of the database."""
    with closing(sqlite3.connect(file)) as database:
        found = database.execute('SELECT content FROM message WHERE id = ?', [REPLY]).fetchone()
        query = 'SELECT text FROM reply_delta WHERE message_id = ? ORDER BY seq'
        return ''.join([*(found or ()), *(text for (text,) in database.execute(query, [REPLY]))]).split()


@contextmanager
def booted(folder: Path) -> Iterator[Machine]:
    """Make a Debian with the project in /opt/guilherme and boot it; it is gone at the end."""
    root = folder / 'root'
    command('mmdebstrap', '--variant=minbase', '--quiet', f'--include={PACKAGES}', 'trixie', str(root))
    project_files(root / 'opt' / 'guilherme')
    if CERTIFICATES.exists():  # this machine may stand behind a proxy of its own
        shutil.copy(CERTIFICATES, root / 'etc' / 'lent.crt')
        (root / 'etc' / 'pip.conf').write_text('[global]\ncert = /etc/lent.crt\n')
    say('a Debian with systemd', 'made')
    nspawn = 'systemd-nspawn', '--directory', str(root), '--boot', '--register=no', '--keep-unit', '--console=pipe'
    quiet = subprocess.DEVNULL
    with subprocess.Popen(nspawn, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield Machine(root, leader_of(process.pid))
        finally:
            process.terminate()  # asks it to shut down
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def leader_of(nspawn: int) -> str:
    """Give the process that is number 1 over there, once systemd runs services."""
    for _ in range(200):
        time.sleep(0.1)
        children = Path(f'/proc/{nspawn}/task/{nspawn}/children').read_text().split()
        if not children:
            continue
        enter = 'nsenter', '--target', children[0], '--mount', '--pid', '--root', 'systemctl', 'is-system-running'
        state = subprocess.run(enter, capture_output=True, text=True, check=False).stdout.strip()
        if state in ('running', 'degraded'):
            say('booted', state)
            return children[0]
    sys.exit('systemd did not come up')


def wait_until_ready(port: int, patience: float = 30) -> None:
    """Wait until the app says that it is ready, for so many seconds at most."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{port}/readyz', timeout=5):
                return
        except OSError:
            assert time.monotonic() < deadline, f'it is not ready after {patience} s'
            time.sleep(0.1)


if __name__ == '__main__':
    sys.exit(main())
