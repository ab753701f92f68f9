"""Real reverse proxies with the very files of `deploy/`: only ports, names and the certificate's place are replaced."""

import asyncio
import base64
import hashlib
import shutil
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.app_process import ROOT, free_port

DEPLOY = ROOT / 'deploy'
CERTIFICATE = '/etc/ssl/guilherme/cert.pem', '/etc/ssl/guilherme/key.pem'
NGINX = """
daemon off;
worker_processes 1;
error_log {folder}/error.log warn;
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""


class NoProxy(Exception):
    """Raised when the proxy's program is missing or does not start."""


class Proxy:
    """A proxy that runs. `url` is where it serves, without a path; what it complained of is in `complaints`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f'https://127.0.0.1:{port}'

    def complaints(self) -> str:
        log = self.folder / 'error.log'
        return log.read_text('utf-8') if log.exists() else ''


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for this machine that nobody signed, and its key.

    `fingerprint` is how Chromium wants to be told to take it (`--ignore-certificate-errors-spki-list`).
    """

    file: Path
    key: Path
    fingerprint: str


@asynccontextmanager
async def nginx(folder: Path, file: str, app_port: int, own: Certificate) -> AsyncIterator[Proxy]:
    """Run nginx with a file of `deploy/`, over TLS with a certificate made for the purpose."""
    port = free_port()
    site = replaced(
        DEPLOY / file,
        {
            'listen 443 ssl;': f'listen 127.0.0.1:{port} ssl;',
            'http://127.0.0.1:8080': f'http://127.0.0.1:{app_port}',
            CERTIFICATE[0]: str(own.file),
            CERTIFICATE[1]: str(own.key),
        },
    ).replace('listen 80;', f'listen 127.0.0.1:{free_port()};')
    config = folder / 'nginx.conf'
    config.write_text(NGINX.format(folder=folder, site=site), 'utf-8')
    async with running('nginx', '-c', str(config), '-e', str(folder / 'error.log'), folder=folder, port=port):
        yield Proxy(folder, port)


@asynccontextmanager
async def caddy(folder: Path, file: str, app_port: int, own: Certificate) -> AsyncIterator[Proxy]:
    """Run Caddy with a file of `deploy/`; it is given a certificate, where it would get one by itself."""
    port = free_port()
    name = 'chat.example.org {' if file == 'Caddyfile' else 'example.org {'
    site = replaced(
        DEPLOY / file,
        {name: f'https://127.0.0.1:{port} {{\n\ttls {own.file} {own.key}', '127.0.0.1:8080': f'127.0.0.1:{app_port}'},
    )
    config = folder / 'Caddyfile'
    config.write_text('{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n' + site, 'utf-8')
    arguments = 'run', '--adapter', 'caddyfile', '--config', str(config)
    async with running('caddy', *arguments, folder=folder, port=port):
        yield Proxy(folder, port)


def replaced(file: Path, words: Mapping[str, str]) -> str:
    """Give a file's text with each of the words replaced; every one must be there."""
    text = file.read_text('utf-8')
    for old, new in words.items():
        assert old in text, f'{file} has no {old!r}'
        text = text.replace(old, new)
    return text


async def certificate(folder: Path) -> Certificate:
    """Make a certificate in a folder."""
    cert, key = folder / 'cert.pem', folder / 'key.pem'
    await _openssl(
        *('req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'),
        *('-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'),
        *('-out', str(cert), '-keyout', str(key)),
    )
    public = await _openssl('pkey', '-in', str(key), '-pubout', '-outform', 'DER')
    return Certificate(cert, key, base64.b64encode(hashlib.sha256(public).digest()).decode())


async def _openssl(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        program('openssl'), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await process.communicate()
    if process.returncode:
        raise NoProxy(f'openssl could not make a certificate:\n{said.decode()}')
    return out


@asynccontextmanager
async def running(name: str, *arguments: str, folder: Path, port: int) -> AsyncIterator[None]:
    """Run a program until it is no longer needed, and wait until it listens."""
    log = folder / f'{name}.log'
    with log.open('wb') as output:
        process = await asyncio.create_subprocess_exec(
            program(name), *arguments, stdout=output, stderr=output, env={'HOME': str(folder)}
        )
    ended = asyncio.ensure_future(process.wait())
    try:
        async with asyncio.timeout(15):
            while not await _listens(port):
                if ended.done():
                    raise NoProxy(f'{name} ended with code {ended.result()}:\n{log.read_text("utf-8")}')
                await asyncio.wait([ended], timeout=0.02)
        yield
    finally:
        if not ended.done():
            process.terminate()
        await ended


async def _listens(port: int) -> bool:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection('127.0.0.1', port, ssl=unchecked)
    except OSError:
        return False
    writer.close()
    return True


def program(name: str) -> str:
    """Find a program: beside this Python, on the PATH, or where Debian puts servers.

    Raises:
        NoProxy: it is nowhere.
    """
    places = f'{Path(sys.executable).parent}', None, '/usr/sbin:/usr/local/sbin'
    found = next((path for place in places if (path := shutil.which(name, path=place))), None)
    if found is None:
        raise NoProxy(f'These tests need {name}. scripts/test installs it on Debian; elsewhere install it yourself.')
    return found
