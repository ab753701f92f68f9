"""Index scripts without spaces by their single characters, so that one or two of them are found as quickly as a word.

They were indexed on SQLite by runs of three characters, and shorter terms were looked up in the list of all of these:
together with words that took minutes. Now a text that has any such character is in `search_wide` with all its words,
each of those characters being one, and every other text is in `search_words`. The triggers put spaces around the
characters in plain SQL, as `search_terms.spaced` does: a function of ours would keep other programs from writing
messages. On PostgreSQL it has been like this from the start.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from alembic import op

from app.storage.search_terms import WIDE, is_wide, spaced

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

ROWS_AT_A_TIME = 1000

Rows = Sequence[tuple[int, str]]


def upgrade() -> None:
    """Move what has such characters from one table to the other."""
    if op.get_bind().dialect.name == 'sqlite':
        _make([*(f'DROP TRIGGER search_{name}' for name in TRIGGERS), *RUNS_GONE, CHARACTERS, *PLACES])
        for rows in _written(is_wide):
            _run("INSERT INTO search_words (search_words, rowid, content_text) VALUES ('delete', ?, ?)", rows)
            _run(INTO_WIDE, [(number, spaced(text)) for number, text in rows])
        _make(MERGED)
        _make(trigger.format(taken=_moved(OLD, TAKEN), put=_moved(NEW, PUT)) for trigger in TRIGGERS.values())


def downgrade() -> None:
    """Index all texts by words again, and runs of three characters beside them."""
    if op.get_bind().dialect.name == 'sqlite':
        _make(f'DROP TRIGGER search_{name}' for name in TRIGGERS)
        _make(['DROP TABLE search_wide', 'DROP TABLE search_place', *RUNS])
        for rows in _written(re.compile(f'[{WIDE_BEFORE}]').search):
            _run(INTO_WIDE, [(number, f'{text}  ') for number, text in rows])
        for rows in _written(is_wide):
            _run('INSERT INTO search_words (rowid, content_text) VALUES (?, ?)', rows)
        _make(
            trigger.format(taken=_moved(OLD, TAKEN_BEFORE), put=_moved(NEW, PUT_BEFORE))
            for trigger in TRIGGERS.values()
        )


def _make(statements: Iterable[str]) -> None:
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _run(statement: str, rows: Rows) -> None:
    op.get_bind().exec_driver_sql(statement, [tuple(row) for row in rows])


def _written(fits: Callable[[str], object]) -> Iterator[Rows]:
    """Give the numbers and texts of the messages that fit, some at a time."""
    number = 0
    while True:
        rows = (
            op.get_bind()
            .exec_driver_sql(
                'SELECT number, content FROM search_entry JOIN message ON message.id = message_id '
                "WHERE number > ? AND content <> '' ORDER BY number LIMIT ?",
                (number, ROWS_AT_A_TIME),
            )
            .all()
        )
        if not rows:
            return
        if fitting := [(number, text) for number, text in rows if fits(text)]:
            yield fitting
        number = rows[-1][0]


# Marks are letters here: the vowels of Thai and its neighbours are.
CHARACTERS = (
    "CREATE VIRTUAL TABLE search_wide USING fts5 (content_text, content='', columnsize=0, "
    """tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")"""
)
# Numbers to count characters by, in blocks: what takes the nth character of a long text goes through all before it.
BLOCK, BLOCKS = 512, 4096
PLACES = (
    'CREATE TABLE search_place (number INTEGER PRIMARY KEY)',
    'INSERT INTO search_place WITH RECURSIVE counted (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM counted '  # noqa: S608
    f'WHERE number < {BLOCKS - 1}) SELECT number FROM counted',
)
RUNS_GONE = 'DROP TABLE search_wide_terms', 'DROP TABLE search_wide'
RUNS = (
    "CREATE VIRTUAL TABLE search_wide USING fts5 (content_text, content='', columnsize=0, tokenize='trigram')",
    "CREATE VIRTUAL TABLE search_wide_terms USING fts5vocab (search_wide, 'instance')",
)
# What was taken out stands in the index until it is merged, and a search for beginnings of words would go over it.
MERGED = (
    "INSERT INTO search_words (search_words) VALUES ('optimize')",
    "INSERT INTO search_wide (search_wide) VALUES ('optimize')",
)
INTO_WIDE = 'INSERT INTO search_wide (rowid, content_text) VALUES (?, ?)'

OLD, NEW = 'old', 'new'


def _moved(which: str, statements: str) -> str:
    number = '(SELECT number FROM search_entry WHERE message_id = WHICH.id)'
    return statements.replace('TEXT', 'WHICH.content').replace('NUMBER', number).replace('WHICH', which)


# Each range takes its time at every character, so most texts are told by what is around all of them. CASE looks at one
# condition after the other, AND may look at all.
AROUND_WIDE = '\u0e00-\u17ff\u2e80-\U0002fa1f'
IS_WIDE = (
    '(CASE WHEN length(TEXT) = length(CAST(TEXT AS BLOB)) THEN 0 '
    f"WHEN TEXT GLOB '*[{AROUND_WIDE}]*' THEN TEXT GLOB '*[{WIDE}]*' ELSE 0 END)"
)
SPACED = f"""(
      SELECT group_concat(CASE WHEN letter GLOB '[{WIDE}]' THEN ' ' || letter || ' ' ELSE letter END, '') FROM (
        SELECT substr(block.text, place.number + 1, 1) AS letter FROM (
          SELECT number, substr(TEXT, number * {BLOCK} + 1, {BLOCK}) AS text FROM search_place
            WHERE number <= length(TEXT) / {BLOCK} ORDER BY number LIMIT {BLOCKS}
        ) AS block JOIN search_place AS place ON place.number < length(block.text)
        ORDER BY block.number, place.number
      )
    )"""  # noqa: S608

TAKEN = f"""
    INSERT INTO search_words (search_words, rowid, content_text)
      SELECT 'delete', NUMBER, TEXT WHERE TEXT <> '' AND NOT {IS_WIDE};
    INSERT INTO search_wide (search_wide, rowid, content_text)
      SELECT 'delete', NUMBER, {SPACED} WHERE {IS_WIDE};"""
PUT = f"""
    INSERT INTO search_words (rowid, content_text)
      SELECT NUMBER, TEXT WHERE TEXT <> '' AND NOT {IS_WIDE};
    INSERT INTO search_wide (rowid, content_text) SELECT NUMBER, {SPACED} WHERE {IS_WIDE};"""

# From here on, what migration 0004 had.
WIDE_BEFORE = '฀-៿⺀-﫿ｦ-ﾟ𠀀-𯿿'
_HAD = f"(length(TEXT) < length(CAST(TEXT AS BLOB)) AND TEXT GLOB '*[{WIDE_BEFORE}]*')"
TAKEN_BEFORE = f"""
    INSERT INTO search_words (search_words, rowid, content_text)
      SELECT 'delete', NUMBER, TEXT WHERE TEXT <> '';
    INSERT INTO search_wide (search_wide, rowid, content_text)
      SELECT 'delete', NUMBER, TEXT || '  ' WHERE {_HAD};"""
PUT_BEFORE = f"""
    INSERT INTO search_words (rowid, content_text) SELECT NUMBER, TEXT WHERE TEXT <> '';
    INSERT INTO search_wide (rowid, content_text) SELECT NUMBER, TEXT || '  ' WHERE {_HAD};"""

# With what migration 0005 changed: a message that is not in the index is let go.
_INDEXED = 'EXISTS (SELECT 1 FROM search_entry WHERE message_id = old.id)'
TRIGGERS: Mapping[str, str] = {
    'add': """CREATE TRIGGER search_add AFTER INSERT ON message BEGIN
    INSERT INTO search_conversation (conversation_id) SELECT new.conversation_id
      WHERE NOT EXISTS (SELECT 1 FROM search_conversation WHERE conversation_id = new.conversation_id);
    INSERT INTO search_entry (number, message_id, role, provider, model, created_at)
      SELECT 1 + coalesce((
          SELECT number FROM search_entry WHERE number BETWEEN place.number << 24 AND ((place.number + 1) << 24) - 1
          ORDER BY number DESC LIMIT 1
        ), place.number << 24), new.id, new.role, new.provider, new.model, new.created_at
      FROM search_conversation AS place WHERE place.conversation_id = new.conversation_id;
    {put}
    END""",
    'change': f"""CREATE TRIGGER search_change AFTER UPDATE OF content ON message
    WHEN old.content <> new.content AND {_INDEXED} BEGIN
    {{taken}}{{put}}
    END""",
    'remove': f"""CREATE TRIGGER search_remove AFTER DELETE ON message WHEN {_INDEXED} BEGIN
    {{taken}}
    DELETE FROM search_entry WHERE message_id = old.id;
    END""",  # noqa: S608
}
