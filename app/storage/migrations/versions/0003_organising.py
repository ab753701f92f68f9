"""Keeping order: pins, folders, tags and an archive; messages that wait their turn; what a person has set."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

LISTED = 'deleted_at IS NULL AND archived_at IS NULL'


def upgrade() -> None:
    """Add tables, columns and the indexes that lists are read by."""
    op.create_table(
        'folder',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_folder'),
    )
    op.create_index('ix_folder_owner_id', 'folder', ['owner_id'])
    _change_conversation()
    _make_conversation_tag()
    _make_queued_message()
    op.create_table(
        'preferences',
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('owner_id', name='pk_preferences'),
    )


def downgrade() -> None:
    """Remove them and what is in them; archived conversations are in the list again."""
    op.drop_table('preferences')
    op.drop_table('queued_message')
    op.drop_table('conversation_tag')
    for name in ('archived_at', 'deleted_at', 'folder_id', 'list', 'pinned'):
        op.drop_index(f'ix_conversation_{name}', 'conversation')
    for column in ('archived_at', 'folder_id', 'pinned'):
        op.drop_column('conversation', column)
    _index('ix_conversation_list', ['owner_id', 'updated_at', 'id'], 'deleted_at IS NULL')
    op.drop_table('folder')


def _change_conversation() -> None:
    op.drop_index('ix_conversation_list', 'conversation')
    op.add_column('conversation', sa.Column('pinned', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('conversation', sa.Column('folder_id', sa.String(36), nullable=True))
    op.add_column('conversation', sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_conversation_folder_id', 'conversation', ['folder_id'])
    _index('ix_conversation_list', ['owner_id', 'updated_at', 'id'], LISTED)
    _index('ix_conversation_pinned', ['owner_id'], 'pinned')
    _index('ix_conversation_deleted_at', ['owner_id', 'deleted_at'], 'deleted_at IS NOT NULL')
    _index('ix_conversation_archived_at', ['owner_id', 'updated_at', 'id'], 'archived_at IS NOT NULL')


def _index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, 'conversation', columns, sqlite_where=condition, postgresql_where=condition)


def _make_conversation_tag() -> None:
    op.create_table(
        'conversation_tag',
        sa.Column('conversation_id', sa.String(36), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.PrimaryKeyConstraint('conversation_id', 'name', name='pk_conversation_tag'),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name='fk_conversation_tag_conversation_id'),
    )
    op.create_index('ix_conversation_tag_name', 'conversation_tag', ['name'])


def _make_queued_message() -> None:
    op.create_table(
        'queued_message',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('conversation_id', sa.String(36), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('provider', sa.String(), nullable=True),
        sa.Column('model', sa.String(), nullable=True),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('behind_id', sa.String(36), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_queued_message'),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name='fk_queued_message_conversation_id'),
    )
    op.create_index('ix_queued_message_conversation_id', 'queued_message', ['conversation_id'])
