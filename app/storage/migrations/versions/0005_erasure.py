"""What was deleted for good is written over: what is still to be done is noted, here for all that was deleted before.

On SQLite the triggers of the search let a message go that the index does not have: if nobody has anything left, the
whole index is emptied first, which is much quicker than to take one message after the other out of it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

INDEXED = 'EXISTS (SELECT 1 FROM search_entry WHERE message_id = old.id)'
CONDITIONS = (
    ('search_remove', 'AFTER DELETE ON message BEGIN', f'AFTER DELETE ON message WHEN {INDEXED} BEGIN'),
    ('search_change', 'WHEN old.content <> new.content BEGIN', f'WHEN old.content <> new.content AND {INDEXED} BEGIN'),
)


def upgrade() -> None:
    """Make the table, and note there that an older version has deleted things, if one was at work."""
    op.create_table(
        'erasure',
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('asked', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('owner_id', name='pk_erasure'),
    )
    if op.get_context().config.attributes['found'] is not None:  # type: ignore[union-attr]
        op.get_bind().exec_driver_sql("INSERT INTO erasure (owner_id, asked) VALUES ('', 1)")
    if op.get_bind().dialect.name == 'sqlite':
        for name, old, new in CONDITIONS:
            _change(name, old, new)


def downgrade() -> None:
    """Remove it; what was deleted is then overwritten by chance only."""
    op.drop_table('erasure')
    if op.get_bind().dialect.name == 'sqlite':
        for name, old, new in CONDITIONS:
            _change(name, new, old)


def _change(name: str, old: str, new: str) -> None:
    connection = op.get_bind()
    made = connection.execute(sa.text('SELECT sql FROM sqlite_master WHERE name = :name'), {'name': name}).scalar_one()
    connection.exec_driver_sql(f'DROP TRIGGER {name}')
    connection.exec_driver_sql(made.replace(old, new))
