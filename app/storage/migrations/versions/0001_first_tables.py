"""First tables: conversations, their messages, the journal of replies."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_conversation()
    _make_message()
    op.create_table(
        'reply_delta',
        sa.Column('message_id', sa.String(36), nullable=False),
        sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('message_id', 'seq', name='pk_reply_delta'),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove the tables and everything in them."""
    op.drop_table('reply_delta')
    op.drop_table('message')
    op.drop_table('conversation')


def _make_conversation() -> None:
    op.create_table(
        'conversation',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('owner_id', sa.String(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('title_key', sa.Text(), nullable=False),
        sa.Column('title_by_person', sa.Boolean(), nullable=False),
        sa.Column('provider', sa.String(), nullable=True),
        sa.Column('model', sa.String(), nullable=True),
        sa.Column('parameters', sa.JSON(), nullable=False),
        sa.Column('head_id', sa.String(36), nullable=True),
        sa.Column('unread', sa.Boolean(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_conversation'),
    )
    op.create_index(
        'ix_conversation_list',
        'conversation',
        ['owner_id', 'updated_at', 'id'],
        sqlite_where=sa.text('deleted_at IS NULL'),
        postgresql_where=sa.text('deleted_at IS NULL'),
    )


def _make_message() -> None:
    op.create_table(
        'message',
        sa.Column('id', sa.String(36), nullable=False),
        sa.Column('conversation_id', sa.String(36), nullable=False),
        sa.Column('parent_id', sa.String(36), nullable=True),
        sa.Column('depth', sa.Integer(), nullable=False),
        sa.Column('role', sa.String(), nullable=False),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.Column('thinking', sa.Text(), nullable=False),
        sa.Column('provider', sa.String(), nullable=True),
        sa.Column('model', sa.String(), nullable=True),
        sa.Column('error', sa.JSON(), nullable=True),
        sa.Column('stats', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_message'),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name='fk_message_conversation_id'),
        sa.ForeignKeyConstraint(['parent_id'], ['message.id'], name='fk_message_parent_id'),
    )
    op.create_index(
        'ix_message_streaming',
        'message',
        ['conversation_id'],
        sqlite_where=sa.text("status = 'streaming'"),
        postgresql_where=sa.text("status = 'streaming'"),
    )
    op.create_index('ix_message_parent_id', 'message', ['parent_id'])
    op.create_index('ix_message_conversation_id_parent_id', 'message', ['conversation_id', 'parent_id'])
