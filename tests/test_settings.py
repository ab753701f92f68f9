from pathlib import Path

import pytest

from app.errors import SettingsInvalid
from app.settings import load, ollama_url


@pytest.mark.parametrize(
    ('written', 'read'),
    [
        ('', 'http://127.0.0.1:11434'),
        ('1.2.3.4', 'http://1.2.3.4:11434'),
        ('1.2.3.4:5678', 'http://1.2.3.4:5678'),
        (':5678', 'http://127.0.0.1:5678'),
        ('1.2.3.4:', 'http://1.2.3.4:11434'),
        ('1.2.3.4:66000', 'http://1.2.3.4:11434'),
        ('0.0.0.0', 'http://127.0.0.1:11434'),
        ('http://0.0.0.0:5678', 'http://127.0.0.1:5678'),
        ('example.com', 'http://example.com:11434'),
        ('http://example.com', 'http://example.com:80'),
        ('https://example.com', 'https://example.com:443'),
        ('https://example.com:5678', 'https://example.com:5678'),
        ('http://example.com/ollama/', 'http://example.com:80/ollama'),
        ('example.com:5678/ollama', 'http://example.com:5678/ollama'),
        ('::1', 'http://[::1]:11434'),
        ('[::1]', 'http://[::1]:11434'),
        ('[::1]:5678', 'http://[::1]:5678'),
        ('[::]:5678', 'http://[::1]:5678'),
        (' "1.2.3.4" ', 'http://1.2.3.4:11434'),
        ('http://me:secret@1.2.3.4', 'http://me:secret@1.2.3.4:80'),
        ('me:secret@box:5678/ollama', 'http://me:secret@box:5678/ollama'),
        ('me:secret@[::1]:5678', 'http://me:secret@[::1]:5678'),
        ('https://me:p%40ss@box', 'https://me:p%40ss@box:443'),
        ('http://me:a/b@c#d e@box', 'http://me:a%2Fb%40c%23d%20e@box:80'),
        ('me@box', 'http://me@box:11434'),
    ],
)
def test_the_address_of_ollama_is_read_as_ollama_reads_it(
    written: str, read: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ollama_url(written) == read
    monkeypatch.setenv('OLLAMA_HOST', written)
    assert load().ollama_host == read


def test_everything_has_a_default_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('GUILHERME_DATA_DIR')
    settings = load()
    assert (settings.host, settings.port, settings.default_model) == ('127.0.0.1', 8080, 'gemma2:2b')
    assert settings.ollama_host == 'http://127.0.0.1:11434'
    assert settings.data_dir.name == 'guilherme'
    assert settings.resolved_database_url == f'sqlite:///{settings.data_dir}/guilherme.db'


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path('.env').write_text(
        'GUILHERME_HOST=a\nGUILHERME_PORT=1\nGUILHERME_NUM_CTX=1024\nOLLAMA_HOST=box\nSOMETHING_ELSE=1\n'
    )
    monkeypatch.setenv('GUILHERME_PORT', '2')
    monkeypatch.setenv('GUILHERME_NUM_CTX', '2048')
    settings = load(num_ctx=4096, host=None)
    assert (settings.host, settings.port, settings.num_ctx) == ('a', 2, 4096)
    assert settings.ollama_host == 'http://box:11434'


@pytest.mark.parametrize('written', ['chat', '/chat', '/chat/', ' //chat '])
def test_the_root_path_may_be_written_with_any_slashes(written: str) -> None:
    assert load(root_path=written).root_path == '/chat'
    assert load(root_path='/').root_path == ''
    assert load(root_path='/ai/chat-1.0').root_path == '/ai/chat-1.0'


def test_the_database_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('GUILHERME_DATABASE_URL', 'postgresql+psycopg://u@h/d')
    assert load().resolved_database_url == 'postgresql+psycopg://u@h/d'


def test_log_level_may_be_written_small() -> None:
    assert load(log_level='debug').log_level == 'DEBUG'


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('GUILHERME_PORT', 'eighty'),
        ('GUILHERME_PORT', '0'),
        ('GUILHERME_PORT', '65536'),
        ('GUILHERME_NUM_CTX', '100'),
        ('GUILHERME_LOAD_LIMIT', '-1'),
        ('GUILHERME_SILENCE_LIMIT', '0'),
        ('GUILHERME_RESUME', 'perhaps'),
        ('GUILHERME_ROOT_PATH', '/chat?x'),
        ('GUILHERME_ROOT_PATH', '/../chat'),
        ('GUILHERME_ALLOWED_HOSTS', '*'),
        ('GUILHERME_ALLOWED_HOSTS', 'https://chat.example.org'),
        ('GUILHERME_ALLOWED_HOSTS', 'chat.example.org:443'),
        ('GUILHERME_ALLOWED_HOSTS', 'a.*.example'),
        ('GUILHERME_LANGUAGE', 'klingon'),
        ('GUILHERME_LOG_FORMAT', 'xml'),
        ('GUILHERME_LOG_LEVEL', 'loud'),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as caught:
        load()
    assert caught.value.details['name'] == name
    assert caught.value.details['message']
