"""Archives within archives: all of them are read, and together they are held against the limits of one."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.domain.carried import Carried
from app.errors import ImportRefused
from app.exchange.archive import CONVERSATIONS
from app.exchange.json_file import json_file
from app.exchange.reading.intake import Meter
from app.exchange.reading.remarks import Remark
from app.exchange.reading.zip_archives import DEEPEST_ZIP
from app.exchange.recognising import read_file
from tests.exchange.reading_apart import read_apart
from tests.exchange.reading_files import FILES, OWNER, say
from tests.exchange.samples import talk

CLAUDE = (FILES / 'claude.json').read_bytes()
CHATGPT: list[dict[str, Any]] = json.loads((FILES / 'chatgpt.json').read_text())[:2]


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def within(data: bytes, times: int) -> bytes:
    """Put an archive into another, so many times."""
    for _ in range(times):
        data = packed(('inner.zip', data))
    return data


def read(folder: Path, data: bytes, meter: Meter | None = None) -> tuple[list[Carried], list[Remark]]:
    file = folder / 'given.zip'
    file.write_bytes(data)
    found = [*read_file(file, OWNER, say, meter or Meter(0))]
    assert [each.name for each in folder.iterdir()] == ['given.zip']
    return [item for item in found if isinstance(item, Carried)], [item for item in found if isinstance(item, Remark)]


def refusal(folder: Path, data: bytes) -> dict[str, Any]:
    with pytest.raises(ImportRefused) as caught:
        read(folder, data)
    return caught.value.details


def test_the_parts_of_a_large_export(tmp_path: Path) -> None:
    first, second = [json.dumps([each]).encode() for each in CHATGPT]
    parts = (
        ('Conversations__part1.zip', packed(('export/conversations.json', first), ('__MACOSX/._a.json', b'\0'))),
        ('Conversations__part2.zip', packed(('conversations-000.json', second), ('user.json', b'{"id": 1}'))),
        ('__MACOSX/._Conversations__part1.zip', b'Mac OS X'),
        ('Files.zip', packed(('photo.png', b'x'))),
        ('readme.txt', b'hello'),
    )
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        meter = Meter(0)
        whole, said = read(tmp_path, packed(*parts, method=method), meter)
        assert (len(whole), said) == (2, [])
        assert meter.done == meter.total == len(first) + len(second)


@pytest.mark.parametrize('depth', range(DEEPEST_ZIP + 1))
def test_one_within_another_within_another(depth: int, tmp_path: Path) -> None:
    whole, said = read(tmp_path, within(packed(('conversations.json', CLAUDE)), depth))
    assert (len(whole), said) == (2, [])


def test_deeper_ones_are_left_out_and_said(tmp_path: Path) -> None:
    deep = within(packed(('conversations.json', CLAUDE)), DEEPEST_ZIP + 1)
    name = '/'.join(['inner.zip'] * (DEEPEST_ZIP + 1))
    assert refusal(tmp_path, deep) == {'reason': 'deep_zip', 'file': name, 'limit': DEEPEST_ZIP}
    whole, [remark] = read(tmp_path, packed(('a.zip', packed(('conversations.json', CLAUDE))), ('deep.zip', deep)))
    assert (len(whole), remark.reason, remark.file) == (2, 'deep_zip', f'deep.zip/{name.removesuffix("/inner.zip")}')


def test_an_archive_of_ours_and_a_remark_within_another(tmp_path: Path) -> None:
    line = json_file(talk('Hi', 'Hello')).replace(b'\n', b' ')
    ours = packed((CONVERSATIONS, line + b'\n{"conversation": {"title": "Lost"}}\n'))
    whole, said = read(tmp_path, packed(('ours.zip', ours)))
    assert len(whole) == 1
    lost = next(each for each in said if each.title == 'Lost')
    assert (lost.file, lost.conversation) == (f'ours.zip/{CONVERSATIONS}', 2)
    odd = json.dumps([*json.loads(CLAUDE), {'uuid': 'x', 'name': 'Odd', 'chat_messages': 5}]).encode()
    _, [remark] = read(tmp_path, within(packed(('a/conversations.json', odd)), 1))
    assert (remark.file, remark.title) == ('inner.zip/a/conversations.json', 'Odd')


def locked(data: bytes) -> bytes:
    """Say of the first member that it needs a password."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[changed.index(b'PK\x01\x02') + 8] |= 1
    return bytes(changed)


def test_what_cannot_be_opened_costs_only_itself(tmp_path: Path) -> None:
    good = packed(('conversations.json', CLAUDE))
    for bad, reason, name in (
        (b'no archive', 'bad_zip', 'bad.zip'),
        (good[:-30], 'bad_zip', 'bad.zip'),
        (locked(good), 'encrypted', 'bad.zip/conversations.json'),
    ):
        whole, [remark] = read(tmp_path, packed(('bad.zip', bad), ('good.zip', good)))
        assert (len(whole), remark.reason, remark.file) == (2, reason, name)
        assert refusal(tmp_path, packed(('bad.zip', bad)))['reason'] == reason


def test_what_a_person_had_attached_is_not_looked_into(tmp_path: Path) -> None:
    attached = packed(('conversations.json', json.dumps(CHATGPT).encode()))
    whole, said = read(tmp_path, packed(('conversations.json', CLAUDE), ('files/attached.zip', attached)))
    assert (len(whole), said) == (2, [])


async def test_a_bomb_is_none_the_less_one_when_it_is_split_and_packed_twice(tmp_path: Path) -> None:
    large = b'[{"mapping": "' + b'0' * 15_000_000 + b'"}]'
    small = packed(('conversations.json', large))
    parts = packed(*((f'part{number}.zip', small) for number in range(4)))
    twice = within(parts, 1)
    long = packed(*((f'{number}.zip', packed(('a.json', b'{"a": "%s"}' % (b'0' * 1_900_000)))) for number in range(50)))
    again = packed(*((f'{number}.zip', long) for number in range(40)))
    outcomes = await read_apart(tmp_path, parts, twice, again)
    assert [outcome.refused and outcome.refused['reason'] for outcome in outcomes] == ['zip_bomb'] * 3
    assert all(outcome.grown < 150 for outcome in outcomes)
