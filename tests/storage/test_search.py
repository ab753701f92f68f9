"""The search: what is found, in which order, by whom, and that the index keeps up with whatever happens to messages."""

import re
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from app.domain.conversation import LOCAL_OWNER, Conversation
from app.domain.message import Message, Role, Status
from app.domain.model import ModelRef
from app.domain.search import Findings, FoundConversation, SearchQuery
from app.storage import migrate
from app.storage.conversations import Conversations
from app.storage.database import Database
from app.storage.journal import SqlJournal
from app.storage.messages import Messages
from app.storage.rows import row_of_conversation, row_of_message
from app.storage.search import HITS, Search
from app.storage.tables import ConversationTagRow, FolderRow
from tests.storage.samples import conversation, exchange, later, message, new_id, pieces

LLAMA = ModelRef('ollama', 'llama3:8b')


@pytest.fixture
def search(database: Database) -> Search:
    return Search(database)


async def stored(database: Database, *texts: str, chat: Conversation | None = None, **changes: Any) -> Conversation:
    """Store a conversation in which a person and a model say the texts in turn."""
    chat = chat or conversation(title='')
    said: list[Message] = []
    for number, content in enumerate(texts):
        role = Role.ASSISTANT if number % 2 else Role.USER
        parent = said[-1] if said else None
        said.append(message(chat, parent, role, content=content, status=Status.COMPLETE, **changes))

    def work(session: Session) -> None:
        session.add(row_of_conversation(replace(chat, head_id=said[-1].id if said else None)))
        session.flush()
        session.add_all([row_of_message(each) for each in said])

    await database.write(work)
    return chat


async def find(search: Search, words: str = '', owner: str = LOCAL_OWNER, **filters: Any) -> list[FoundConversation]:
    findings = await search.find(owner, SearchQuery(text=words, **filters))
    return [*findings.conversations]


async def finds(search: Search, words: str, **filters: Any) -> bool:
    return bool(await find(search, words, **filters))


@pytest.mark.parametrize(
    ('said', 'words'),
    [
        ('O meu coração bate', 'coracao'),
        ('O meu coracao bate', 'CORAÇÃO'),
        ('O meu corac\u0327a\u0303o bate', 'coração'),
        ('O meu coração bate', 'cora'),
        ('O meu coração bate', 'bate coração'),
        ('O meu coração bate', '"meu coracao"'),
        ('O meu coração bate', '"coração bat'),
        ('Việt Nam có phở', 'pho viet'),
        ('ΟΔΥΣΣΈΑΣ', 'οδυσσέας'),
        ('Привет, Мир', 'привет МИР'),
        ('see app.storage.search_terms:terms(text)', 'search_terms'),
        ('see app.storage.search_terms:terms(text)', 'storage.search'),
        ('see app.storage.search_terms:terms(text)', 'terms(text'),
        ('call getUserName() twice', 'getusername'),
        ('call getUserName() twice', 'getuser'),
        ('call get_user_name() twice', 'user'),
        ('O meu cafe\u0301zinho', 'cafe\u0301'),
        ('<div class="menu">x</div>', 'div menu'),
        ('write to ana@example.com', 'ana@example.com'),
        ('see https://example.com/a-b/c?d=1', 'example.com/a-b'),
        ('versão 3.14.2 de 2026-01-02', '3.14.2'),
        ('東京タワーに行きたいです', '東京'),
        ('東京タワーに行きたいです', '行'),
        ('東京タワーに行きたいです', 'タワー'),
        ('東京タワーに行きたいです', 'たいです'),
        ('東京タワーに行きたいです', 'です'),
        ('Python入門の本', 'python 入門'),
        ('我喜欢学习中文', '学习'),
        ('ผมชอบกินข้าวผัด', 'ข้าว'),
        ('한국어를 배웁니다', '한국어'),
        ('한국어를 배웁니다', '배웁니다 한국'),
        ('한국어를 배웁니다', '어'),
        ('the 中 word', 'the 中 word'),
        ('the 中国 word', 'word 国 the'),
        ('Python入門の本', 'python'),
        ('Python入門の本', 'pyth'),
        ('Python入門の本', '入門の本'),
        ('Python入門の本', '"python 入"'),
        ('本はpythonです', '本 py'),
        ('本はpythonです', 'はpyth'),
        ('東京、大阪', '東京 大阪'),
        ('𠮷野家', '𠮷'),
        ('🎉 party — “quoted” words', 'party quoted'),
    ],
)
async def test_what_was_said_is_found(said: str, words: str, database: Database, search: Search) -> None:
    await stored(database, 'nothing here', said)
    [found] = await find(search, words)
    assert found.count == 1
    assert any(fragment.is_hit for fragment in found.hits[0].snippet)


@pytest.mark.parametrize(
    'words',
    [
        'coracoes',
        'oração',
        'coração 東',
        '"bate coração"',
        'coração amor',
        'coraçã bate',
        '東',
        'meu "coração meu"',
        'NOT',
        'a OR b',
    ],
)
async def test_what_was_not_said_is_not_found(words: str, database: Database, search: Search) -> None:
    await stored(database, 'O meu coração bate')
    assert not await finds(search, words)


SIGNS = [
    *'"*:()&|!\\%_^+§',
    '""',
    '<->',
    'a:*',
    '"a',
    "o'neil",
    'bate*',
    '-bate',
    'NEAR(a',
    'content_text:bate',
    '{a b}',
]
LETTERS = ['日', '日*', '"日', 'ß', 'ﬁ', '①', 'İ', '\u0301', '🎉', '\x00', '\ud800', "\\'"]


@pytest.mark.parametrize('words', [*SIGNS, *LETTERS, '"" ""', 'a AND', 'a' * 5000, 'b ' * 500, '日' * 500, '"日 " 本'])
async def test_signs_of_query_languages_do_no_harm(words: str, database: Database, search: Search) -> None:
    await stored(database, 'O meu coração bate', '日本')
    await find(search, words)
    await find(search, words + ' ')
    await find(search, f'{words}" bate', role=Role.USER)


_letters = st.characters(categories=['Lu', 'Ll'], max_codepoint=0x17F) | st.sampled_from('ếộữαβγδабвгд')


def unaccented(text: str) -> str:
    return ''.join(char for char in unicodedata.normalize('NFD', text) if not unicodedata.combining(char))


def keeps_its_letters(word: str) -> bool:
    """Not with letters like ß and ŉ, whose capital is another word to a database."""
    return word.upper().lower() == word.lower() and unaccented(word.upper()).lower() == unaccented(word).lower()


_words = st.text(_letters, min_size=1, max_size=12).filter(keeps_its_letters)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(_words, min_size=1, max_size=5))
async def test_every_word_is_found_in_any_form(said: list[str], database: Database) -> None:
    search = Search(database)
    chat = await stored(database, ', '.join(said))
    missing = []
    for word in said:
        decomposed = unicodedata.normalize('NFD', word)
        for form in (word, word.upper(), word.lower(), unaccented(word), decomposed):
            found = await search.find(LOCAL_OWNER, SearchQuery(text=f'{form} '))
            missing += [] if [each.conversation.id for each in found.conversations] == [chat.id] else [form]
    await erase(database, chat)
    assert missing == []
    assert await search.find(LOCAL_OWNER, SearchQuery()) == Findings(())


def has_letters(text: str) -> bool:
    return any(char.isalnum() for char in text)


_mixed = st.lists(
    st.sampled_from(['the', 'word', 'café', 'Python'])
    | st.text(st.sampled_from('中国的東京かナ한ข้า'), min_size=1, max_size=4).filter(
        lambda signs: signs.strip('\u0e49') != ''
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.builds(str.join, st.sampled_from(['', ' ']), _mixed), min_size=1, max_size=4),
    asked=_mixed,
)
async def test_scripts_are_found_with_words_beside_them_as_by_reading(
    said: list[str], asked: list[str], database: Database
) -> None:
    """Whatever is glued together: a sign is found wherever it stands, a word where it is one."""
    chat = await stored(database, *said)
    found = await Search(database).find(LOCAL_OWNER, SearchQuery(text=' '.join(asked) + ' '))
    await erase(database, chat)
    expected = sum(all(stands_in(term, each) for term in asked) for each in said)
    assert sum(each.count for each in found.conversations) == expected


def signs_and_words(text: str) -> list[str]:
    return re.findall('[a-z]+|[^ ]', text.lower().replace('é', 'e'))


def stands_in(term: str, text: str) -> bool:
    """Read both one by one: words and signs in the same order, side by side."""
    looked_for, there = signs_and_words(term), signs_and_words(text)
    return any(there[at : at + len(looked_for)] == looked_for for at in range(len(there)))


async def erase(database: Database, chat: Conversation) -> None:
    def work(session: Session) -> None:
        for statement in (
            'UPDATE conversation SET head_id = NULL WHERE id = :id',
            'UPDATE message SET parent_id = NULL WHERE conversation_id = :id',
            'DELETE FROM message WHERE conversation_id = :id',
            'DELETE FROM conversation WHERE id = :id',
        ):
            session.connection().execute(text(statement), {'id': chat.id})

    await database.write(work)


async def test_titles_come_first_then_the_newest(database: Database, search: Search) -> None:
    old = await stored(database, 'x', chat=conversation(title='Sobre gatos'))
    middle = await stored(database, 'os gatos dormem', chat=conversation(title='Dormir'))
    newest = await stored(database, 'gatos', chat=conversation(title='Outra'))
    found = await find(search, 'gato')
    assert [each.conversation.id for each in found] == [old.id, newest.id, middle.id]
    assert [(each.count, len(each.hits)) for each in found] == [(0, 0), (1, 1), (1, 1)]
    assert [(each.text, each.is_hit) for each in found[0].title] == [('Sobre ', False), ('gato', True), ('s', False)]


async def test_newest_hits_of_a_conversation_and_their_number(database: Database, search: Search) -> None:
    await stored(database, *(f'gato {number}' for number in range(5)))
    [found] = await find(search, 'gato')
    assert found.count == 5
    assert [''.join(each.text for each in hit.snippet) for hit in found.hits] == ['gato 4', 'gato 3', 'gato 2']
    assert len(found.hits) == HITS


async def test_pages_give_everything_once(database: Database, search: Search) -> None:
    for number in range(11):
        await stored(database, 'gato', chat=conversation(title='gato' if number % 3 else 'x'))
    seen: list[str] = []
    after = None
    while True:
        page = await search.find(LOCAL_OWNER, SearchQuery(text='gato'), after=after, limit=3)
        seen += [each.conversation.id for each in page.conversations]
        if (after := page.after) is None:
            break
    assert len(seen) == len(set(seen)) == 11


@pytest.mark.parametrize('limit', [2, 5])
@pytest.mark.parametrize('filters', [{}, {'text': 'gato'}, {'role': Role.ASSISTANT}, {'text': 'gato', 'model': LLAMA}])
async def test_looking_at_the_foremost_first_changes_nothing(
    filters: dict[str, Any], limit: int, database: Database, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(24):
        said = ['gato gato', 'cão'] if number % 5 else ['cão', 'gato']
        chat = conversation(title='gato' if number % 7 == 0 else 'x')
        await stored(database, *said, *said, chat=chat, model=LLAMA if number % 3 else None)

    async def everything() -> list[tuple[str, int, int]]:
        seen, after = [], None
        while True:
            page = await search.find(LOCAL_OWNER, SearchQuery(**filters), after=after, limit=limit)
            seen += [(each.conversation.id, each.count, len(each.hits)) for each in page.conversations]
            if (after := page.after) is None:
                return seen

    usual = await everything()
    monkeypatch.setattr('app.storage.search_index.DEAR', 0)
    monkeypatch.setattr('app.storage.search.FOREMOST', 4)
    assert await everything() == usual
    assert len(usual) > 12


async def test_whose_they_are_the_archive_and_the_bin(database: Database, search: Search) -> None:
    now = later()
    await stored(database, 'gato', chat=conversation(owner_id='someone', title='gato'))
    await stored(database, 'gato', chat=conversation(title='gato', deleted_at=now))
    archived = await stored(database, 'gato', chat=conversation(archived_at=now))
    [found] = await find(search, 'gato')
    assert found.conversation.id == archived.id
    assert found.conversation.archived_at == now
    assert len(await find(search, 'gato', owner='someone')) == 1


async def test_filters(database: Database, search: Search) -> None:
    folder_id = new_id()
    await database.write(
        lambda session: session.add(FolderRow(id=folder_id, owner_id=LOCAL_OWNER, name='F', created_at=later()))
    )
    inside = await stored(database, 'gato', 'cão', chat=conversation(folder_id=folder_id))
    tagged = await stored(database, 'cão', 'gato', model=LLAMA)
    await database.write(lambda session: session.add(ConversationTagRow(conversation_id=tagged.id, name='casa')))
    border = later()
    late = await stored(database, 'gato')

    async def ids(words: str = 'gato', **filters: Any) -> list[str]:
        return [each.conversation.id for each in await find(search, words, **filters)]

    assert await ids(folder_id=folder_id) == [inside.id]
    assert await ids('', folder_id=folder_id) == [inside.id]
    assert await ids(tag='casa') == [tagged.id]
    assert await ids(role=Role.USER) == [late.id, inside.id]
    assert await ids(role=Role.ASSISTANT) == [tagged.id]
    assert await ids(model=LLAMA) == [tagged.id]
    assert await ids('', model=LLAMA) == [tagged.id]
    assert await ids(since=border) == [late.id]
    assert await ids(until=border) == [tagged.id, inside.id]
    assert await ids('', since=border, role=Role.USER) == [late.id]
    assert await ids(role=Role.USER, tag='casa') == []
    assert await search.models(LOCAL_OWNER) == [LLAMA]
    [found] = await find(search, tag='casa')
    assert found.conversation.tags == ('casa',)
    assert (found.hits, found.count) == ((), 0)


async def test_a_title_counts_if_a_message_passes_the_filters(database: Database, search: Search) -> None:
    await stored(database, 'x', chat=conversation(title='gato'), model=LLAMA)
    border = later()
    assert await finds(search, 'gato', model=LLAMA, until=border)
    assert not await finds(search, 'gato', model=ModelRef('ollama', 'other'))
    assert not await finds(search, 'gato', since=border)
    assert not await finds(search, 'gato', role=Role.USER)  # a title is written by neither
    assert not await finds(search, '++', model=LLAMA)


@pytest.mark.parametrize(
    ('words', 'found'),
    [
        ('café', ['Receita de CAFÉ']),
        ('CAFE', ['Receita de CAFÉ']),
        ('ceita af', ['Receita de CAFÉ']),
        ('100%', ['100% seguro']),
        ('%', ['100% seguro']),
        ('a_b', ['a_b']),
        ('/', ['e/ou']),
        ('\\', ['C:\\dir']),
        ('strasse', ['Hauptstraße']),
        ('c', ['C:\\dir', 'Receita de CAFÉ']),
        ('--', []),
        ('nothing', []),
    ],
)
async def test_titles_are_found_by_parts_and_signs_too(
    words: str, found: list[str], database: Database, search: Search
) -> None:
    for title in ('Receita de CAFÉ', '100% seguro', 'a_b', 'axb', 'e/ou', 'C:\\dir', 'Hauptstraße'):
        await stored(database, 'x', chat=conversation(title=title))
    assert [each.conversation.title for each in await find(search, words)] == found


async def test_index_follows_a_reply(
    database: Database, messages: Messages, journal: SqlJournal, conversations: Conversations, search: Search
) -> None:
    chat = conversation(title='Um')
    _, reply = await exchange(messages, chat)
    assert await finds(search, 'hello')
    await journal.append(pieces(reply, 'gatos ', 'e cães'))
    done = replace(reply, content='gatos e cães', status=Status.COMPLETE, finished_at=later(), model=LLAMA)
    await journal.seal(done, unread=False)
    assert await finds(search, 'caes', model=LLAMA)
    await messages.reopen(reply.id)
    await journal.seal(replace(done, content='gatos e cães e 東京', finished_at=later()), unread=False)
    assert await finds(search, 'gatos')
    assert await finds(search, '東京')
    await journal.seal(replace(done, content='peixes', finished_at=later()), unread=False)
    assert not await finds(search, 'gatos')
    assert not await finds(search, '東京')
    assert await finds(search, 'peixes')
    await conversations.rename(chat.id, LOCAL_OWNER, 'Dois')
    assert await finds(search, 'dois')
    assert not await finds(search, 'um')


async def test_text_of_an_interrupted_reply_is_found(messages: Messages, journal: SqlJournal, search: Search) -> None:
    _, reply = await exchange(messages, conversation())
    await journal.append(pieces(reply, 'gatos'))
    await journal.recover()
    assert await finds(search, 'gatos')


async def test_what_is_deleted_for_good_leaves_nothing(backend: str, database: Database, search: Search) -> None:
    kept = await stored(database, 'gato 東京')
    gone = await stored(database, 'gato 東京', 'e mais', chat=conversation(title='gato'))
    await erase(database, gone)
    assert [each.conversation.id for each in await find(search, 'gato')] == [kept.id]
    assert [each.conversation.id for each in await find(search, '東京')] == [kept.id]
    await erase(database, kept)

    def rows(session: Session) -> int:
        tables = ['search_entry']
        if backend == 'sqlite':
            tables += ['search_conversation', 'words_left', 'wide_left']
            for name in ('words', 'wide'):
                vocabulary = f"CREATE VIRTUAL TABLE temp.{name}_left USING fts5vocab (main, search_{name}, 'row')"
                session.connection().execute(text(vocabulary))
        counts = [text(f'SELECT count(*) FROM {name}') for name in tables]
        return sum(session.connection().execute(count).scalar_one() for count in counts)

    assert await database.write(rows) == 0


async def test_messages_with_few_words_among_very_many(database: Database, search: Search) -> None:
    """More positions than a tsvector can hold, and a text larger than one."""
    await stored(
        database, 'de que ' * 20_000 + 'agulha final', ' '.join(f'palavra{number}' for number in range(150_000))
    )
    assert await finds(search, '"agulha final"')
    assert await finds(search, 'palavra7 palavra9000')


LIGATURES = ''.join(chr(number) for number in range(0xFD50, 0xFDC8) if chr(number).isalpha())


@pytest.mark.parametrize(
    'said',
    [
        ' '.join(LIGATURES[at % 60 :][:40] + str(at) for at in range(4_300)),  # each is three letters or more
        '\ufdfa' * 200_000,  # each is four words
        ' '.join(f'{at:x}' for at in range(40_000)),
        ''.join(chr(0x4E00 + at % 20_000) for at in range(200_000)),
        'ⅷ' * 200_000,
    ],
    ids=['ligatures', 'phrases', 'words', 'signs', 'one word'],
)
async def test_no_text_is_too_large_for_the_index(
    said: str, database: Database, search: Search, messages: Messages
) -> None:
    said = f'agulha {said}'
    await stored(database, said)
    [found] = await find(search, 'agulha')
    assert (await messages.get(found.hits[0].message_id)).content == said


@pytest.mark.parametrize('backend', ['postgresql'], indirect=True)  # SQLite's index has no limits
async def test_what_the_index_cannot_hold_is_stored_all_the_same(database: Database, search: Search) -> None:
    endless_word = "CREATE OR REPLACE FUNCTION search_words(content text) RETURNS text[] LANGUAGE sql IMMUTABLE AS '{}'"
    body = "SELECT ARRAY[repeat(''x'', 5000)]"
    await database.write(lambda session: session.execute(text(endless_word.format(body))))
    chat = await stored(database, 'gato')
    [found] = await find(search)
    assert found.conversation.id == chat.id


@pytest.mark.parametrize('backend', ['sqlite'], indirect=True)  # PostgreSQL numbers nothing
async def test_vacuum_does_no_harm(database: Database, search: Search) -> None:
    gone = await stored(database, 'x', 'x')
    chat = await stored(database, 'gato', 'outro')
    await erase(database, gone)
    url = str(database._writing.engine.url.database)
    await database.close()
    with sqlite3.connect(url) as connection:
        connection.isolation_level = None
        connection.execute('VACUUM')
    connection.close()
    again = Database(f'sqlite:///{url}')
    [found] = await find(Search(again), 'gato')
    assert (found.conversation.id, found.count) == (chat.id, 1)
    assert ''.join(each.text for each in found.hits[0].snippet) == 'gato'
    await again.close()


async def test_messages_from_before_the_index_are_found(empty_url: str) -> None:
    database = Database(empty_url)
    await database.write(lambda session: command.upgrade(migrate.config(session.connection()), '0003'))
    chat = await stored(database, 'O meu coração', '東京タワー', model=LLAMA)
    await stored(database)
    await database.upgrade()
    search = Search(database)
    assert [each.conversation.id for each in await find(search, 'coracao')] == [chat.id]
    assert await finds(search, 'タワ')
    assert await finds(search, '', model=LLAMA)
    await stored(database, 'another coração')
    assert len(await find(search, 'coracao')) == 2
    await erase(database, chat)
    assert len(await find(search, 'coracao')) == 1
    await database.close()


async def test_scripts_without_spaces_from_before_are_found_and_so_after_going_back(empty_url: str) -> None:
    database = Database(empty_url)

    async def change(step: Any, revision: str) -> None:
        await database.write(lambda session: step(migrate.config(session.connection()), revision))

    await database.upgrade()
    await change(command.downgrade, '0005')
    texts = ['東京タワー the', 'Python入門', 'the word', 'ข้าว']
    before = [await stored(database, each) for each in texts]
    await database.upgrade()
    search = Search(database)
    for chat, words in zip(before, ['the 京', 'python', 'word', 'ข้'], strict=True):
        assert chat.id in [each.conversation.id for each in await find(search, f'{words} ')]
    for chat in before:
        await erase(database, chat)
    assert await find(search) == []
    after = await stored(database, '東京 tower')
    await change(command.downgrade, '0005')
    await erase(database, after)
    await database.upgrade()
    assert await find(search) == []
    await database.close()


@pytest.mark.parametrize('text', ['学習する機械', 'Python入門 in a day', 'só palavras', 'ก' * 1_500 + ' fim'])
async def test_what_another_program_writes_is_found_too(text: str, tmp_path: Path) -> None:
    database = Database(f'sqlite:///{tmp_path / "own.db"}')
    await database.upgrade()
    chat = await stored(database, 'nothing to see')
    search, term = Search(database), text.rsplit(maxsplit=1)[-1]
    with closing(sqlite3.connect(tmp_path / 'own.db', isolation_level=None)) as other:
        other.execute('UPDATE message SET content = ? WHERE conversation_id = ?', [text, chat.id])
        assert await finds(search, term)
        assert await finds(search, text[:2])
        other.execute("UPDATE message SET content = 'nothing' WHERE conversation_id = ?", [chat.id])
        assert not await finds(search, term)
        other.execute('UPDATE message SET content = ? WHERE conversation_id = ?', [text, chat.id])
        other.execute('DELETE FROM message WHERE conversation_id = ?', [chat.id])
        for table in ('search_words', 'search_wide'):
            other.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
    assert not await finds(search, term)
    await database.close()
