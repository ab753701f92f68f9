"""Slash commands: who wrote an answer, from what and in which steps; and the documents that were fetched for it."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

NEW_COLUMNS = ('command', 'sources', 'steps')


def upgrade() -> None:
    """Add the columns and the table."""
    for name in NEW_COLUMNS:
        op.add_column('message', sa.Column(name, sa.JSON(), nullable=True))
    op.create_index(
        'ix_message_sources',
        'message',
        ['conversation_id'],
        sqlite_where=sa.text('sources IS NOT NULL'),
        postgresql_where=sa.text('sources IS NOT NULL'),
    )
    op.create_table(
        'document',
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.Column('passages', sa.JSON(), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('fetched_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('owner_id', 'key', name='pk_document'),
    )


def downgrade() -> None:
    """Remove them and what is in them."""
    op.drop_table('document')
    op.drop_index('ix_message_sources', 'message')
    for name in NEW_COLUMNS:
        op.drop_column('message', name)
