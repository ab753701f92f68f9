"""Follows the documentation's commands for containers in a Docker engine of its own, and says what was seen.

Images that would be fetched are stand-ins made here, with the same names: the base image and PostgreSQL with pgvector
from Debian's packages, and the tests' Ollama. For that the digests in `Dockerfile` and `compose.yaml` are left out of a
copy; else the files and the commands are what people have.
"""

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import yaml
from playwright.async_api import Browser, expect

from scripts import docker_engine
from scripts.docker_engine import Engine
from scripts.trial_of_the_image import ROOT, STOP_LIMIT, command, look_at, say
from tests.browser.screen import WATCH, Screen
from tests.deployment.page import blocks_below
from tests.support.browser import chromium

URL = 'http://127.0.0.1:8080'
PATIENCE = 60
"""Seconds a container may take to be as it should be."""


def main() -> int:
    """Make the engine's Debian, then do everything in there; the exit code is 0 if all was as it should be."""
    if folders := sys.argv[1:]:
        return asyncio.run(inside(Path(folders[0])))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends like Ctrl-C does: with everything taken away
    with tempfile.TemporaryDirectory(prefix='guilherme-containers-') as folder:
        docker_engine.make(Path(folder))
        return docker_engine.live_apart('scripts.trial_of_the_containers', Path(folder))


async def inside(folder: Path) -> int:
    """Run the trial where the engine may live."""
    up, down, commands, restore, alone, build_and_run = blocks_below('In containers')
    _, settings, dump, undump = blocks_below('With PostgreSQL')
    with docker_engine.running(folder) as engine:
        stand_ins(engine)
        async with chromium() as browser:
            trial = Trial(engine, browser, folder / 'log')
            await trial.composed(up, commands, restore, down)
            await trial.again(up, down)
            await trial.without_ollama(alone, build_and_run)
            await trial.with_postgres(settings, up, dump, undump)
    print('The containers are as they should be.')
    return 0


@contextmanager
def ollama_of_this_machine() -> Iterator[None]:
    """Run the tests' Ollama where the engine runs, with a model."""
    server = 'tests.support.ollama_server', '--host', '0.0.0.0', '--port', '11434', '--script', 'kind=num'
    with subprocess.Popen([sys.executable, '-m', *server, '--model', 'gemma2:2b'], cwd=ROOT) as process:
        try:
            yield
        finally:
            process.kill()


def stand_ins(engine: Engine) -> None:
    """Make the images that cannot be fetched."""
    base, _ = docker_engine.base_image()
    engine.shell(f'docker import /base.tar {base}; docker tag {base} stand-in/debian')
    services = yaml.safe_load((engine.project / 'compose.yaml').read_text('utf-8'))['services']
    for name in ('ollama', 'postgres'):
        engine.shell(f'docker build -t {services[name]["image"]} -f scripts/stand_ins/{name}.Dockerfile tests')
        say('stand-in', services[name]['image'])


class Trial:
    """What is done and looked at, in order."""

    def __init__(self, engine: Engine, browser: Browser, log: Path) -> None:
        self._engine = engine
        self._browser = browser
        self._log = log
        self._up: subprocess.Popen[bytes] | None = None
        self._conversation = ''

    async def composed(self, up: str, commands: str, restore: str, down: str) -> None:
        """Start all for the first time, use it, and end it in mid-answer."""
        began = time.monotonic()
        with self._in_foreground(up):
            self._until(lambda: self._of('ollama', 'State') == 'running', patience=900)
            say('built by', f'docker compose up, in {time.monotonic() - began:.0f} s')
            self._waits_for_ollama()
            self._until_healthy()
            async with self._page() as screen:
                await self._first_model(screen)
                self._conversation = screen.conversation_id
                self._backed_up(commands)
                message, shown = await self._stopped_in_mid_answer(screen)
            self._engine.shell('docker compose start guilherme')
            self._until_healthy()
            async with self._page(f'/c/{self._conversation}') as screen:
                await screen.has_status('interrupted')
                assert await screen.reply_id() == message
                assert (await screen.body.text_content() or '').startswith(shown)
                say('after the stop', f'{len(shown)} characters were shown, all of them are there')
            await self._killed()
            await self._restored(restore)
            self._look_at_image()
            self._engine.shell(down)

    async def again(self, up: str, down: str) -> None:
        """Start all once more on the volumes that are there."""
        with self._in_foreground(up):
            self._until_healthy()
            async with self._page(f'/c/{self._conversation}') as screen:
                await expect(screen.questions).to_have_count(1)
                await screen.has_status('complete')
            self._engine.shell(down)
            say('after down and up', 'the conversation is there')

    async def without_ollama(self, alone: str, build_and_run: str) -> None:
        """Run the app with an Ollama on this machine, with Compose and without."""
        env = self._engine.project / '.env'
        with ollama_of_this_machine():
            env.write_text('GUILHERME_OLLAMA_HOST=http://host.docker.internal:11434\nGUILHERME_PORT=9000\n')
            with self._in_foreground(alone):
                self._until_healthy()
                await self._answers('http://127.0.0.1:9000')
                assert self._of('ollama', 'State') == ''
                say('up --no-deps guilherme', "answers with this machine's Ollama, at another port")
                self._engine.shell('docker compose down')
            env.unlink()
            self._engine.shell(build_and_run)
            self._until(lambda: self._inspect('guilherme', '.State.Health.Status') == 'healthy')
            await self._answers(URL)
            self._ends('guilherme')
            say('docker run', "healthy, answers with this machine's Ollama")
            self._engine.shell('docker rm guilherme')

    async def with_postgres(self, settings: str, up: str, dump: str, undump: str) -> None:
        """Run all with PostgreSQL; carry a backup out and back."""
        env = self._engine.project / '.env'
        env.write_text(settings)
        with self._in_foreground(up):
            self._until_healthy()
            async with self._page() as screen:
                await self._first_model(screen)
                conversation = screen.conversation_id
                self._engine.shell(dump)
                await screen.ask('tokens=3')
                await screen.has_status('complete')
            self._engine.shell(undump)
            self._until_healthy()
            async with self._page(f'/c/{conversation}') as screen:
                await expect(screen.questions).to_have_count(1)
            self._engine.shell('docker compose down')
            say('with PostgreSQL', 'answers; a dump was taken and put back')

    # What is looked at

    def _waits_for_ollama(self) -> None:
        """See that the app waits for an Ollama that does not answer yet, then let it answer."""
        self._until(lambda: self._inspect_service('ollama', 'len .State.Health.Log') != '0')
        assert self._of('ollama', 'Health') == 'starting'
        assert self._of('guilherme', 'State') == 'created', self._of('guilherme', 'State')
        say('Ollama does not answer', 'the app is not started')
        self._engine.shell('docker compose exec ollama touch /root/.ollama/awake')
        self._until(lambda: self._of('guilherme', 'State') == 'running')
        say('Ollama answers', 'the app is started')

    async def _first_model(self, screen: Screen) -> None:
        """Fetch a model as the welcome page offers, and ask it."""
        self._until(lambda: 'No model can answer yet: the page says what to do.' in self._log.read_text('utf-8'))
        assert f'Guilherme is ready: {URL}\n' in self._log.read_text('utf-8')
        state = screen.part('server-state')
        await expect(state).to_contain_text('it has no model yet')
        await state.get_by_role('button', name='Download gemma2:2b').click()
        await expect(state).to_be_hidden(timeout=30_000)
        await screen.ask('tokens=10')
        await screen.has_status('complete')
        assert await screen.words() == [f'w{number}' for number in range(10)]
        say('welcome page', 'offers to fetch a model; fetched, it answers')

    def _backed_up(self, commands: str) -> None:
        doctor, *others = commands.splitlines()
        print(self._engine.shell(doctor))
        for line in others:
            self._engine.shell(line)
        assert (self._engine.project / 'monday.db').read_bytes().startswith(b'SQLite format 3')
        say('exec backup, cp', 'a database came out')

    async def _stopped_in_mid_answer(self, screen: Screen) -> tuple[str, str]:
        message = await screen.ask('tokens=3000 rate=40')
        await screen.shows('w40 ')
        self._ends(self._engine.shell('docker compose ps --quiet guilherme'))
        return message, await screen.longest_shown(message)

    def _ends(self, container: str) -> None:
        began = time.monotonic()
        self._engine.shell(f'docker stop {container}')
        seconds = time.monotonic() - began
        assert seconds < STOP_LIMIT, f'it took {seconds:.1f} s to stop'
        assert self._inspect(container, '.State.ExitCode') == '0'
        say('docker stop', f'ended with code 0 after {seconds:.1f} s')

    async def _killed(self) -> None:
        """See that it is started again after a crash."""
        command('kill', '-9', self._inspect_service('guilherme', '.State.Pid'))
        self._until(lambda: self._inspect_service('guilherme', '.RestartCount') == '1')
        self._until_healthy()
        say('kill -9', 'started again')

    async def _restored(self, restore: str) -> None:
        self._engine.shell(restore)
        self._until_healthy()
        async with self._page(f'/c/{self._conversation}') as screen:
            await expect(screen.questions).to_have_count(1)
        say('restore', 'what came after the backup is gone')

    async def _answers(self, url: str) -> None:
        async with self._page(url=url) as screen:
            await screen.ask('tokens=5')
            await screen.has_status('complete')

    def _look_at_image(self) -> None:
        """Look at the image's files and at what the composed container may do."""
        assert self._inspect_service('guilherme', '.HostConfig.ReadonlyRootfs') == 'true'
        assert self._inspect_service('guilherme', '.HostConfig.CapDrop') == '[ALL]'
        assert self._engine.shell('docker compose exec guilherme id -u') == '10001'
        self._engine.shell('mkdir /image && docker export $(docker create guilherme) | tar -x -C /image')
        image: dict[str, Any] = yaml.safe_load(self._engine.shell("docker inspect -f '{{json .Config}}' guilherme"))
        look_at(image, self._engine.root / 'image')
        size = int(self._engine.shell("docker image inspect -f '{{.Size}}' guilherme"))
        say('size, says Docker', f'{size / 1e6:.0f} MB')

    # How it is done

    @contextmanager
    def _in_foreground(self, up: str) -> Iterator[None]:
        """Run a command that goes on as long as its containers do, with what it prints in the log."""
        words = self._engine.words(f'exec {up}')
        with self._log.open('wb') as log, subprocess.Popen(words, stdout=log, stderr=log) as process:
            self._up = process
            try:
                yield
            except BaseException:
                print(self._log.read_text('utf-8')[-6000:])
                raise
            finally:
                self._up = None
                process.kill()

    @asynccontextmanager
    async def _page(self, path: str = '/', url: str = URL) -> AsyncIterator[Screen]:
        context = await self._browser.new_context(locale='en')
        await context.add_init_script(WATCH)
        screen = Screen(await context.new_page(), url)
        await screen.open(path)
        yield screen
        await context.close()

    def _until_healthy(self) -> None:
        self._until(lambda: self._of('guilherme', 'Health') == 'healthy')

    def _until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not holds():
            assert time.monotonic() < deadline, 'it does not come about'
            assert self._up is None or self._up.poll() is None, 'docker compose up has ended'
            time.sleep(0.3)

    def _of(self, service: str, what: str) -> str:
        """Ask Compose for a service's `State` or `Health`; nothing if it is not there."""
        return self._engine.shell(f"docker compose ps --all --format '{{{{.{what}}}}}' {service}")

    def _inspect_service(self, service: str, what: str) -> str:
        container = self._engine.shell(f'docker compose ps --all --quiet {service}')
        return self._inspect(container, what)

    def _inspect(self, container: str, what: str) -> str:
        return self._engine.shell(f"docker inspect -f '{{{{{what}}}}}' {container}")


if __name__ == '__main__':
    sys.exit(main())
