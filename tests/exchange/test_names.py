import re
from urllib.parse import unquote

import pytest

from app.exchange.names import disposition, file_name

HOSTILE = ['', '  ', '../../etc/passwd', 'a/b\\c:d*e?f"g<h>i|j', 'CON', 'nul.txt', '.hidden', 'x\r\nSet-Cookie: a=b']
HOSTILE += [
    'fdp.\u202etxt',
    'a' * 500,
    '漢字' * 100,
    '🦊',
    '\ud800',
    'a\0b',
    "it's; filename=x",
    '...',
    'Olá, João & cia',
]


@pytest.mark.parametrize('title', HOSTILE)
def test_a_name_every_file_system_takes(title: str) -> None:
    name = file_name(title, 'md')
    assert name.endswith('.md')
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|\u202e\ud800]', name)
    assert not name.startswith('.')
    assert 3 < len(name.encode()) <= 255
    assert name.split('.')[0].upper() not in ('CON', 'NUL')


@pytest.mark.parametrize('title', HOSTILE)
def test_a_header_of_one_line_in_ascii_that_says_the_whole_name(title: str) -> None:
    name = file_name(title, 'md')
    header = disposition(name)
    found = re.fullmatch(r'attachment; filename="([\w .()\-]+)"; filename\*=UTF-8\'\'([\w.%~-]+)', header, re.ASCII)
    assert found
    assert unquote(found[2]) == name
    assert found[1].endswith('.md')


def test_a_usual_title_stays_readable() -> None:
    assert file_name('Olá, João: o que há?', 'pdf') == 'Olá, João o que há.pdf'
    assert 'filename="Ola_ Joao o que ha.pdf"' in disposition('Olá, João o que há.pdf')
