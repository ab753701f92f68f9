import pytest

from app.domain.addresses import hide_secrets, name_and_password, without_secrets


@pytest.mark.parametrize(
    ('address', 'shown'),
    [
        ('http://127.0.0.1:11434', 'http://127.0.0.1:11434'),
        ('https://me:secret@box.local:11434/ollama', 'https://box.local:11434/ollama'),
        ('http://me:sec/r#e?t@secret@box', 'http://box'),
        ('http://me:://secret@box', 'http://box'),
        ('https://box.example/v1/@cf/meta', 'https://box.example/v1/@cf/meta'),
        ('sqlite:////home/me@work/guilherme.db', 'sqlite:////home/me@work/guilherme.db'),
        ('me:secret@box', 'box'),
        ('postgresql+psycopg://me:secret@[::1]:5432/db?password=secret', 'postgresql+psycopg://[::1]:5432/db'),
        ('http://box/v1?key=secret#secret', 'http://box/v1'),
        ('http://[::1', 'http://[::1'),
        ('', ''),
    ],
)
def test_what_is_shown_of_an_address(address: str, shown: str) -> None:
    assert without_secrets(address) == shown


@pytest.mark.parametrize(
    ('address', 'known'),
    [
        ('http://box', None),
        ('http://me:p%40ss@box', ('me', 'p@ss')),
        ('http://me:p@s:s@box', ('me', 'p@s:s')),
        ('me@box', ('me', '')),
    ],
)
def test_name_and_password_are_decoded(address: str, known: tuple[str, str] | None) -> None:
    assert name_and_password(address) == known


def test_addresses_inside_a_text() -> None:
    assert hide_secrets('no http://me:sec@ret@box/x, nor ftp://a:b@c') == 'no http://box/x, nor ftp://c'
