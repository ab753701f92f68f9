"""The index that search reads: kept by triggers, so that whatever writes or deletes a message keeps it too.

On SQLite two FTS5 tables without a copy of the text: `search_words` by words, without accents, and `search_wide` by
runs of three characters for text in scripts without spaces. Rows are numbered by `search_entry`, since VACUUM may give
the rows of `message` other numbers; the upper part of a number is that of its conversation, so hits are counted by
conversation without looking anything up. On PostgreSQL `search_entry` holds a `tsvector` that a function of ours
makes: `unaccent` is not part of every installation, and the built-in parser leaves out tags and breaks up addresses.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ROWS_AT_A_TIME = 1000

# Scripts without spaces between words (and Korean, whose words carry endings): Thai to Khmer, CJK, kana, Hangul.
# SQLite takes more than there is for the sake of short ranges: what is indexed needlessly does no harm.
SQLITE_WIDE = '฀-៿⺀-﫿ｦ-ﾟ𠀀-𯿿'
POSTGRES_WIDE = (
    r'\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u312f\u3400-\u4dbf\u4e00-\u9fff'
    r'\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f'
)


def upgrade() -> None:
    """Make the index and fill it from the messages there are."""
    if op.get_bind().dialect.name == 'sqlite':
        _make(SQLITE_TABLES)
        _make(SQLITE_TRIGGERS)
        _fill_sqlite(op.get_bind())
    else:
        for statement in POSTGRES:
            op.get_bind().exec_driver_sql(statement.replace('{collation}', _collation(op.get_bind())))


def downgrade() -> None:
    """Remove the index; it holds nothing that is not elsewhere."""
    if op.get_bind().dialect.name == 'sqlite':
        _make([f'DROP TRIGGER search_{name}' for name in ('add', 'change', 'describe', 'remove', 'forget')])
        _make([f'DROP TABLE search_{name}' for name in ('wide_terms', 'wide', 'words', 'entry', 'conversation')])
    else:
        _make(['DROP TRIGGER search_keep ON message', 'DROP TABLE search_entry'])
        _make([f'DROP FUNCTION {name}' for name in ('search_keep', 'search_vector(text)', 'search_words(text)')])


def _make(statements: Iterable[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


SQLITE_TABLES = (
    'CREATE TABLE search_conversation (number INTEGER PRIMARY KEY, conversation_id VARCHAR(36) NOT NULL UNIQUE)',
    'CREATE TABLE search_entry (number INTEGER PRIMARY KEY, message_id VARCHAR(36) NOT NULL UNIQUE, '
    'role VARCHAR NOT NULL, provider VARCHAR, model VARCHAR, created_at DATETIME NOT NULL)',
    "CREATE VIRTUAL TABLE search_words USING fts5 (content_text, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE search_wide USING fts5 (content_text, content='', columnsize=0, tokenize='trigram')",
    "CREATE VIRTUAL TABLE search_wide_terms USING fts5vocab (search_wide, 'instance')",
)


def _is_wide(text: str) -> str:
    """Give the condition; text of one byte for each character needs no closer look, which takes its time."""
    return f"(length({text}) < length(CAST({text} AS BLOB)) AND {text} GLOB '*[{SQLITE_WIDE}]*')"


def _taken(text: str, number: str) -> str:
    return f"""
    INSERT INTO search_words (search_words, rowid, content_text)
      SELECT 'delete', {number}, {text} WHERE {text} <> '';
    INSERT INTO search_wide (search_wide, rowid, content_text)
      SELECT 'delete', {number}, {text} || '  ' WHERE {_is_wide(text)};"""


def _put(text: str, number: str) -> str:
    # Two spaces follow, so that the last character of a text begins a run of three, too.
    return f"""
    INSERT INTO search_words (rowid, content_text) SELECT {number}, {text} WHERE {text} <> '';
    INSERT INTO search_wide (rowid, content_text) SELECT {number}, {text} || '  ' WHERE {_is_wide(text)};"""


_OLD = '(SELECT number FROM search_entry WHERE message_id = old.id)'
_NEW = '(SELECT number FROM search_entry WHERE message_id = new.id)'

SQLITE_TRIGGERS = (
    f"""CREATE TRIGGER search_add AFTER INSERT ON message BEGIN
    INSERT INTO search_conversation (conversation_id) SELECT new.conversation_id
      WHERE NOT EXISTS (SELECT 1 FROM search_conversation WHERE conversation_id = new.conversation_id);
    INSERT INTO search_entry (number, message_id, role, provider, model, created_at)
      SELECT 1 + coalesce((
          SELECT number FROM search_entry WHERE number BETWEEN place.number << 24 AND ((place.number + 1) << 24) - 1
          ORDER BY number DESC LIMIT 1
        ), place.number << 24), new.id, new.role, new.provider, new.model, new.created_at
      FROM search_conversation AS place WHERE place.conversation_id = new.conversation_id;
    {_put('new.content', _NEW)}
    END""",
    f"""CREATE TRIGGER search_change AFTER UPDATE OF content ON message WHEN old.content <> new.content BEGIN
    {_taken('old.content', _OLD)}{_put('new.content', _NEW)}
    END""",
    """CREATE TRIGGER search_describe AFTER UPDATE OF provider, model ON message
    WHEN old.model IS NOT new.model OR old.provider IS NOT new.provider BEGIN
    UPDATE search_entry SET provider = new.provider, model = new.model WHERE message_id = new.id;
    END""",
    f"""CREATE TRIGGER search_remove AFTER DELETE ON message BEGIN
    {_taken('old.content', _OLD)}
    DELETE FROM search_entry WHERE message_id = old.id;
    END""",
    """CREATE TRIGGER search_forget AFTER DELETE ON conversation BEGIN
    DELETE FROM search_conversation WHERE conversation_id = old.id;
    END""",
)


def _fill_sqlite(connection: sa.Connection) -> None:
    """Do what the triggers would have done, in larger steps."""
    connection.exec_driver_sql(
        'INSERT INTO search_conversation (conversation_id) SELECT DISTINCT conversation_id FROM message'
    )
    connection.exec_driver_sql(
        'INSERT INTO search_entry (number, message_id, role, provider, model, created_at) '
        'SELECT (place.number << 24) + row_number() OVER ('
        '  PARTITION BY place.number ORDER BY message.created_at, message.depth, message.id'
        '), message.id, role, provider, model, created_at '
        'FROM message JOIN search_conversation AS place ON place.conversation_id = message.conversation_id'
    )
    for rows in _written(connection):
        connection.exec_driver_sql('INSERT INTO search_words (rowid, content_text) VALUES (?, ?)', rows)
        wide = [(number, f'{text}  ') for number, text in rows if re.search(f'[{SQLITE_WIDE}]', text)]
        if wide:
            connection.exec_driver_sql('INSERT INTO search_wide (rowid, content_text) VALUES (?, ?)', wide)


def _written(connection: sa.Connection) -> Iterator[list[tuple[int, str]]]:
    number = 0
    while True:
        rows: list[Any] = [
            tuple(row)
            for row in connection.exec_driver_sql(
                'SELECT number, content FROM search_entry JOIN message ON message.id = message_id '
                "WHERE number > ? AND content <> '' ORDER BY number LIMIT ?",
                (number, ROWS_AT_A_TIME),
            )
        ]
        if not rows:
            return
        yield rows
        number = rows[-1][0]


def _collation(connection: sa.Connection) -> str:
    """Choose rules that know letters and their case in all scripts; those of the database may know ASCII only."""
    for name in ('pg_c_utf8', 'und-x-icu', 'C.utf8'):
        if connection.execute(sa.text('SELECT 1 FROM pg_collation WHERE collname = :name'), {'name': name}).first():
            return f'"{name}"'
    return '"default"'


# A vector holds no more than 16,383 positions and 256 of a word: in a text that is longer than that, the marker '§'
# says that it cannot tell what stands beside what. It is no larger than 1 MB, of which a word takes its bytes and at
# most five more; what does not fit is left out. Should anything not fit all the same, the text is stored unfound.
POSTGRES = (
    rf"""CREATE FUNCTION search_words(content text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array(
      SELECT word FROM unnest(string_to_array(regexp_replace(regexp_replace(
        normalize(regexp_replace(
          normalize(translate(lower(content COLLATE {{collation}}), 'ς', 'σ'), NFKD), '[\u0300-\u036f]+', '', 'g'
        ), NFKC) COLLATE {{collation}},
        '([{POSTGRES_WIDE}])', ' \1 ', 'g'), '[^[:alnum:]{POSTGRES_WIDE}]+', ' ', 'g'), ' ')) AS word
      WHERE word <> '' AND octet_length(word) <= 1000
    )
    $$""",
    """CREATE FUNCTION search_vector(content text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
      RETURN (
        SELECT coalesce(
          string_agg(word || ':' || least(place, 16383), ' ') || CASE WHEN count(*) > 4000 THEN ' §' ELSE '' END, ''
        )::tsvector
        FROM (
          SELECT word, place, sum(octet_length(word) + 5) OVER (ORDER BY place) AS taken
          FROM unnest(search_words(left(content, 200000))) WITH ORDINALITY AS found (word, place)
        ) AS measured WHERE taken <= 1000000
      );
    EXCEPTION WHEN program_limit_exceeded THEN
      RETURN '';
    END
    $$""",
    'CREATE TABLE search_entry (message_id VARCHAR(36) PRIMARY KEY, conversation_id VARCHAR(36) NOT NULL, '
    'role VARCHAR NOT NULL, provider VARCHAR, model VARCHAR, created_at timestamptz NOT NULL, '
    'words tsvector NOT NULL)',
    # Long ones stand beside the table, uncompressed: what is counted is not read with them.
    'ALTER TABLE search_entry ALTER COLUMN words SET STORAGE EXTERNAL',
    'ALTER TABLE search_entry SET (toast_tuple_target = 128)',
    'INSERT INTO search_entry SELECT id, conversation_id, role, provider, model, created_at, search_vector(content) '
    'FROM message',
    'CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)',
    'CREATE INDEX ix_search_entry_conversation_id ON search_entry (conversation_id, created_at)',
    """CREATE FUNCTION search_keep() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        DELETE FROM search_entry WHERE message_id = OLD.id;
      ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO search_entry VALUES (NEW.id, NEW.conversation_id, NEW.role, NEW.provider, NEW.model,
          NEW.created_at, search_vector(NEW.content));
      ELSIF OLD.content <> NEW.content THEN
        UPDATE search_entry SET provider = NEW.provider, model = NEW.model, words = search_vector(NEW.content)
        WHERE message_id = NEW.id;
      ELSIF OLD.provider IS DISTINCT FROM NEW.provider OR OLD.model IS DISTINCT FROM NEW.model THEN
        UPDATE search_entry SET provider = NEW.provider, model = NEW.model WHERE message_id = NEW.id;
      END IF;
      RETURN NULL;
    END
    $$""",
    'CREATE TRIGGER search_keep AFTER INSERT OR DELETE OR UPDATE OF content, provider, model ON message '
    'FOR EACH ROW EXECUTE FUNCTION search_keep()',
)
