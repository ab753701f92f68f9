"""What is said before an import, of imports that were, and of undoing them."""

from datetime import UTC, datetime

import pytest

from app.chat.importing import Import
from app.chat.previewing import Preview
from app.chat.remark_lists import Remarks
from app.chat.undoing import Undo
from app.domain.past_import import PastImport
from app.exchange.reading.origins import ORIGINS
from app.exchange.recognising import TELLING
from app.storage.taking_out import TakenOut
from app.ui.preview_wording import NAMES, past_import_line, preview_lines, source_names, undo_lines
from app.ui.translations import translator

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
EN, PT = translator('en'), translator('pt-BR')


def test_every_reader_has_a_name_for_people() -> None:
    assert {*TELLING.values()} == ORIGINS.keys()
    assert {*ORIGINS.values()} == NAMES.keys()
    assert source_names(PT, ['chatgpt', 'chat-history']) == 'ChatGPT, Histórico antigo de conversas'
    assert source_names(EN, []) == 'File'


def test_the_preview_says_what_there_is_and_nothing_else() -> None:
    preview = Preview(conversations=1200, first=NOON.replace(year=2023), last=NOON)
    assert preview_lines(EN, Import(owner_id='', preview=preview)) == [
        '1,200 conversations, from 4 March 2023 to 4 March 2026'
    ]
    assert preview_lines(EN, Import(owner_id='', preview=Preview())) == [
        '0 conversations',
        'No conversation in it is new.',
    ]
    full = Preview(conversations=9, known=2, with_news=1, in_trash=3, first=NOON, last=NOON)
    assert preview_lines(PT, Import(owner_id='', preview=full, remarks=Remarks(count=2))) == [
        '9 conversas, de 04/03/2026',
        '3 já estão aqui.',
        '1 delas tem mensagens novas.',
        '3 estão na lixeira e continuam lá.',
        '2 coisas não puderam ser lidas como estão no arquivo.',
    ]


def past(conversations: int, with_news: int) -> PastImport:
    return PastImport(
        id='1',
        owner_id='',
        file='',
        sources=['claude'],
        created_at=NOON,
        conversations=conversations,
        with_news=with_news,
    )


@pytest.mark.parametrize(
    ('numbers', 'line'),
    [
        ((1, 0), 'Claude · 4 March 2026 · 1 conversation'),
        ((0, 0), 'Claude · 4 March 2026 · 0 conversations'),
        ((0, 2), 'Claude · 4 March 2026 · new messages in 2 conversations'),
        ((5, 1), 'Claude · 4 March 2026 · 5 conversations · new messages in 1 conversation'),
    ],
)
def test_an_import_is_named_by_what_it_brought(numbers: tuple[int, int], line: str) -> None:
    assert past_import_line(EN, past(*numbers)) == line.replace(' ·', '\u00a0·')


def test_what_an_undo_did_is_said() -> None:
    taken = TakenOut(gone=6, cut=1, kept=2)
    assert undo_lines(EN, None) == []
    assert undo_lines(EN, Undo(past(10, 8), taken=taken)) == ['Undoing the import: 50 %']
    assert undo_lines(EN, Undo(past(8, 1), 'done', taken)) == [
        '6 conversations were removed.',
        '1 conversation is back to how it was.',
        '2 conversations that you have gone on with stay.',
    ]
    assert undo_lines(EN, Undo(past(0, 0), 'done')) == ['The import is undone.']
    assert 'every minute' in undo_lines(EN, Undo(past(1, 0), 'failed'))[0]
