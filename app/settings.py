"""Every setting: its name in the environment, its default and what it means. Read once, passed in, never a global."""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingsInvalid

IN_PASSWORDS = "%:!$&'()*+,;="
"""What may stand before the `@` of an address as it is, beside letters and digits. Source: RFC 3986, 3.2.1."""

SHARED_NAMES: Mapping[str, str] = {'ollama_host': 'OLLAMA_HOST', 'youtube_base_url': 'YOUTUBE_BASE_URL'}
"""Settings whose names in the environment are not ours alone."""


def ollama_url(value: str) -> str:
    """Read an address as Ollama's own client does: scheme, host and port may each be left out.

    `0.0.0.0` means every interface to a server; to us, its client, it is this machine. Port 11434 unless the scheme
    says otherwise. Source: `envconfig.Host` in Ollama's repository. A name and password before the host are ours, for
    what asks for them in front of Ollama; all before the last `@` is, and is encoded as addresses want it.
    """
    value = value.strip().strip('"\'')
    scheme, sep, rest = value.partition('://')
    if not sep:
        scheme, rest = 'http', value
        default_port = '11434'
    else:
        default_port = {'http': '80', 'https': '443'}.get(scheme, '11434')
    known, at, rest = rest.rpartition('@')
    hostport, slash, path = rest.partition('/')
    if hostport.startswith('['):
        host, _, port = hostport.partition(']')
        host, port = host + ']', port.lstrip(':')
    elif hostport.count(':') > 1:
        host, port = f'[{hostport}]', ''
    else:
        host, _, port = hostport.partition(':')
    host = {'': '127.0.0.1', '0.0.0.0': '127.0.0.1', '[::]': '[::1]'}.get(host, host)  # noqa: S104 (we only connect to it)
    if not (port.isdigit() and int(port) < 65536):
        port = default_port
    return f'{scheme}://{quote(known, safe=IN_PASSWORDS)}{at}{host}:{port}{slash}{path}'.rstrip('/')


def host_name(written: str) -> str:
    """Read the name or address of a host, as `Host` has it but without a port: in small letters, names in ASCII.

    Raises:
        ValueError: it is none.
    """
    bare = written.lower().removeprefix('[').removesuffix(']').removesuffix('.')
    try:
        return ipaddress.ip_address(bare).compressed
    except ValueError:
        star, name = ('*.', bare[2:]) if bare.startswith('*.') else ('', bare)
    try:
        name = name.encode('idna').decode()  # as browsers do with `café.example`
    except UnicodeError:
        name = ''
    if not re.fullmatch(r'[a-z0-9_-]+(\.[a-z0-9_-]+)*', name):
        raise ValueError(f'{written} is no name such as chat.example.org (without https:// and without a port)')
    return star + name


class Settings(BaseSettings):
    """All settings. The environment wins over `.env`, and the command line over both."""

    model_config = SettingsConfigDict(
        env_prefix='GUILHERME_', env_file='.env', env_file_encoding='utf-8', extra='ignore', populate_by_name=True
    )

    ollama_host: str = Field(
        'http://127.0.0.1:11434',
        validation_alias=AliasChoices('OLLAMA_HOST', 'ollama_host'),
        description='Where Ollama listens, written as for Ollama itself.',
    )
    openai_base_url: str = Field(
        '', description='Address of an OpenAI-compatible server, up to and with `/v1`. Empty: none is asked.'
    )
    openai_api_key: SecretStr = Field(
        SecretStr(''), description='Key for that server, if it wants one. Never shown or logged.'
    )
    host: str = Field('127.0.0.1', description='Address to listen on. `0.0.0.0` lets other machines in.')
    port: int = Field(8080, ge=1, le=65535, description='Port to listen on.')
    published_at: str = Field(
        '', description='Address at which the port of a container is published. Empty: where the app listens itself.'
    )
    root_path: str = Field(
        '', description='Path below which a reverse proxy serves the app, such as `/chat`. Empty: none.'
    )
    allowed_hosts: str = Field(
        '',
        description='Names by which browsers may call the app, beside those of this machine, with commas between them: '
        '`chat.example.org`, or `*.example.org` for all below it.',
    )
    trusted_proxies: str = Field(
        '127.0.0.1,::1',
        description='Addresses or networks of reverse proxies whose `X-Forwarded-…` headers are believed, with commas '
        'between them; `*` for all.',
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path('guilherme', appauthor=False),
        description='Folder for the database and everything else the app keeps.',
    )
    database_url: str = Field(
        '',
        description='SQLAlchemy address of the database, `sqlite:///…` or `postgresql+psycopg://…`. '
        'Empty: `guilherme.db` in the data folder.',
    )
    default_model: str = Field(
        'gemma2:2b', description='Model for new conversations; the first one installed if it is not there.'
    )
    system_prompt: str = Field('', description='Instruction put before every conversation. Empty: none.')
    num_ctx: int = Field(
        8192, ge=512, description='Context window in tokens, at most what the model can do. More needs more memory.'
    )
    titles: bool = Field(
        True, description='Let the model name conversations, in the background, when nobody waits for an answer.'
    )
    load_limit: float = Field(
        600, gt=0, description='Seconds a model may take until its first word (loading included) before we give up.'
    )
    silence_notice: float = Field(10, gt=0, description='Seconds of silence in mid-reply after which the page says so.')
    silence_limit: float = Field(
        300, gt=0, description='Seconds of silence in mid-reply after which the reply is ended.'
    )
    youtube_base_url: str = Field(
        'https://www.youtube.com',
        validation_alias=AliasChoices('YOUTUBE_BASE_URL', 'youtube_base_url'),
        description='Where YouTube is asked: a mirror or a test server in its place.',
    )
    youtube_timeout: float = Field(30, gt=0, description='Seconds the transcript of one video may take.')
    youtube_proxy: SecretStr = Field(
        SecretStr(''),
        description='Proxy for YouTube, `http://`, `https://` or `socks5://`, for people whose address it blocks. '
        'Never shown or logged.',
    )
    webshare_username: SecretStr = Field(
        SecretStr(''), description='"Proxy Username" at Webshare, whose rotating addresses YouTube does not block.'
    )
    webshare_password: SecretStr = Field(SecretStr(''), description='"Proxy Password" at Webshare. Never shown.')
    webshare_locations: tuple[str, ...] = Field(
        (), description='Countries whose addresses Webshare may use, as a JSON list: `["br", "us"]`. Empty: all.'
    )
    resume: bool = Field(False, description='Continue by itself, at start, what a restart interrupted.')
    language: Literal['auto', 'pt-BR', 'en'] = Field(
        'auto', description='Language of the screens; `auto` follows each browser.'
    )
    demo: bool = Field(False, description='Answer from a script instead of a model, to try the app.')
    log_format: Literal['text', 'json'] = Field('text', description='Form of the log.')
    log_level: Literal['DEBUG', 'INFO', 'WARNING', 'ERROR'] = Field('INFO', description='Least important line to log.')

    @field_validator('ollama_host')
    @classmethod
    def _read_ollama_host(cls, value: str) -> str:
        return ollama_url(value)

    @field_validator('host', 'data_dir', mode='before')
    @classmethod
    def _refuse_nothing(cls, value: object) -> object:
        """An empty host would mean every interface, and an empty folder the one we happen to be in."""
        if value == '':
            raise ValueError('it is empty; leave it out to have the default')
        return value

    @field_validator('host')
    @classmethod
    def _read_host(cls, value: str) -> str:
        """Read an IPv6 address with and without the brackets of URLs."""
        return value[1:-1] if value.startswith('[') and value.endswith(']') else value

    @field_validator('allowed_hosts')
    @classmethod
    def _read_allowed_hosts(cls, value: str) -> str:
        """Bring the names into the form they are compared in."""
        return ','.join(host_name(name.strip()) for name in value.split(',') if name.strip())

    @field_validator('root_path')
    @classmethod
    def _read_root_path(cls, value: str) -> str:
        """Read `chat`, `/chat` and `/chat/` alike."""
        parts = [part for part in value.strip().split('/') if part]
        if not all(re.fullmatch(r'[\w.~-]+', part, re.ASCII) and part.strip('.') for part in parts):
            raise ValueError('a path of letters, digits and - . _ ~ was expected, such as /chat')
        return ''.join(f'/{part}' for part in parts)

    @field_validator('log_level', mode='before')
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def reached_at(self) -> str:
        """Give the address by which browsers reach the app."""
        return self.published_at or self.host

    @property
    def resolved_database_url(self) -> str:
        """Give the database's address, with the default filled in."""
        return self.database_url or f'sqlite:///{self.data_dir / "guilherme.db"}'

    @property
    def backups(self) -> Path:
        """Give the folder of the backups that are made before updates."""
        return self.data_dir / 'backups'


def environment_name(field: str) -> str:
    """Give the name a setting has in the environment."""
    return SHARED_NAMES.get(field, f'GUILHERME_{field.upper()}')


def load(**overrides: object) -> Settings:
    """Read the settings from the environment and `.env`; `overrides` come from the command line, None means not given.

    Raises:
        SettingsInvalid: a value cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first['loc'][0]) if first['loc'] else 'settings'
        raise SettingsInvalid(name=environment_name(field), message=first['msg']) from error
